"""Limits of RabbitMQ for headers. Beyond them it closes the connection, or nothing can be written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from jmslike.codec import utf8
from jmslike.errors import MessageFormatError
from jmslike_transports.shared.rabbitmq import LONGEST_SHORT, is_finite, short

MOST_IN_HEADERS: Final = 100_000
"""Bytes. All headers together must fit into one frame of 128 KiB."""
_MOST_OF_A_NUMBER: Final = 16


def check_headers(headers: Mapping[str, Any]) -> None:
    """Raise MessageFormatError if RabbitMQ does not take these headers."""
    size = 0
    for name, value in headers.items():
        if short(name) is None:
            raise MessageFormatError(f"a name has at most {LONGEST_SHORT} bytes in AMQP, unlike {name!r}")
        if not is_finite(value):
            raise MessageFormatError(f"RabbitMQ takes finite numbers only: {name} is {value}")
        size += _size(name) + (_size(value) if isinstance(value, str) else _MOST_OF_A_NUMBER)
    if size > MOST_IN_HEADERS:
        raise MessageFormatError(
            f"headers of {size:,} bytes do not fit into AMQP's frames: the most is {MOST_IN_HEADERS:,}"
        )


def acceptable(headers: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return those of these headers that RabbitMQ takes; none if they are too long together."""
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
