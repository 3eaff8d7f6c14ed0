"""Producers, consumers and browsers under Java names, with the types of JMS 1.0 for queues and for topics."""

# mypy: disable-error-code="override, call-overload"
# Java's overloads of `send` are others than Python's.

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias, overload

import jmslike
from jmslike.core.listener_calls import CompletionListener as PythonCompletionListener
from jmslike.destinations import Destination, Queue, Topic
from jmslike.java.conversions import Enumeration, duration, java_listener, python_listener
from jmslike.java.listeners import CompletionListener
from jmslike.java.messages import Message
from jmslike.java.names import java_names
from jmslike.message.foreign import AnyMessage

AnyCompletionListener: TypeAlias = "CompletionListener | PythonCompletionListener"


@java_names
class MessageProducer(jmslike.MessageProducer[Any]):
    """As `jmslike.MessageProducer`, with Java's overloads of `send`. Durations are milliseconds."""

    __slots__ = ()

    @overload
    def send(self, message: AnyMessage, completionListener: AnyCompletionListener = ..., /) -> None: ...

    @overload
    def send(
        self,
        message: AnyMessage,
        deliveryMode: int,
        priority: int,
        timeToLive: int,
        completionListener: AnyCompletionListener = ...,
        /,
    ) -> None: ...

    @overload
    def send(
        self, destination: Destination, message: AnyMessage, completionListener: AnyCompletionListener = ..., /
    ) -> None: ...

    @overload
    def send(
        self,
        destination: Destination,
        message: AnyMessage,
        deliveryMode: int,
        priority: int,
        timeToLive: int,
        completionListener: AnyCompletionListener = ...,
        /,
    ) -> None: ...

    def send(self, *arguments: Any) -> None:
        """Send a message. `timeToLive` is in milliseconds.

        Raises TypeError for other arguments, ValueError for a null among the settings or as the listener; else as
        `jmslike.MessageProducer.send`.
        """
        if len(arguments) < 2:
            super().send(*arguments)
            return
        destination, rest = (arguments[:1], arguments[1:]) if _begins_with_destination(arguments) else ((), arguments)
        message, *settings = rest
        listener: dict[str, Any] = {}
        if len(settings) in (1, 4):
            listener = {"completion_listener": python_listener(_given(settings.pop(), "completionListener"))}
        if len(settings) not in (0, 3):
            raise TypeError(
                "send() takes [destination,] message[, deliveryMode, priority, timeToLive][, completionListener]"
            )
        if settings:
            mode, priority, time_to_live = settings
            settings = [
                _given(mode, "deliveryMode"),
                _given(priority, "priority"),
                duration(_given(time_to_live, "timeToLive")),
            ]
        super().send(*destination, message, *settings, **listener)


def _begins_with_destination(arguments: tuple[Any, ...]) -> bool:
    first, second = arguments[:2]
    return isinstance(first, Destination) or isinstance(second, jmslike.Message) or (first is second is None)


def _given(value: Any, name: str) -> Any:
    if value is None:
        raise ValueError(f"nothing was sent: {name} is null")
    return value


@java_names
class QueueSender(MessageProducer):
    """A producer of messages for a queue (JMS 1.0)."""

    __slots__ = ()

    @property
    def queue(self) -> Queue | None:
        """The queue, or None for an unidentified sender."""
        return self.destination  # type: ignore[return-value]


@java_names
class TopicPublisher(MessageProducer):
    """A producer of messages for a topic (JMS 1.0)."""

    __slots__ = ()

    @property
    def topic(self) -> Topic | None:
        """The topic, or None for an unidentified publisher."""
        return self.destination  # type: ignore[return-value]

    publish = MessageProducer.send


@java_names
class MessageConsumer(jmslike.MessageConsumer):
    """As `jmslike.MessageConsumer`. Time-outs are milliseconds, and 0 waits forever."""

    __slots__ = ()


@java_names
class QueueReceiver(MessageConsumer):
    """A consumer of a queue (JMS 1.0)."""

    __slots__ = ()

    @property
    def queue(self) -> Queue:
        """The queue."""
        self._check_open()
        return self._intake.spec.destination  # type: ignore[return-value]


@java_names
class TopicSubscriber(MessageConsumer):
    """A consumer of a topic (JMS 1.0)."""

    __slots__ = ()

    @property
    def topic(self) -> Topic:
        """The topic."""
        self._check_open()
        return self._intake.spec.destination  # type: ignore[return-value]


@java_names
class QueueBrowser(jmslike.QueueBrowser):
    """As `jmslike.QueueBrowser`."""

    __slots__ = ()

    def getEnumeration(self) -> Enumeration[Message]:
        """Return a new look at the queue, oldest message first."""
        look: Iterator[Any] = iter(self)
        return Enumeration(look)

    enumeration = property(getEnumeration)


@java_names
class JMSProducer(jmslike.JMSProducer):
    """As `jmslike.JMSProducer`. Durations are milliseconds."""

    __slots__ = ()

    def getAsync(self) -> Any:
        """Return the completion listener, or None."""
        return java_listener(super().async_listener)

    def getPropertyNames(self) -> set[str]:
        """Return the names of the properties."""
        return set(super().property_names)

    propertyNames = property(getPropertyNames)


@java_names
class JMSConsumer(jmslike.JMSConsumer):
    """As `jmslike.JMSConsumer`. Time-outs are milliseconds, and 0 waits forever."""

    __slots__ = ()
