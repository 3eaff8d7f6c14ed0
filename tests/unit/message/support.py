"""What the tests of messages share: messages made as by a session, without one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from jmslike.destinations import Queue
from jmslike.message import DEFAULT_SERIALIZER, MESSAGE_TYPES, Message, ObjectSerializer, received_message
from jmslike.message.base import Owner
from jmslike.spi import Envelope

M = TypeVar("M", bound=Message)


class RecordingSession:
    """A session that notes what is acknowledged."""

    def __init__(self) -> None:
        self.acknowledged: list[int | None] = []
        self.message_types: Mapping[str, type[Message]] = MESSAGE_TYPES
        self.serializer: ObjectSerializer = DEFAULT_SERIALIZER

    def acknowledge(self, number: int | None) -> None:
        self.acknowledged.append(number)


def sent(message: Message, number: int = 1) -> Envelope:
    """Seal a message as send does: the envelope shares its body and properties."""
    envelope = Envelope.make(
        id=f"ID:{number}",
        destination=Queue("q"),
        kind=message.kind,
        body=message._seal(),
        timestamp=1_700_000_000_123,
        headers=message._headers,
        properties=message._properties,
        origin="me",
    )
    message._envelope = envelope
    return envelope


def delivered(message: M, *, session: Owner | None = None, attempts: int = 0, delivery: int = 1) -> M:
    """Send a message, and return what a receiver gets."""
    copy = received_message(sent(message), session or RecordingSession(), attempts, delivery)
    assert type(copy) is type(message)
    return copy
