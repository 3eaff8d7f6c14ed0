"""From the tree of a selector to a function of one message.

The three values of a condition never exist at run time. A condition is compiled for one question, "is it true?" or
"is it false?", which is a plain expression of Python; NOT asks its operand the other question, and unknown is no to
both. So `a AND b` is true if both are true, and false if either is false.

The source text holds only words of this module: the selector's names and literals are numbered global variables of the
function.

There are two functions for a condition. One is for messages whose properties have their types. In the other, each value
that is known by its spelling only is read as the type that its place asks for (`jmslike.selector.spelling`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol, TypeAlias

from jmslike.selector import operations, spelling, tree
from jmslike.selector.like import matcher
from jmslike.values import PropertyValue


class SelectableHeaders(Protocol):
    """The headers that a client sets."""

    @property
    def correlation_id(self) -> str | bytes | None: ...
    @property
    def type(self) -> str | None: ...


class Selectable(Protocol):
    """The fields of a message that a selector reads; an `Envelope` has them.

    A property's value has exactly one of the types in `jmslike.values`, not a subclass.
    """

    @property
    def id(self) -> str: ...
    @property
    def priority(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def delivery_mode(self) -> int: ...
    @property
    def headers(self) -> SelectableHeaders: ...
    @property
    def properties(self) -> Mapping[str, PropertyValue]: ...


Matches: TypeAlias = Callable[[Selectable], bool]

_HEADERS: Final = {
    "JMSCorrelationID": "text(message.headers.correlation_id)",
    "JMSDeliveryMode": "modes.get(message.delivery_mode)",
    "JMSMessageID": "message.id",
    "JMSPriority": "message.priority",
    "JMSTimestamp": "message.timestamp",
    "JMSType": "message.headers.type",
}

_COMPARE: Final = {"=": "eq", "<>": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_CALCULATE: Final = {"+": "add", "-": "sub", "*": "mul", "/": "div"}
_PYTHON: Final = {"=": "==", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_MIRRORED: Final = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

# Below this, float and double hold every whole number. So promotion changes nothing that a comparison with such a
# literal could see, and Python's comparison, which is exact, has the same result as Java's.
_PLAIN: Final = 1 << 24


def _text(value: str | bytes | None) -> str | None:
    return value if isinstance(value, str) else None


_WORDS: Final[Mapping[str, Any]] = {
    "__builtins__": {},
    "chained": operations.chained,
    "modes": {1: "NON_PERSISTENT", 2: "PERSISTENT"},
    "negative": operations.negative,
    "numbers": operations.NUMBERS,
    "str": str,
    "text": _text,
    "unsigned": operations.unsigned,
    **{word: operations.COMPARISONS[symbol] for symbol, word in _COMPARE.items()},
    **{word: operations.ARITHMETIC[symbol] for symbol, word in _CALCULATE.items()},
}
_WORDS_OF_SPELLINGS: Final[Mapping[str, Any]] = {
    **_WORDS,
    "boolean": spelling.as_boolean,
    "negative": spelling.negative,
    "number": spelling.as_number,
    "string": spelling.as_string,
    "unsigned": spelling.unsigned,
    "with_spellings": spelling.with_spellings,
    **{word: spelling.SPELLED_COMPARISONS[symbol] for symbol, word in _COMPARE.items()},
    **{word: spelling.SPELLED_ARITHMETIC[symbol] for symbol, word in _CALCULATE.items()},
}


def compiled(condition: tree.Condition) -> Matches:
    """Return the function that returns whether the condition is true for a message. All properties have types."""
    return _Compiler(_WORDS).function(condition)


def compiled_for_spellings(condition: tree.Condition) -> Matches:
    """Return the function that returns the same for a message with SpelledProperties."""
    return _CompilerForSpellings(_WORDS_OF_SPELLINGS).function(condition)


class _Compiler:
    __slots__ = ("words",)
    properties = "message.properties"

    def __init__(self, words: Mapping[str, Any]) -> None:
        self.words = dict(words)

    def function(self, condition: tree.Condition) -> Matches:
        expression = self.condition(condition, True)
        source = (
            "def matches(message):\n"
            f"    properties = {self.properties}\n"
            f"    return True if {expression} else False"
        )  # fmt: skip
        exec(compile(source, "<selector>", "exec"), self.words)
        return self.words["matches"]  # type: ignore[no-any-return]

    def constant(self, value: object) -> str:
        word = f"k{len(self.words)}"
        self.words[word] = value
        return word

    # Values

    def value(self, node: tree.Value) -> str:
        match node:
            case tree.Identifier(name):
                return _HEADERS.get(name) or f"properties.get({self.constant(name)})"
            case tree.Literal(value):
                return self.constant(value)
            case tree.Sign(negative, operand):
                return f"{'negative' if negative else 'unsigned'}({self.value(operand)})"
            case tree.Arithmetic(first, ((operator, operand),)):
                return f"{_CALCULATE[operator]}({self.value(first)}, {self.value(operand)})"
            case tree.Arithmetic(first, rest):
                steps = "".join(f", {_CALCULATE[operator]}, {self.value(operand)}" for operator, operand in rest)
                return f"chained({self.value(first)}{steps})"

    def value_as(self, kind: str, node: tree.Value) -> str:
        """Return the expression of a value that the condition asks to be a boolean, number or string."""
        return self.value(node)

    # Conditions: the expression is true if the condition is what is `wanted`

    def condition(self, node: tree.Condition, wanted: bool) -> str:
        match node:
            case tree.Comparison(operator, left, right):
                return self.comparison(operator, left, right, wanted)
            case tree.And(operands):
                return self.joined(operands, wanted, "and" if wanted else "or")
            case tree.Or(operands):
                return self.joined(operands, wanted, "or" if wanted else "and")
            case tree.Not(operand):
                return self.condition(operand, not wanted)
            case tree.In(identifier, values, negated):
                return self.string_test(
                    identifier, f"value{_not(negated)} in {self.constant(frozenset(values))}", wanted
                )
            case tree.Like(identifier, pattern, escape, negated):
                like = self.constant(matcher(pattern, escape))
                return self.string_test(identifier, f"{_not(negated)} {like}(value)", wanted)
            case tree.IsNull(identifier, negated):
                return f"{self.value(identifier)} is{_not(negated == wanted)} None"
            case tree.Between(operand, low, high, negated):
                return self.between(operand, low, high, negated, wanted)
            case tree.Identifier() | tree.Literal():
                return f"{self.value_as('boolean', node)} is {wanted}"

    def joined(self, operands: tuple[tree.Condition, ...], wanted: bool, word: str) -> str:
        return f"({f' {word} '.join(self.condition(operand, wanted) for operand in operands)})"

    def between(self, operand: tree.Value, low: tree.Value, high: tree.Value, negated: bool, wanted: bool) -> str:
        if negated:
            return self.condition(
                tree.Or((tree.Comparison("<", operand, low), tree.Comparison(">", operand, high))), wanted
            )
        return self.condition(
            tree.And((tree.Comparison(">=", operand, low), tree.Comparison("<=", operand, high))), wanted
        )

    def comparison(self, operator: str, left: tree.Value, right: tree.Value, wanted: bool) -> str:
        if isinstance(left, tree.Literal):
            operator, left, right = _MIRRORED[operator], right, left
        if isinstance(right, tree.Literal) and not isinstance(left, tree.Literal):
            value = right.value
            if isinstance(value, bool):
                return self.test("boolean", left, f"value is {value == (operator == '=')}", wanted)
            if isinstance(value, str) and operator == "=":
                return self.test("string", left, f"value == {self.constant(value)}", wanted)
            if isinstance(value, str):
                return self.string_test(left, f"value != {self.constant(value)}", wanted)
            if -_PLAIN < value < _PLAIN:
                test = f"value.__class__ in numbers and value {_PYTHON[operator]} {self.constant(value)}"
                return self.test("number", left, test, wanted)
        compared = f"{_COMPARE[operator]}({self.value(left)}, {self.value(right)})"
        return compared if wanted else f"{compared} is False"

    def string_test(self, node: tree.Value, test: str, wanted: bool) -> str:
        return self.test("string", node, f"value.__class__ is str and {test}", wanted)

    def test(self, kind: str, node: tree.Value, test: str, wanted: bool) -> str:
        """Test a value against something that is not NULL: false is then what is neither NULL nor true."""
        value = f"(value := {self.value_as(kind, node)})"
        if wanted:
            return test.replace("value", value, 1)
        return f"({value} is not None and not ({test}))"


class _CompilerForSpellings(_Compiler):
    __slots__ = ()
    properties = "with_spellings(message.properties)"

    def value_as(self, kind: str, node: tree.Value) -> str:
        return f"{kind}({self.value(node)})"


def _not(negated: bool) -> str:
    return " not" if negated else ""
