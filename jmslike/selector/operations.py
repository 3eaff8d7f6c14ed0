"""Comparison and arithmetic on the values of a message (sections 3.8.1.1 and 3.8.1.2).

Numbers are promoted as in Java: with a double both sides become doubles; else with a float both become floats; else
both are exact, in 64 bits. None is NULL (also the result of an exact division by zero), MISMATCH the result of
arithmetic on something that is no number: it is unlike everything, so that every comparison with it is false.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from jmslike.values import Byte, Float, Long, Short

EXACT: Final[frozenset[type]] = frozenset({int, Byte, Short, Long})
NUMBERS: Final[frozenset[type]] = EXACT | {float, Float}
MISMATCH: Final = object()

# What compares equal to itself only within one class: a bool is an int in Python, but not a number in JMS.
_OTHERS: Final[frozenset[type]] = frozenset({str, bool})

Compare: TypeAlias = Callable[[Any, Any], "bool | None"]
Calculate: TypeAlias = Callable[[Any, Any], Any]


def single(value: float) -> Float:
    """Round a number to 32 bits, once, as IEEE 754 does: a number that is too large becomes infinite."""
    if value.__class__ in EXACT and abs(value) > 1 << 53:
        # A double cannot hold it, and rounding to a double first would round twice. It keeps the 52 leading bits, and
        # the last one says whether anything was cut off, which is all that the rounding to 24 bits asks.
        whole = int(value)
        value = float((whole >> 11 | (whole & 2047 != 0)) << 11)
    try:
        return Float(value)
    except ValueError:
        return Float(math.copysign(math.inf, value))


def promoted(value: Any, other: type) -> Any:
    """Return the number as Java promotes it to meet a number of the type `other`."""
    if other is float:
        return float(value)
    if other is Float and value.__class__ is not float:
        return single(value)
    return value


def _comparison(compare: Callable[[Any, Any], bool], equality: bool) -> Compare:
    def compared(left: Any, right: Any) -> bool | None:
        if left is None or right is None:
            return None
        left_type, right_type = left.__class__, right.__class__
        if left_type in NUMBERS and right_type in NUMBERS:
            return compare(promoted(left, right_type), promoted(right, left_type))
        return equality and left_type is right_type and left_type in _OTHERS and compare(left, right)

    return compared


COMPARISONS: Final[Mapping[str, Compare]] = {
    "=": _comparison(operator.eq, True),
    "<>": _comparison(operator.ne, True),
    "<": _comparison(operator.lt, False),
    "<=": _comparison(operator.le, False),
    ">": _comparison(operator.gt, False),
    ">=": _comparison(operator.ge, False),
}
"""Functions that return True, False, or None for unknown."""


def _wrapped(value: int) -> int:
    return (value + (1 << 63)) % (1 << 64) - (1 << 63)


def _exact_quotient(left: int, right: int) -> int | None:
    if right == 0:
        return None
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


def _quotient(left: float, right: float) -> float:
    if right != 0:
        return left / right
    if left == 0 or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def _arithmetic(exact: Callable[[int, int], int | None], approximate: Callable[[float, float], float]) -> Calculate:
    def calculated(left: Any, right: Any) -> Any:
        if left is None or right is None:
            return None
        left_type, right_type = left.__class__, right.__class__
        if left_type not in NUMBERS or right_type not in NUMBERS:
            return MISMATCH
        if left_type in EXACT and right_type in EXACT:
            result = exact(left, right)
            return result if result is None else _wrapped(result)
        value = approximate(promoted(left, right_type), promoted(right, left_type))
        return value if left_type is float or right_type is float else single(value)

    return calculated


ARITHMETIC: Final[Mapping[str, Calculate]] = {
    "+": _arithmetic(operator.add, operator.add),
    "-": _arithmetic(operator.sub, operator.sub),
    "*": _arithmetic(operator.mul, operator.mul),
    "/": _arithmetic(_exact_quotient, _quotient),
}


def chained(first: Any, *rest: Any) -> Any:
    """Calculate from the left; `rest` is a function of ARITHMETIC, its right operand, the next function, and so on."""
    for calculate, operand in zip(rest[::2], rest[1::2], strict=True):
        first = calculate(first, operand)
    return first


def unsigned(value: Any) -> Any:
    """Calculate `+ value`."""
    return value if value is None or value.__class__ in NUMBERS else MISMATCH


def negative(value: Any) -> Any:
    """Calculate `- value`."""
    if value is None:
        return None
    if value.__class__ not in NUMBERS:
        return MISMATCH
    return negated(value)


def negated(number: Any) -> Any:
    """Return the negative of a number, of the same kind."""
    if number.__class__ is Float:
        return Float(-number)
    return -number if number.__class__ is float else _wrapped(-number)
