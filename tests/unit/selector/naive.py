"""A second evaluator, which walks the tree and follows the specification literally, and a printer of trees.

Truth is a number (0 false, 1/2 unknown, 1 true), so that AND is the least, OR the greatest, and NOT what is left to 1.
A value is a pair of its kind and its content.
"""

from __future__ import annotations

import ctypes
import math
from fractions import Fraction
from typing import Any

from jmslike.selector import tree
from jmslike.values import Float
from tests.unit.selector.support import Message

FALSE, UNKNOWN, TRUE = Fraction(0), Fraction(1, 2), Fraction(1)
NULL, UNFIT = "null", "unfit"


def truth(node: Any, message: Message) -> Fraction:
    """The truth of a condition."""
    name = type(node).__name__
    if name == "And":
        return min(truth(operand, message) for operand in node.operands)
    if name == "Or":
        return max(truth(operand, message) for operand in node.operands)
    if name == "Not":
        return 1 - truth(node.operand, message)
    if name == "Comparison":
        return compared(node.operator, value(node.left, message), value(node.right, message))
    if name == "Between":
        return between(node.negated, *(value(part, message) for part in (node.operand, node.low, node.high)))
    kind, content = value(node if name in ("Identifier", "Literal") else node.identifier, message)
    if name == "IsNull":
        return Fraction((kind == NULL) != node.negated)
    return tested(node, kind, content)


def between(negated: bool, operand: tuple[str, Any], low: tuple[str, Any], high: tuple[str, Any]) -> Fraction:
    if negated:
        return max(compared("<", operand, low), compared(">", operand, high))
    return min(compared(">=", operand, low), compared("<=", operand, high))


def tested(node: Any, kind: str, content: Any) -> Fraction:
    """IN, LIKE, and a value that is a condition by itself."""
    if kind == NULL:
        return UNKNOWN
    if isinstance(node, tree.In):
        return Fraction(kind == "string" and (content in node.values) != node.negated)
    if isinstance(node, tree.Like):
        return Fraction(kind == "string" and like(content, wildcards(node.pattern, node.escape)) != node.negated)
    return Fraction(content) if kind == "boolean" else UNKNOWN


def value(node: Any, message: Message) -> tuple[str, Any]:
    """The kind and the content of a value."""
    if isinstance(node, tree.Literal):
        return kind_of(node.value)
    if isinstance(node, tree.Identifier):
        return kind_of(read(node.name, message))
    if isinstance(node, tree.Sign):
        # 0 - x would give the other zero for a zero.
        return calculated("*", ("exact", -1 if node.negative else 1), value(node.operand, message))
    result = value(node.first, message)
    for operator, operand in node.rest:
        result = calculated(operator, result, value(operand, message))
    return result


def read(name: str, message: Message) -> Any:
    headers = {
        "JMSPriority": message.priority,
        "JMSTimestamp": message.timestamp,
        "JMSMessageID": message.id,
        "JMSType": message.headers.type,
        "JMSDeliveryMode": "PERSISTENT" if message.delivery_mode == 2 else "NON_PERSISTENT",
        "JMSCorrelationID": message.headers.correlation_id,
    }
    found = headers.get(name) if name in headers else message.properties.get(name)
    return None if isinstance(found, bytes) else found


def kind_of(found: Any) -> tuple[str, Any]:
    if found is None:
        return NULL, None
    if isinstance(found, bool):
        return "boolean", found
    if isinstance(found, str):
        return "string", found
    if isinstance(found, Float):
        return "float", float(found)
    return ("double", found) if isinstance(found, float) else ("exact", int(found))


def calculated(operator: str, left: tuple[str, Any], right: tuple[str, Any]) -> tuple[str, Any]:
    if NULL in (left[0], right[0]):
        return NULL, None
    if not is_number(left) or not is_number(right):
        return UNFIT, None
    kind, a, b = promoted(left, right)
    if kind == "exact":
        if operator == "/" and b == 0:
            return NULL, None
        whole = {"+": a + b, "-": a - b, "*": a * b, "/": math.trunc(Fraction(a, b or 1))}[operator]
        return kind, ctypes.c_int64(whole).value
    result = divided(a, b) if operator == "/" else {"+": a + b, "-": a - b, "*": a * b}[operator]
    return kind, ctypes.c_float(result).value if kind == "float" else result


