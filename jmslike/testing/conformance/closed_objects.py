"""Closed objects (ERR, CONN-12, SESS-07): every method and getter except `close` raises IllegalStateError.

The members are read from the classes, so that no new method is left out.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial

import pytest

from jmslike import IllegalStateError, Session
from jmslike.capabilities import Feature
from jmslike.testing import Provider, requires

Maker = Callable[[Provider], object]


class Arguments:
    """A valid argument for every parameter that a method needs, by its name."""

    def __init__(self, jms: Provider) -> None:
        session = jms.connection().create_session()
        self._by_name: dict[str, object] = {
            "destination": jms.queue(),
            "queue": jms.queue(),
            "topic": jms.topic(),
            "message": session.create_message(),
            "body": "text",
            "name": "name",
            "shared_subscription_name": "name",
            "queue_name": "name",
            "topic_name": "name",
            "listener": None,
            "session_mode": Session.AUTO_ACKNOWLEDGE,
            "type": str,
            "value": 1,
            "work": print,
        }

    def call(self, thing: object, name: str) -> object:
        """Call the method of that name with valid arguments."""
        method = getattr(thing, name)
        needed = [
            self._by_name[parameter.name]
            for parameter in inspect.signature(method).parameters.values()
            if parameter.default is parameter.empty
            and parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        ]
        return method(*needed)


STILL_USABLE = {"close", "object_serializer"}
"""`object_serializer` is no JMS member: messages, which outlive their session, are still decoded by it."""

OBJECTS: dict[str, Maker] = {
    "Connection": lambda jms: jms.connection(),
    "Session": lambda jms: jms.connection().create_session(),
    "MessageProducer": lambda jms: jms.connection().create_session().create_producer(jms.queue()),
    "MessageConsumer": lambda jms: jms.connection().create_session().create_consumer(jms.queue()),
    "JMSContext": lambda jms: jms.context(),
    "JMSConsumer": lambda jms: jms.context().create_consumer(jms.queue()),
}


def members(thing: object) -> tuple[list[str], list[str], list[str]]:
    """Return the names of the methods, the getters and the setters of an object."""
    methods, getters, setters = [], [], []
    for name in dir(type(thing)):
        member = inspect.getattr_static(type(thing), name)
        if name in STILL_USABLE or name.startswith("_"):
            continue
        if isinstance(member, property):
            getters.append(name)
            if member.fset is not None:
                setters.append(name)
        elif inspect.isfunction(member):
            methods.append(name)
    return methods, getters, setters


def check_closed(jms: Provider, thing: object) -> None:
    """Check that every use of the object except close raises IllegalStateError."""
    arguments = Arguments(jms)
    methods, getters, setters = members(thing)
    calls: dict[str, Callable[[], object]] = {}
    for name in methods:
        calls[f"{name}()"] = partial(arguments.call, thing, name)
    for name in getters:
        calls[name] = partial(getattr, thing, name)
    for name in setters:
        calls[f"{name} ="] = partial(setattr, thing, name, None)
    assert calls
    for what, call in calls.items():
        with pytest.raises(IllegalStateError):
            pytest.fail(f"{type(thing).__name__}: {what} returned {call()!r}")
    thing.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("make", OBJECTS.values(), ids=OBJECTS.keys())
def test_a_closed_object_refuses_everything_but_close(jms: Provider, make: Maker) -> None:
    """CONN-12, SESS-07, PROD-18, CONS-10, CTX-08: every method, getter and setter raises IllegalStateError."""
    thing = make(jms)
    thing.close()  # type: ignore[attr-defined]
    check_closed(jms, thing)


@requires(Feature.BROWSE)
def test_a_closed_browser_refuses_everything_but_close(jms: Provider) -> None:
    """CONN-12, SESS-07, QB-05: every method and getter raises IllegalStateError."""
    browser = jms.connection().create_session().create_browser(jms.queue())
    browser.close()
    check_closed(jms, browser)


def test_closing_a_session_closes_what_it_made(jms: Provider) -> None:
    """SESS-07: its producers and consumers refuse everything except close."""
    session = jms.connection().create_session()
    parts = [session.create_producer(jms.queue()), session.create_consumer(jms.queue())]
    if jms.capabilities.supports(Feature.BROWSE):
        parts.append(session.create_browser(jms.queue()))
    session.close()
    for part in parts:
        check_closed(jms, part)


def test_closing_a_connection_closes_what_it_made(jms: Provider) -> None:
    """CONN-10, CONN-12: its sessions, producers, consumers and browsers refuse everything except close."""
    connection = jms.connection()
    session = connection.create_session()
    parts = [session, session.create_producer(jms.queue()), session.create_consumer(jms.queue())]
    if jms.capabilities.supports(Feature.BROWSE):
        parts.append(session.create_browser(jms.queue()))
    connection.close()
    for part in parts:
        check_closed(jms, part)


def test_closing_a_context_closes_what_it_made(jms: Provider) -> None:
    """CTX-08: its consumers refuse everything except close, and its producers send nothing."""
    context = jms.context()
    consumer, producer = context.create_consumer(jms.queue()), context.create_producer()
    context.close()
    check_closed(jms, consumer)
    with pytest.raises(IllegalStateError):
        producer.send(jms.queue(), "text")
    with pytest.raises(IllegalStateError):
        producer.priority = 5
