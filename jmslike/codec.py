"""Envelopes as text headers and bytes, for every wire that has nothing richer.

Properties travel as strings in Java's spelling, under their own names, so that any peer can read them. One property
more, `jmslike_types`, has their types for another jmslike, also of strings that could be numbers or booleans. So what
it does not name came from elsewhere, or reads as a string only.

A text or bytes body travels as it is. The other bodies travel in JSON: `jmslike_kind` has the kind, and `jmslike_items`
the type of each item in one letter: z boolean, b byte, s short, i int, l long, f float, d double, c char, S String,
x bytes, n null.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from jmslike.envelope import NO_PROPERTIES
from jmslike.errors import MessageFormatError
from jmslike.values import Byte, Char, Float, Long, PropertyValue, Short, conversion, natural_integer
from jmslike.values.spelled import is_ambiguous, spelled_names, without_types

TYPES: Final = "jmslike_types"
KIND: Final = "jmslike_kind"
ITEMS: Final = "jmslike_items"

_LETTERS: Final[Mapping[type, str]] = {
    bool: "z",
    Byte: "b",
    Short: "s",
    int: "i",
    Long: "l",
    Float: "f",
    float: "d",
    Char: "c",
    str: "S",
    bytes: "x",
    type(None): "n",
}

_READERS: Final[Mapping[str, Callable[[str], PropertyValue]]] = {
    "z": conversion.to_boolean,
    "b": lambda text: Byte(conversion.to_byte(text)),
    "s": lambda text: Short(conversion.to_short(text)),
    "i": conversion.to_int,
    "l": lambda text: Long(conversion.to_long(text)),
    "f": lambda text: Float(conversion.to_float(text)),
    "d": conversion.to_double,
}

_SAME_IN_JSON: Final = frozenset({str, int, bool, type(None)})


_FROM_JSON: Final[Mapping[str, tuple[type, Callable[[Any], PropertyValue]]]] = {
    "z": (bool, bool),
    "b": (int, Byte),
    "s": (int, Short),
    "i": (int, lambda value: conversion.to_int(natural_integer(value))),
    "l": (int, Long),
    "f": (float, Float),
    "d": (float, float),
}
"""How JSON holds most values of a type, and what makes one of it. Others are texts."""
_SAME: Final[Mapping[str, str]] = {}


def java_text(value: PropertyValue) -> str:
    """Return a value in Java's spelling: true, 127, 1.0E10; a null is empty."""
    return conversion.to_string(value) or ""


def encode_properties(
    properties: Mapping[str, PropertyValue],
    names: Mapping[str, str] = _SAME,
    written: Callable[[PropertyValue], Any] = java_text,
) -> dict[str, Any]:
    """Return the properties as strings, with `jmslike_types` if any is not a String or does not look like one.

    `names` has the names on the wire of properties that travel under another name. `written` returns what stands on the
    wire for a value that is no String, where that is not a text.
    """
    headers: dict[str, Any] = {}
    types = []
    spelled = spelled_names(properties)
    for name, value in properties.items():
        if value.__class__ is str:
            headers[names.get(name, name)] = value
            if is_ambiguous(value) and name not in spelled:
                types.append(f"{name}=S")
        else:
            types.append(f"{name}={_LETTERS[value.__class__]}")
            if value is not None:  # what is not there is NULL to a broker's selectors
                headers[names.get(name, name)] = written(value)
    if types:
        headers[TYPES] = ";".join(types)
    return headers


def decode_properties(headers: dict[str, str], types: str | None) -> Mapping[str, PropertyValue]:
    """Return the properties with the types of `jmslike_types`. The others are marked as known by their spelling only.

    The headers must be the properties only, under their own names. They are changed.
    """
    if not headers and not types:
        return NO_PROPERTIES
    properties: dict[str, PropertyValue] = headers  # type: ignore[assignment]
    strings = set()
    if types:
        for item in types.split(";"):
            name, _, letter = item.rpartition("=")
            text, reader = headers.get(name), _READERS.get(letter)
            if letter == "n" and name:
                properties[name] = None
            elif letter == "S":
                strings.add(name)
            elif isinstance(text, str) and reader is not None:
                try:
                    properties[name] = reader(text)
                except (ValueError, MessageFormatError):
                    continue  # a peer on the way changed the value and not its type
    return without_types(properties, properties.keys() - strings if strings else properties)


