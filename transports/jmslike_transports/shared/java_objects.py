"""Reads serialised Java objects as plain values, and never instantiates a class that they name.

The grammar is that of the Java Object Serialization Specification, section 6.4.2. What is read has bounds: the
length of the data, the depth of nesting, and the number of values.
"""

from __future__ import annotations

from collections.abc import Mapping
from struct import Struct
from typing import Any, Final, NamedTuple

from jmslike.values import modified_utf8

MAGIC: Final = b"\xac\xed\x00\x05"
"""The first bytes of every object stream."""

DEEPEST: Final = 32
"""Levels of nested objects, and of derived classes, that are read."""
MOST_VALUES: Final = 4096
"""Values that the objects of one stream may hold; arrays of numbers do not count."""

NULL, REFERENCE, CLASS, OBJECT, STRING, ARRAY = range(0x70, 0x76)
CLASS_OBJECT, BLOCK, END, _RESET, LONG_BLOCK, _EXCEPTION, LONG_STRING, PROXY, ENUM = range(0x76, 0x7F)
FIRST_HANDLE: Final = 0x7E0000

_OWN_WRITER, _SERIALIZABLE, _EXTERNALIZABLE, _IN_BLOCKS = 1, 2, 4, 8  # flags of a class

_U16 = Struct(">H")
_I32 = Struct(">i")
_I64 = Struct(">q")
_NUMBERS: Final[Mapping[int, Struct]] = {
    ord(code): Struct(f">{kind}") for code, kind in zip("BCDFIJSZ", "bHdfiqh?", strict=True)
}
_BYTE = ord("B")
_REFERENCES: Final = frozenset(b"L[")


class StreamError(ValueError):
    """The data is not a Java stream that can be read."""


class JavaObject(NamedTuple):
    """An object: the name of its class, and its fields by name."""

    class_name: str
    fields: Mapping[str, Any]


class _Class(NamedTuple):
    """A class description: the codes and names of its fields, and its parent."""

    name: str
    flags: int
    fields: list[tuple[int, str]]
    parent: _Class | None
    height: int


def text_of(octets: bytes) -> str:
    """Decode the bytes that DataOutput.writeUTF writes after the length. Raises ValueError for any other."""
    return octets.decode("ascii") if octets.isascii() else modified_utf8.decode(octets)


