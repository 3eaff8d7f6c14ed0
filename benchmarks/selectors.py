"""Selectors: compiled against a walk over the same tree, and the time from a text to a selector."""

from __future__ import annotations

import operator
import time
from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.harness import Comparison
from jmslike.destinations import Queue
from jmslike.selector import parse
from jmslike.selector.tree import And, Between, Condition, Identifier, In, Like, Literal, Not, Or
from jmslike.selector.tree import Comparison as Compared
from jmslike.spi import Envelope

SIMPLE = ["color = 'red' AND price > 10"]
MIXED = [
    "color = 'red' AND price > 10",
    "region IN ('EU', 'US') OR weight BETWEEN 1 AND 5",
    "name LIKE 'order-%' AND NOT closed",
    "JMSPriority >= 5 AND (color <> 'blue' OR price <= 2.5)",
]
MESSAGES = [
    Envelope.make(
        id=f"ID:{number}",
        destination=Queue("q"),
        kind="message",
        priority=number % 10,
        properties={
            "color": ("red", "green", "blue")[number % 3],
            "price": number % 21,
            "region": ("EU", "US", "JP")[number % 3],
            "weight": number / 7 % 9,
            "name": ("order-", "offer-")[number % 2] + str(number),
            "closed": number % 4 == 0,
        },
    )
    for number in range(420)
]
ROUNDS = 200
TEXTS = 2_000

OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Walk:
    """The plain way to evaluate a tree: one function per kind of node, found in a dictionary; None is unknown."""

    def __init__(self, tree: Condition) -> None:
        self.tree = tree
        self.kinds: dict[type, Callable[[Any, Envelope], Any]] = {
            And: self.conjunction,
            Between: self.between,
            Compared: self.comparison,
            Identifier: self.identifier,
            In: self.membership,
            Like: self.likeness,
            Literal: self.literal,
            Not: self.negation,
            Or: self.disjunction,
        }

    def matches(self, message: Envelope) -> bool:
        return self.evaluate(self.tree, message) is True

    def evaluate(self, node: Any, message: Envelope) -> Any:
        return self.kinds[type(node)](node, message)

    def literal(self, node: Literal, message: Envelope) -> Any:
        return node.value

    def identifier(self, node: Identifier, message: Envelope) -> Any:
        return message.priority if node.name == "JMSPriority" else message.properties.get(node.name)

    def conjunction(self, node: And, message: Envelope) -> bool | None:
        result: bool | None = True
        for operand in node.operands:
            truth = self.evaluate(operand, message)
            if truth is False:
                return False
            if truth is None:
                result = None
        return result

    def disjunction(self, node: Or, message: Envelope) -> bool | None:
        result: bool | None = False
        for operand in node.operands:
            truth = self.evaluate(operand, message)
            if truth is True:
                return True
            if truth is None:
                result = None
        return result

    def negation(self, node: Not, message: Envelope) -> bool | None:
        truth = self.evaluate(node.operand, message)
        return None if truth is None else not truth

    def comparison(self, node: Compared, message: Envelope) -> bool | None:
        return self.compared(node.operator, self.evaluate(node.left, message), self.evaluate(node.right, message))

    def between(self, node: Between, message: Envelope) -> bool | None:
        value = self.evaluate(node.operand, message)
        above = self.compared(">=", value, self.evaluate(node.low, message))
        return above and self.compared("<=", value, self.evaluate(node.high, message))

    def compared(self, symbol: str, left: Any, right: Any) -> bool | None:
        if left is None or right is None:
            return None
        if isinstance(left, str) is not isinstance(right, str) or isinstance(left, bool) is not isinstance(right, bool):
            return False
        return OPERATORS[symbol](left, right)

    def membership(self, node: In, message: Envelope) -> bool | None:
        value = self.evaluate(node.identifier, message)
        return None if value is None else value in node.values

    def likeness(self, node: Like, message: Envelope) -> bool | None:
        value = self.evaluate(node.identifier, message)
        # Kind to the peer: all that the one pattern here needs.
        return None if value is None else value.startswith(node.pattern[:-1])


def rate(functions: list[Callable[[Envelope], bool]]) -> float:
    """Evaluations per second."""
    started = time.perf_counter()
    for _ in range(ROUNDS):
        for matches in functions:
            for message in MESSAGES:
                matches(message)
    return ROUNDS * len(functions) * len(MESSAGES) / (time.perf_counter() - started)


def compiled_simple() -> float:
    return rate([parse(text).matches for text in SIMPLE])


def walked_simple() -> float:
    return rate([Walk(parse(text).tree).matches for text in SIMPLE])


def compiled_mixed() -> float:
    return rate([parse(text).matches for text in MIXED])


def walked_mixed() -> float:
    return rate([Walk(parse(text).tree).matches for text in MIXED])


def parse_and_compile() -> float:
    """Microseconds a selector; each text is new."""
    texts = [f"{MIXED[number % 4]} AND n < {number}" for number in range(TEXTS)]
    started = time.perf_counter()
    for text in texts:
        parse(text)
    return (time.perf_counter() - started) / TEXTS * 1e6


def parse_simple() -> float:
    """Microseconds a selector of two comparisons; each text is new."""
    texts = [f"color = 'red' AND price > {number}" for number in range(TEXTS)]
    started = time.perf_counter()
    for text in texts:
        parse(text)
    return (time.perf_counter() - started) / TEXTS * 1e6


COMPARISONS = [
    Comparison("selector / tree walk, two comparisons", compiled_simple, walked_simple, "evaluations/s", (3, 4.4)),
    Comparison("selector / tree walk, mixed", compiled_mixed, walked_mixed, "evaluations/s", (3, 4.4)),
    Comparison("selector parse + compile, two comparisons", parse_simple, None, "us", (250, 100)),
    Comparison("selector parse + compile, four comparisons", parse_and_compile, None, "us", (250, 100)),
]
