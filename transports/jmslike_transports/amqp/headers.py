"""The headers of a message that RabbitMQ takes, for those that it may lack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jmslike.errors import MessageFormatError
from jmslike_transports.shared.rabbitmq import check_headers


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
