"""Connections and sessions that fail: the container makes them again, and says that it is not healthy meanwhile."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

import jmslike
from jmslike import ConnectionLostError, JMSError, JMSSecurityError, Message, Queue
from jmslike.clock import SystemClock
from jmslike.listening import JmsTemplate, ListenerContainer
from tests.unit.core.fake import OTHER, PATIENCE, QUEUE, FakeBroker, text, texts
from tests.unit.failover.world import World
from tests.unit.listening.steps import FakeConnections, Heard, Held, eventually, put, rest


class Outage:
    """A provider that is away until it comes back: each attempt to connect fails."""

    def __init__(self, broker: FakeBroker, error: JMSError | None = None) -> None:
        self.attempts = 0
        self._broker = broker
        self._error = error or ConnectionLostError("nothing answers")
        self._over = False
        self._meet()
        broker.cut()

    def _meet(self) -> None:
        self._broker.at("open", self._refuse)

    def _refuse(self) -> None:
        if self._over:
            return
        self.attempts += 1
        self._meet()
        raise self._error

    def end(self) -> None:
        self._over = True


@pytest.mark.parametrize("concurrency", [1, 4])
def test_consumers_come_back(broker: FakeBroker, concurrency: int) -> None:
    heard = Heard()
    with ListenerContainer(FakeConnections(broker), QUEUE, heard, concurrency=concurrency) as container:
        for letter in "abc":
            broker.cut()
            broker.put(text(letter))
            assert heard.texts(1) == [letter]
            eventually(lambda: container.is_healthy)
    assert len(broker.named("open")) <= 4
    assert broker.bodies(QUEUE) == []


def test_an_outage_is_unhealthy_and_no_end(broker: FakeBroker, caplog: pytest.LogCaptureFixture) -> None:
    heard = Heard()
    with ListenerContainer(FakeConnections(broker), QUEUE, heard, concurrency=3) as container:
        outage = Outage(broker)
        eventually(lambda: outage.attempts > 3)
        assert (container.is_running, container.is_healthy) == (True, False)
        broker.put(text("a"))
        outage.end()
        assert heard.texts(1) == ["a"]
        eventually(lambda: container.is_healthy)
    attempts = [message for message in caplog.messages if "cannot connect" in message]
    assert len(attempts) == outage.attempts  # one thread tries for all
    assert "FakeConnections(): cannot connect; retrying in " in attempts[0]
    assert attempts[0].endswith("s: nothing answers")


def test_a_refusal_after_the_start_is_no_end(broker: FakeBroker) -> None:
    heard = Heard()
    with ListenerContainer(FakeConnections(broker), QUEUE, heard):
        outage = Outage(broker, JMSSecurityError("wrong password"))
        eventually(lambda: outage.attempts > 2)
        outage.end()
        broker.put(text("a"))
        assert heard.texts(1) == ["a"]


def test_a_link_that_is_interrupted_is_unhealthy() -> None:
    world, heard = World("one://", "two://"), Heard()
    with ListenerContainer(FakeConnections(world), QUEUE, heard, concurrency=2) as container:
        assert container.is_healthy
        world.lose_both()
        assert (container.is_running, container.is_healthy) == (True, False)
        world.hosts[1].come_up()
        world.advance_until(lambda: container.is_healthy)
        world.hosts[1].broker.put(text("a"))
        assert heard.texts(1) == ["a"]
    world.close()


def test_stop_ends_the_wait_for_a_provider(broker: FakeBroker) -> None:
    container = ListenerContainer(FakeConnections(broker), QUEUE, print, concurrency=4)
    container.start()
    outage = Outage(broker)
    eventually(lambda: outage.attempts > 5)
    assert container.stop(PATIENCE) is True
    outage.end()
    broker.actions.clear()


def test_a_session_that_fails_is_made_again_alone(broker: FakeBroker, caplog: pytest.LogCaptureFixture) -> None:
    heard = Heard()
    with ListenerContainer(FakeConnections(broker), QUEUE, heard, concurrency=2) as container:
        broker.at("subscribe", JMSError("not now"))
        broker.at("commit", JMSError("the session is broken"))
        broker.put(text("a"))
        assert heard.texts(2) == ["a", "a"]
        eventually(lambda: container.is_healthy)
    assert len(broker.named("open")) == 1
    assert "its session failed and is made again: the session is broken" in caplog.text
    assert "its session failed and is made again: not now" in caplog.text


def test_what_a_listener_works_on_during_a_loss_comes_again(broker: FakeBroker) -> None:
    held = Held()
    with ListenerContainer(FakeConnections(broker), QUEUE, held):
        broker.put(text("a"))
        assert held.begun.get(timeout=PATIENCE) == "a"
        broker.cut()
        held.go.set()
        assert held.begun.get(timeout=PATIENCE) == "a"
        eventually(lambda: held.finished == ["a", "a"])
    assert broker.bodies(QUEUE) == []


def test_nothing_is_lost_in_many_losses() -> None:
    broker = FakeBroker(SystemClock())
    count = 200
    done: list[str] = []

    def listener(message: Message) -> str:
        body = message.get_body(str)
        assert body is not None
        done.append(body)
        return body

    with ListenerContainer(FakeConnections(broker, max_redeliveries=-1), QUEUE, listener, concurrency=4):
        pause = threading.Event()
        for number in range(count):
            broker.put(text(f"{number}", headers=_to_other()))
            if number % 20 == 0:
                pause.wait(0.01)
                broker.cut()
        eventually(lambda: len(broker.bodies(OTHER)) >= count)
    assert sorted(map(int, broker.bodies(OTHER))) == list(range(count))  # each is committed once
    assert broker.bodies(QUEUE) == []


def _to_other() -> jmslike.spi.Headers:
    return jmslike.spi.NO_HEADERS._replace(reply_to=OTHER)


def test_a_folder_that_is_closed_and_opened(tmp_path: Path) -> None:
    url = f"native://{tmp_path}/engine"
    heard = Heard()
    with ListenerContainer(url, "q", heard, concurrency=2), JmsTemplate(url) as template:
        for letter in "abc":
            template.send("q", letter)
            assert heard.texts(1) == [letter]
            jmslike.forget(url)
        put(url, "q", "d")
        assert heard.texts(1) == ["d"]
    assert rest(url, "q") == []
    jmslike.forget(url)


def test_a_template_goes_on_after_a_loss(broker: FakeBroker) -> None:
    with JmsTemplate(FakeConnections(broker)) as template:
        template.send("q", "a")
        broker.cut()
        template.send("q", "b")
        broker.cut()
        assert [template.receive("q", 0).get_body(str) for _ in "ab"] == ["a", "b"]
    assert len(broker.named("open")) == 3
    assert len(broker.named("close transport")) == 3


def test_a_template_says_that_the_provider_is_away(broker: FakeBroker) -> None:
    with JmsTemplate(FakeConnections(broker)) as template:
        template.send("q", "a")
        outage = Outage(broker)
        with pytest.raises(ConnectionLostError, match="nothing answers"):
            template.send("q", "b")
        assert outage.attempts == 1
        outage.end()
        template.send("q", "c")
    assert broker.bodies(Queue("q")) == ["a", "c"]


def test_a_send_without_an_answer_is_not_sent_again(broker: FakeBroker) -> None:
    with JmsTemplate(FakeConnections(broker)) as template:
        broker.at("send", ConnectionLostError("no answer"))
        with pytest.raises(ConnectionLostError, match="no answer"):
            template.send("q", "a")
        template.send("q", "b")
    assert broker.bodies(Queue("q")) == ["b"]


def test_what_could_not_be_acknowledged_comes_again(broker: FakeBroker) -> None:
    broker.put(*texts("a"))
    with JmsTemplate(FakeConnections(broker)) as template:
        broker.at("settle", ConnectionLostError("no answer"))
        with pytest.raises(ConnectionLostError, match="no answer"):
            template.receive(QUEUE, 0)
        assert template.receive(QUEUE, 0).get_body(str) == "a"
