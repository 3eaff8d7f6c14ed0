"""The JMS primitive types that Python lacks, as subclasses of the types it has.

A property or item keeps its JMS type by its Python type: `bool` is boolean, a plain `int` is int, a plain `float` is
double and a plain `str` is String; `Byte`, `Short`, `Long`, `Float` and `Char` are the others. They behave as numbers
and strings everywhere, so that a selector or an application need not know of them.
"""

from __future__ import annotations

import struct
from typing import ClassVar, Self, TypeAlias

from jmslike.errors import MessageFormatError


class _Integer(int):
    """An integer of a fixed width."""

    __slots__ = ()
    bits: ClassVar[int]

    def __new__(cls, value: int) -> Self:
        limit = 1 << (cls.bits - 1)
        if not -limit <= value < limit:
            raise ValueError(f"{value} is out of the range of a {cls.__name__.lower()}: {-limit} to {limit - 1}")
        return int.__new__(cls, value)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({int(self)})"

    def __str__(self) -> str:
        return int.__repr__(self)


class Byte(_Integer):
    """A signed integer of 8 bits."""

    __slots__ = ()
    bits: ClassVar[int] = 8


class Short(_Integer):
    """A signed integer of 16 bits."""

    __slots__ = ()
    bits: ClassVar[int] = 16


class Long(_Integer):
    """A signed integer of 64 bits."""

    __slots__ = ()
    bits: ClassVar[int] = 64


class Float(float):
    """A number of single precision: rounded to 32 bits when it is made."""

    __slots__ = ()

    def __new__(cls, value: float) -> Float:
        try:
            (single,) = struct.unpack(">f", struct.pack(">f", value))
        except (OverflowError, struct.error):
            raise ValueError("the number is out of the range of a float") from None
        return float.__new__(cls, single)

    def __repr__(self) -> str:
        return f"Float({float(self)!r})"


class Char(str):
    """One UTF-16 code unit: a character of the basic multilingual plane."""

    __slots__ = ()

    def __new__(cls, value: str) -> Char:
        if len(value) != 1 or ord(value) > 0xFFFF:
            raise ValueError(f"a char is one character up to U+FFFF, not {value!r}")
        return str.__new__(cls, value)

    def __repr__(self) -> str:
        return f"Char({str(self)!r})"


PropertyValue: TypeAlias = "bool | int | float | str | None"
"""A property; the classes of `jmslike.values` are among the numbers and texts."""
ItemValue: TypeAlias = "bool | int | float | str | bytes | None"

INT_LIMIT = 1 << 31


def natural_integer(value: int) -> int:
    """Return the JMS integer that holds `value`: an int if it fits 32 bits, else a Long.

    Raises MessageFormatError beyond 64 bits.
    """
    if -INT_LIMIT <= value < INT_LIMIT:
        return int(value)
    try:
        return Long(value)
    except ValueError as error:
        raise MessageFormatError("the integer does not fit 64 bits; send it as a str or a double") from error
