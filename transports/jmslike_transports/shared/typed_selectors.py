"""Selectors for providers that know the types of properties, written so that providers that differ select alike.

ActiveMQ Artemis, ActiveMQ Classic and Qpid Broker-J have one evaluator's descendants, which differ from section 3.8:
NOT binds tighter than a comparison, `<>` holds for unlike types and for what is missing, two missing values are equal,
strings and booleans have an order. A selector has to be true for the right messages, and no one sees whether it is
false or unknown for the others. So every NOT moves to the comparisons, and each of these is written so that it is true
when it must be, both by the specification and to those evaluators.
"""

from __future__ import annotations

import math
import operator as operators
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Final

from jmslike.codec import java_text
from jmslike.errors import UnsupportedFeatureError
from jmslike.selector import tree

_SWAPPED: Final = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_CONSTANT: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "=": operators.eq,
    "<>": operators.ne,
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
}
_NUMBERS: Final = frozenset(("JMSPriority", "JMSTimestamp", "JMSXDeliveryCount", "JMSXGroupSeq"))
_STRINGS: Final = frozenset(
    ("JMSMessageID", "JMSCorrelationID", "JMSType", "JMSDeliveryMode", "JMSXGroupID", "JMSXUserID", "JMSXAppID")
)
_INFINITE: Final = "1.0E999"

_FRACTIONS: Final = "the broker divides whole numbers to a fraction: instead of n / 2 = 3, select by n BETWEEN 6 AND 7"
FRACTIONS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("SC_76", "SC_77", "SEL_12", "SEL_32"), _FRACTIONS),
    "SC_79": "the broker divides by zero to infinity, with which it then compares",
    "SEL_13": "the broker calculates in 32 bits where the numbers have no more",
}
"""What no way to write a selector mends, for these evaluators."""
ASCII_NAMES: Final[Mapping[str, str]] = dict.fromkeys(
    ("SC_10", "SEL_18"), "the broker knows only ASCII in names: UnsupportedFeatureError"
)


