"""Messages: headers, properties and the six kinds of body (section 3)."""

from __future__ import annotations

from jmslike.message.base import BODY_LOCKED, PROPERTIES_LOCKED, Message
from jmslike.message.bytes import BytesMessage
from jmslike.message.construction import MESSAGE_TYPES, new_message, received_message
from jmslike.message.foreign import adopt
from jmslike.message.map import MapMessage
from jmslike.message.object import DEFAULT_SERIALIZER, ObjectMessage
from jmslike.message.serializers import JSONSerializer, ObjectSerializer, PickleSerializer
from jmslike.message.stream import StreamMessage
from jmslike.message.text import TextMessage

__all__ = [
    "BODY_LOCKED",
    "DEFAULT_SERIALIZER",
    "MESSAGE_TYPES",
    "PROPERTIES_LOCKED",
    "BytesMessage",
    "JSONSerializer",
    "MapMessage",
    "Message",
    "ObjectMessage",
    "ObjectSerializer",
    "PickleSerializer",
    "StreamMessage",
    "TextMessage",
    "adopt",
    "new_message",
    "received_message",
]
