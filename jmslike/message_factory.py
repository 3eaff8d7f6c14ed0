"""MessageFactory: what sessions and contexts make without the provider, messages and names of destinations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

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
