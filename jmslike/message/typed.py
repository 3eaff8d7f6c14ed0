"""The checks of every typed setter and writer (sections 3.5.5 and 3.11.3).

Each function returns the value to store. A value of another type raises MessageFormatError, one out of the range of
the Java type ValueError.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias, TypeVar

from jmslike.errors import MessageFormatError
from jmslike.exact import exact_integer, exact_text, type_name
from jmslike.values import INT_LIMIT, Byte, Char, Float, ItemValue, Long, PropertyValue, Short, natural_integer
from jmslike.values.conversion import TYPE_NAMES, described

BytesLike: TypeAlias = "bytes | bytearray | memoryview[int]"

_PROPERTY_TYPES = frozenset(TYPE_NAMES) - {int, Char, bytes}  # an int is checked for its size
_NARROW_TYPES: Final[tuple[type[Any], ...]] = (Byte, Short, Long, Float)

Given = TypeVar("Given")
Checked = TypeVar("Checked")


def named(what: str, name: object, check: Callable[[Given], Checked], value: Given) -> Checked:
    """Return `check(value)`, where `check` is one of this module; its error says for what the value is.

    That is a `what` of this `name`, such as a property.
    """
    try:
        return check(value)
    except (MessageFormatError, ValueError) as error:
        raise type(error)(f"{described(what, name)}: {error}") from None


def boolean(value: bool) -> bool:
    """Check a boolean."""
    if not isinstance(value, bool):
        raise _wrong(value, "a bool")
    return value


def byte(value: int) -> Byte:
    """Check an integer of 8 bits."""
    return Byte(_integer(value))


def short(value: int) -> Short:
    """Check an integer of 16 bits."""
    return Short(_integer(value))


def int32(value: int) -> int:
    """Check an integer of 32 bits."""
    integer = _integer(value)
    if not -INT_LIMIT <= integer < INT_LIMIT:
        raise ValueError(f"{integer} is out of the range of an int: {-INT_LIMIT} to {INT_LIMIT - 1}")
    return integer


def long(value: int) -> Long:
    """Check an integer of 64 bits."""
    return Long(_integer(value))


def double(value: float) -> float:
    """Check a number of double precision; an int becomes a float."""
    try:
        return float(_number(value))
    except OverflowError:
        raise ValueError("an int this large is out of the range of a double and of a float") from None


def single(value: float) -> Float:
    """Round a number to single precision."""
    return Float(double(value))


def char(value: str) -> Char:
    """Check one UTF-16 code unit."""
    if not isinstance(value, str):
        raise _wrong(value, "a str of one character")
    return Char(exact_text(value))


def string(value: str | None) -> str | None:
    """Check a text or None."""
    if value is None or type(value) is str:
        return value
    if not isinstance(value, str):
        raise _wrong(value, "a str or None")
    return exact_text(value)


def octets(value: BytesLike | None) -> bytes | None:
    """Copy bytes; None stays None."""
    if value is None or type(value) is bytes:
        return value
    if not isinstance(value, (bytes, bytearray, memoryview)):
        raise _wrong(value, "a bytes-like object or None")
    return bytes(value)


def property_value(value: object) -> PropertyValue:
    """Check what a property may hold: its Python type decides its JMS type (an int is an int or a long by its size)."""
    if value is None or type(value) in _PROPERTY_TYPES:
        return value  # type: ignore[return-value]
    if isinstance(value, _NARROW_TYPES):  # of a subclass
        return next(each(value) for each in _NARROW_TYPES if isinstance(value, each))  # type: ignore[no-any-return]
    if isinstance(value, int):
        return natural_integer(exact_integer(value))
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, str) and not isinstance(value, Char):
        return exact_text(value)
    raise _wrong(value, "bool, int, float, str, Byte, Short, Long, Float or None")


def item_value(value: object) -> ItemValue:
    """Check what an item of a map or a field of a stream may hold: as a property, and also Char and bytes."""
    if isinstance(value, Char):
        return value if type(value) is Char else Char(exact_text(value))
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    return property_value(value)


def count(value: int | None) -> int | None:
    """Check how many bytes are to be read, None for all; a negative number raises IndexError."""
    if value is not None and _integer(value) < 0:
        raise IndexError(f"cannot read {value} bytes")
    return value


def _integer(value: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong(value, "an int")
    return exact_integer(value)


def _number(value: float) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise _wrong(value, "a float")
    return value


def _wrong(value: object, wanted: str) -> MessageFormatError:
    return MessageFormatError(f"wanted {wanted}, not {type_name(value)}")
