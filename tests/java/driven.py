"""`jmslike.java` under the Python names: each of them calls the Java name. So the conformance suite runs through it."""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jmslike
import jmslike.java
from jmslike.destinations import Destination
from jmslike.java import endpoints
from jmslike.java.conversions import Enumeration
from jmslike.java.names import capitalized, java_method_name

_EXTENSIONS = {"converter", "without"}
"""Keywords that Java does not have."""
_OTHERS = {"read_bytes", "receive_object"}
"""What Java has in another form, which `tests/unit/java` shows, or not at all."""


def driven(kind: Any, **members: Any) -> Any:
    """Make a subclass whose Python names call the Java names."""
    core = next(base for base in kind.__mro__ if base.__module__.partition(".java")[1] == "" and base is not kind)
    for name in dir(core):
        member = inspect.getattr_static(core, name)
        if name.startswith("_") or name in members or name in _OTHERS:
            continue
        if isinstance(member, property):
            getter = next(
                each for each in (f"getJMS{capitalized(name)}", f"get{capitalized(name)}") if hasattr(kind, each)
            )
            members[name] = member if hasattr(core, f"set_{name}") else _attribute(name, member, getter)
        elif inspect.isfunction(member):
            java = next(
                each for each in (java_method_name(name), java_method_name(name, is_header=True)) if hasattr(kind, each)
            )
            members[name] = _method(member, getattr(kind, java))
    return type(kind)(kind.__name__, (kind,), {"__slots__": (), **members})


def _attribute(name: str, member: property, getter: str) -> property:
    setter = "set" + getter.removeprefix("get")

    def get(self: Any) -> Any:
        value = getattr(self, getter)()
        if name in ("time_to_live", "delivery_delay"):
            return value / 1000
        return list(value) if isinstance(value, Enumeration | set) else value

    def set_(self: Any, value: Any) -> None:
        getattr(self, setter)(_milliseconds(value) if name in ("time_to_live", "delivery_delay") else value)

    return property(get, None if member.fset is None else set_)


def _method(function: Callable[..., Any], java: Callable[..., Any]) -> Callable[..., Any]:
    signature = inspect.signature(function)
    durations = {name for name, each in signature.parameters.items() if "Duration" in str(each.annotation)}

    @functools.wraps(function)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        given = signature.bind(self, *args, **kwargs)
        if _EXTENSIONS & set(given.kwargs):
            return function(self, *args, **kwargs)
        last = list(given.arguments)[-1]
        given.apply_defaults()
        names = list(given.arguments)
        arguments = [_milliseconds(value) if name in durations else value for name, value in given.arguments.items()]
        return java(self, *arguments[1 : names.index(last) + 1])

    return call


def _milliseconds(value: Any) -> Any:
    if isinstance(value, timedelta):
        value = value.total_seconds()
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return math.ceil(value * 1000) if is_number else value


def _java(thing: Any) -> Any:
    """Return the class of Java's names that the class of the object drives."""
    return type(thing).__base__


def _receive(self: Any, timeout: Any = None) -> Any:
    if timeout is None:
        return _java(self).receive(self)
    wait = _milliseconds(timeout)
    return self.receiveNoWait() if wait == 0 and wait is not False else _java(self).receive(self, wait)


def _receive_body(self: Any, type: Any, timeout: Any = None) -> Any:  # noqa: A002
    if timeout is None:
        return self.receiveBody(type)
    wait = _milliseconds(timeout)
    return self.receiveBody(type, wait) if wait else jmslike.JMSConsumer.receive_body(self, type, 0)


def _send(
    self: Any,
    message: Any,
    *positional: Any,
    delivery_mode: Any = None,
    priority: Any = None,
    time_to_live: Any = None,
    destination: Any = None,
    completion_listener: Any = None,
) -> None:
    there = [] if destination is None else [destination]
    if isinstance(message, Destination) or (positional and not isinstance(positional[0], int | None)):
        there, (message, *positional) = [message], positional  # type: ignore[assignment]
    settings = [delivery_mode, priority, time_to_live]
    settings[: len(positional)] = positional
    if settings == [None] * 3:
        settings = []
    else:
        own = (self.getDeliveryMode(), self.getPriority(), self.timeToLive / 1000)
        settings = [mine if value is None else value for value, mine in zip(settings, own, strict=True)]
        settings[-1] = _milliseconds(settings[-1])
    listener = [] if completion_listener is None else [completion_listener]
    _java(self).send(self, *there, message, *settings, *listener)


MESSAGE_TYPES = {kind: driven(each) for kind, each in jmslike.java.Session.message_types.items()}
_RECEIVER = driven(endpoints.QueueReceiver, receive=_receive)
_SUBSCRIBER = driven(endpoints.TopicSubscriber, receive=_receive)
_PRODUCER = driven(endpoints.MessageProducer, send=_send)


def _consumer(session: Any, intake: Any, *rest: Any) -> Any:
    destination: Destination = intake.spec.destination
    return (_RECEIVER if destination.is_queue else _SUBSCRIBER)(session, intake, *rest)


class ConnectionFactory(jmslike.ConnectionFactory):
    """A factory of objects whose Python names call the Java names."""

    connection_type = driven(
        jmslike.java.Connection,
        session_type=driven(
            jmslike.java.Session,
            message_types=MESSAGE_TYPES,
            producer_type=_PRODUCER,
            consumer_type=staticmethod(_consumer),
            browser_type=driven(jmslike.java.QueueBrowser),
        ),
        meta_data_type=jmslike.java.ConnectionMetaData,
    )
    context_type = driven(
        jmslike.java.JMSContext,
        message_types=MESSAGE_TYPES,
        producer_type=driven(jmslike.java.JMSProducer),
        consumer_type=driven(jmslike.java.JMSConsumer, receive=_receive, receive_body=_receive_body),
    )
