"""Connections: closing them, and with them all that they made (CONN)."""

from __future__ import annotations

import gc

import pytest

from jmslike import IllegalStateError, InvalidDestinationError, Message, Session, TextMessage
from jmslike.capabilities import Feature
from jmslike.testing import Provider, requires
from jmslike.testing.steps import (
    Completions,
    Listener,
    Pause,
    answering,
    attempt_of,
    error_of,
    is_silent,
    put,
    still_runs,
    take,
    take_text,
    take_texts,
    text_of,
)


def test_a_second_close_of_a_connection_is_silent(jms: Provider) -> None:
    """CONN-11: close() twice raises nothing."""
    connection = jms.connection()
    connection.close()
    connection.close()


def test_messages_outlive_their_connection(jms: Provider) -> None:
    """CONN-13: they can still be read and changed, but acknowledge() raises IllegalStateError."""
    connection, queue = jms.connection(), jms.queue()
    session = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
    made = session.create_text_message("made")
    put(session, queue, "received")
    received = take(jms, session.create_consumer(queue))
    connection.close()
    made.text = "changed"
    assert made.text == "changed"
    assert text_of(received) == "received"
    assert isinstance(received, TextMessage)
    received.clear_body()
    received.text = "changed"
    assert received.text == "changed"
    with pytest.raises(IllegalStateError):
        received.acknowledge()


def test_a_connection_that_is_dropped_warns_and_gives_back(jms: Provider) -> None:
    """CONN-10: what it held comes to others, as if it had been closed."""
    queue = jms.queue()

    def take_and_drop() -> None:
        connection = jms.factory().create_connection()  # `jms.connection` would keep it
        connection.start()
        session = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
        put(session, queue, "first", "second")
        assert take_text(jms, session.create_consumer(queue)) == "first"

    def is_collected() -> bool:
        gc.collect()
        return len(warned) > 0

    take_and_drop()
    with pytest.warns(ResourceWarning, match="was never closed") as warned:
        jms.eventually(is_collected)  # a thread in which a call was made may hold it a moment longer
    consumer = jms.connection().create_session().create_consumer(queue)
    assert set(take_texts(jms, consumer, 2)) == {"first", "second"}


def test_closing_a_connection_ends_a_blocked_receive(jms: Provider) -> None:
    """CONN-14, CONN-15: receive() returns None, and close() waits until it has."""
    connection = jms.connection()
    consumer = connection.create_session().create_consumer(jms.queue())
    receiving = jms.in_thread(consumer.receive)
    assert still_runs(jms, receiving)
    connection.close()
    assert receiving.result() is None


def test_closing_a_stopped_connection_ends_a_blocked_receive(jms: Provider) -> None:
    """CONN-14: a receive that waits for start() ends too."""
    connection = jms.connection(start=False)
    consumer = connection.create_session().create_consumer(jms.queue())
    receiving = jms.in_thread(consumer.receive)
    assert still_runs(jms, receiving)
    connection.close()
    assert receiving.result() is None


def test_closing_a_connection_waits_for_a_running_listener(jms: Provider) -> None:
    """CONN-15: the listener can meanwhile still send, and its message is acknowledged."""
    connection, queue, replies = jms.connection(), jms.queue(), jms.queue()
    session = connection.create_session()
    pause = Pause(jms)

    def reply(_message: Message) -> None:
        pause()
        put(session, replies, "reply")

    session.create_consumer(queue).message_listener = Listener(jms, reply)
    other = jms.connection().create_session()
    put(other, queue, "request")
    pause.wait_until_reached()
    closing = jms.in_thread(connection.close)
    assert still_runs(jms, closing)
    pause.end()
    closing.result()
    assert pause.passed
    assert take_text(jms, other.create_consumer(replies)) == "reply"
    assert is_silent(jms, other.create_consumer(queue))


@requires(Feature.TRANSACTION)
def test_closing_a_connection_rolls_back(jms: Provider) -> None:
    """CONN-16: what an open transaction sent is gone, what it received is redelivered."""
    connection, queue, other_queue = jms.connection(), jms.queue(), jms.queue()
    session = connection.create_session(Session.SESSION_TRANSACTED)
    reader = jms.connection().create_session()
    put(reader, queue, "received")
    assert take_text(jms, session.create_consumer(queue)) == "received"
    put(session, other_queue, "sent")
    connection.close()
    assert take_text(jms, reader.create_consumer(queue)) == "received"
    assert is_silent(jms, reader.create_consumer(other_queue))


