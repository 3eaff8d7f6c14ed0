"""BytesMessage: raw bytes, written and read as Java's DataOutput and DataInput do (section 3.11.4)."""

from __future__ import annotations

from struct import Struct
from typing import Any, TypeVar

from jmslike.errors import MessageEOFError, MessageFormatError, MessageNotReadableError
from jmslike.message import typed
from jmslike.message.base import BODY_LOCKED, Message, T
from jmslike.values import Byte, Char, Float, Long, Short, modified_utf8

_BOOLEAN = Struct(">?")
_BYTE = Struct(">b")
_UNSIGNED_BYTE = Struct(">B")
_SHORT = Struct(">h")
_UNSIGNED_SHORT = Struct(">H")
_INT = Struct(">i")
_LONG = Struct(">q")
_FLOAT = Struct(">f")
_DOUBLE = Struct(">d")
_UTF_LIMIT = 0xFFFF

V = TypeVar("V")


class BytesMessage(Message):
    """A message whose body is bytes: written first, read after `reset` or when it was received. Numbers are big-endian.

    Writers raise MessageNotWriteableError while the body is read-only, ValueError for a value out of the range of the
    type or None, MessageFormatError for a value of another type. Readers raise MessageNotReadableError while it is
    write-only, and MessageEOFError, without moving, if less is left than they need.
    """

    __slots__ = ()
    kind = "bytes"
    _blank = b""
    _body: bytes | bytearray

    @property
    def body_length(self) -> int:
        """The number of bytes in the whole body. Raises MessageNotReadableError while the body is write-only."""
        return len(self._readable())

    def reset(self) -> None:
        """Make the body read-only, and read it from its start."""
        self._seal()
        self._position = 0
        self._locked |= BODY_LOCKED

    def read_boolean(self) -> bool:
        """Read one byte: whether it is not zero."""
        return bool(self._unpack(_BOOLEAN))

    def read_byte(self) -> int:
        """Read a signed integer of 8 bits."""
        return int(self._unpack(_BYTE))

    def read_unsigned_byte(self) -> int:
        """Read an integer of 8 bits: 0 to 255."""
        return int(self._unpack(_UNSIGNED_BYTE))

    def read_short(self) -> int:
        """Read a signed integer of 16 bits."""
        return int(self._unpack(_SHORT))

    def read_unsigned_short(self) -> int:
        """Read an integer of 16 bits: 0 to 65,535."""
        return int(self._unpack(_UNSIGNED_SHORT))

    def read_char(self) -> str:
        """Read one UTF-16 code unit, in two bytes."""
        return chr(self._unpack(_UNSIGNED_SHORT))

    def read_int(self) -> int:
        """Read a signed integer of 32 bits."""
        return int(self._unpack(_INT))

    def read_long(self) -> int:
        """Read a signed integer of 64 bits."""
        return int(self._unpack(_LONG))

    def read_float(self) -> float:
        """Read an IEEE 754 number of 32 bits."""
        return float(self._unpack(_FLOAT))

    def read_double(self) -> float:
        """Read an IEEE 754 number of 64 bits."""
        return float(self._unpack(_DOUBLE))

    def read_utf(self) -> str:
        """Read a text that `write_utf` wrote. Raises MessageFormatError, without moving, if it is none."""
        body, start = self._readable(), self._position
        length = self._unpack(_UNSIGNED_SHORT)
        end = self._position + length
        self._position = start
        if end > len(body):
            raise MessageEOFError(f"the text has {length} bytes, but only {len(body) - start - 2} are left")
        try:
            text = modified_utf8.decode(body[end - length : end])
        except ValueError as error:
            raise MessageFormatError("the next bytes are no text in modified UTF-8") from error
        self._position = end
        return text

    def read_bytes(self, n: int | None = None) -> bytes:
        """Read at most `n` bytes, or without `n` all that are left; b"" at the end.

        Raises IndexError for a negative `n`.
        """
        size = typed.count(n)
        body, start = self._readable(), self._position
        chunk = body[start:] if size is None else body[start : start + size]
        self._position += len(chunk)
        return chunk

    def write_boolean(self, value: bool) -> None:
        """Write one byte: 1 or 0."""
        self._write(_BOOLEAN.pack(typed.boolean(_given(value))))

    def write_byte(self, value: int) -> None:
        """Write an integer of 8 bits."""
        self._write(_BYTE.pack(typed.byte(_given(value))))

    def write_short(self, value: int) -> None:
        """Write an integer of 16 bits."""
        self._write(_SHORT.pack(typed.short(_given(value))))

    def write_char(self, value: str) -> None:
        """Write one UTF-16 code unit in two bytes."""
        self._write(_UNSIGNED_SHORT.pack(ord(typed.char(_given(value)))))

    def write_int(self, value: int) -> None:
        """Write an integer of 32 bits."""
        self._write(_INT.pack(typed.int32(_given(value))))

    def write_long(self, value: int) -> None:
        """Write an integer of 64 bits."""
        self._write(_LONG.pack(typed.long(_given(value))))

    def write_float(self, value: float) -> None:
        """Write a number, rounded to single precision, in 32 bits."""
        self._write(_FLOAT.pack(typed.single(_given(value))))

    def write_double(self, value: float) -> None:
        """Write a number in 64 bits."""
        self._write(_DOUBLE.pack(typed.double(_given(value))))

    def write_utf(self, value: str) -> None:
        """Write a text: its length in two bytes, then modified UTF-8. Raises MessageFormatError beyond 65,535 bytes."""
        encoded = modified_utf8.encode(_given(typed.string(value)))
        if len(encoded) > _UTF_LIMIT:
            raise MessageFormatError(f"the text takes {len(encoded)} bytes, and write_utf at most {_UTF_LIMIT}")
        self._write(_UNSIGNED_SHORT.pack(len(encoded)) + encoded)

    def write_bytes(self, value: typed.BytesLike) -> None:
        """Write bytes as they are, without their number."""
        self._write(_given(typed.octets(value)))

    def write_object(self, value: object) -> None:
        """Write as the type that the Python type says: an int as an int if it fits 32 bits, else as a long; a float as
        a double; a str as `write_utf` does.
        """
        item = typed.item_value(_given(value))
        _WRITERS[type(item)](self, item)

    def get_body(self, body_type: type[T]) -> T | None:
        """Return the whole body, as `Message.get_body`, after a `reset`: the body is read-only then."""
        self.reset()
        return super().get_body(body_type)

    def _content(self) -> bytes | None:
        return bytes(self._body) or None

    def _seal(self) -> bytes:
        body = self._body
        if not isinstance(body, bytes):
            body = self._body = bytes(body)
        return body

    def _readable(self) -> bytes:
        if not self._locked & BODY_LOCKED:
            raise MessageNotReadableError("the body is being written; reset() makes it readable")
        return self._seal()

    def _unpack(self, layout: Struct) -> Any:
        body, start = self._readable(), self._position
        end = start + layout.size
        if end > len(body):
            raise MessageEOFError(f"{layout.size} bytes are wanted, but only {len(body) - start} are left")
        self._position = end
        return layout.unpack_from(body, start)[0]

    def _write(self, encoded: bytes) -> None:
        self._require_writable_body()
        body = self._body
        if not isinstance(body, bytearray):
            body = self._body = bytearray(body)
        body += encoded


def _given(value: V | None) -> V:
    if value is None:
        raise ValueError("None cannot be written to a BytesMessage")
    return value


_WRITERS: dict[type, Any] = {
    bool: BytesMessage.write_boolean,
    Byte: BytesMessage.write_byte,
    Short: BytesMessage.write_short,
    Char: BytesMessage.write_char,
    int: BytesMessage.write_int,
    Long: BytesMessage.write_long,
    Float: BytesMessage.write_float,
    float: BytesMessage.write_double,
    str: BytesMessage.write_utf,
    bytes: BytesMessage.write_bytes,
}
