"""The tree of a selector: the nodes that the parser makes.

A value is a literal, an identifier or arithmetic; a condition is true, false or unknown. An identifier is both, since a
boolean property is a condition by itself, and so is a boolean literal. The nodes never change. Sequences of AND, OR and
of arithmetic of one precedence are flat, so that a tree is never deeper than the parentheses of its text make it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant.

    Its Python type is its JMS type: `bool`, `str`, `int` (any exact number, 64 bits), `float` (double), or
    `jmslike.values.Float` (a number with the suffix f).
    """

    value: bool | int | float | str


@dataclass(frozen=True, slots=True)
class Identifier:
    """The name of a property, or of one of the headers in `jmslike.selector.HEADERS`."""

    name: str


@dataclass(frozen=True, slots=True)
class Sign:
    """A plus or minus before something that is not a literal."""

    negative: bool
    operand: Value


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`first`, then operators of one precedence (`+` and `-`, or `*` and `/`), each with its right operand."""

    first: Value
    rest: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`operator` is one of `= <> < <= > >=`."""

    operator: str
    left: Value
    right: Value


@dataclass(frozen=True, slots=True)
class Between:
    """`operand [NOT] BETWEEN low AND high`."""

    operand: Value
    low: Value
    high: Value
    negated: bool


@dataclass(frozen=True, slots=True)
class In:
    """`identifier [NOT] IN (values)`."""

    identifier: Identifier
    values: tuple[str, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Like:
    """`identifier [NOT] LIKE pattern [ESCAPE escape]`."""

    identifier: Identifier
    pattern: str
    escape: str | None
    negated: bool


@dataclass(frozen=True, slots=True)
class IsNull:
    """`identifier IS [NOT] NULL`."""

    identifier: Identifier
    negated: bool


@dataclass(frozen=True, slots=True)
class Not:
    """`NOT operand`; NOT NOT is left out."""

    operand: Condition


@dataclass(frozen=True, slots=True)
class And:
    """Two or more conditions joined by AND."""

    operands: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Two or more conditions joined by OR."""

    operands: tuple[Condition, ...]


Value: TypeAlias = Literal | Identifier | Sign | Arithmetic
Condition: TypeAlias = Literal | Identifier | Comparison | Between | In | Like | IsNull | Not | And | Or
