"""What the tests of messages share: making messages as a session would, without one."""

from __future__ import annotations

from typing import Any, TypeVar

from jmslike.destinations import Queue
from jmslike.message import Message, received_message
from jmslike.spi import Envelope

M = TypeVar("M", bound=Message)


class RecordingSession:
    """Stands where a session would: it notes what is acknowledged."""

    _serializer: Any = None

    def __init__(self) -> None:
        self.acknowledged: list[Message] = []

    def _acknowledge(self, message: Message) -> None:
        self.acknowledged.append(message)


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


def delivered(message: M, *, session: Any = None, attempts: int = 0, delivery: int = 1) -> M:
    """Send a message and give what a receiver gets."""
    copy = received_message(sent(message), session, attempts, delivery)
    assert type(copy) is type(message)
    return copy
