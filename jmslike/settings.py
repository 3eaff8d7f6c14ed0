"""The options that every transport takes, checked once when a factory is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

from jmslike.core.redelivery import RedeliveryPolicy
from jmslike.errors import JMSError
from jmslike.message.serializers import JSONSerializer, ObjectSerializer


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
    object_serializer: ObjectSerializer = field(default_factory=JSONSerializer)

    @property
    def redelivery(self) -> RedeliveryPolicy:
        """The part that concerns redelivery."""
        return RedeliveryPolicy(self.max_redeliveries, self.redelivery_delay, self.redelivery_backoff, self.dead_letter)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a str")
    return value


def _dead_letter(value: Any) -> str:
    text = _text(value)
    prefix, _, suffix = text.partition("{name}")
    if not {"{", "}"}.isdisjoint(prefix + suffix):
        raise ValueError("a queue's name, in which {name} may stand once and no other brace")
    return text


def _whole(least: int) -> Callable[[Any], int]:
    def convert(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, (int, str)):
            raise ValueError("a whole number")
        number = int(value)
        if number < least:
            raise ValueError(f"a whole number of at least {least}")
        return number

    return convert


def _number(least: float) -> Callable[[Any], float]:
    def convert(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise ValueError("a number")
        number = float(value)
        if not least <= number < float("inf"):
            raise ValueError(f"a number of at least {least:g}")
        return number

    return convert


def _serializer(value: Any) -> ObjectSerializer:
    if not (callable(getattr(value, "encode", None)) and callable(getattr(value, "decode", None))):
        raise ValueError("an object with encode and decode, given as a keyword")
    return value  # type: ignore[no-any-return]


_CONVERTERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "client_id": _text,
    "user_name": _text,
    "password": _text,
    "max_redeliveries": _whole(-1),
    "redelivery_delay": _number(0),
    "redelivery_backoff": _number(1),
    "dead_letter": _dead_letter,
    "window": _whole(1),
    "max_in_flight": _whole(1),
    "connect_timeout": _number(0.001),
    "request_timeout": _number(0.001),
    "object_serializer": _serializer,
}

GENERAL_OPTIONS: Final = tuple(item.name for item in fields(Settings))

WIRE_OPTIONS: Final = ("connect_timeout", "request_timeout")
"""The general options that a transport is told of."""


def make_settings(given: Mapping[str, Any]) -> Settings:
    """Convert and check the general options. Raises JMSError that names the option and what it takes."""
    converted = {}
    for name, value in given.items():
        try:
            converted[name] = _CONVERTERS[name](value)
        except ValueError as error:
            shown = "something else" if name == "password" else repr(value)
            raise JMSError(f"option {name} is {shown}, but it takes {_expected(name, error)}") from error
    return Settings(**converted)


def _expected(name: str, error: ValueError) -> str:
    text = str(error)
    return text if text.startswith(("a ", "an ")) else f"a number ({text})"
