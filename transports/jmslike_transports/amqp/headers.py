"""What RabbitMQ takes as headers, and as short strings. Others end the connection, or cannot be written at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from jmslike.codec import utf8
from jmslike.errors import MessageFormatError
from jmslike_transports.shared.rabbitmq import LONGEST_SHORT

MOST_IN_HEADERS: Final = 100_000
"""Bytes; all headers have to go into one frame of 128 KiB."""
_MOST_OF_A_NUMBER: Final = 16


def short(text: str | bytes | None) -> str | None:
    """Give the text if it is one, and a short string."""
    if not isinstance(text, str):
        return None
    try:
        return text if _size(text) <= LONGEST_SHORT else None
    except MessageFormatError:
        return None


def is_finite(value: object) -> bool:
    """Tell whether the value is no number, or one that RabbitMQ takes."""
    return not isinstance(value, float) or value - value == 0


def check_headers(headers: Mapping[str, Any]) -> None:
    """Raise MessageFormatError if RabbitMQ does not take these headers."""
    size = 0
    for name, value in headers.items():
        if short(name) is None:
            raise MessageFormatError(f"AMQP takes no name of more than {LONGEST_SHORT} bytes, like {name!r}")
        if not is_finite(value):
            raise MessageFormatError(f"RabbitMQ takes no number that is not finite: {name} is {value}")
        size += _size(name) + (_size(value) if isinstance(value, str) else _MOST_OF_A_NUMBER)
    if size > MOST_IN_HEADERS:
        raise MessageFormatError(f"headers of more than {MOST_IN_HEADERS:,} bytes do not fit into AMQP's frames")


def acceptable(headers: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give those of these headers that RabbitMQ takes; none if they are too long together."""
    try:
        check_headers(headers)
    except MessageFormatError:
        fitting = {name: value for name, value in headers.items() if _is_acceptable(name, value)}
        return fitting if len(fitting) < len(headers) and acceptable(fitting) else {}
    return headers


def _is_acceptable(name: str, value: Any) -> bool:
    try:
        check_headers({name: value})
    except MessageFormatError:
        return False
    return True


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(utf8(text))
