"""Selectors in the language of Artemis and of ActiveMQ Classic, written from their tree.

The language differs from that of JMS. A string property equals a number only if both read as the same kind of number,
so numbers are written with a fraction. `+` joins strings, so a sum is written as a difference. A boolean property is
no condition by itself. NOT binds tighter than IN and LIKE, so everything has parentheses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Final

from jmslike.codec import java_text
from jmslike.errors import UnsupportedFeatureError
from jmslike.selector import tree

_KNOWN: Final = re.compile(r"(?!(?:XPATH|XQUERY)\Z)[A-Za-z_$][A-Za-z0-9_$]*\Z", re.IGNORECASE)
_LARGEST_EXACT: Final = 2**53


class SelectorWriter:
    """Writes selectors for one broker, with its names for the JMS headers and for the delivery modes."""

    def __init__(self, product: str, names: Mapping[str, str], modes: Mapping[str, str]) -> None:
        self._product = product
        self._names = names
        self._modes = modes

    def write(self, condition: Any) -> str:
        """Return the condition as text. Raises UnsupportedFeatureError for a name that the broker cannot read."""
        match condition:
            case tree.Literal(value):
                return "TRUE" if value else "FALSE"
            case tree.Identifier():
                return f"({self._value(condition)} = TRUE)"
            case tree.Not(operand):
                return f"(NOT {self.write(operand)})"
            case tree.And(operands):
                return f"({' AND '.join(map(self.write, operands))})"
            case tree.Or(operands):
                return f"({' OR '.join(map(self.write, operands))})"
        return f"({self._test(condition)})"

    def _test(self, condition: Any) -> str:
        match condition:
            case tree.Comparison(operator, left, right):
                return f"{self._side(left, right)} {operator} {self._side(right, left)}"
            case tree.Between(operand, low, high, negated):
                between = (
                    f"({self._value(operand)} >= {self._value(low)} AND {self._value(operand)} <= {self._value(high)})"
                )
                return f"NOT {between}" if negated else between
            case tree.In(identifier, values, negated):
                listed = ", ".join(_string(self._mode(value, identifier)) for value in values)
                return f"{self._value(identifier)} {'NOT ' * negated}IN ({listed})"
            case tree.Like(identifier, pattern, escape, negated):
                ending = f" ESCAPE {_string(escape)}" if escape is not None else ""
                return f"{self._value(identifier)} {'NOT ' * negated}LIKE {_string(pattern)}{ending}"
            case tree.IsNull(identifier, negated):
                return f"{self._value(identifier)} IS {'NOT ' * negated}NULL"
        raise AssertionError(f"no condition: {condition!r}")

    def _side(self, value: Any, other: Any) -> str:
        if isinstance(value, tree.Literal) and isinstance(value.value, str):
            return _string(self._mode(value.value, other))
        return self._value(value)

    def _value(self, value: Any) -> str:
        match value:
            case tree.Literal(constant):
                return _literal(constant)
            case tree.Identifier(name):
                if not _KNOWN.match(name):
                    raise UnsupportedFeatureError(
                        f"{self._product} knows no property {name!r} in selectors: use ASCII letters"
                    )
                return self._names.get(name, name)
            case tree.Sign(negative, operand):
                return f"(-1 * {self._value(operand)})" if negative else self._value(operand)
            case tree.Arithmetic(first, rest):
                text = self._value(first)
                for operator, operand in rest:
                    text = (
                        f"({text} - (-1 * {self._value(operand)}))"
                        if operator == "+"
                        else self._joined(text, operator, operand)
                    )
                return text
        raise AssertionError(f"no value: {value!r}")

    def _joined(self, left: str, operator: str, right: Any) -> str:
        return f"({left} {operator} {self._value(right)})"

    def _mode(self, text: str, other: Any) -> str:
        return self._modes.get(text, text) if other == tree.Identifier("JMSDeliveryMode") else text


def _literal(constant: bool | int | float | str) -> str:
    if isinstance(constant, bool):
        return "TRUE" if constant else "FALSE"
    if isinstance(constant, str):
        return _string(constant)
    if isinstance(constant, int) and abs(constant) > _LARGEST_EXACT:
        return str(int(constant))
    return java_text(float(constant))


def _string(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def calculated_names(part: Any, *, inside: bool = False) -> Iterator[str]:
    """Yield the names of the properties in a selector's arithmetic."""
    if isinstance(part, tree.Identifier):
        if inside and part.name not in ("JMSPriority", "JMSTimestamp"):
            yield part.name
    elif isinstance(part, tuple):
        for item in part:
            yield from calculated_names(item, inside=inside)
    elif is_dataclass(part):
        inside = inside or isinstance(part, (tree.Arithmetic, tree.Sign))
        for field in fields(part):
            yield from calculated_names(getattr(part, field.name), inside=inside)
