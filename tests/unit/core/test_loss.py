"""A lost connection (section 6.1.7): reported once, and every waiting call is woken."""

from __future__ import annotations

import logging
import threading
from queue import Empty, SimpleQueue

import pytest

from jmslike.context import JMSContext
from jmslike.errors import ConnectionLostError, IllegalStateError, JMSError, ResourceAllocationError
from jmslike.session import Session
from tests.unit.core.fake import OTHER, PATIENCE, QUEUE, SILENCE, FakeBroker, Task, connection_of, text


def nothing(errors: SimpleQueue[JMSError]) -> bool:
    try:
        errors.get(timeout=SILENCE)
    except Empty:
        return True
    return False


def test_the_exception_listener_is_called_exactly_once(broker: FakeBroker, caplog: pytest.LogCaptureFixture) -> None:
    connection = broker.connect()
    errors: SimpleQueue[JMSError] = SimpleQueue()
    threads: list[str] = []

    def listener(error: JMSError) -> None:
        threads.append(threading.current_thread().name)
        errors.put(error)

    connection.exception_listener = listener
    assert connection.exception_listener is listener
    error = broker.transports[0].lose()
    assert errors.get(timeout=PATIENCE) is error
    broker.transports[0].lose()
    assert nothing(errors)
    assert threads == [f"jmslike-exceptions-{connection._state.name}"]
    assert caplog.messages == [f"{connection._state.name}: the connection is lost: the cable was cut"]


def test_other_errors_are_reported_each_time_and_one_after_the_other(broker: FakeBroker) -> None:
    connection = broker.connect()
    errors: SimpleQueue[JMSError] = SimpleQueue()
    over = threading.Event()
    inside: list[JMSError] = []

    def listener(error: JMSError) -> None:
        inside.append(error)
        assert len(inside) == 1
        over.wait(PATIENCE)
        inside.pop()
        errors.put(error)

    connection.exception_listener = listener
    events = broker.transports[0].events
    assert events is not None
    first, second = ResourceAllocationError("1"), ResourceAllocationError("2")
    events.failed(first)
    events.failed(second)
    over.set()
    assert errors.get(timeout=PATIENCE) is first
    assert errors.get(timeout=PATIENCE) is second
    assert connection.create_session().create_message() is not None


def test_without_a_listener_errors_are_logged(broker: FakeBroker, caplog: pytest.LogCaptureFixture) -> None:
    connection = broker.connect()
    connection.exception_listener = print
    connection.exception_listener = None
    assert connection.exception_listener is None
    events = broker.transports[0].events
    assert events is not None
    events.failed(ResourceAllocationError("full"))
    assert caplog.record_tuples == [("jmslike.connection", logging.ERROR, f"{connection._state.name}: full")]


def test_an_exception_listener_is_callable(broker: FakeBroker) -> None:
    connection = broker.connect()
    with pytest.raises(ValueError, match="an exception listener is a callable"):
        connection.exception_listener = 5  # type: ignore[assignment]
    connection.close()
    with pytest.raises(IllegalStateError, match="connection is closed"):
        connection.exception_listener = print
    with pytest.raises(IllegalStateError, match="connection is closed"):
        _ = connection.exception_listener


def test_the_exception_listener_may_close_its_connection(broker: FakeBroker) -> None:
    connection = broker.connect()
    session = connection.create_session()
    blocked = Task(session.create_consumer(QUEUE).receive)
    broker.clock.until_waiting()
    closed = threading.Event()

    def listener(error: JMSError) -> None:
        connection.close()
        closed.set()

    connection.exception_listener = listener
    broker.transports[0].lose()
    assert closed.wait(PATIENCE)
    with pytest.raises(ConnectionLostError):
        blocked.end()
    assert len(broker.named("close transport")) == 1


def test_after_close_nothing_is_reported(broker: FakeBroker, caplog: pytest.LogCaptureFixture) -> None:
    connection = broker.connect()
    errors: SimpleQueue[JMSError] = SimpleQueue()
    connection.exception_listener = errors.put
    connection.close()
    broker.transports[0].lose()
    events = broker.transports[0].events
    assert events is not None
    events.failed(JMSError("late"))
    assert nothing(errors)
    assert connection._state.loss.error is None