class Body(NamedTuple):
    """A body on the wire: its bytes, whether they are UTF-8 text without NUL, and the headers for its kind."""

    octets: bytes
    is_text: bool
    marks: dict[str, str]


def encode_body(kind: str, body: Any) -> Body:
    """Return a sealed body as it travels. Raises MessageFormatError for a text that UTF-8 cannot hold."""
    if kind == "bytes":
        # some brokers take an empty body for a text
        return Body(body, False, {} if body else {KIND: kind})
    if kind == "text":
        if body is None:
            return Body(b"", True, {KIND: "null text"})
        octets = utf8(body)
        return Body(octets, True, {}) if b"\0" not in octets else Body(octets, False, {KIND: kind})
    if kind == "message":
        return Body(b"", True, {KIND: kind})
    if kind == "object":
        if body is None:
            return Body(b"", True, {KIND: "null object"})
        return Body(body, _is_text(body), {KIND: kind})
    document, letters = encode_items(body)
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return Body(utf8(text), True, {KIND: kind, ITEMS: letters})


def decode_body(octets: bytes, is_text: bool, marks: Mapping[str, str]) -> tuple[str, Any]:
    """Return the kind and the body of what arrived; a body that contradicts its marks is text or bytes."""
    kind = marks.get(KIND)
    try:
        if kind in ("map", "stream"):
            return kind, decode_items(kind, json.loads(octets), marks.get(ITEMS, ""))
        if kind in ("object", "bytes"):
            return kind, octets
        if kind == "text":
            return kind, octets.decode()
    except (ValueError, TypeError, LookupError, AttributeError, MessageFormatError, RecursionError):
        pass  # it becomes text or bytes below
    if kind in ("null text", "null object", "message") and not octets:
        return kind.removeprefix("null "), None
    if is_text:
        try:
            return "text", octets.decode()
        except UnicodeDecodeError:
            pass
    return "bytes", octets


def encode_items(items: Mapping[str, Any] | tuple[Any, ...]) -> tuple[Any, str]:
    """Return the items of a map or stream as JSON holds them, a dict or a list, and the letters of their types."""
    values = list(items.values()) if isinstance(items, Mapping) else items
    plain = [_plain(value) for value in values]
    letters = "".join(_LETTERS[value.__class__] for value in values)
    return dict(zip(items, plain, strict=True)) if isinstance(items, Mapping) else plain, letters


def decode_items(kind: str, document: Any, letters: str) -> Any:
    """Return the items of a "map", a dict, or of a "stream", a tuple.

    Raises MessageFormatError, ValueError, TypeError, LookupError or AttributeError for what is none.
    """
    if kind == "map":
        return dict(zip(document.keys(), _typed(document.values(), letters), strict=True))
    if not isinstance(document, list):
        raise MessageFormatError("a stream is a JSON list")
    return tuple(_typed(document, letters))


def connection_of(message_id: str) -> str:
    """Return the connection in a message id that jmslike made: ID:<connection>:1:1:1:<n>."""
    return message_id[3:].partition(":")[0]


def utf8(text: str) -> bytes:
    """Return the text in UTF-8. Raises MessageFormatError for half of a surrogate pair."""
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise MessageFormatError("the text has half of a surrogate pair, which cannot be encoded") from error


def _is_text(octets: bytes) -> bool:
    try:
        octets.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in octets


def _plain(value: Any) -> Any:
    """Return the value as JSON holds it; NaN and infinities in Java's spelling."""
    if value.__class__ in _SAME_IN_JSON:
        return value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, float):
        return float(value) if value - value == 0 else conversion.to_string(value)
    return int(value) if isinstance(value, int) else str(value)


def _typed(values: Iterable[Any], letters: str) -> list[Any]:
    return [_item(value, letter) for value, letter in zip(values, letters, strict=True)]


def _item(value: Any, letter: str) -> Any:
    if letter == "S":
        if not isinstance(value, str):
            raise MessageFormatError("a String item that is no JSON string")
        return value
    if letter == "c":
        return Char(value)
    if letter == "x":
        return base64.b64decode(value, validate=True)
    if letter == "n":
        return None
    source, exact = _FROM_JSON[letter]
    if value.__class__ is source:
        return exact(value)
    text = value if isinstance(value, str) else json.dumps(value)
    return _READERS[letter](text)
