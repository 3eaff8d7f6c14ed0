"""MessageFactory: what sessions and contexts make without the provider, messages and names of destinations. Beside it
MessageConverter, which makes messages with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, cast

from jmslike.destinations import Queue, Topic
from jmslike.message import (
    MESSAGE_TYPES,
    BytesMessage,
    MapMessage,
    Message,
    ObjectMessage,
    StreamMessage,
    TextMessage,
    new_message,
)
from jmslike.message.serializers import ObjectSerializer


class MessageFactory:
    """The `create_` methods for messages and destinations (sections 3.11 and 16.3.22).

    Each raises IllegalStateError when its session or context is closed.
    """

    __slots__ = ("_types",)

    message_types: ClassVar[Mapping[str, type[Any]]] = MESSAGE_TYPES
    """The class of each kind of message: that of `jmslike.message`, or a subclass of it."""

    def __init__(self) -> None:
        self._types = self.message_types  # in a slot, which is found faster for each message that is made

    def _check_open(self) -> None:
        raise NotImplementedError

    @property
    def _serializer(self) -> ObjectSerializer:
        raise NotImplementedError

    @property
    def object_serializer(self) -> ObjectSerializer:
        """The encoder of the bodies of object messages: JSON unless the connection factory has another."""
        self._check_open()
        return self._serializer

    def create_message(self) -> Message:
        """Make a message without a body (section 3.11)."""
        self._check_open()
        return new_message(self._types["message"])  # type: ignore[no-any-return]

    def create_text_message(self, text: str | None = None) -> TextMessage:
        """Make a text message. Raises MessageFormatError if `text` is not a str."""
        self._check_open()
        message: TextMessage = new_message(self._types["text"])
        if text is not None:
            message.text = text
        return message

    def create_bytes_message(self) -> BytesMessage:
        """Make a bytes message, to be written to."""
        self._check_open()
        return new_message(self._types["bytes"])  # type: ignore[no-any-return]

    def create_map_message(self) -> MapMessage:
        """Make a map message."""
        self._check_open()
        return new_message(self._types["map"])  # type: ignore[no-any-return]

    def create_stream_message(self) -> StreamMessage:
        """Make a stream message, to be written to."""
        self._check_open()
        return new_message(self._types["stream"])  # type: ignore[no-any-return]

    def create_object_message(self, object: Any = None) -> ObjectMessage:  # noqa: A002 - the name of the contract
        """Make an object message. Raises MessageFormatError if the object cannot be encoded and come back equal."""
        self._check_open()
        message: ObjectMessage = new_message(self._types["object"])
        message._serializer = self._serializer
        if object is not None:
            message.object = object
        return message

    def create_queue(self, name: str) -> Queue:
        """Return the queue of that name; nothing is created in the provider. Raises InvalidDestinationError."""
        self._check_open()
        return Queue(name)

    def create_topic(self, name: str) -> Topic:
        """Return the topic of that name; nothing is created in the provider. Raises InvalidDestinationError."""
        self._check_open()
        return Topic(name)


class MessageConverter(Protocol):
    """Turns an application's objects into messages and back (an extension). Those of `jmslike.converters` are some; any
    object with the two methods is one. Several threads may call it at once.
    """

    def to_message(self, object: Any, session: MessageFactory, /) -> Message:  # noqa: A002 - the name of the contract
        """Make a message with `session`, a session or a context. Raises MessageFormatError for another object."""

    def from_message(self, message: Message, /) -> Any:
        """Return the object, and leave the message as it is. Raises MessageFormatError for what cannot be read."""


def optional_converter(converter: object) -> MessageConverter | None:
    """Return a converter or None. Raises ValueError for what lacks its methods, and for a class of converters."""
    if converter is None:
        return None
    methods = (getattr(converter, name, None) for name in ("to_message", "from_message"))
    if isinstance(converter, type) or not all(map(callable, methods)):
        raise ValueError(f"a converter is an object with to_message and from_message, not {converter!r}")
    return cast("MessageConverter", converter)