@pytest.mark.parametrize("timeout", [None, 60])
def test_a_blocked_receive_ends_with_the_error(broker: FakeBroker, timeout: float | None) -> None:
    consumer = broker.session().create_consumer(QUEUE)
    task = Task(consumer.receive, timeout)
    broker.clock.until_waiting()
    broker.transports[0].lose()
    with pytest.raises(ConnectionLostError, match="the link is gone"):
        task.end()
    assert consumer._gate.occupant is None


@pytest.mark.parametrize("timeout", [None, 60])
def test_a_receive_that_waits_for_start_ends_with_the_error(broker: FakeBroker, timeout: float | None) -> None:
    consumer = broker.connect(start=False).create_session().create_consumer(QUEUE)
    task = Task(consumer.receive, timeout)
    broker.clock.until_waiting()
    error = broker.transports[0].lose()
    with pytest.raises(ConnectionLostError, match="the connection is lost: the cable was cut") as caught:
        task.end()
    assert caught.value.linked_exception is error


def test_a_receive_that_waits_for_a_redelivery_ends_with_the_error(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE, redelivery_delay=60)
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"))
    assert consumer.receive(0)
    session.recover()
    task = Task(consumer.receive)
    broker.clock.until_waiting()
    broker.transports[0].lose()
    with pytest.raises(ConnectionLostError):
        task.end()


def test_later_calls_fail_at_once(broker: FakeBroker) -> None:
    session = broker.session()
    consumer, producer = session.create_consumer(QUEUE), session.create_producer(OTHER)
    broker.transports[0].lose()
    for _ in range(2):
        with pytest.raises(ConnectionLostError):
            consumer.receive(0)
        with pytest.raises(ConnectionLostError):
            producer.send(session.create_text_message("a"))


@pytest.mark.parametrize("mode", [Session.CLIENT_ACKNOWLEDGE, Session.INDIVIDUAL_ACKNOWLEDGE])
def test_an_acknowledgement_is_never_said_to_be_done_after_a_loss(broker: FakeBroker, mode: int) -> None:
    consumer = broker.session(mode).create_consumer(QUEUE)
    broker.put(text("a"))
    message = consumer.receive(0)
    assert message is not None
    broker.transports[0].lose()
    for _ in range(2):
        with pytest.raises(ConnectionLostError, match="the cable was cut; the acknowledgement was not sent"):
            message.acknowledge()


def test_a_commit_after_a_loss_says_that_nothing_was_sent(broker: FakeBroker) -> None:
    session = broker.session(Session.SESSION_TRANSACTED)
    session.create_producer(QUEUE).send(session.create_text_message("a"))
    broker.transports[0].lose()
    for _ in range(2):
        with pytest.raises(ConnectionLostError, match="the cable was cut; transaction rolled back: nothing was sent"):
            session.commit()
    assert broker.named("send", "commit") == []


def test_a_context_never_says_after_a_loss_that_it_acknowledged(broker: FakeBroker) -> None:
    context = JMSContext(broker.connect(), Session.CLIENT_ACKNOWLEDGE)
    consumer = context.create_consumer(QUEUE)
    broker.put(text("a"))
    assert consumer.receive(0) is not None
    broker.transports[0].lose()
    for _ in range(2):
        with pytest.raises(ConnectionLostError):
            context.acknowledge()


def test_a_commit_is_never_said_to_be_done_after_a_loss(broker: FakeBroker) -> None:
    session = broker.session(Session.SESSION_TRANSACTED)
    session.create_producer(OTHER).send(session.create_text_message("a"))
    broker.transports[0].lose()
    for _ in range(2):
        with pytest.raises(ConnectionLostError):
            session.commit()


def test_a_stopped_connection_that_is_lost_says_so_to_a_receive_that_does_not_wait(broker: FakeBroker) -> None:
    consumer = broker.connect(start=False).create_session().create_consumer(QUEUE)
    broker.transports[0].lose()
    with pytest.raises(ConnectionLostError):
        consumer.receive_no_wait()


