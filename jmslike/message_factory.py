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

    __slots__ = ()

    message_types: ClassVar[Mapping[str, type[Message]]] = MESSAGE_TYPES
    """The class of each kind of message."""

    def _new(self, kind: str) -> Any:
        self._check_open()
        return new_message(self.message_types[kind])

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
        message: Message = self._new(Message.kind)
        return message

    def create_text_message(self, text: str | None = None) -> TextMessage:
        """Make a text message. Raises MessageFormatError if `text` is not a str."""
        message: TextMessage = self._new(TextMessage.kind)
        if text is not None:
            message.text = text
        return message

    def create_bytes_message(self) -> BytesMessage:
        """Make a bytes message, to be written to."""
        message: BytesMessage = self._new(BytesMessage.kind)
        return message

    def create_map_message(self) -> MapMessage:
        """Make a map message."""
        message: MapMessage = self._new(MapMessage.kind)
        return message

    def create_stream_message(self) -> StreamMessage:
        """Make a stream message, to be written to."""
        message: StreamMessage = self._new(StreamMessage.kind)
        return message

    def create_object_message(self, object: Any = None) -> ObjectMessage:  # noqa: A002 - the name of the contract
        """Make an object message. Raises MessageFormatError if the object cannot be encoded and come back equal."""
        message: ObjectMessage = self._new(ObjectMessage.kind)
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
