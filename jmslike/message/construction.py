"""Construction of messages. The two functions run once for each message, so they call nothing and know no kind."""

from __future__ import annotations

from typing import Final, TypeVar

from jmslike.envelope import NO_HEADERS, NO_PROPERTIES, Envelope
from jmslike.message.base import BODY_LOCKED, PROPERTIES_LOCKED, Message, Owner
from jmslike.message.bytes import BytesMessage
from jmslike.message.map import MapMessage
from jmslike.message.object import ObjectMessage
from jmslike.message.stream import StreamMessage
from jmslike.message.text import TextMessage

M = TypeVar("M", bound=Message)

MESSAGE_TYPES: Final[dict[str, type[Message]]] = {
    each.kind: each for each in (Message, TextMessage, BytesMessage, MapMessage, StreamMessage, ObjectMessage)
}
"""The class of each kind of message."""

_LOCKED: Final = PROPERTIES_LOCKED | BODY_LOCKED


def new_message(cls: type[M]) -> M:
    """Make a new, empty message."""
    self = cls.__new__(cls)
    self._envelope = None
    self._headers = NO_HEADERS
    self._properties = NO_PROPERTIES
    self._body = cls._blank
    self._locked = 0
    self._position = 0
    self._owner = None
    self._attempts = -1
    self._delivery = 0
    return self


def received_message(envelope: Envelope, owner: Owner, attempts: int, delivery: int) -> Message:
    """Make the message that a receiver sees: read-only, with everything shared with the envelope.

    `attempts` are the hand-overs before this one, `delivery` is its number in the session's ledger.
    """
    cls = owner.message_types[envelope.kind]
    self = cls.__new__(cls)
    self._envelope = envelope
    self._headers = envelope.headers
    self._properties = envelope.properties
    self._body = envelope.body
    self._locked = _LOCKED
    self._position = 0
    self._owner = owner
    self._attempts = attempts
    self._delivery = delivery
    return self
