"""StreamMessage: a sequence of typed fields (section 3.11.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from jmslike.errors import MessageEOFError, MessageFormatError, MessageNotReadableError
from jmslike.message import typed
from jmslike.message.base import BODY_LOCKED, Message, T
from jmslike.values import ItemValue, conversion

_JUST_ENDED = -1  # the last chunk was short: the next field may be read, and read_bytes(n) still returns its b""


class StreamMessage(Message):
    """A message whose body is a sequence of fields: written first, read in order after `reset` or when it was received.

    Writers raise MessageNotWriteableError while the body is read-only, ValueError for a value out of the range of the
    type, MessageFormatError for a value of another type. Readers raise MessageNotReadableError while it is write-only,
    MessageEOFError after the last field, MessageFormatError for a conversion that table 3-7 does not have, ValueError
    for a text that is not such a number and for None as a number or char. A read that fails does not move.
    """

    __slots__ = ("_taken",)  # bytes read of the present field, or _JUST_ENDED; unset is 0
    kind = "stream"
    _blank = ()
    _body: list[ItemValue] | tuple[ItemValue, ...]
    _taken: int

    def reset(self) -> None:
        """Make the body read-only, and read it from its first field."""
        self._seal()
        self._position = 0
        self._taken = 0
        self._locked |= BODY_LOCKED

    def clear_body(self) -> None:
        """Empty the body and make it write-only."""
        super().clear_body()
        self._taken = 0

    def read_boolean(self) -> bool:
        """Read a boolean; None is False, a text is True only if it says "true"."""
        return self._read(conversion.to_boolean)

    def read_byte(self) -> int:
        """Read an integer of 8 bits."""
        return self._read(conversion.to_byte)

    def read_short(self) -> int:
        """Read an integer of 16 bits."""
        return self._read(conversion.to_short)

    def read_char(self) -> str:
        """Read one UTF-16 code unit."""
        return self._read(conversion.to_char)

    def read_int(self) -> int:
        """Read an integer of 32 bits."""
        return self._read(conversion.to_int)

    def read_long(self) -> int:
        """Read an integer of 64 bits."""
        return self._read(conversion.to_long)

    def read_float(self) -> float:
        """Read a number of single precision."""
        return self._read(conversion.to_float)

    def read_double(self) -> float:
        """Read a number of double precision."""
        return self._read(conversion.to_double)

    def read_string(self) -> str | None:
        """Read any field but bytes as a text in Java's spelling."""
        return self._read(conversion.to_string)

    def read_object(self) -> ItemValue:
        """Read a field as the type that it was written as."""
        return self._read(_as_it_is)

    def read_bytes(self, n: int | None = None) -> bytes | None:
        """Read a field of bytes: what is left of it, or at most its next `n` bytes; None for a null field.

        With `n` the field ends with b"", which is returned once. No other read is allowed before the field has ended.
        Raises IndexError for a negative `n`.
        """
        size = typed.count(n)
        taken = getattr(self, "_taken", 0)
        if taken == _JUST_ENDED and size is not None:
            self._taken = 0
            return b""
        value = conversion.to_bytes(self._field(), "field", self._position)
        if value is None:
            self._advance()
            return None
        start = max(taken, 0)
        chunk = value[start:] if size is None else value[start : start + size]
        if size is None or start == len(value):
            self._advance()
        elif len(chunk) < size:
            self._advance()
            self._taken = _JUST_ENDED
        else:
            self._taken = start + size
        return chunk

    def write_boolean(self, value: bool) -> None:
        """Write a boolean."""
        self._write(typed.boolean, value)

    def write_byte(self, value: int) -> None:
        """Write an integer of 8 bits."""
        self._write(typed.byte, value)

    def write_short(self, value: int) -> None:
        """Write an integer of 16 bits."""
        self._write(typed.short, value)

    def write_char(self, value: str) -> None:
        """Write one UTF-16 code unit: a character up to U+FFFF."""
        self._write(typed.char, value)

    def write_int(self, value: int) -> None:
        """Write an integer of 32 bits."""
        self._write(typed.int32, value)

    def write_long(self, value: int) -> None:
        """Write an integer of 64 bits."""
        self._write(typed.long, value)

    def write_float(self, value: float) -> None:
        """Write a number, rounded to single precision."""
        self._write(typed.single, value)

    def write_double(self, value: float) -> None:
        """Write a number of double precision."""
        self._write(typed.double, value)

    def write_string(self, value: str | None) -> None:
        """Write a text."""
        self._write(typed.string, value)

    def write_bytes(self, value: typed.BytesLike | None) -> None:
        """Write a field of bytes, which are copied."""
        self._write(typed.octets, value)

    def write_object(self, value: object) -> None:
        """Write a field; its Python type decides its JMS type.

        An int is an int if it fits 32 bits, else a long; a float is a double.
        """
        self._write(typed.item_value, value)

    def _content(self) -> NoReturn:
        raise MessageFormatError("the body of a StreamMessage can only be read field by field")

    def _seal(self) -> tuple[ItemValue, ...]:
        body = self._body
        if not isinstance(body, tuple):
            body = self._body = tuple(body)
        return body

    def _field(self) -> ItemValue:
        """Return the next field to read."""
        if not self._locked & BODY_LOCKED:
            raise MessageNotReadableError("the body is being written; reset() makes it readable")
        if self._position >= len(self._body):
            raise MessageEOFError(f"all {len(self._body)} fields were read")
        return self._body[self._position]

    def _advance(self) -> None:
        self._position += 1
        self._taken = 0

    def _read(self, convert: conversion.Reader[T]) -> T:
        if getattr(self, "_taken", 0) > 0:
            raise MessageFormatError("the field of bytes is not read to its end: read_bytes(n) returns b'' there")
        value = convert(self._field(), "field", self._position)
        self._advance()
        return value

    def _write(self, check: Callable[[Any], ItemValue], value: Any) -> None:
        self._require_writable_body()
        body = self._body
        if not isinstance(body, list):
            body = self._body = list(body)
        body.append(typed.named("field", len(body), check, value))


def _as_it_is(value: ItemValue, what: str = "", name: object = None) -> ItemValue:
    return value