@dataclass(frozen=True, slots=True)
class TypedSelectors:
    """Writes selectors for one provider.

    `names` are its own names of headers, and `unknown` are those that it has none for. `ascii_names` says that it knows
    only ASCII letters in names, and `joins_strings` that `+` joins strings.
    """

    product: str
    names: Mapping[str, str] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()
    ascii_names: bool = False
    joins_strings: bool = False

    def write(self, condition: Any) -> str:
        """Return the condition as text. Raises UnsupportedFeatureError for a name that the provider cannot read."""
        return self._true(condition, negated=False)

    def _true(self, condition: Any, *, negated: bool) -> str:
        """Return what is true where the condition is true or, `negated`, where it is false."""
        match condition:
            case tree.Literal(value):
                return "TRUE" if value is not negated else "FALSE"
            case tree.Identifier():
                return f"({self._value(condition)} = {'FALSE' if negated else 'TRUE'})"
            case tree.Not(operand):
                return self._true(operand, negated=not negated)
            case tree.And(operands):
                return self._joined(operands, "OR" if negated else "AND", negated=negated)
            case tree.Or(operands):
                return self._joined(operands, "AND" if negated else "OR", negated=negated)
            case tree.Between(operand, low, high, outside):
                above, below = ("<", ">") if outside else (">=", "<=")
                parts = (tree.Comparison(above, operand, low), tree.Comparison(below, operand, high))
                return self._true(tree.Or(parts) if outside else tree.And(parts), negated=negated)
            case tree.IsNull(identifier, present):
                return f"({self._value(identifier)} IS {'NOT ' if present is not negated else ''}NULL)"
        return self._negation(condition) if negated else self._test(condition)

    def _joined(self, operands: tuple[Any, ...], word: str, *, negated: bool) -> str:
        return f"({f' {word} '.join(self._true(each, negated=negated) for each in operands)})"

    def _negation(self, condition: Any) -> str:
        """Negate a test, which is unknown only if something is missing."""
        names = dict.fromkeys(self._value(each) for each in _identifiers(condition))
        return f"({''.join(f'{name} IS NOT NULL AND ' for name in names)}NOT {self._test(condition)})"

    def _test(self, condition: Any) -> str:
        match condition:
            case tree.Comparison(operator, left, right):
                if isinstance(left, tree.Literal) and isinstance(right, tree.Literal):
                    return "TRUE" if _CONSTANT[operator](left.value, right.value) else "FALSE"
                if isinstance(left, tree.Literal):
                    return self._comparison(_SWAPPED[operator], right, left)
                return self._comparison(operator, left, right)
            case tree.In(identifier, values, excluded):
                name = self._value(identifier)
                return self._of_string(identifier, f"{name} {'NOT ' * excluded}IN ({', '.join(map(_string, values))})")
            case tree.Like(identifier, pattern, escape, excluded):
                like = self._like(self._value(identifier), pattern, escape)
                return self._of_string(identifier, f"NOT {like}") if excluded else like
        raise AssertionError(f"no condition: {condition!r}")

    def _like(self, name: str, pattern: str, escape: str | None) -> str:
        ending = f" ESCAPE {_string(escape)}" if escape is not None else ""
        return f"({name} LIKE {_string(pattern)}{ending})"

    # ---- comparisons -----------------------------------------------------------------------------------------------

    def _comparison(self, operator: str, left: Any, right: Any) -> str:
        """Compare an identifier or arithmetic with anything."""
        if isinstance(left, tree.Identifier) and isinstance(right, tree.Literal):
            return self._with_literal(operator, left, right)
        if isinstance(left, tree.Identifier) and isinstance(right, tree.Identifier):
            return self._of_identifiers(operator, left, right)
        compared = _ordered(operator, self._value(left), self._value(right))
        calculated = dict.fromkeys(name for side in (left, right) for name in _calculated(side))
        guards = "".join(f"{self._is_number(each)} AND " for each in calculated if each.name not in _NUMBERS)
        return f"({guards}{compared})"

    def _with_literal(self, operator: str, identifier: tree.Identifier, literal: tree.Literal) -> str:
        name, value = self._value(identifier), literal.value
        if isinstance(value, bool):
            return f"({name} = {'TRUE' if value is (operator == '=') else 'FALSE'})"
        if not isinstance(value, str):
            return _ordered(operator, name, self._value(literal))
        equal = f"({name} = {_string(value)})"
        return equal if operator == "=" else self._of_string(identifier, f"NOT {equal}")

    def _of_identifiers(self, operator: str, left: tree.Identifier, right: tree.Identifier) -> str:
        one, other = self._value(left), self._value(right)
        numbers = f"{self._is_number(left)} AND {self._is_number(right)} AND {_ordered(operator, one, other)}"
        if operator not in ("=", "<>"):
            return f"({numbers})"
        strings = f"{one} LIKE '%' AND {other} LIKE '%' AND {'NOT ' * (operator == '<>')}({one} = {other})"
        pairs = (("TRUE", "TRUE"), ("FALSE", "FALSE")) if operator == "=" else (("TRUE", "FALSE"), ("FALSE", "TRUE"))
        booleans = " OR ".join(f"({one} = {first} AND {other} = {second})" for first, second in pairs)
        return f"(({numbers}) OR ({strings}) OR {booleans})"

    def _of_string(self, identifier: tree.Identifier, test: str) -> str:
        """Return the test, false for what is no string."""
        return f"({test})" if identifier.name in _STRINGS else f"({self._value(identifier)} LIKE '%' AND {test})"

    def _is_number(self, identifier: tree.Identifier) -> str:
        name = self._value(identifier)
        return f"({name} < 0 OR {name} >= 0)"

    # ---- values ----------------------------------------------------------------------------------------------------

    def _value(self, value: Any) -> str:
        match value:
            case tree.Literal(constant):
                return _literal(constant)
            case tree.Identifier(name):
                self._require_known(name)
                return self.names.get(name, name)
            case tree.Sign(negative, operand):
                return f"(-1 * {self._value(operand)})" if negative else self._value(operand)
            case tree.Arithmetic(first, rest):
                text = self._value(first)
                for operator, operand in rest:
                    text = self._calculation(text, operator, self._value(operand))
                return text
        raise AssertionError(f"no value: {value!r}")

    def _require_known(self, name: str) -> None:
        if name in self.unknown:
            raise UnsupportedFeatureError(f"{self.product} knows no {name} in selectors: use a property of your own")
        if self.ascii_names and not name.isascii():
            raise UnsupportedFeatureError(f"{self.product} knows no property {name!r} in selectors: use ASCII letters")

    def _calculation(self, left: str, operator: str, right: str) -> str:
        if operator == "+" and self.joins_strings:
            return f"({left} - (-1 * {right}))"
        return f"({left} {operator} {right})"


def _ordered(operator: str, left: str, right: str) -> str:
    """Compare numbers."""
    if operator == "<>":
        return f"({left} < {right} OR {left} > {right})"
    return f"({left} {operator} {right})"


def _literal(constant: bool | int | float | str) -> str:
    if isinstance(constant, bool):
        return "TRUE" if constant else "FALSE"
    if isinstance(constant, str):
        return _string(constant)
    if isinstance(constant, int):
        return str(int(constant))
    if math.isinf(constant):
        return _INFINITE if constant > 0 else f"-{_INFINITE}"
    return java_text(float(constant))


def _string(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _identifiers(part: Any) -> Iterator[tree.Identifier]:
    if isinstance(part, tree.Identifier):
        yield part
    elif isinstance(part, tuple):
        for item in part:
            yield from _identifiers(item)
    elif is_dataclass(part):
        for each in fields(part):
            yield from _identifiers(getattr(part, each.name))


def _calculated(value: Any) -> Iterator[tree.Identifier]:
    """Yield the identifiers that arithmetic needs to be numbers."""
    return _identifiers(value) if isinstance(value, (tree.Arithmetic, tree.Sign)) else iter(())