class ObjectParser:
    """Reads the objects of one stream in order, because later ones may refer to earlier ones."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._handles: list[Any] = []
        self._left = MOST_VALUES

    def parse(self, at: int) -> tuple[Any, int]:
        """Read the object at that position, and return it and where it ends.

        It is a str, bytes, None, a list or a JavaObject.

        Raises StreamError, or the ValueError, IndexError or struct.error of truncated or malformed data.
        """
        self._at = at
        return self._value(0), self._at

    def _value(self, depth: int) -> Any:
        self._left -= 1
        if depth > DEEPEST or self._left < 0:
            raise StreamError("the objects are nested too deep, or too many")
        marker = self._byte()
        if marker == NULL:
            return None
        if marker == REFERENCE:
            return self._referred()
        if marker == STRING:
            return self._remember(text_of(self._take(self._number(_U16))))
        if marker == LONG_STRING:
            return self._remember(text_of(self._take(self._number(_I64))))
        if marker == OBJECT:
            return self._object(depth + 1)
        if marker == ARRAY:
            return self._array(depth + 1)
        if marker == ENUM:
            self._described(depth + 1)
            handle = self._reserve()
            self._handles[handle] = constant = self._value(depth + 1)
            return constant
        if marker == CLASS_OBJECT:
            described = self._class(depth + 1)
            return self._remember(None if described is None else described.name)
        raise StreamError(f"no object begins with {marker:#x}")

    def _object(self, depth: int) -> JavaObject:
        described = self._described(depth)
        fields: dict[str, Any] = {}
        read = JavaObject(described.name, fields)
        self._remember(read)
        lineage: list[_Class] = []
        ancestor: _Class | None = described
        while ancestor is not None:
            lineage.append(ancestor)
            ancestor = ancestor.parent
        for each in reversed(lineage):
            if each.flags & _SERIALIZABLE:
                for code, name in each.fields:
                    fields[name] = self._value(depth) if code in _REFERENCES else self._number(_NUMBERS[code])
            if each.flags & _EXTERNALIZABLE and not each.flags & _IN_BLOCKS:
                raise StreamError("only its class knows where an object in the old external form ends")
            if each.flags & (_OWN_WRITER | _EXTERNALIZABLE):
                self._skip_annotation(depth)
        return read

    def _array(self, depth: int) -> Any:
        name = self._described(depth).name
        if len(name) < 2 or name[0] != "[":
            raise StreamError(f"{name!r} is not a class of arrays")
        handle = self._reserve()
        size, element = self._number(_I32), ord(name[1])
        if element in _REFERENCES:
            if not 0 <= size <= len(self._data) - self._at:
                raise StreamError("an array is longer than its data")
            values: Any = [self._value(depth) for _ in range(size)]
        else:
            octets = self._take(size * _NUMBERS[element].size)
            values = octets if element == _BYTE else None
        self._handles[handle] = values
        return values

    def _class(self, depth: int) -> _Class | None:
        if depth > DEEPEST:
            raise StreamError("the classes are nested too deep")
        marker = self._byte()
        if marker == NULL:
            return None
        if marker == REFERENCE:
            referred = self._referred()
            if not isinstance(referred, _Class):
                raise StreamError("a reference to what is not a class")
            return referred
        if marker == CLASS:
            name = self._short_text()
            self._take(8)  # its version
            handle = self._reserve()
            flags = self._byte()
            fields = [self._field(depth) for _ in range(self._number(_U16))]
        elif marker == PROXY:
            handle = self._reserve()
            for _ in range(self._number(_I32)):
                self._short_text()
            name, flags, fields = "", _SERIALIZABLE, []
        else:
            raise StreamError(f"no class begins with {marker:#x}")
        self._skip_annotation(depth)
        parent = self._class(depth + 1)
        height = 0 if parent is None else parent.height + 1
        if height > DEEPEST:
            raise StreamError("a class is derived too many times")
        described = _Class(name, flags, fields, parent, height)
        self._handles[handle] = described
        return described

    def _described(self, depth: int) -> _Class:
        described = self._class(depth)
        if described is None:
            raise StreamError("an object without a class")
        return described

    def _field(self, depth: int) -> tuple[int, str]:
        code, name = self._byte(), self._short_text()
        if code in _REFERENCES:
            self._value(depth + 1)  # the name of the field's class
        elif code not in _NUMBERS:
            raise StreamError(f"no type of a field is called {code:#x}")
        return code, name

    def _skip_annotation(self, depth: int) -> None:
        """Skip what a class itself wrote, up to its end mark."""
        while (marker := self._data[self._at]) != END:
            if marker == BLOCK:
                self._at += 1
                self._take(self._byte())
            elif marker == LONG_BLOCK:
                self._at += 1
                self._take(self._number(_I32))
            else:
                self._value(depth + 1)
        self._at += 1

    def _referred(self) -> Any:
        number = self._number(_I32) - FIRST_HANDLE
        if not 0 <= number < len(self._handles):
            raise StreamError("a reference to an object that was not read before")
        return self._handles[number]

    def _remember(self, value: Any) -> Any:
        self._handles.append(value)
        return value

    def _reserve(self) -> int:
        self._handles.append(None)
        return len(self._handles) - 1

    def _byte(self) -> int:
        value = self._data[self._at]
        self._at += 1
        return value

    def _number(self, kind: Struct) -> Any:
        (value,) = kind.unpack_from(self._data, self._at)
        self._at += kind.size
        return value

    def _short_text(self) -> str:
        return text_of(self._take(self._number(_U16)))

    def _take(self, size: int) -> bytes:
        end = self._at + size
        if size < 0 or end > len(self._data):
            raise StreamError("a length goes beyond the end of the data")
        octets = self._data[self._at : end]
        self._at = end
        return octets