def divided(a: float, b: float) -> float:
    if b:
        return a / b
    if a == 0 or a != a:
        return math.nan
    return math.inf if (a > 0) == (math.copysign(1, b) > 0) else -math.inf


def is_number(operand: tuple[str, Any]) -> bool:
    return operand[0] in ("exact", "float", "double")


def promoted(left: tuple[str, Any], right: tuple[str, Any]) -> tuple[str, Any, Any]:
    kind = max(left[0], right[0], key=["exact", "float", "double"].index)
    if kind == "double":
        return kind, float(left[1]), float(right[1])
    if kind == "float":
        return kind, nearest_float(left[1]), nearest_float(right[1])
    return kind, left[1], right[1]


def nearest_float(number: float) -> float:
    if isinstance(number, float):
        return number
    unit = 1 << max(0, number.bit_length() - 24)
    return float(round(Fraction(number, unit)) * unit)


def compared(operator: str, left: tuple[str, Any], right: tuple[str, Any]) -> Fraction:
    if NULL in (left[0], right[0]):
        return UNKNOWN
    if is_number(left) and is_number(right):
        _, a, b = promoted(left, right)
    elif left[0] == right[0] != UNFIT and operator in ("=", "<>"):
        a, b = left[1], right[1]
    else:
        return FALSE
    results = {
        "=": a == b,
        "<>": a != b,
        "<": a < b,
        "<=": a <= b,
        ">": a > b,
        ">=": a >= b,
    }
    return Fraction(results[operator])


def wildcards(pattern: str, escape: str | None) -> list[tuple[str, bool]]:
    """Each character of the pattern, and whether it is special."""
    characters = []
    rest = pattern
    while rest:
        if escape is not None and rest[0] == escape and rest[1:2] and rest[1] in "%_" + escape:
            characters.append((rest[1], False))
            rest = rest[2:]
        else:
            characters.append((rest[0], rest[0] in "%_"))
            rest = rest[1:]
    return characters


def like(text: str, pattern: list[tuple[str, bool]]) -> bool:
    """Go through the pattern, keeping how much of the text may have matched."""
    used = {0}
    for character, special in pattern:
        if special and character == "%":
            used = set(range(min(used), len(text) + 1)) if used else set()
        else:
            used = {end + 1 for end in used if end < len(text) and (special or text[end] == character)}
    return len(text) in used


def printed(node: Any) -> str:  # noqa: C901 - one case for each kind of node
    """The text of a tree, with every pair of parentheses that it needs, and some more."""
    match node:
        case tree.Literal(bool(content)):
            return str(content)
        case tree.Literal(str(content)):
            return quoted(content)
        case tree.Literal(Float() as content):
            return f"{float(content)!r}f"
        case tree.Literal(content):
            return repr(content)
        case tree.Identifier(name):
            return name
        case tree.Sign(negative, operand):
            return f"{'-' if negative else '+'} ({printed(operand)})"
        case tree.Arithmetic(first, rest):
            return f"({printed(first)})" + "".join(f" {operator} ({printed(operand)})" for operator, operand in rest)
        case tree.Comparison(operator, left, right):
            return f"{printed(left)} {operator} {printed(right)}"
        case tree.Between(operand, low, high, negated):
            return f"{printed(operand)} {word(negated)}BETWEEN {printed(low)} AND {printed(high)}"
        case tree.In(identifier, values, negated):
            return f"{identifier.name} {word(negated)}IN ({', '.join(map(quoted, values))})"
        case tree.Like(identifier, pattern, escape, negated):
            ending = "" if escape is None else f" ESCAPE {quoted(escape)}"
            return f"{identifier.name} {word(negated)}LIKE {quoted(pattern)}{ending}"
        case tree.IsNull(identifier, negated):
            return f"{identifier.name} IS {word(negated)}NULL"
        case tree.Not(operand):
            return f"NOT ({printed(operand)})"
        case tree.And(operands):
            return " AND ".join(f"({printed(operand)})" for operand in operands)
        case tree.Or(operands):
            return " OR ".join(f"({printed(operand)})" for operand in operands)
    raise TypeError(node)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def word(negated: bool) -> str:
    return "NOT " if negated else ""
