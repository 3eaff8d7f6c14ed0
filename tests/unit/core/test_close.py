"""Close beside receives, sends and other closes (section 6.2.15)."""

from __future__ import annotations

from typing import Any

import pytest

from jmslike.errors import IllegalStateError
from jmslike.session import Session
from tests.unit.core.fake import OTHER, QUEUE, FakeBroker, Task, connection_of, text


@pytest.mark.parametrize("what", ["consumer", "session", "connection"])
@pytest.mark.parametrize("timeout", [None, 60])
def test_close_ends_a_blocked_receive(broker: FakeBroker, what: str, timeout: float | None) -> None:
    session = broker.session()
    consumer = session.create_consumer(QUEUE)
    task = Task(consumer.receive, timeout)
    broker.clock.until_waiting()
    parts: dict[str, Any] = {"consumer": consumer, "session": session, "connection": connection_of(session)}
    parts[what].close()
    assert task.done()
    assert task.end() is None


@pytest.mark.parametrize("what", ["consumer", "session", "connection"])
@pytest.mark.parametrize("timeout", [None, 60])
def test_close_ends_a_receive_that_waits_for_start(broker: FakeBroker, what: str, timeout: float | None) -> None:
    connection = broker.connect(start=False)
    session = connection.create_session()
    consumer = session.create_consumer(QUEUE)
    task = Task(consumer.receive, timeout)
    broker.clock.until_waiting()
    parts: dict[str, Any] = {"consumer": consumer, "session": session, "connection": connection}
    parts[what].close()
    assert task.end() is None
    assert broker.named("take") == []


def test_close_of_another_consumer_leaves_a_receive_alone(broker: FakeBroker) -> None:
    session = broker.session()
    consumer, other = session.create_consumer(QUEUE), session.create_consumer(OTHER)
    task = Task(consumer.receive)
    broker.clock.until_waiting()
    other.close()
    assert task.goes_on()
    broker.put(text("a"))
    assert task.end() is not None


@pytest.mark.parametrize("mode", [Session.AUTO_ACKNOWLEDGE, Session.CLIENT_ACKNOWLEDGE])
def test_a_delivery_that_crosses_the_close_of_its_consumer_is_received_or_comes_back(
    broker: FakeBroker, mode: int
) -> None:
    session = broker.session(mode)
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"))
    closing: list[Task[None]] = []

    def cross() -> None:
        closing.append(Task(consumer.close))
        broker.until(lambda: broker.named("interrupt"))
        assert closing[0].goes_on()
        broker.subscriptions[0].interrupted = False

    broker.at("take", cross)
    message = consumer.receive()
    closing[0].end()
    assert message is not None
    assert message.message_id == "ID:a"
    session.close()
    assert broker.attempts(QUEUE) == ([("a", 1)] if mode == Session.CLIENT_ACKNOWLEDGE else [])


def test_session_close_does_its_work_in_order(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE)
    producer = session.create_producer(OTHER)
    consumer = session.create_consumer(QUEUE)
    browser = session.create_browser(QUEUE)
    broker.put(text("a"))
    assert consumer.receive(0)
    broker.calls.clear()
    session.close()
    assert broker.calls == [
        ("interrupt", QUEUE),
        ("settle", ["ID:a"], 1),
        ("close sender", OTHER),
        ("close subscription", QUEUE),
        ("close link",),
    ]
    session.close()
    assert len(broker.calls) == 5
    for close in (producer.close, consumer.close, browser.close):
        close()
    assert len(broker.calls) == 5


def test_connection_close_closes_its_sessions_and_then_the_transport(broker: FakeBroker) -> None:
    with broker.connect() as connection:
        first, second = connection.create_session(), connection.create_session(True)
        first.close()
        broker.calls.clear()
    assert broker.calls == [("close link",), ("close transport",)]
    with pytest.raises(IllegalStateError, match="session is closed"):
        second.create_message()
    connection.close()
    assert len(broker.calls) == 2


def test_a_second_closer_waits_for_the_receive_that_the_first_waits_for(broker: FakeBroker) -> None:
    session = broker.session()
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"))
    order: list[str] = []
    closing: list[Task[None]] = []

    def close(what: Session) -> None:
        what.close()
        order.append("closed")

    def cross() -> None:
        closing.append(Task(close, session))
        broker.until(lambda: broker.named("interrupt"))
        closing.append(Task(close, connection_of(session)))
        assert closing[1].goes_on()
        assert closing[0].goes_on()
        order.append("taken")
        broker.subscriptions[0].interrupted = False

    broker.at("take", cross)
    assert consumer.receive() is not None
    for task in closing:
        task.end()
    assert order == ["taken", "closed", "closed"]
    assert len(broker.named("close link")) == 1
    assert len(broker.named("close transport")) == 1


def test_concurrent_closes_close_once(broker: FakeBroker) -> None:
    connection = broker.connect()
    sessions = [connection.create_session() for _ in range(3)]
    consumers = [session.create_consumer(QUEUE) for session in sessions]
    blocked = [Task(consumer.receive) for consumer in consumers]
    broker.clock.until_waiting(3)
    parts: list[Any] = [*consumers, *sessions, *sessions, connection, connection]
    closers = [Task(part.close) for part in parts]
    for task in closers:
        task.end()
    assert [task.end() for task in blocked] == [None, None, None]
    assert len(broker.named("close link")) == 3
    assert len(broker.named("close transport")) == 1
    assert len(broker.named("close subscription")) == 3


def test_no_session_is_made_while_the_connection_closes(broker: FakeBroker) -> None:
    connection = broker.connect()
    session = connection.create_session()
    session.create_consumer(QUEUE)
    refused: list[bool] = []

    def late() -> None:
        with pytest.raises(IllegalStateError, match="being closed"):
            connection.create_session()
        refused.append(True)

    broker.at("interrupt", late)
    connection.close()
    assert refused == [True]


def test_a_session_may_be_closed_while_another_thread_sends(broker: FakeBroker) -> None:
    session = broker.session()
    producer = session.create_producer(QUEUE)
    message = session.create_text_message("a")
    sending: list[Task[None]] = []

    def close() -> None:
        sending.append(Task(session.close))
        sending[0].end()

    broker.at("send", close)
    producer.send(message)
    assert broker.bodies(QUEUE) == ["a"]
    with pytest.raises(IllegalStateError, match="producer is closed"):
        producer.send(message)
