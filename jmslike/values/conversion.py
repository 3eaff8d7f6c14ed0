"""Conversion of a stored value to another type (sections 3.5.4 and 3.11.3), for properties, maps and streams.

The specification has a table for properties (3-2) and one for items (3-7). The first is the second without `char` and
`bytes`, which cannot be properties; so there is one. The Python type of a value is its JMS type, see `jmslike.values`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn, Protocol, TypeVar

from jmslike.errors import MessageFormatError
from jmslike.values import Byte, Char, Float, ItemValue, Long, Short
from jmslike.values.java_numbers import double_text, parse_double, parse_float, parse_integer

T = TypeVar("T")
R = TypeVar("R", covariant=True)

TYPE_NAMES: Final[Mapping[type, str]] = {
    bool: "boolean",
    Byte: "byte",
    Short: "short",
    Char: "char",
    int: "int",
    Long: "long",
    Float: "float",
    float: "double",
    str: "string",
    bytes: "bytes",
}
"""The item types, each with its name in the accessors."""

CONVERSIONS: Final[Mapping[type, frozenset[type]]] = {
    bool: frozenset({bool, str}),
    Byte: frozenset({Byte, Short, int, Long, str}),
    Short: frozenset({Short, int, Long, str}),
    Char: frozenset({Char, str}),
    int: frozenset({int, Long, str}),
    Long: frozenset({Long, str}),
    Float: frozenset({Float, float, str}),
    float: frozenset({float, str}),
    str: frozenset({bool, Byte, Short, int, Long, Float, float, str}),
    bytes: frozenset({bytes}),
}
"""For each type as which a value was set, the types as which it can be read."""


class Reader(Protocol[R]):
    """Reads a value as one type. `what` and `name` are for the error: what the value is, and which of these."""

    def __call__(self, value: ItemValue, what: str = "value", name: object = None) -> R:
        """Read. Raises MessageFormatError or ValueError."""


def _nothing() -> None:
    return None


def _no_number() -> NoReturn:
    raise ValueError("missing or None, which is neither a number nor a char")


def _text(value: Any) -> str:
    """Spell a value as Java does."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return double_text(value) if isinstance(value, float) else str(value)


def _reader(
    target: type, missing: Callable[[], T], cast: Callable[[Any], T], parse: Callable[[str], T] | None = None
) -> Reader[T]:
    """Make the function that reads any value as `target`: None by `missing`, a str by `parse`, others by `cast`."""
    casts: dict[type, Callable[[Any], T]] = {source: cast for source in CONVERSIONS if target in CONVERSIONS[source]}
    if parse is not None:
        casts[str] = parse

    def read(value: ItemValue, what: str = "value", name: object = None) -> T:
        convert = casts.get(type(value))
        try:
            if convert is not None:
                return convert(value)
            if value is None:
                return missing()
        except ValueError as error:
            raise ValueError(f"{described(what, name)}: {error}") from None
        raise MessageFormatError(
            f"{described(what, name)}: a {TYPE_NAMES[type(value)]} cannot be read as a {TYPE_NAMES[target]}"
        )

    return read


def described(what: str, name: object) -> str:
    """Return what an error calls a value, such as: the property 'n'."""
    return f"the {what}" if name is None else f"the {what} {name!r}"


def _integer_reader(target: type[int]) -> Reader[int]:
    return _reader(target, _no_number, int, lambda text: parse_integer(text, target))


# Each raises MessageFormatError where the table has no such conversion, ValueError for a text that is not such a number
# and for None as a number or char.
to_boolean: Reader[bool] = _reader(bool, bool, bool, lambda text: text.lower() == "true")
to_byte: Reader[int] = _integer_reader(Byte)
to_short: Reader[int] = _integer_reader(Short)
to_char: Reader[str] = _reader(Char, _no_number, str)
to_int: Reader[int] = _integer_reader(int)
to_long: Reader[int] = _integer_reader(Long)
to_float: Reader[float] = _reader(Float, _no_number, float, parse_float)
to_double: Reader[float] = _reader(float, _no_number, float, parse_double)
to_string: Reader[str | None] = _reader(str, _nothing, _text)
to_bytes: Reader[bytes | None] = _reader(bytes, _nothing, bytes)