@pytest.mark.parametrize("mode", [Session.CLIENT_ACKNOWLEDGE, Session.DUPS_OK_ACKNOWLEDGE, Session.SESSION_TRANSACTED])
def test_close_after_a_loss_is_silent(broker: FakeBroker, mode: int) -> None:
    session = broker.session(mode)
    consumer = session.create_consumer(QUEUE)
    session.create_producer(OTHER)
    broker.put(text("a"))
    assert consumer.receive(0)
    broker.transports[0].lose()
    Task(connection_of(session).close).end()
    assert not session._state.is_open
    assert not consumer._intake.is_open
    assert broker.named("close sender", "close subscription", "close link", "close transport") == [
        ("close subscription", QUEUE),
        ("close sender", OTHER),
        ("close link",),
        ("close transport",),
    ]


def test_close_after_a_loss_ends_the_thread_of_listeners(broker: FakeBroker, caplog: pytest.LogCaptureFixture) -> None:
    session = broker.session()
    errors: SimpleQueue[JMSError] = SimpleQueue()
    connection_of(session).exception_listener = errors.put
    session.create_consumer(QUEUE).message_listener = print
    broker.transports[0].lose()
    assert errors.get(timeout=PATIENCE)
    assert session._listeners._dispatcher is not None
    session._listeners._dispatcher.poke()
    assert nothing(errors)
    Task(session.close).end()
    assert session._listeners._thread is not None
    assert not session._listeners._thread.is_alive()


def test_parts_that_fail_to_close_do_not_keep_the_rest_open(broker: FakeBroker) -> None:
    session = broker.session()
    session.create_producer(OTHER)
    consumer = session.create_consumer(QUEUE)
    broker.at("close sender", ConnectionLostError("gone"))
    session.close()
    assert not consumer._intake.is_open
    assert len(broker.named("close link")) == 1
    assert session not in connection_of(session)._sessions


def test_a_link_that_fails_to_close_is_forgotten_all_the_same(broker: FakeBroker) -> None:
    session = broker.session()
    broker.at("close link", ConnectionLostError("gone"))
    with pytest.raises(ConnectionLostError, match="gone"):
        session.close()
    assert session not in connection_of(session)._sessions
    Task(session.close).end()
    Task(session._close).end()


def test_a_loss_is_reported_while_a_session_is_being_opened(broker: FakeBroker) -> None:
    """The thread that reports the loss may be the one that `open` waits for."""
    connection = broker.connect()
    broker.at("session", lambda: Task(broker.transports[0].lose).end())
    connection.create_session()
    assert connection._state.loss.error is not None


def test_a_session_that_fails_to_close_does_not_keep_its_connection_open(broker: FakeBroker) -> None:
    connection = broker.connect()
    first, second = connection.create_session(), connection.create_session()
    broker.at("close link", ConnectionLostError("gone"))
    connection.close()
    assert not first._state.is_open
    assert not second._state.is_open
    assert len(broker.named("close link")) == 2
    assert len(broker.named("close transport")) == 1


def test_a_kept_way_that_fails_to_close_does_not_keep_the_link_open(broker: FakeBroker) -> None:
    session = broker.session()
    session.create_producer().send(QUEUE, session.create_message())
    broker.at("close sender", ConnectionLostError("gone"))
    with pytest.raises(ConnectionLostError, match="gone"):
        session.close()
    assert len(broker.named("close link")) == 1


def test_a_close_that_is_interrupted_from_the_keyboard_closes_all_the_same(broker: FakeBroker) -> None:
    session = broker.session()
    session.create_consumer(QUEUE)

    def interrupted() -> None:
        raise KeyboardInterrupt

    broker.at("interrupt", interrupted)
    with pytest.raises(KeyboardInterrupt):
        session.close()
    assert broker.named("close subscription", "close link") == [("close subscription", QUEUE), ("close link",)]
    Task(connection_of(session).close).end()
    assert len(broker.named("close transport")) == 1
