"""JMSConsumer: the consumer of a JMSContext (section 8), a face over a MessageConsumer."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator
from typing import Any, Self, TypeVar

from jmslike.consumer import MessageConsumer
from jmslike.core.listener_calls import MessageListener
from jmslike.durations import Duration
from jmslike.errors import MessageFormatError
from jmslike.message import Message, StreamMessage
from jmslike.message_factory import MessageConverter

_Body = TypeVar("_Body")


class JMSConsumer:
    """Receives messages, or only their bodies. Iterating it receives until it is closed."""

    __slots__ = ("_consumer",)

    def __init__(self, consumer: MessageConsumer) -> None:
        self._consumer = consumer

    def receive(self, timeout: Duration | None = None) -> Message | None:
        """As `MessageConsumer.receive`."""
        return self._consumer._receive(timeout)

    def receive_no_wait(self) -> Message | None:
        """As `MessageConsumer.receive_no_wait`."""
        return self._consumer._receive(0)

    def receive_body(self, type: type[_Body], timeout: Duration | None = None) -> _Body | None:  # noqa: A002
        """Receive a message and return its body (section 8.6), waiting at most `timeout` (seconds or a timedelta).

        Returns None when the time is up or the consumer is closed meanwhile. Raises MessageFormatError for a message
        without a body, or with one that is not of the type; in the automatic modes the same message then comes next,
        as if it had not been received. Else as `receive`.
        """
        if not isinstance(type, builtins.type):
            raise ValueError(f"the type of a body is a class such as str, not {type!r}")
        return self._consumer._receive_reading(timeout, lambda message: _body(message, type))

    def receive_body_no_wait(self, type: type[_Body]) -> _Body | None:  # noqa: A002
        """Receive the next message's body if there is one now (section 8.6). Raises as `receive_body` does."""
        return self.receive_body(type, 0)

    def receive_object(self, timeout: Duration | None = None) -> Any:
        """As `MessageConsumer.receive_object`."""
        return self._consumer.receive_object(timeout)

    def instrumented(self, work: Callable[[Message], _Body]) -> Callable[[Message], _Body]:
        """As `MessageConsumer.instrumented`."""
        return self._consumer.instrumented(work)

    def __iter__(self) -> Iterator[Message]:
        return iter(self._consumer)

    @property
    def message_listener(self) -> MessageListener | None:
        """As `MessageConsumer.message_listener`."""
        return self._consumer.message_listener

    @message_listener.setter
    def message_listener(self, listener: MessageListener | None) -> None:
        self._consumer.message_listener = listener

    @property
    def converter(self) -> MessageConverter | None:
        """As `MessageConsumer.converter`."""
        return self._consumer.converter

    @property
    def message_selector(self) -> str | None:
        """As `MessageConsumer.message_selector`."""
        return self._consumer.message_selector

    def close(self) -> None:
        """As `MessageConsumer.close`."""
        self._consumer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def _body(message: Message, type: type[_Body]) -> _Body:  # noqa: A002
    try:
        body = None if isinstance(message, StreamMessage) else message.get_body(type)
    except MessageFormatError:
        body = None
    if body is None:
        raise MessageFormatError(f"{message!r} has no body of the type {type!r}; it is not acknowledged")
    return body
