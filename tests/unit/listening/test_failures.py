"""Listeners, converters and commits that fail: what is redelivered, what dies, and that nothing spins."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

import pytest

from jmslike import (
    Message,
    MessageFormatError,
    Queue,
    Session,
    TransactionInDoubtError,
    TransactionRolledBackError,
)
from jmslike.converters import JsonConverter
from jmslike.listening import JmsTemplate, ListenerContainer
from tests.unit.core.fake import PATIENCE, QUEUE, FakeBroker, text
from tests.unit.listening.steps import FakeConnections, Heard, eventually, put, rest

MODES = [
    Session.SESSION_TRANSACTED,
    Session.AUTO_ACKNOWLEDGE,
    Session.CLIENT_ACKNOWLEDGE,
    Session.DUPS_OK_ACKNOWLEDGE,
    Session.INDIVIDUAL_ACKNOWLEDGE,
]


class FailsAtFirst:
    """A listener that fails so many times."""

    def __init__(self, times: int) -> None:
        self.attempts: list[int] = []
        self._times = times

    def __call__(self, message: Message) -> None:
        self.attempts.append(message.get_int_property("JMSXDeliveryCount"))
        if len(self.attempts) <= self._times:
            raise ValueError("not yet")


@pytest.mark.parametrize("mode", MODES)
def test_a_message_whose_listener_fails_is_redelivered(url: str, mode: int) -> None:
    listener = FailsAtFirst(2)
    put(url, "q", "a")
    with ListenerContainer(url, "q", listener, session_mode=mode):
        eventually(lambda: len(listener.attempts) == 3)
    assert listener.attempts == [1, 2, 3]
    assert rest(url, "q") == []


@pytest.mark.parametrize("mode", [Session.AUTO_ACKNOWLEDGE, Session.DUPS_OK_ACKNOWLEDGE])
def test_a_listener_that_acknowledges_itself_and_fails_loses_nothing(url: str, mode: int) -> None:
    """ACK-10: in an automatic mode a call of acknowledge is ignored."""
    listener = FailsAtFirst(2)

    def acknowledging(message: Message) -> None:
        message.acknowledge()
        listener(message)

    put(url, "q", "a")
    with ListenerContainer(url, "q", acknowledging, session_mode=mode):
        eventually(lambda: len(listener.attempts) == 3)
    assert listener.attempts == [1, 2, 3]
    assert rest(url, "q") == []


@pytest.mark.parametrize("mode", [Session.CLIENT_ACKNOWLEDGE, Session.INDIVIDUAL_ACKNOWLEDGE])
def test_a_listener_may_acknowledge_before_it_is_done_where_acknowledging_is_its_own(url: str, mode: int) -> None:
    done = threading.Event()

    def acknowledging(message: Message) -> None:
        message.acknowledge()
        done.set()
        raise ValueError("after that")

    put(url, "q", "a")
    with ListenerContainer(url, "q", acknowledging, session_mode=mode):
        assert done.wait(PATIENCE)
    assert rest(url, "q") == []


@pytest.mark.parametrize("mode", MODES)
def test_a_message_that_goes_on_failing_is_a_dead_letter(url: str, mode: int) -> None:
    listener = FailsAtFirst(1000)
    with ListenerContainer(f"{url}?max_redeliveries=2", "q", listener, session_mode=mode):
        put(url, "q", "a")
        with JmsTemplate(url) as template:
            letter = template.receive("DLQ.q", 10)
    assert listener.attempts == [1, 2, 3]
    assert letter.get_body(str) == "a"
    assert letter.get_string_property("JMS_jmslike_reason") == "ValueError: not yet"


def test_others_go_on_while_one_fails(url: str) -> None:
    heard = Heard()

    def listener(message: Message) -> None:
        if message.get_body(str) == "bad":
            raise ValueError
        heard(message)

    put(url, "q", "bad", *"abc")
    with ListenerContainer(url, "q", listener):
        assert heard.texts(3) == ["a", "b", "c"]
    assert rest(url, "DLQ.q") == ["bad"]


def test_a_listener_that_fails_each_time_does_not_spin(url: str) -> None:
    listener = FailsAtFirst(1000)
    put(url, "q", "a")
    with ListenerContainer(f"{url}?max_redeliveries=-1", "q", listener):
        eventually(lambda: len(listener.attempts) == 5)
        begun = time.monotonic()
        eventually(lambda: len(listener.attempts) == 7)
        # pauses of 160 and 320 ms, each at least half as long
        assert time.monotonic() - begun > 0.07
    assert rest(url, "q") == ["a"]


def test_stop_ends_the_pause_after_a_failure(url: str) -> None:
    listener = FailsAtFirst(1000)
    put(url, "q", "a")
    container = ListenerContainer(f"{url}?max_redeliveries=-1", "q", listener)
    container.start()
    eventually(lambda: len(listener.attempts) == 4)
    assert container.stop(5) is True


@pytest.mark.parametrize("mode", MODES)
def test_what_the_converter_cannot_read_blocks_nothing(url: str, mode: int) -> None:
    heard = Heard()
    put(url, "q", "{", '{"id": 7}')
    with ListenerContainer(f"{url}?max_redeliveries=2", "q", heard, converter=JsonConverter(), session_mode=mode):
        assert heard.next() == {"id": 7}
    assert rest(url, "DLQ.q") == ["{"]
    assert rest(url, "q") == []


def test_a_coroutine_that_is_returned_is_a_failure(url: str) -> None:
    async def work() -> None:
        """Do nothing."""

    put(url, "q", "a")
    with ListenerContainer(f"{url}?max_redeliveries=0", "q", lambda message: work()):
        eventually(lambda: rest(url, "DLQ.q") == ["a"])


def test_what_a_listener_raises_is_logged(url: str, caplog: pytest.LogCaptureFixture) -> None:
    listener = FailsAtFirst(1)
    with ListenerContainer(url, "q", listener):
        put(url, "q", "a")
        eventually(lambda: len(listener.attempts) == 2)
    record = next(record for record in caplog.records if record.levelno == logging.ERROR)
    assert record.name == "jmslike.listening"
    assert record.getMessage().startswith("a listener of queue://q raised at ID:")
    assert record.getMessage().endswith("; rolled back: the message is redelivered")
    assert record.exc_info is not None


def test_what_a_failed_listener_sent_with_a_template_stays_sent(url: str) -> None:
    with JmsTemplate(url) as template:

        def listener(message: Message) -> None:
            template.send("log", f"attempt {message.get_int_property('JMSXDeliveryCount')}")
            if not message.redelivered:
                raise ValueError

        with ListenerContainer(url, "q", listener):
            template.send("q", "a")
            eventually(lambda: rest(url, "log") == ["attempt 1", "attempt 2"])


def test_a_commit_that_is_rolled_back_redelivers(broker: FakeBroker, caplog: pytest.LogCaptureFixture) -> None:
    heard = Heard()
    broker.at("commit", TransactionRolledBackError("a receipt is stale"))
    with ListenerContainer(FakeConnections(broker), QUEUE, heard):
        broker.put(text("a"))
        assert heard.texts(2) == ["a", "a"]
        eventually(lambda: broker.bodies(QUEUE) == [] and len(broker.named("commit")) == 2)
    assert "was handled, but: a receipt is stale" in caplog.text
    assert len(broker.named("subscribe")) == 1


def test_a_commit_in_doubt_does_not_end_the_session(broker: FakeBroker, caplog: pytest.LogCaptureFixture) -> None:
    heard = Heard()
    broker.at("commit", TransactionInDoubtError("no answer"))
    with ListenerContainer(FakeConnections(broker), QUEUE, heard):
        broker.put(text("a"), text("b"))
        assert heard.texts(2) == ["a", "b"]
    assert "was handled, but: no answer" in caplog.text


def test_a_listener_that_exits_ends_its_container(url: str) -> None:
    def listener(message: Message) -> None:
        raise SystemExit(3)

    put(url, "q", "a", "b")
    container = ListenerContainer(url, "q", listener, concurrency=2)
    with pytest.raises(SystemExit) as end:
        container.run()
    assert end.value.code == 3
    assert not container.is_running
    assert sorted(rest(url, "q")) == ["a", "b"]


def test_a_listener_that_exits_when_the_connection_is_lost_ends_its_container(broker: FakeBroker) -> None:
    calls = []

    def listener(message: Message) -> None:
        calls.append(message)
        broker.cut()
        raise SystemExit(len(calls))

    broker.put(text("a"))
    with pytest.raises(SystemExit) as end:
        ListenerContainer(FakeConnections(broker), QUEUE, listener).run()
    assert end.value.code == 1


class Unreadable:
    """A converter that fails in its own way."""

    def to_message(self, object: object, session: Any) -> Message:  # noqa: A002
        raise MessageFormatError("no")

    def from_message(self, message: Message) -> object:
        raise RuntimeError("no")


def test_a_converter_that_fails_in_its_own_way(url: str) -> None:
    put(url, "q", "a")
    with ListenerContainer(f"{url}?max_redeliveries=1", Queue("q"), print, converter=Unreadable()):
        eventually(lambda: rest(url, "DLQ.q") == ["a"])
