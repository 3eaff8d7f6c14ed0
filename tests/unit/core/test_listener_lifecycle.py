"""Start, stop and close beside message listeners (sections 6.1.4, 6.1.5 and 6.2.15)."""

from __future__ import annotations

from queue import SimpleQueue
from typing import Any

import pytest

from jmslike.capabilities import EMULATED
from jmslike.errors import IllegalStateError
from jmslike.message import Message
from tests.unit.core.conftest import shut
from tests.unit.core.fake import OTHER, PATIENCE, QUEUE, FakeBroker, Task, connection_of, text, texts
from tests.unit.core.listeners import Pause, Seen, fail


def test_a_listener_set_while_stopped_is_called_after_start(broker: FakeBroker) -> None:
    connection = broker.connect(start=False)
    seen = Seen()
    broker.put(text("a"))
    connection.create_session().create_consumer(QUEUE).message_listener = seen
    assert broker.subscriptions[0].callback is None
    assert seen.nothing_more()
    connection.start()
    assert seen.bodies(1) == ["a"]


def test_stop_waits_for_the_listener_and_disarms_it(broker: FakeBroker) -> None:
    pause = Pause()
    seen = Seen(pause)
    session = broker.session()
    session.create_consumer(QUEUE).message_listener = seen
    broker.put(*texts("ab"))
    pause.until_begun()
    order: list[str] = []

    def stop() -> None:
        connection_of(session).stop()
        order.append("stopped")

    task = Task(stop)
    assert task.goes_on()
    order.append("returned")
    pause.over.set()
    task.end()
    assert order == ["returned", "stopped"]
    assert broker.subscriptions[0].callback is None
    assert broker.bodies(QUEUE) == ["b"]
    assert seen.bodies(1) == ["a"]
    connection_of(session).start()
    assert seen.bodies(1) == ["b"]


def test_nothing_is_lost_over_many_stops_and_starts(broker: FakeBroker) -> None:
    session = broker.session()
    seen = Seen()
    session.create_consumer(QUEUE).message_listener = seen
    for number in range(30):
        connection_of(session).stop()
        if number % 2:
            broker.put(text(str(number)))
        connection_of(session).start()
        if not number % 2:
            broker.put(text(str(number)))
        assert seen.bodies(1) == [str(number)]


@pytest.mark.parametrize("what", ["consumer", "session", "connection"])
def test_close_waits_for_the_listener(broker: FakeBroker, what: str) -> None:
    pause = Pause()
    session = broker.session()
    consumer = session.create_consumer(QUEUE)
    consumer.message_listener = Seen(pause)
    broker.put(*texts("ab"))
    pause.until_begun()
    part: Any = {"consumer": consumer, "session": session, "connection": connection_of(session)}[what]
    task = Task(part.close)
    assert task.goes_on()
    assert broker.named("close subscription") == []
    pause.over.set()
    task.end()
    assert broker.named("settle", "close subscription") == [
        ("settle", ["ID:a"], None),
        ("close subscription", QUEUE),
    ]
    assert broker.bodies(QUEUE) == ["b"]


def test_close_of_one_consumer_does_not_wait_for_the_listener_of_another(broker: FakeBroker) -> None:
    pause = Pause()
    session = broker.session()
    session.create_consumer(QUEUE).message_listener = Seen(pause)
    other = session.create_consumer(OTHER)
    other.message_listener = Seen()
    broker.put(text("a"))
    pause.until_begun()
    Task(other.close).end()
    assert broker.named("close subscription") == [("close subscription", OTHER)]
    pause.over.set()


@pytest.mark.parametrize("last", [True, False])
def test_a_listener_may_close_its_own_consumer(broker: FakeBroker, last: bool) -> None:
    session = broker.session()
    consumer = session.create_consumer(QUEUE)
    if not last:
        session.create_consumer(OTHER).message_listener = Seen()
    seen = Seen(consumer.close)
    consumer.message_listener = seen
    broker.put(*texts("ab"))
    assert seen.bodies(1) == ["a"]
    broker.until(lambda: broker.named("settle"))
    assert broker.named("settle", "close subscription") == [
        ("close subscription", QUEUE),
        ("settle", ["ID:a"], None),
    ]
    assert broker.bodies(QUEUE) == ["b"]
    session.close()


def test_what_a_listener_fails_on_after_it_closed_its_consumer_is_released(broker: FakeBroker) -> None:
    session = broker.session()
    consumer = session.create_consumer(QUEUE)

    def close_and_fail() -> None:
        consumer.close()
        fail()

    consumer.message_listener = Seen(close_and_fail)
    broker.put(text("a"))
    broker.until(lambda: broker.named("settle"))
    assert broker.named("settle") == [("settle", ["ID:a"], 1)]


