"""The options that every transport takes, converted and checked once, when a connection factory is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Any, Final

from jmslike.errors import JMSError
from jmslike.instruments import Telemetry
from jmslike.message.serializers import JSONSerializer, ObjectSerializer
from jmslike.options import choice, factor, refuse, seconds, text, whole


@dataclass(frozen=True, slots=True)
class Settings:
    """The general options; durations in seconds."""

    client_id: str | None = None
    user_name: str | None = None
    password: str | None = field(default=None, repr=False)
    max_redeliveries: int = 6
    redelivery_delay: float = 0.0
    redelivery_backoff: float = 1.0
    dead_letter: str = "DLQ.{name}"
    window: int = 100
    max_in_flight: int = 1000
    connect_timeout: float = 10.0
    request_timeout: float = 30.0
    strict: bool = False
    object_serializer: ObjectSerializer = field(default_factory=JSONSerializer)
    telemetry: Telemetry | None = None


def _truth(name: str, value: Any) -> bool:
    return choice(name, str(value), {"true": True, "false": False})


def _dead_letter(name: str, value: Any) -> str:
    pattern = text(name, value)
    prefix, _, suffix = pattern.partition("{name}")
    if not {"{", "}"}.isdisjoint(prefix + suffix):
        refuse(name, value, "a queue's name, in which {name} may stand once and no other brace")
    return pattern


def _serializer(name: str, value: Any) -> ObjectSerializer:
    if not (callable(getattr(value, "encode", None)) and callable(getattr(value, "decode", None))):
        refuse(name, value, "an object with encode and decode, given as a keyword")
    return value  # type: ignore[no-any-return]


def _telemetry(name: str, value: Any) -> Telemetry:
    if not callable(getattr(value, "instruments", None)) or isinstance(value, type):
        refuse(name, value, "an object such as jmslike.telemetry.OpenTelemetry(), given as a keyword")
    return value  # type: ignore[no-any-return]


_CONVERTERS: Final[Mapping[str, Callable[[str, Any], Any]]] = {
    "client_id": text,
    "user_name": text,
    "password": text,
    "max_redeliveries": partial(whole, lowest=-1),
    "redelivery_delay": seconds,
    "redelivery_backoff": partial(factor, lowest=1),
    "dead_letter": _dead_letter,
    "window": partial(whole, lowest=1),
    "max_in_flight": partial(whole, lowest=1),
    "connect_timeout": partial(seconds, lowest=0.001),
    "request_timeout": partial(seconds, lowest=0.001),
    "strict": _truth,
    "object_serializer": _serializer,
    "telemetry": _telemetry,
}

GENERAL_OPTIONS: Final = tuple(item.name for item in fields(Settings))

WIRE_OPTIONS: Final = ("window", "connect_timeout", "request_timeout")
"""The general options that also go to the transport."""


def make_settings(given: Mapping[str, Any]) -> Settings:
    """Convert and check the general options. Raises JMSError that names the option and what it takes."""
    try:
        return Settings(**{name: _CONVERTERS[name](name, value) for name, value in given.items()})
    except ValueError as error:
        raise JMSError(str(error)) from error
