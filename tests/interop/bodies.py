"""Bodies of every kind, as the Java client of RabbitMQ carries them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from jmslike import Long
from tests.interop.values import ITEMS, TEXT

STREAMS = {"stream": ("stream", tuple(ITEMS.values())), "empty stream": ("stream", ())}
RELAYED = {
    "text": ("text", TEXT + "\0"),
    "null text": ("text", None),
    "empty text": ("text", ""),
    "big text": ("text", "ä" * 100_000),
    "bytes": ("bytes", bytes(range(256)) * 10),
    "empty bytes": ("bytes", b""),
    "bytes like a block": ("bytes", b"\x77\x03abc\x7a\x7f\xff\xff\xff"),
    "map": ("map", ITEMS),
    "empty map": ("map", {}),
    "null object": ("object", None),
    "message": ("message", None),
}
"""What a Java program can also send on; streams it cannot."""
SENT = {**STREAMS, **RELAYED}
"""What a Java program can send."""
LONG = (bytes(range(256)) * 20, "ä" * 100_000, Long(1), b"y")
FIRST = {"JMSXDeliveryCount": 1}
READ = {
    **SENT,
    "map of big values": ("map", dict(zip("abcd", LONG, strict=True))),
    "stream of big values": ("stream", LONG),
}
"""What a Java program reads."""


def each(bodies: Mapping[str, tuple[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("kind", "body"), bodies.values(), ids=bodies)
