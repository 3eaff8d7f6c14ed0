"""The state of the link, and the listener that hears of it: what a transport reports that restores its link."""

from __future__ import annotations

import logging
import threading
from functools import partial
from queue import SimpleQueue
from typing import Any

import pytest

from jmslike.context import JMSContext
from jmslike.errors import ConnectionLostError, IllegalStateError
from jmslike.session import Session
from jmslike.spi import Events
from tests.unit.core.fake import PATIENCE, FakeBroker

LOSS = ConnectionLostError("the cable was cut")


class Listener:
    """Hears of both."""

    def __init__(self) -> None:
        self.heard: SimpleQueue[tuple[str, Any, str]] = SimpleQueue()

    def on_interrupted(self, error: Exception) -> None:
        self.heard.put(("interrupted", error, threading.current_thread().name))

    def on_restored(self, url: str) -> None:
        self.heard.put(("restored", url, threading.current_thread().name))


def events_of(broker: FakeBroker) -> Events:
    events = broker.transports[0].events
    assert events is not None
    return events


def test_the_listener_hears_of_both_on_the_thread_of_the_exception_listener(broker: FakeBroker) -> None:
    connection = broker.connect()
    listener = Listener()
    connection.link_listener = listener
    assert connection.link_listener is listener
    events_of(broker).interrupted(LOSS)
    events_of(broker).resumed("fake://two")
    thread = f"jmslike-exceptions-{connection._state.name}"
    assert listener.heard.get(timeout=PATIENCE) == ("interrupted", LOSS, thread)
    assert listener.heard.get(timeout=PATIENCE) == ("restored", "fake://two", thread)


def test_one_method_is_enough(broker: FakeBroker) -> None:
    restored: SimpleQueue[str] = SimpleQueue()

    class Restored:
        def on_restored(self, url: str) -> None:
            restored.put(url)

    broker.connect().link_listener = Restored()
    events_of(broker).interrupted(LOSS)
    events_of(broker).resumed("fake://two")
    assert restored.get(timeout=PATIENCE) == "fake://two"


def test_the_state_follows(broker: FakeBroker, caplog: pytest.LogCaptureFixture) -> None:
    connection = broker.connect()
    context = JMSContext(connection, Session.AUTO_ACKNOWLEDGE)
    states = [context.link_state]
    events = events_of(broker)
    for report in (
        partial(events.interrupted, LOSS),
        partial(events.resumed, "fake://two"),
        partial(events.lost, LOSS),
    ):
        report()
        states.append(connection.link_state)
    assert states == ["connected", "interrupted", "connected", "lost"]
    assert [record.levelno for record in caplog.records] == [logging.WARNING, logging.WARNING, logging.ERROR]


def test_a_context_has_the_listener_of_its_connection(broker: FakeBroker) -> None:
    connection = broker.connect()
    listener = Listener()
    JMSContext(connection, Session.AUTO_ACKNOWLEDGE).link_listener = listener
    assert connection.link_listener is listener
    JMSContext(connection, Session.AUTO_ACKNOWLEDGE).link_listener = None
    assert connection.link_listener is None


def test_what_cannot_be_a_listener_is_refused(broker: FakeBroker) -> None:
    class Deferring:
        async def on_restored(self, url: str) -> None: ...

    connection = broker.connect()
    for wrong in (print, Listener, object()):
        with pytest.raises(ValueError, match="a link listener is an object with"):
            connection.link_listener = wrong  # type: ignore[assignment]
    with pytest.raises(ValueError, match="on_restored of a link listener is a plain function, not the coroutine"):
        connection.link_listener = Deferring()


def test_nothing_is_reported_after_close(broker: FakeBroker) -> None:
    connection = broker.connect()
    listener = Listener()
    connection.link_listener = listener
    events = events_of(broker)
    connection.close()
    events.interrupted(LOSS)
    assert listener.heard.empty()
    with pytest.raises(IllegalStateError):
        _ = connection.link_state
    with pytest.raises(IllegalStateError):
        _ = connection.link_listener
