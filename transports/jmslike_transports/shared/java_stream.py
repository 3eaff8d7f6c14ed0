"""Java object streams: values in blocks, and objects between the blocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from struct import Struct
from typing import Any, Final

from jmslike_transports.shared.java_destinations import ObjectReader
from jmslike_transports.shared.java_objects import BLOCK, LONG_BLOCK, MAGIC, StreamError, text_of
from jmslike_transports.shared.java_values import DECODERS, ENCODERS, OBJECT, Serialised, name_text, read_text

_OBJECT_TAG: Final = b"\x7f"
_LONGEST_SHORT_BLOCK: Final = 0xFF

_i32 = Struct(">i")
_long_block_head = Struct(">Bi").pack


class BlockWriter:
    """Writes a stream. What is appended to `parts` goes into the current block."""

    __slots__ = ("_written", "parts")

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self._written: list[bytes] = [MAGIC]

    def entries(self, values: Mapping[str, Any]) -> None:
        """Write the number of values, and each with its name."""
        self.parts.append(_i32.pack(len(values)))
        self.named(values)

    def named(self, values: Mapping[str, Any]) -> None:
        """Write each value with its name."""
        add = self.parts.append
        for name, value in values.items():
            add(name_text(name))
            octets = ENCODERS[value.__class__](value)
            if octets.__class__ is Serialised:
                self.object(octets)
            else:
                add(octets)

    def items(self, values: Iterable[Any]) -> None:
        """Write values."""
        for value in values:
            octets = ENCODERS[value.__class__](value)
            if octets.__class__ is Serialised:
                self.object(octets)
            else:
                self.parts.append(octets)

    def object(self, octets: bytes) -> None:
        """Write an object as a value."""
        self.parts.append(_OBJECT_TAG)
        self._end_block()
        self._written.append(octets)

    def finish(self, unframed: bytes = b"") -> bytes:
        """Return the stream, followed by bytes outside of any block."""
        self._end_block()
        return b"".join((*self._written, unframed))

    def _end_block(self) -> None:
        data = b"".join(self.parts)
        size = len(data)
        if size:
            head = bytes((BLOCK, size)) if size <= _LONGEST_SHORT_BLOCK else _long_block_head(LONG_BLOCK, size)
            self._written += (head, data)
            self.parts.clear()


class BlockReader:
    """Reads a stream. All methods raise StreamError, or ValueError, IndexError or struct.error for truncated data."""

    __slots__ = ("_at", "_data", "_next", "_objects", "_start", "_stream")
    _data: bytes  # of the adjacent blocks that are read now
    _at: int  # the position in it
    _start: int  # where those blocks begin in the stream
    _next: int  # where they end

    def __init__(self, stream: bytes) -> None:
        if not stream.startswith(MAGIC):
            raise StreamError("not a Java stream")
        self._stream = stream
        self._objects: ObjectReader | None = None
        self._gather(len(MAGIC))

    def text(self) -> str:
        """Read a text."""
        text, self._at = read_text(self._data, self._at)
        return text

    def boolean(self) -> bool:
        """Read a boolean."""
        value = self._data[self._at] != 0
        self._at += 1
        return value

    def octets(self) -> bytes:
        """Read bytes that follow their number."""
        (size,) = _i32.unpack_from(self._data, self._at)
        begin = self._at + 4
        end = begin + size
        if size < 0 or end > len(self._data):
            raise StreamError("a length goes beyond the end of the data")
        self._at = end
        return self._data[begin:end]

    def entries(self) -> dict[str, Any]:
        """Read a number of values, and as many values with their names."""
        data, at = self._data, self._at
        (count,) = _i32.unpack_from(data, at)
        at += 4
        if count < 0:
            raise StreamError("a number of values is negative")
        values = {}
        for _ in range(count):  # or until the data ends
            end = at + 2 + (data[at] << 8) + data[at + 1]
            tag = data[end]
            name = text_of(data[at + 2 : end])
            if tag == OBJECT:
                values[name] = self._object(end + 1)
                data, at = self._data, self._at
            else:
                values[name], at = DECODERS[tag](data, end + 1)
        self._at = at
        return values

    def items(self) -> tuple[Any, ...]:
        """Read values up to the end of the stream."""
        values = []
        while self._at < len(self._data):
            tag = self._data[self._at]
            if tag == OBJECT:
                values.append(self._object(self._at + 1))
            else:
                value, self._at = DECODERS[tag](self._data, self._at + 1)
                values.append(value)
        if self._next != len(self._stream):
            raise StreamError("the stream continues with something other than a block")
        return tuple(values)

    def unframed(self) -> bytes:
        """Return what follows the current block, which has been read to its end."""
        if self._at == len(self._data):
            return self._stream[self._next :]
        at, left = self._start, self._at  # what follows looks like more blocks
        while left > 0:
            begin, end = _block(self._stream, at)
            left -= end - begin
            at = end
        if left:
            raise StreamError("a block does not end where its values end")
        return self._stream[at:]

    def _object(self, at: int) -> Any:
        if at != len(self._data):
            raise StreamError("an object inside a block")
        if self._objects is None:
            self._objects = ObjectReader(self._stream)
        value, end = self._objects.read(self._next)
        self._gather(end)
        return value

    def _gather(self, start: int) -> None:
        """Read the data of the adjacent blocks that begin there."""
        stream = self._stream
        begin, at = _block(stream, start)
        data = stream[begin:at]
        begin, end = _block(stream, at)
        if end > begin:
            gathered = bytearray(data)
            while end > begin:
                gathered += stream[begin:end]
                at = end
                begin, end = _block(stream, at)
            data = bytes(gathered)
        self._data, self._at, self._start, self._next = data, 0, start, at


def _block(stream: bytes, at: int) -> tuple[int, int]:
    """Return where the data of the block at that position begins and ends; both are `at` if there is no whole block.

    No block is empty.
    """
    size = len(stream)
    if at + 2 < size:
        marker = stream[at]
        if marker == BLOCK:
            end = at + 2 + stream[at + 1]
            if at + 2 < end <= size:
                return at + 2, end
        elif marker == LONG_BLOCK and at + 5 < size:
            end = at + 5 + _i32.unpack_from(stream, at + 1)[0]
            if at + 5 < end <= size:
                return at + 5, end
    return at, at
