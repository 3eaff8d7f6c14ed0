"""Java object streams: values in blocks, and objects between the blocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from struct import Struct
from typing import Any, Final

from jmslike_transports.amqp.java_destinations import ObjectReader
from jmslike_transports.amqp.java_objects import BLOCK, LONG_BLOCK, MAGIC, StreamError, text_of
from jmslike_transports.amqp.java_values import DECODERS, ENCODERS, OBJECT, Serialised, name_text, read_text

_OBJECT_TAG: Final = b"\x7f"
_LONGEST_SHORT_BLOCK: Final = 0xFF

_i32 = Struct(">i")
_long_block_head = Struct(">Bi").pack


class BlockWriter:
    """Writes a stream. What is appended to `parts` stands in the present block."""

    __slots__ = ("_written", "parts")

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self._written: list[bytes] = [MAGIC]

    def entries(self, values: Mapping[str, Any]) -> None:
        """Write how many values there are, and each with its name."""
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
        """Give the stream, and after it what stands in no block."""
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
    """Reads a stream. All raise StreamError, or the ValueError, IndexError or struct.error of what is missing."""

    __slots__ = ("_at", "_data", "_next", "_objects", "_start", "_stream")
    _data: bytes  # of the blocks that stand in a row
    _at: int  # how far it is read
    _start: int  # where the row begins in the stream
    _next: int  # where it ends

    def __init__(self, stream: bytes) -> None:
        if not stream.startswith(MAGIC):
            raise StreamError("no Java stream begins like this")
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
        """Read bytes after their number."""
        (size,) = _i32.unpack_from(self._data, self._at)
        begin = self._at + 4
        end = begin + size
        if size < 0 or end > len(self._data):
            raise StreamError("a length goes beyond the end of the data")
        self._at = end
        return self._data[begin:end]

    def entries(self) -> dict[str, Any]:
        """Read how many values there are, and each with its name."""
        data, at = self._data, self._at
        (count,) = _i32.unpack_from(data, at)
        at += 4
        if count < 0:
            raise StreamError("a number of values is negative")
        values = {}
        for _ in range(count):  # as many as there are said to be, or until nothing is left
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
            raise StreamError("the stream goes on with what is no block")
        return tuple(values)

    def unframed(self) -> bytes:
        """Give what follows the present block, which has been read to its end."""
        if self._at == len(self._data):
            return self._stream[self._next :]
        at, left = self._start, self._at  # what follows looked like more blocks
        while left > 0:
            begin, end = _block(self._stream, at)
            left -= end - begin
            at = end
        if left:
            raise StreamError("a block goes on where it should end")
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
        """Take the data of the blocks that stand there in a row."""
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
    """Tell where the data of the block at that place begins and ends; that is right there if no whole block is there.

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
