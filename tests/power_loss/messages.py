"""What the power-loss runs send, and how it is written."""

from __future__ import annotations

import random
from typing import Any

from native_engine.records import Matches
from tests.unit.engine.records import Limits

__all__ = ["Message", "MessageFormat"]

COLOURS = ("red", "blue")


class Message:
    """A record that is known by its key. `number` is its place in the order of sending."""

    __slots__ = ("colour", "constraints", "data", "key", "number", "origin", "persistent", "priority")

    def __init__(self, number: int, priority: int, colour: str, filling: bytes, persistent: bool) -> None:
        self.number = number
        self.key = f"{number}"
        self.priority = priority
        self.colour = colour
        self.origin: str | None = None
        self.constraints: Limits | None = None
        self.persistent = persistent
        self.data = b"%d %b" % (number, filling)

    @property
    def expiration(self) -> int:
        return self.constraints.expiration if self.constraints else 0

    @property
    def due(self) -> int:
        return self.constraints.due if self.constraints else 0

    def __repr__(self) -> str:
        return f"message {self.key}"


class MessageFormat:
    """Writes messages, and knows each again that it has written. Selectors are colours."""

    def __init__(self) -> None:
        self.known: dict[str, Message] = {}

    def is_persistent(self, record: Any) -> bool:
        return bool(record.persistent)

    def encode(self, record: Any) -> bytes:
        self.known[record.key] = record
        data: bytes = record.data
        return data

    def decode(self, data: bytes) -> Message:
        message = self.known.get(str(data.partition(b" ")[0], "ascii", "replace"))
        if message is None or message.data != data:
            raise AssertionError(f"nothing like this was ever sent: {data!r}")
        return message

    def matches(self, selector_text: str) -> Matches:
        return lambda record: bool(record.colour == selector_text)


def filling(chance: random.Random, segment_size: int) -> bytes:
    """Return a body: most are small, some take several sectors, and a few more than a segment."""
    length = chance.choice((0, 20, 100, 100, 400, 400, 1500, segment_size))
    return chance.randbytes(chance.randrange(length + 1)) if length < segment_size else chance.randbytes(length)