@pytest.mark.parametrize("unset", [False, True])
@pytest.mark.parametrize("what", ["Session.close", "Connection.close", "Connection.stop"])
def test_a_listener_may_not_wait_for_itself(broker: FakeBroker, what: str, unset: bool) -> None:
    """This holds even for the last listener, after it has removed itself."""
    session = broker.session()
    consumer = session.create_consumer(QUEUE)
    refused: SimpleQueue[str] = SimpleQueue()
    kind, act = what.split(".")

    def listener(message: Message) -> None:
        if unset:
            consumer.message_listener = None
        try:
            getattr(session if kind == "Session" else connection_of(session), act)()
        except IllegalStateError as error:
            refused.put(str(error))

    consumer.message_listener = listener
    broker.put(text("a"))
    assert refused.get(timeout=PATIENCE).startswith(f"{what} must not be called by a message listener")
    if not unset:
        broker.put(text("b"))
        assert refused.get(timeout=PATIENCE)


def test_a_listener_may_take_itself_away_and_close_its_consumer(broker: FakeBroker) -> None:
    session = broker.session()
    consumer, other = session.create_consumer(QUEUE), session.create_consumer(OTHER)

    def leave() -> None:
        consumer.message_listener = None
        consumer.close()

    consumer.message_listener = Seen(leave)
    broker.put(text("a"))
    broker.until(lambda: broker.named("settle"))
    assert broker.named("close subscription") == [("close subscription", QUEUE)]
    assert session._listeners._thread is not None
    session._listeners._thread.join(PATIENCE)
    assert not session._listeners._thread.is_alive()
    broker.put(text("x", OTHER))
    assert other.receive(0) is not None


def test_a_listener_may_stop_another_connection_and_start_its_own(broker: FakeBroker) -> None:
    session, other = broker.session(), broker.connect()
    seen = Seen(other.stop, connection_of(session).start, other.close)
    session.create_consumer(QUEUE).message_listener = seen
    broker.put(*texts("abc"))
    assert seen.bodies(3) == ["a", "b", "c"]
    broker.until(lambda: len(broker.named("settle")) == 3)
    assert not other._state.is_open


def test_a_listener_may_start_its_connection_while_another_thread_stops_it(broker: FakeBroker) -> None:
    session = broker.session()
    connection = connection_of(session)
    stopping: list[Task[None]] = []

    def cross() -> None:
        stopping.append(Task(connection.stop))
        broker.until(lambda: broker.named("interrupt"))
        connection.start()

    seen = Seen(cross)
    session.create_consumer(QUEUE).message_listener = seen
    broker.put(*texts("ab"))
    assert seen.bodies(2) == ["a", "b"]
    stopping[0].end()


def test_closing_while_messages_pour_in_loses_none(broker: FakeBroker) -> None:
    for _ in range(20):
        session = broker.session()
        seen = Seen()
        session.create_consumer(QUEUE).message_listener = seen
        pouring = Task(broker.put, *texts("abcdefghij"))
        seen.next()
        session.close()
        pouring.end()
        rest = []
        while not seen._messages.empty():
            rest.append(seen.next())
        assert 1 + len(rest) + len(broker.bodies(QUEUE)) == 10
        broker.discard(broker.queue(QUEUE))


def test_arming_beside_stop_does_not_leave_a_stopped_session_armed(broker: FakeBroker) -> None:
    session = broker.session()
    consumer = session.create_consumer(QUEUE)
    stopping: list[Task[None]] = []

    def cross() -> None:
        stopping.append(Task(connection_of(session).stop))
        assert stopping[0].goes_on()

    broker.at("ready", cross)
    consumer.message_listener = Seen()
    stopping[0].end()
    assert broker.subscriptions[0].callback is None


def test_a_consumer_that_closes_while_the_thread_falls_asleep_does_not_disturb_it() -> None:
    broker = FakeBroker(REDELIVERY_DELAY=EMULATED)
    session = broker.session(redelivery_delay=60)
    consumer, other = session.create_consumer(QUEUE), session.create_consumer(OTHER)
    seen = Seen()
    other.message_listener = seen
    consumer.message_listener = Seen(fail)
    broker.put(text("a"))
    broker.until(lambda: consumer._intake.due)
    consumer.close()
    broker.put(text("x", OTHER))
    assert seen.bodies(1) == ["x"]
    assert broker.attempts(QUEUE) == [("a", 1)]
    shut(broker)
