"""The exception listener and the metadata of a connection (EXL, META)."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from jmslike import ConnectionLostError, IllegalStateError, InvalidDestinationError, JMSError, Queue, Session
from jmslike.capabilities import Feature
from jmslike.testing import Provider
from jmslike.testing.steps import error_of, put


class Errors:
    """An exception listener that keeps the errors."""

    def __init__(self) -> None:
        self.seen: list[JMSError] = []

    def __call__(self, error: JMSError) -> None:
        self.seen.append(error)


def test_the_exception_listener_is_what_was_set(jms: Provider) -> None:
    """EXL-01: None until it is set, then the same object; None removes it."""
    connection, listener = jms.connection(), Errors()
    assert connection.exception_listener is None
    connection.exception_listener = listener
    assert connection.exception_listener is listener
    connection.exception_listener = None
    assert connection.exception_listener is None


def test_a_lost_connection_is_reported_once(jms: Provider) -> None:
    """EXL-02: the listener gets one JMSError for a loss that is found while no call waits."""
    connection, listener = jms.connection(), Errors()
    connection.exception_listener = listener
    consumer = connection.create_session().create_consumer(jms.queue())
    jms.cut()
    jms.eventually(lambda: listener.seen)
    with pytest.raises(ConnectionLostError):
        consumer.receive(jms.patience)
    assert len(listener.seen) == 1
    assert isinstance(listener.seen[0], ConnectionLostError)


def test_whatever_needs_a_lost_connection_says_that_it_is_lost(jms: Provider) -> None:
    """EXL-02: ConnectionLostError each time, with what to do; what needs no connection still works, and so does close.

    So an application that goes on in spite of the loss never waits for messages that cannot come.
    """
    connection, unused, listener = jms.connection(), jms.connection(start=False), Errors()
    topic, queue = jms.topic(), jms.queue()
    session = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
    consumer, producer = session.create_consumer(queue), session.create_producer(queue)
    producer.send(session.create_text_message("held"))
    held = consumer.receive(jms.patience)
    assert held is not None
    connection.exception_listener = unused.exception_listener = listener
    jms.cut()
    jms.eventually(lambda: len(listener.seen) == 2)
    with pytest.raises(ConnectionLostError):
        unused.client_id = jms.name("client")
    calls: dict[str, Callable[[], object]] = {
        "create_session": connection.create_session,
        "create_session(0)": lambda: unused.create_session(Session.SESSION_TRANSACTED),
        "start": connection.start,
        "send": lambda: producer.send(session.create_message()),
        "receive": consumer.receive,
        "receive_no_wait": consumer.receive_no_wait,
        "acknowledge": held.acknowledge,
        "recover": session.recover,
        "message_listener": lambda: setattr(consumer, "message_listener", print),
        "create_producer": session.create_producer,
        "create_producer(queue)": lambda: session.create_producer(queue),
        "create_consumer": lambda: session.create_consumer(topic),
    }
    if jms.capabilities.supports(Feature.BROWSE):
        calls["create_browser"] = lambda: session.create_browser(queue)
    if jms.capabilities.supports(Feature.TEMPORARY):
        calls["create_temporary_queue"] = session.create_temporary_queue
        calls["create_temporary_topic"] = session.create_temporary_topic
    if jms.capabilities.supports(Feature.DURABLE_SUBSCRIPTION):
        calls["unsubscribe"] = lambda: session.unsubscribe("name")
    for name, call in [*calls.items()] * 2:
        found = error_of(call)
        assert isinstance(found, ConnectionLostError), f"{name}: {found!r}"
        assert "connection" in str(found), f"{name}: {found}"
    message = session.create_text_message("text")
    message.set_int_property("n", 1)
    assert session.create_queue("q") == Queue("q")
    for each in (consumer, producer, session, connection, unused):
        each.close()


def test_a_rollback_on_a_lost_connection_says_that_it_is_lost(jms: Provider) -> None:
    """EXL-02: as commit does; then the transaction is empty."""
    connection, listener = jms.connection(), Errors()
    session = connection.create_session(Session.SESSION_TRANSACTED)
    put(session, jms.queue(), "never sent")
    connection.exception_listener = listener
    jms.cut()
    jms.eventually(lambda: listener.seen)
    for call in (session.rollback, session.commit):
        with pytest.raises(ConnectionLostError, match="transaction rolled back: nothing was sent"):
            call()


def test_an_error_raised_to_the_caller_is_not_reported_again(jms: Provider) -> None:
    """EXL-03: the listener gets no errors that calls raised."""
    connection, listener = jms.connection(), Errors()
    connection.exception_listener = listener
    session = connection.create_session()
    with pytest.raises(InvalidDestinationError):
        session.create_consumer(None)  # type: ignore[arg-type]
    with pytest.raises(IllegalStateError):
        session.commit()
    connection.close()
    assert listener.seen == []


def test_the_exception_listener_may_close_its_connection(jms: Provider) -> None:
    """EXL-05: it may call any method, also close(), without a deadlock; the calls of one connection never overlap."""
    connection = jms.connection()
    threads: set[str] = set()
    outcome: list[Exception | None] = []

    def listener(_error: JMSError) -> None:
        threads.add(threading.current_thread().name)
        outcome.append(error_of(connection.close))

    connection.exception_listener = listener
    put(connection.create_session(), jms.queue(), "1")
    jms.cut()
    jms.eventually(lambda: outcome)
    assert outcome == [None]
    assert threading.current_thread().name not in threads


def test_metadata_tells_the_version_of_the_specification(jms: Provider) -> None:
    """META-01: version 3.1 of JMS, and the provider's name and version with its numbers."""
    data = jms.connection().meta_data
    assert (data.jms_version, data.jms_major_version, data.jms_minor_version) == ("3.1", 3, 1)
    assert isinstance(data.jms_provider_name, str)
    assert data.jms_provider_name
    assert isinstance(data.provider_version, str)
    numbers = [data.provider_major_version, data.provider_minor_version]
    assert [type(number) for number in numbers] == [int, int]
    assert data.provider_version.startswith(str(data.provider_major_version))


def test_metadata_lists_the_jmsx_properties(jms: Provider) -> None:
    """META-02: at least JMSXGroupID, JMSXGroupSeq and JMSXDeliveryCount, and JMSX names only."""
    names = jms.connection().meta_data.jmsx_property_names
    assert isinstance(names, list)
    assert {"JMSXGroupID", "JMSXGroupSeq", "JMSXDeliveryCount"} <= set(names)
    assert all(name.startswith("JMSX") for name in names)