def test_closing_a_connection_acknowledges_nothing(jms: Provider) -> None:
    """CONN-17, SESS-11: messages that a CLIENT_ACKNOWLEDGE session did not acknowledge are redelivered, and marked."""
    connection, queue = jms.connection(), jms.queue()
    session = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
    put(session, queue, "1", "2", "3")
    assert take_texts(jms, session.create_consumer(queue), 2) == ["1", "2"]
    connection.close()
    consumer = jms.connection().create_session().create_consumer(queue)
    again = [take(jms, consumer) for _ in range(3)]
    assert [text_of(message) for message in again] == ["1", "2", "3"]
    assert [message.redelivered for message in again] == [True, True, False]


def test_closing_a_connection_in_its_listener_is_refused(jms: Provider) -> None:
    """CONN-18: close() called in a message listener of the same connection raises IllegalStateError."""
    connection, queue = jms.connection(), jms.queue()
    errors: list[Exception | None] = []
    listener = Listener(jms, lambda _: errors.append(error_of(connection.close)))
    connection.create_session().create_consumer(queue).message_listener = listener
    put(jms.connection().create_session(), queue, "1", "2")
    jms.eventually(lambda: len(errors) == 2)
    assert {type(error) for error in errors} == {IllegalStateError}


def test_closing_a_connection_in_its_completion_listener_is_refused(jms: Provider) -> None:
    """CONN-18: close() called in a completion listener of the same connection raises IllegalStateError."""
    connection, queue = jms.connection(), jms.queue()
    errors: list[Exception | None] = []
    completions = Completions(jms, lambda _: errors.append(error_of(connection.close)))
    session = connection.create_session()
    session.create_producer(queue).send(session.create_message(), completion_listener=completions)
    assert completions.next()[1] is None
    assert [type(error) for error in errors] == [IllegalStateError]


@requires(Feature.TEMPORARY)
def test_closing_a_connection_deletes_its_temporary_destinations(jms: Provider) -> None:
    """CONN-19: sending to one of them afterwards raises InvalidDestinationError."""
    connection = jms.connection()
    session = connection.create_session()
    destinations = [session.create_temporary_queue(), session.create_temporary_topic()]
    other = jms.connection().create_session()
    for destination in destinations:
        put(other, destination, "1")
    connection.close()
    for destination in destinations:
        with pytest.raises(InvalidDestinationError):
            put(other, destination, "2")


def test_with_closes_what_was_made(jms: Provider) -> None:
    """CONN-20: connection, session, producer and consumer are context managers, and close on an error too."""
    queue = jms.queue()
    with (
        jms.connection() as connection,
        connection.create_session() as session,
        session.create_producer(queue) as producer,
        session.create_consumer(queue) as consumer,
    ):
        pass
    assert answering({"producer": lambda: producer.priority, "consumer": consumer.receive_no_wait}) == []
    assert answering({"session": session.create_message, "connection": connection.start}) == []
    with pytest.raises(ZeroDivisionError), jms.connection() as connection, connection.create_session() as session:
        raise ZeroDivisionError
    assert answering({"session": session.create_message, "connection": connection.start}) == []


def test_with_closes_a_context(jms: Provider) -> None:
    """CONN-20: a context is a context manager."""
    with jms.context() as context:
        pass
    assert answering({"context": context.create_message}) == []


@requires(Feature.BROWSE)
def test_with_closes_a_browser(jms: Provider) -> None:
    """CONN-20: a browser is a context manager."""
    with jms.connection().create_session().create_browser(jms.queue()) as browser:
        pass
    assert answering({"browser": lambda: list(browser)}) == []


def test_a_message_that_was_redelivered_after_close_counts_its_attempts(jms: Provider) -> None:
    """RED-02, SESS-11: each recover, and each connection that closes without acknowledging, adds one delivery."""
    queue = jms.queue()
    put(jms.connection().create_session(), queue, "1")
    attempts = []
    for _ in range(2):
        connection = jms.connection()
        session = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
        consumer = session.create_consumer(queue)
        attempts.append(attempt_of(take(jms, consumer)))
        session.recover()
        attempts.append(attempt_of(take(jms, consumer)))
        connection.close()
    assert attempts == [(False, 1), (True, 2), (True, 3), (True, 4)]
