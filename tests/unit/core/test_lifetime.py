"""What keeps a connection alive: everything that an application can have of it. And what is freed with its last use."""

from __future__ import annotations

import gc
import os
import weakref
from collections.abc import Callable, Iterator

import pytest

from jmslike.connection import Connection
from jmslike.constants import SessionMode
from jmslike.context import JMSContext
from jmslike.errors import IllegalStateError
from jmslike.message import Message
from jmslike.session import Session
from jmslike.settings import make_settings
from tests.unit.core.fake import QUEUE, FakeBroker, FakeTransport, text


def connect(broker: FakeBroker) -> Connection:
    """Return a started connection that the broker does not keep."""
    connection = Connection(FakeTransport(broker), make_settings({}), broker.clock)
    connection.start()
    return connection


def receive(session: Session, broker: FakeBroker) -> Message | None:
    broker.put(text("a"))
    return session.create_consumer(QUEUE).receive(0)


def listen(session: Session, broker: FakeBroker) -> None:
    session.create_consumer(QUEUE).message_listener = print


KEPT: dict[str, Callable[[Session, FakeBroker], object]] = {
    "session": lambda session, broker: session,
    "consumer": lambda session, broker: session.create_consumer(QUEUE),
    "producer": lambda session, broker: session.create_producer(QUEUE),
    "browser": lambda session, broker: session.create_browser(QUEUE),
    "message": receive,
    "listener": listen,
}


@pytest.fixture
def closed_at_the_end() -> Iterator[list[weakref.ref[Connection]]]:
    made: list[weakref.ref[Connection]] = []
    yield made
    for reference in made:
        connection = reference()
        if connection is not None:
            connection.close()


@pytest.mark.parametrize("kept", KEPT)
def test_any_part_of_a_connection_keeps_it(
    broker: FakeBroker, closed_at_the_end: list[weakref.ref[Connection]], kept: str
) -> None:
    connection = connect(broker)
    closed_at_the_end.append(weakref.ref(connection))
    part = KEPT[kept](connection.create_session(), broker)
    del connection
    gc.collect()
    assert closed_at_the_end[0]() is not None
    assert (part is None) == (kept == "listener")


@pytest.mark.parametrize("make", ["create_producer", "create_consumer"])
def test_the_parts_of_a_context_keep_its_connection(
    broker: FakeBroker, closed_at_the_end: list[weakref.ref[Connection]], make: str
) -> None:
    context = JMSContext(connect(broker), SessionMode.AUTO_ACKNOWLEDGE)
    closed_at_the_end.append(weakref.ref(context._connection))
    part = context.create_producer() if make == "create_producer" else context.create_consumer(QUEUE)
    del context
    gc.collect()
    assert closed_at_the_end[0]() is not None
    assert part is not None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_does_not_acknowledge_a_message_that_its_parent_kept(
    broker: FakeBroker, closed_at_the_end: list[weakref.ref[Connection]]
) -> None:
    connection = connect(broker)
    closed_at_the_end.append(weakref.ref(connection))
    message = receive(connection.create_session(False, SessionMode.CLIENT_ACKNOWLEDGE), broker)
    assert message is not None
    del connection
    gc.collect()
    child = os.fork()
    if child == 0:
        try:
            message.acknowledge()
        except IllegalStateError:
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_what_is_closed_is_freed_with_its_last_reference(broker: FakeBroker) -> None:
    connection = connect(broker)
    session = connection.create_session()
    consumer, producer, browser = (
        session.create_consumer(QUEUE),
        session.create_producer(QUEUE),
        session.create_browser(QUEUE),
    )
    consumer.message_listener = print
    consumer.message_listener = None
    states = [weakref.ref(connection._state)]
    closed = weakref.ref(connection)
    for part in (consumer, producer, browser, session, connection):
        part.close()
    gc.disable()
    try:
        del consumer, producer, browser, session, connection, part
        assert closed() is None
        assert [state() for state in states] == [None]
    finally:
        gc.enable()


def test_a_connection_that_was_not_closed_is_reported(broker: FakeBroker) -> None:
    with pytest.warns(ResourceWarning, match="a connection to fake was never closed"):
        connect(broker)
