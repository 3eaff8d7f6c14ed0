"""What each value in a line of an export may be. An error names the value, and says what it has to be."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from jmslike import selector
from jmslike.codec import decode_items
from jmslike.errors import InvalidSelectorError, MessageFormatError
from jmslike_transports.native.head import LATEST, MOST_MILLISECONDS, destination_of
from native_engine import TEMPORARY_PREFIX

__all__ = ["BODIES", "DURABLE_SUBSCRIPTION", "MESSAGE", "WAITING", "check", "check_items", "check_properties"]

Kind = tuple[Callable[[Any], bool], str]
"""Whether a value is of the kind, and what that is called."""

_MOST_ATTEMPTS: Final = (1 << 31) - 2
"""JMSXDeliveryCount, which is one more, is an int of 32 bits."""


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_lasting(value: Any) -> bool:
    return isinstance(value, str) and value != "" and not value.startswith(TEMPORARY_PREFIX)


def _is_whole(least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: value.__class__ is int and least <= value <= most


def _is_moment(value: Any) -> bool:
    return value.__class__ in (int, float) and -LATEST < value < LATEST


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool)


def _is_address(value: Any) -> bool:
    try:
        destination_of(value)
    except ValueError:
        return False
    return True


def _is_base64(value: Any) -> bool:
    try:
        return bool(base64.b64encode(base64.b64decode(value, validate=True)).decode() == value)
    except (ValueError, TypeError):
        return False


def _is_selector(value: Any) -> bool:
    try:
        selector.parse(value)
    except InvalidSelectorError:
        return False
    return True


def _or_null(kind: Kind) -> Kind:
    fits, what = kind
    return lambda value: value is None or fits(value), f"{what} or null"


_TEXT: Final[Kind] = _is_text, "a text"
_NAME: Final[Kind] = _is_name, "a text that is not empty"
_LASTING: Final[Kind] = _is_lasting, "a name: a text that is not empty, and does not begin as temporary ones do"
_ADDRESS: Final[Kind] = _is_address, "a destination such as queue://orders"
_TIME: Final[Kind] = (
    _is_whole(0, MOST_MILLISECONDS),
    f"a whole number of milliseconds, 0 to {MOST_MILLISECONDS:,}",
)
_TRUTH: Final[Kind] = _is_truth, "true or false"
_BASE64: Final[Kind] = _is_base64, "base64"
_OBJECT: Final[Kind] = (lambda value: isinstance(value, dict)), "a JSON object"
_LIST: Final[Kind] = (lambda value: isinstance(value, list)), "a JSON list"
_TEXTS: Final[Kind] = (
    lambda value: isinstance(value, list) and all(map(_is_text, value)) and len(set(value)) == len(value)
), "a list of texts that differ"  # fmt: skip
_SELECTOR: Final[Kind] = (lambda value: _is_text(value) and _is_selector(value)), "a selector"

BODIES: Final[Mapping[str, Kind]] = {
    "text": _or_null(_TEXT),
    "bytes": _BASE64,
    "object": _or_null(_BASE64),
    "map": _OBJECT,
    "stream": _LIST,
}
"""The bodies of the kinds that have one."""
_MESSAGES: Final = ("message", *BODIES)

MESSAGE: Final[Mapping[str, Kind]] = {
    "id": _TEXT,
    "destination": _ADDRESS,
    "delivery_mode": (_is_whole(1, 2), "1 or 2"),
    "origin": _or_null(_TEXT),
    "sent_at": (_is_moment, "a number of seconds since the epoch"),
    "priority": (_is_whole(0, 9), "a whole number of 0 to 9"),
    "kind": ((lambda value: _is_text(value) and value in _MESSAGES), f"one of {', '.join(_MESSAGES)}"),
    "expiration": _TIME,
    "due": _TIME,
    "group": _or_null(_NAME),
    "closes_group": _TRUTH,
    "correlation_id": _or_null(_TEXT),
    "correlation_id_bytes": _or_null(_BASE64),
    "reply_to": _or_null(_ADDRESS),
    "type": _or_null(_TEXT),
    "properties": _OBJECT,
    "property_types": _TEXT,
    "spelled": _TEXTS,
    "body": ((lambda value: True), "a body"),
    "body_types": _TEXT,
}  # fmt: skip
WAITING: Final[Mapping[str, Kind]] = {
    "queue": _LASTING,
    "subscription": _NAME,
    "unknown": _TEXT,
    "client_id": _or_null(_NAME),
    "attempts": (_is_whole(0, _MOST_ATTEMPTS), f"a whole number of 0 to {_MOST_ATTEMPTS:,}"),
    "until": _TIME,
}
DURABLE_SUBSCRIPTION: Final[Mapping[str, Kind]] = {
    "durable_subscription": _NAME,
    "client_id": _or_null(_NAME),
    "topic": _LASTING,
    "shared": _TRUTH,
    "selector": _or_null(_SELECTOR),
    "excluded_origin": _or_null(_TEXT),
}

_NUMBER: Final = (int, float)
_NOT_FINITE: Final = frozenset({"NaN", "Infinity", "-Infinity"})
_TYPES: Final[Mapping[str, tuple[tuple[type, ...], str]]] = {
    "z": ((bool,), "boolean"),
    "b": ((int,), "byte (an integer of 8 bits)"),
    "s": ((int,), "short (an integer of 16 bits)"),
    "i": ((int,), "int (an integer of 32 bits)"),
    "l": ((int,), "long (an integer of 64 bits)"),
    "f": (_NUMBER, "float (a number of single precision)"),
    "d": (_NUMBER, "double (a number)"),
    "S": ((str,), "String (a text)"),
    "n": ((type(None),), "null"),
    "c": ((str,), "char (one character up to U+FFFF)"),
    "x": ((str,), "text of bytes in base64"),
}
"""The letters, each with how JSON holds such a value, and with what it is called."""
_PROPERTY_TYPES: Final = "zbsilfdSn"


def check(values: Mapping[str, Any], kinds: Mapping[str, Kind]) -> None:
    """Raise ValueError unless all values are known, and of their kinds."""
    for name, value in values.items():
        if name not in kinds:
            raise ValueError(f"{name} is not known here")
        fits, what = kinds[name]
        if not fits(value):
            raise ValueError(f"{name} is not {what}")


def check_properties(document: Mapping[str, Any]) -> None:
    """Raise ValueError unless the properties, if any, are such, and what is said of them is true."""
    properties, letters = document.get("properties", {}), document.get("property_types", "")
    check_items("properties", properties.items(), "property_types", letters, _PROPERTY_TYPES)
    for name in document.get("spelled", ()):
        if not isinstance(properties.get(name), str):
            raise ValueError(f"spelled names {name!r}, which is no property that is a text")


def check_items(
    field: str, items: Iterable[tuple[object, Any]], types: str, letters: str, known: str = "".join(_TYPES)
) -> None:
    """Raise ValueError unless the letters say the types of the items of this field, and each is of its type."""
    items = list(items)
    if len(letters) != len(items):
        raise ValueError(f"{types} has to have a letter for each of {field}: {len(items):,}, not {len(letters):,}")
    for (name, value), letter in zip(items, letters, strict=True):
        if letter not in known:
            raise ValueError(f"{types} has {letter!r}, which is none of {', '.join(known)}")
        if not _is_of_type(value, letter):
            raise ValueError(f"{field}: {name!r} is no {_TYPES[letter][1]}")


def _is_of_type(value: Any, letter: str) -> bool:
    if letter in "fd" and value.__class__ is str:
        return value in _NOT_FINITE
    if value.__class__ not in _TYPES[letter][0]:
        return False
    if letter == "x":
        return _is_base64(value)
    try:
        (item,) = decode_items("stream", [value], letter)
    except (ValueError, MessageFormatError):
        return False
    return letter not in "fd" or item - item == 0  # a number that is too large became an infinity
