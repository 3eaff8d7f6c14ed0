"""Messages of other JMS libraries: any object that has the attributes and methods of a message (section 3.12)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from inspect import getattr_static
from typing import Any, Protocol, TypeAlias

from jmslike.destinations import Destination
from jmslike.envelope import Envelope
from jmslike.errors import MessageEOFError, MessageFormatError
from jmslike.message.base import Message
from jmslike.message.bytes import BytesMessage
from jmslike.message.construction import new_message
from jmslike.message.map import MapMessage
from jmslike.message.object import ObjectMessage
from jmslike.message.serializers import ObjectSerializer
from jmslike.message.stream import StreamMessage
from jmslike.message.text import TextMessage

_MISSING = object()
_SET_BY_SEND = ("destination", "delivery_mode", "priority", "timestamp", "expiration", "delivery_time")


class HasProperties(Protocol):
    """A message of another library, with its properties as a mapping."""

    @property
    def properties(self) -> Mapping[str, Any]:
        """Names and values."""


class HasPropertyGetters(Protocol):
    """A message of another library, with Java's accessors."""

    @property
    def property_names(self) -> Iterable[str]:
        """The names."""

    def get_object_property(self, name: str, /) -> Any:
        """Return the value."""


AnyMessage: TypeAlias = "Message | HasProperties | HasPropertyGetters"
"""What is a message to `adopt`, as far as types can say."""


def adopt(message: object, serializer: ObjectSerializer | None = None) -> Message:
    """Return a message of jmslike: `message` itself if it is one, else a copy of a foreign message.

    A foreign message has `properties` (a mapping), or `property_names` and `get_object_property`. Its kind is that
    whose accessors it has: `text`, `object`, `map_names` and `get_object`, `body_length` and `read_bytes`, or
    `read_object`; a bare message has none of them. Of the headers those that a client sets are copied, except a
    foreign reply_to.

    Raises MessageFormatError for an object that is no message, or has values that a message cannot hold.
    """
    if isinstance(message, Message):
        return message
    foreign: Any = message
    if _has(message, "properties"):
        properties = dict(foreign.properties)
    elif _has(message, "property_names", "get_object_property"):
        properties = {name: foreign.get_object_property(name) for name in foreign.property_names}
    else:
        raise MessageFormatError(f"wanted a message, not {type(message).__name__}")
    ours = _body(foreign, serializer)
    ours.correlation_id = getattr(foreign, "correlation_id", None)
    ours.type = getattr(foreign, "type", None)
    reply_to = getattr(foreign, "reply_to", None)
    if isinstance(reply_to, Destination):
        ours.reply_to = reply_to
    ours.properties.update(properties)
    return ours


def stamp(foreign: Any, envelope: Envelope) -> None:
    """Copy the headers that send has set to the foreign message that was sent in this envelope (section 3.12)."""
    foreign.message_id = envelope.id
    for name in _SET_BY_SEND:
        setattr(foreign, name, getattr(envelope, name))


def _has(message: object, *names: str) -> bool:
    """Whether the object has these attributes; no property of it is run."""
    return all(getattr_static(message, name, _MISSING) is not _MISSING for name in names)


def _body(foreign: Any, serializer: ObjectSerializer | None) -> Message:
    """Make a message of the kind that the foreign one shows by its accessors, with its body."""
    if _has(foreign, "text"):
        text = new_message(TextMessage)
        text.text = foreign.text
        return text
    if _has(foreign, "object"):
        encoded = new_message(ObjectMessage)
        if serializer is not None:
            encoded._serializer = serializer
        encoded.object = foreign.object
        return encoded
    if _has(foreign, "map_names", "get_object"):
        items = new_message(MapMessage)
        for name in foreign.map_names:
            items.set_object(name, foreign.get_object(name))
        return items
    if _has(foreign, "read_bytes", "body_length"):
        octets = new_message(BytesMessage)
        foreign.reset()
        octets.write_bytes(foreign.read_bytes())
        return octets
    if _has(foreign, "read_object"):
        return _stream(foreign)
    return new_message(Message)


def _stream(foreign: Any) -> StreamMessage:
    stream = new_message(StreamMessage)
    foreign.reset()
    try:
        while True:
            stream.write_object(foreign.read_object())
    except MessageEOFError:
        return stream
