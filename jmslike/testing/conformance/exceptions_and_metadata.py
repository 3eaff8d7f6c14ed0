"""The exception listener and the metadata of a connection (EXL, META)."""

from __future__ import annotations

import threading

import pytest

from jmslike import ConnectionLostError, IllegalStateError, InvalidDestinationError, JMSError
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
