"""Values in the form of rabbitmq-jms-client: a tag for the type, and the value as in Java's data streams.

Values of types without a tag, and texts that are too long for theirs, are serialised objects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from struct import Struct
from typing import Any, Final

from jmslike.errors import MessageFormatError
from jmslike.values import Byte, Char, Float, Long, Short, modified_utf8
from jmslike_transports.shared.java_objects import StreamError, text_of

NULL, BOOLEAN, BYTE, SHORT, INT, LONG, FLOAT, DOUBLE, TEXT, CHAR, BYTES, OBJECT = 0xFF, *range(1, 11), 0x7F

LONGEST: Final = 0xFFFF
"""Bytes of a text that is not written as an object."""

_text_head = Struct(">BH").pack
_u16 = Struct(">H").pack
_u64 = Struct(">Q").pack
_i32 = Struct(">i")


class Serialised(bytes):
    """A value written as an object."""

    __slots__ = ()


def encoded_text(text: str) -> bytes:
    """Encode a text as DataOutput.writeUTF does, without the length."""
    return text.encode("ascii") if text.isascii() and "\0" not in text else modified_utf8.encode(text)


def short_text(text: str) -> bytes:
    """Return a text as DataOutput.writeUTF writes it. Raises MessageFormatError if it is too long for that."""
    octets = encoded_text(text)
    if len(octets) > LONGEST:
        raise MessageFormatError(f"a name has at most {LONGEST} bytes in Java, and this one has {len(octets)}")
    return _u16(len(octets)) + octets


name_text = lru_cache(maxsize=1024)(short_text)
"""The same for names, which are few."""


def string(text: str) -> Serialised:
    """Return a text as an object."""
    octets = encoded_text(text)
    size = len(octets)
    return Serialised(b"\x74" + _u16(size) + octets if size <= LONGEST else b"\x7c" + _u64(size) + octets)


def class_of(name: str, version: int, *fields: bytes) -> bytes:
    """Return the description of a serialisable class without a serialisable parent."""
    head = b"\x72" + short_text(name) + _u64(version) + b"\x02" + _u16(len(fields))
    return head + b"".join(fields) + b"\x78\x70"


_BYTE_ARRAY: Final = b"\x75" + class_of("[B", 0xACF317F8060854E0)


def byte_array(octets: bytes) -> Serialised:
    """Return bytes as an object. If they were not one, the Java client would read only what is left of its buffer."""
    return Serialised(_BYTE_ARRAY + _i32.pack(len(octets)) + octets)


def _text(text: str) -> bytes:
    octets = encoded_text(text)
    size = len(octets)
    return _text_head(TEXT, size) + octets if size <= LONGEST else string(text)


ENCODERS: Final[Mapping[type, Callable[[Any], bytes]]] = {
    type(None): lambda _: b"\xff",
    bool: lambda value: b"\x01\x01" if value else b"\x01\x00",
    Byte: partial(Struct(">Bb").pack, BYTE),
    Short: partial(Struct(">Bh").pack, SHORT),
    int: partial(Struct(">Bi").pack, INT),
    Long: partial(Struct(">Bq").pack, LONG),
    Float: partial(Struct(">Bf").pack, FLOAT),
    float: partial(Struct(">Bd").pack, DOUBLE),
    str: _text,
    Char: lambda value: Struct(">BH").pack(CHAR, ord(value)),
    bytes: byte_array,
}
"""For each type, a function that returns the tag and the value, or an object."""

_Decoder = Callable[[bytes, int], tuple[Any, int]]


def read_text(data: bytes, at: int) -> tuple[str, int]:
    """Read a text, and return it and where it ends."""
    end = at + 2 + (data[at] << 8) + data[at + 1]
    if end > len(data):
        raise StreamError("a text goes beyond the end of its block")
    return text_of(data[at + 2 : end]), end


def _octets(data: bytes, at: int) -> tuple[bytes, int]:
    (size,) = _i32.unpack_from(data, at)
    end = at + 4 + size
    if size < 0 or end > len(data):
        raise StreamError("bytes go beyond the end of their block")
    return data[at + 4 : end], end


def _number(code: str, make: Callable[[Any], Any] | None = None) -> _Decoder:
    layout = Struct(f">{code}")
    unpack, size = layout.unpack_from, layout.size

    def plain(data: bytes, at: int) -> tuple[Any, int]:
        return unpack(data, at)[0], at + size

    def made(data: bytes, at: int) -> tuple[Any, int]:
        return make(unpack(data, at)[0]), at + size  # type: ignore[misc]

    return plain if make is None else made


DECODERS: Final[Mapping[int, _Decoder]] = {
    NULL: lambda _, at: (None, at),
    BOOLEAN: _number("?"),
    BYTE: _number("b", partial(int.__new__, Byte)),  # without the check of the range, in which it always is
    SHORT: _number("h", partial(int.__new__, Short)),
    INT: _number("i"),
    LONG: _number("q", partial(int.__new__, Long)),
    FLOAT: _number("f", partial(float.__new__, Float)),
    DOUBLE: _number("d"),
    TEXT: read_text,
    CHAR: _number("H", lambda unit: Char(chr(unit))),
    BYTES: _octets,
}
"""For each tag but OBJECT, a function that returns the value that follows it, and where that ends.

They raise StreamError, or the ValueError, IndexError or struct.error of truncated or malformed data.
"""
