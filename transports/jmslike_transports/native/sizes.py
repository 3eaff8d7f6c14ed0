"""What a message counts for in a limit of bytes."""

from __future__ import annotations

from typing import Final

from jmslike.spi import Envelope

__all__ = ["size_of"]


_HEADERS_SIZE: Final = 100  # bytes: those that every message has


def size_of(envelope: Envelope) -> int:
    """Estimate the bytes of a message: its body and properties, and a fixed part for the headers."""
    body = envelope.body
    if body is None:
        size = 0
    elif isinstance(body, bytes):
        size = len(body)
    elif isinstance(body, str):
        size = _text_size(body)
    else:
        size = sum(map(_value_size, body.items() if isinstance(body, dict) else body))
    if envelope.properties:
        size += sum(map(_value_size, envelope.properties.items()))
    return _HEADERS_SIZE + size


def _value_size(value: object) -> int:
    if isinstance(value, tuple):
        return sum(map(_value_size, value))
    if isinstance(value, str):
        return _text_size(value)
    return len(value) if isinstance(value, bytes) else 8


def _text_size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
