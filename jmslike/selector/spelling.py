"""Selecting by values of which only the spelling is known (`jmslike.values.spelled`).

Such a value is a number where the selector asks for a number, a boolean where it asks for a boolean, and else a string.
Two of them are compared as numbers if both can be read so, else as strings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from jmslike.selector.operations import ARITHMETIC, COMPARISONS, MISMATCH, NUMBERS, Calculate, Compare
from jmslike.selector.operations import negative as negative_of
from jmslike.selector.operations import unsigned as unsigned_of
from jmslike.values import Long, PropertyValue
from jmslike.values.java_numbers import parse_double, parse_integer
from jmslike.values.spelled import SpelledProperties

_BOOLEANS: Final = {"true": True, "false": False}


class Spelling:
    """A value that may be of any type, with its text."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text: Final = text


def with_spellings(properties: SpelledProperties) -> dict[str, PropertyValue | Spelling]:
    """Return the properties with a Spelling for each value whose type is unknown."""
    values: dict[str, Any] = dict(properties)
    for name in properties.spelled & values.keys():
        values[name] = Spelling(values[name])
    return values


def as_number(value: Any) -> Any:
    """Return the value as an operand that should be a number: a Spelling is read as Java reads a long or a double."""
    if value.__class__ is not Spelling:
        return value
    for parse in (lambda text: parse_integer(text, Long), parse_double):
        try:
            return parse(value.text)
        except ValueError:
            continue
    return MISMATCH


def as_boolean(value: Any) -> Any:
    """Return the value as an operand that should be a boolean."""
    return _BOOLEANS.get(value.text.lower(), MISMATCH) if value.__class__ is Spelling else value


def as_string(value: Any) -> Any:
    """Return the value as an operand that should be a string."""
    return value.text if value.__class__ is Spelling else value


def _alike(left: Any, right: Any) -> tuple[Any, Any]:
    """Return two operands, each as what the other one is."""
    numbers = as_number(left), as_number(right)
    if numbers[0].__class__ in NUMBERS and numbers[1].__class__ in NUMBERS:
        return numbers
    if left.__class__ is bool or right.__class__ is bool:
        return as_boolean(left), as_boolean(right)
    return as_string(left), as_string(right)


def _comparison(compare: Compare) -> Compare:
    return lambda left, right: compare(*_alike(left, right))


def _arithmetic(calculate: Calculate) -> Calculate:
    return lambda left, right: calculate(as_number(left), as_number(right))


def negative(value: Any) -> Any:
    """Calculate `- value`."""
    return negative_of(as_number(value))


def unsigned(value: Any) -> Any:
    """Calculate `+ value`."""
    return unsigned_of(as_number(value))


SPELLED_COMPARISONS: Final[Mapping[str, Compare]] = {
    symbol: _comparison(compare) for symbol, compare in COMPARISONS.items()
}
SPELLED_ARITHMETIC: Final[Mapping[str, Calculate]] = {
    symbol: _arithmetic(calculate) for symbol, calculate in ARITHMETIC.items()
}
