"""How several transports put into words what their wires have no form for, and how they read it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from jmslike.destinations import Destination, Queue, TemporaryQueue, TemporaryTopic, Topic

KINDS: Final[Mapping[str, type[Destination]]] = {
    "queue": Queue,
    "topic": Topic,
    "temp-queue": TemporaryQueue,
    "temp-topic": TemporaryTopic,
}
"""Kinds of destinations, by the word for them."""
KIND_NAMES: Final[Mapping[type[Destination], str]] = {kind: name for name, kind in KINDS.items()}

_LATEST: Final = 2**53
"""No clock will ever show what is beyond, in milliseconds since the epoch."""


def moment(milliseconds: int) -> int:
    """Give a time since the epoch, or 0 for none if no clock will ever show it: that could not be sent on."""
    return milliseconds if 0 <= milliseconds <= _LATEST else 0


def octets_of(text: str) -> bytes | str:
    """Give the bytes that the text spells in hexadecimal digits, or the text itself if those are none."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return text
