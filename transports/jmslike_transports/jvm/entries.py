"""Texts, and the entries of properties and items, as records have them; `java/Values.java` has the same in Java."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from struct import Struct
from typing import Any, Final, TypeAlias

from jmslike.values import Byte, Char, Float, Long, Short

_ENTRY: Final = Struct(">Bii")
_pack, _unpack, _HEAD = _ENTRY.pack, _ENTRY.unpack_from, _ENTRY.size

NULL: Final = -1
UTF_16: Final = -2
TextForm: TypeAlias = Callable[[str], tuple[bytes, int]]
"""Returns the bytes of a text, and its size."""

_STRING, _OCTETS, _NOTHING = b"Sxn"
_PACKERS: Final[Mapping[type, tuple[int, Callable[[Any], bytes]]]] = {
    bool: (ord("z"), Struct(">?").pack),
    Byte: (ord("b"), Struct(">b").pack),
    Short: (ord("s"), Struct(">h").pack),
    int: (ord("i"), Struct(">i").pack),
    Long: (ord("l"), Struct(">q").pack),
    Float: (ord("f"), Struct(">f").pack),
    float: (ord("d"), Struct(">d").pack),
    Char: (ord("c"), lambda value: value.encode("utf-16-be", "surrogatepass")),
    bytes: (_OCTETS, lambda value: value),
    type(None): (_NOTHING, lambda _: b""),
}


def _number(kind: Callable[[Any], Any], form: str) -> Callable[[bytes], Any]:
    unpack = Struct(f">{form}").unpack
    return lambda octets: kind(*unpack(octets))


_READERS: Final[Mapping[int, Callable[[bytes], Any]]] = {
    ord("z"): _number(bool, "?"),
    ord("b"): _number(Byte, "b"),
    ord("s"): _number(Short, "h"),
    ord("i"): _number(int, "i"),
    ord("l"): _number(Long, "q"),
    ord("f"): _number(Float, "f"),
    ord("d"): _number(float, "d"),
    ord("c"): lambda octets: Char(octets.decode("utf-16-be", "surrogatepass")),
    _OCTETS: lambda octets: octets,
    _NOTHING: lambda _: None,
}


def write_entry(parts: list[bytes], name: str, value: Any, octets_of: TextForm) -> None:
    """Append an entry."""
    octets, name_size = octets_of(name)
    if value.__class__ is str:
        content, size = octets_of(value)
        parts += (_pack(_STRING, name_size, size), octets, content)
    else:
        letter, pack = _PACKERS[value.__class__]
        content = pack(value)
        parts += (_pack(letter, name_size, len(content)), octets, content)


def utf8_of(text: str) -> tuple[bytes, int]:
    """Return the text in UTF-8, and its size. Raises UnicodeEncodeError for half of a surrogate pair."""
    octets = text.encode()
    return octets, len(octets)


def units_of(text: str) -> tuple[bytes, int]:
    """Return any text in UTF-16, and its size."""
    octets = text.encode("utf-16-be", "surrogatepass")
    return octets, UTF_16 - len(octets)


def read_text(octets: bytes, at: int, size: int) -> tuple[str | None, int]:
    """Return the text of that size, and where it ends."""
    if size >= 0:
        end = at + size
        return octets[at:end].decode(), end
    if size == NULL:
        return None, at
    end = at + UTF_16 - size
    return octets[at:end].decode("utf-16-be", "surrogatepass"), end


def read_octets(octets: bytes, at: int, size: int) -> tuple[bytes, int]:
    """Return that many bytes, and where they end. Raises ValueError for a negative size."""
    if size < 0:
        raise ValueError("a negative size")
    return octets[at : at + size], at + size


def read_entries(octets: bytes, at: int, count: int) -> tuple[dict[str, Any], int]:
    """Return that many entries by their names, and where they end."""
    values = {}
    for _ in range(count):
        letter, name_size, size = _unpack(octets, at)
        at += _HEAD
        if name_size >= 0:
            start = at + name_size
            name = octets[at:start].decode()
        else:
            text, start = read_text(octets, at, name_size)
            name = text or ""
        values[name], at = _read_value(octets, start, letter, size)
    return values, at


def read_items(octets: bytes, at: int, count: int) -> tuple[tuple[Any, ...], int]:
    """Return the values of that many entries without names, and where they end."""
    values = []
    for _ in range(count):
        letter, _, size = _unpack(octets, at)
        value, at = _read_value(octets, at + _HEAD, letter, size)
        values.append(value)
    return tuple(values), at


def _read_value(octets: bytes, at: int, letter: int, size: int) -> tuple[Any, int]:
    if letter == _STRING:
        return read_text(octets, at, size)
    content, at = read_octets(octets, at, size)
    return _READERS[letter](content), at
