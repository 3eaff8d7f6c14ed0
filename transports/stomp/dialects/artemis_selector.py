"""Selectors in the language of Artemis, which differs from that of JMS; spelled from their tree, never from their text.

Artemis compares a string property with a number only if both read as the same kind of number, so numbers are spelled
with a fraction; its `+` joins strings, so a sum is a difference; a boolean property is no condition by itself; NOT
binds tighter than IN and LIKE, so everything has its parentheses.
"""

from __future__ import annotations

import re
from typing import Any, Final

from jmslike.codec import java_text
from jmslike.errors import UnsupportedFeatureError
from jmslike.selector.tree import (
    And,
    Arithmetic,
    Between,
    Comparison,
    Identifier,
    In,
    IsNull,
    Like,
    Literal,
    Not,
    Or,
    Sign,
)

_NAMES: Final = {
    "JMSPriority": "AMQPriority",
    "JMSTimestamp": "AMQTimestamp",
    "JMSDeliveryMode": "AMQDurable",
    "JMSMessageID": "NATIVE_MESSAGE_ID",
    "JMSXGroupID": "AMQGroupID",
    "JMSXGroupSeq": "_AMQ_GROUP_SEQUENCE",
}
_MODES: Final = {"PERSISTENT": "DURABLE", "NON_PERSISTENT": "NON_DURABLE"}
_KNOWN: Final = re.compile(r"(?!(?:XPATH|XQUERY)\Z)[A-Za-z_$][A-Za-z0-9_$]*\Z", re.IGNORECASE)
_LARGEST_EXACT: Final = 2**53


def spell(condition: Any) -> str:
    """Give a condition. Raises UnsupportedFeatureError for a name that Artemis does not know how to read."""
    match condition:
        case Literal(value):
            return "TRUE" if value else "FALSE"
        case Identifier():
            return f"({_value(condition)} = TRUE)"
        case Not(operand):
            return f"(NOT {spell(operand)})"
        case And(operands):
            return f"({' AND '.join(map(spell, operands))})"
        case Or(operands):
            return f"({' OR '.join(map(spell, operands))})"
    return f"({_test(condition)})"


def _test(condition: Any) -> str:
    match condition:
        case Comparison(operator, left, right):
            return f"{_side(left, right)} {operator} {_side(right, left)}"
        case Between(operand, low, high, negated):
            between = f"({_value(operand)} >= {_value(low)} AND {_value(operand)} <= {_value(high)})"
            return f"NOT {between}" if negated else between
        case In(identifier, values, negated):
            listed = ", ".join(_string(_mode(value, identifier)) for value in values)
            return f"{_value(identifier)} {'NOT ' * negated}IN ({listed})"
        case Like(identifier, pattern, escape, negated):
            ending = f" ESCAPE {_string(escape)}" if escape is not None else ""
            return f"{_value(identifier)} {'NOT ' * negated}LIKE {_string(pattern)}{ending}"
        case IsNull(identifier, negated):
            return f"{_value(identifier)} IS {'NOT ' * negated}NULL"
    raise AssertionError(f"no condition: {condition!r}")


def _side(value: Any, other: Any) -> str:
    if isinstance(value, Literal) and isinstance(value.value, str):
        return _string(_mode(value.value, other))
    return _value(value)


def _value(value: Any) -> str:
    match value:
        case Literal(constant):
            return _literal(constant)
        case Identifier(name):
            if not _KNOWN.match(name):
                raise UnsupportedFeatureError(f"Artemis knows no property {name!r} in selectors: use ASCII letters")
            return _NAMES.get(name, name)
        case Sign(negative, operand):
            return f"(-1 * {_value(operand)})" if negative else _value(operand)
        case Arithmetic(first, rest):
            text = _value(first)
            for operator, operand in rest:
                text = f"({text} - (-1 * {_value(operand)}))" if operator == "+" else _joined(text, operator, operand)
            return text
    raise AssertionError(f"no value: {value!r}")


def _joined(left: str, operator: str, right: Any) -> str:
    return f"({left} {operator} {_value(right)})"


def _literal(constant: bool | int | float | str) -> str:
    if isinstance(constant, bool):
        return "TRUE" if constant else "FALSE"
    if isinstance(constant, str):
        return _string(constant)
    if isinstance(constant, int) and abs(constant) > _LARGEST_EXACT:
        return str(int(constant))
    return java_text(float(constant))


def _mode(text: str, other: Any) -> str:
    return _MODES.get(text, text) if other == Identifier("JMSDeliveryMode") else text


def _string(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
