"""Envelopes as text headers and bytes, for every wire that has nothing richer.

Properties travel as strings in Java's spelling, under their own names, so that any peer can read them; one property
more, `jmslike_types`, tells another jmslike their types. A text or bytes body travels as it is. The bodies that such a
wire does not know travel in JSON, with `jmslike_kind` saying what they are and `jmslike_items` the types of the items,
one letter each: z boolean, b byte, s short, i int, l long, f float, d double, c char, S String, x bytes, n null.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from jmslike.envelope import NO_PROPERTIES
from jmslike.errors import MessageFormatError
from jmslike.values import Byte, Char, Float, Long, PropertyValue, Short, conversion

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


_SAME: Final[Mapping[str, str]] = {}


def java_text(value: PropertyValue) -> str:
    """Give a value in Java's spelling: true, 127, 1.0E10; a null is empty."""
    return conversion.to_string(value) or ""


def encode_properties(properties: Mapping[str, PropertyValue], names: Mapping[str, str] = _SAME) -> dict[str, str]:
    """Give the properties as strings, with `jmslike_types` if any is not a String.

    `names` says how those are called that travel under another name than their own.
    """
    headers: dict[str, str] = {}
    types = []
    for name, value in properties.items():
        if value.__class__ is str:
            headers[names.get(name, name)] = value
        else:
            types.append(f"{name}={_LETTERS[value.__class__]}")
            if value is not None:  # what is not there is NULL to a broker's selectors
                headers[names.get(name, name)] = conversion.to_string(value) or ""
    if types:
        headers[TYPES] = ";".join(types)
    return headers


def decode_properties(headers: dict[str, str], types: str | None) -> Mapping[str, PropertyValue]:
    """Give the properties with their types, as `jmslike_types` has them; whatever does not fit its type stays a String.

    The headers must be the properties only, under their own names; they are changed.
    """
    if not headers and not types:
        return NO_PROPERTIES
    properties: dict[str, PropertyValue] = headers  # type: ignore[assignment]
    if types:
        for item in types.split(";"):
            name, _, letter = item.rpartition("=")
            text, reader = headers.get(name), _READERS.get(letter)
            if letter == "n" and name:
                properties[name] = None
            elif isinstance(text, str) and reader is not None:
                try:
                    properties[name] = reader(text)
                except (ValueError, MessageFormatError):
                    continue  # somebody on the way changed the value and not its type
    return properties


class Body(NamedTuple):
    """A body on the wire: its bytes, whether they are UTF-8 text without NUL, and the marks that tell its kind."""

    octets: bytes
    is_text: bool
    marks: dict[str, str]


def encode_body(kind: str, body: Any) -> Body:
    """Give a sealed body as it travels. Raises MessageFormatError for a text that UTF-8 cannot hold."""
    if kind == "bytes":
        # some brokers cannot tell bytes from text without any
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
    values = list(body.values()) if kind == "map" else list(body)
    plain = [_plain(value) for value in values]
    document: Any = dict(zip(body, plain, strict=True)) if kind == "map" else plain
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    letters = "".join(_LETTERS[value.__class__] for value in values)
    return Body(utf8(text), True, {KIND: kind, ITEMS: letters})


def decode_body(octets: bytes, is_text: bool, marks: Mapping[str, str]) -> tuple[str, Any]:
    """Give the kind and the body of what came; what cannot be what its marks say comes as text or bytes."""
    kind = marks.get(KIND)
    try:
        if kind in ("map", "stream"):
            return kind, _items(kind, json.loads(octets), marks.get(ITEMS, ""))
        if kind in ("object", "bytes"):
            return kind, octets
        if kind == "text":
            return kind, octets.decode()
    except (ValueError, TypeError, LookupError, AttributeError, MessageFormatError, RecursionError):
        pass  # below in its best form
    if kind in ("null text", "null object", "message") and not octets:
        return kind.removeprefix("null "), None
    if is_text:
        try:
            return "text", octets.decode()
        except UnicodeDecodeError:
            pass
    return "bytes", octets


def connection_of(message_id: str) -> str:
    """Give the connection that is named in an id of ours, ID:<connection>:1:1:1:<n>."""
    return message_id[3:].partition(":")[0]


def utf8(text: str) -> bytes:
    """Give the text in UTF-8. Raises MessageFormatError where there is half of a surrogate pair."""
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise MessageFormatError("a text with half of a surrogate pair cannot be sent: it is no Unicode") from error


def _is_text(octets: bytes) -> bool:
    try:
        octets.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in octets


def _plain(value: Any) -> Any:
    """Give what JSON can hold; numbers that it cannot become their Java spelling."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, float):
        return float(value) if value - value == 0 else conversion.to_string(value)
    if isinstance(value, bool) or value is None:
        return value
    return int(value) if isinstance(value, int) else str(value)


def _items(kind: str, document: Any, letters: str) -> Any:
    if kind == "map":
        return dict(zip(document.keys(), _typed(document.values(), letters), strict=True))
    if not isinstance(document, list):
        raise MessageFormatError("a stream is a JSON list")
    return tuple(_typed(document, letters))


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
    text = value if isinstance(value, str) else json.dumps(value)
    return _READERS[letter](text)
