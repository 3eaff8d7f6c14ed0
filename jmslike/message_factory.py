"""What sessions and contexts make without asking the provider: messages, and names of destinations."""

from __future__ import annotations

from typing import Any

from jmslike.destinations import Queue, Topic
from jmslike.message import BytesMessage, MapMessage, Message, ObjectMessage, StreamMessage, TextMessage, new_message
from jmslike.message.serializers import ObjectSerializer


class MessageFactory:
    """The factories of messages and destinations (sections 3.11 and 16.3.22), each of which raises IllegalStateError
    when its session or context is closed."""

    __slots__ = ()

    def _check_open(self) -> None:
        raise NotImplementedError

    @property
    def _serializer(self) -> ObjectSerializer:
        raise NotImplementedError

    @property
    def object_serializer(self) -> ObjectSerializer:
        """What encodes and decodes the bodies of object messages: JSON unless the factory was given another."""
        self._check_open()
        return self._serializer

    def create_message(self) -> Message:
        """Make a message without a body (section 3.11)."""
        self._check_open()
        return new_message(Message)

    def create_text_message(self, text: str | None = None) -> TextMessage:
        """Make a text message. Raises MessageFormatError if `text` is not a str."""
        self._check_open()
        message = new_message(TextMessage)
        if text is not None:
            message.text = text
        return message

    def create_bytes_message(self) -> BytesMessage:
        """Make a bytes message, to be written to."""
        self._check_open()
        return new_message(BytesMessage)

    def create_map_message(self) -> MapMessage:
        """Make a map message."""
        self._check_open()
        return new_message(MapMessage)

    def create_stream_message(self) -> StreamMessage:
        """Make a stream message, to be written to."""
        self._check_open()
        return new_message(StreamMessage)

    def create_object_message(self, object: Any = None) -> ObjectMessage:  # noqa: A002 - the name of the contract
        """Make an object message. Raises MessageFormatError if the object cannot be encoded and come back equal."""
        self._check_open()
        message = new_message(ObjectMessage)
        message._serializer = self._serializer
        if object is not None:
            message.object = object
        return message

    def create_queue(self, name: str) -> Queue:
        """Give the queue of that name; this creates nothing in the provider. Raises InvalidDestinationError."""
        self._check_open()
        return Queue(name)

    def create_topic(self, name: str) -> Topic:
        """Give the topic of that name; this creates nothing in the provider. Raises InvalidDestinationError."""
        self._check_open()
        return Topic(name)
