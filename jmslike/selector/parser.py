"""From a selector's text to its tree, with a check of the types that the text shows (section 3.8.1.1).

It is written by hand, because the first consumer with a selector needs a parser at once. For the same grammar lark took
128 us a selector, after 18 ms to build its tables; one regular expression and recursive descent take about 30 us.

Each rule of the grammar is a method. A pair of parentheses may hold a condition or a value, and only the token behind
it decides which, as in `(a) = 1` and `(a) AND b`. So every method returns a node of any kind, and its caller checks the
kind.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from jmslike.errors import InvalidSelectorError
from jmslike.selector import tree
from jmslike.selector.lexer import EXCERPT, Token, error_at, tokens_of
from jmslike.selector.operations import negated

MAX_DEPTH: Final = 32
"""The deepest nesting of parentheses. Python's own parser takes 200, and each of ours becomes up to four of those."""

MAX_PATTERN: Final = 1_000
"""The longest pattern of LIKE, in characters: a match takes at most this many steps for each character of the value."""

HEADERS: Final = frozenset(
    {"JMSDeliveryMode", "JMSPriority", "JMSMessageID", "JMSTimestamp", "JMSCorrelationID", "JMSType"}
)
"""The headers that a selector may name."""

_EQUALITY: Final = ("=", "<>")
_COMPARISONS: Final = ("=", "<>", "<", "<=", ">", ">=")

Node: TypeAlias = tree.Value | tree.Condition


def parse_tree(text: str) -> tree.Condition:
    """Return the tree. Raises InvalidSelectorError, with the position and what was expected there."""
    return _Parser(text).selector()


class _Parser:
    __slots__ = ("depth", "index", "text", "token", "tokens")

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens_of(text)
        self.index = 0
        self.token = self.tokens[0]
        self.depth = 0

    def selector(self) -> tree.Condition:
        condition = self.condition(self.disjunction())
        if self.token.kind != "end":
            raise self.expected("AND, OR or the end")
        return condition

    # Conditions, the loosest first

    def disjunction(self) -> Node:
        first = self.conjunction()
        if self.token.kind != "OR":
            return first
        operands = [self.condition(first)]
        while self.accept("OR"):
            operands.append(self.condition(self.conjunction()))
        return tree.Or(tuple(operands))

    def conjunction(self) -> Node:
        first = self.negation()
        if self.token.kind != "AND":
            return first
        operands = [self.condition(first)]
        while self.accept("AND"):
            operands.append(self.condition(self.negation()))
        return tree.And(tuple(operands))

    def negation(self) -> Node:
        if self.token.kind != "NOT":
            return self.comparison()
        negated = False
        while self.accept("NOT"):
            negated = not negated
        operand = self.condition(self.comparison())
        return tree.Not(operand) if negated else operand

    def comparison(self) -> Node:
        start = self.token
        left = self.sum()
        kind = self.token.kind
        if kind in _COMPARISONS:
            return self.compared(start, left)
        if kind == "IS":
            return self.null_test(self.name(start, left))
        negated = self.accept("NOT")
        kind = self.token.kind
        if kind == "BETWEEN":
            return self.between(self.number(start, left), negated)
        if kind == "IN":
            return self.membership(self.name(start, left), negated)
        if kind == "LIKE":
            return self.likeness(self.name(start, left), negated)
        if negated:
            raise self.expected("BETWEEN, IN or LIKE")
        return left

    def compared(self, start: Token, left: Node) -> tree.Comparison:
        operator = self.advance()
        if operator.kind in _EQUALITY:
            left_value = self.operand(start, left)
            start = self.token
            right_value = self.operand(start, self.sum())
        else:
            left_value = self.number(start, left)
            start = self.token
            right_value = self.number(start, self.sum())
        if isinstance(left_value, tree.Literal) and isinstance(right_value, tree.Literal):
            left_type, right_type = _type_of(left_value), _type_of(right_value)
            if left_type != right_type:
                raise self.error(operator, f"{left_type} cannot be compared with {right_type}")
        return tree.Comparison(operator.kind, left_value, right_value)

    def between(self, operand: tree.Value, negated: bool) -> tree.Between:
        self.advance()
        start = self.token
        low = self.number(start, self.sum())
        self.expect("AND", "AND and the upper bound of BETWEEN")
        start = self.token
        return tree.Between(operand, low, self.number(start, self.sum()), negated)

    def membership(self, identifier: tree.Identifier, negated: bool) -> tree.In:
        self.advance()
        self.expect("(", "( and the strings of IN")
        values = [self.string("a string in quotes")]
        while self.accept(","):
            values.append(self.string("a string in quotes"))
        self.expect(")", ", or )")
        return tree.In(identifier, tuple(values), negated)

    def likeness(self, identifier: tree.Identifier, negated: bool) -> tree.Like:
        self.advance()
        start = self.token
        pattern = self.string("a pattern in quotes")
        if len(pattern) > MAX_PATTERN:
            raise self.error(start, f"a pattern has at most {MAX_PATTERN} characters")
        escape = None
        if self.accept("ESCAPE"):
            start = self.token
            escape = self.string("one character in quotes")
            if len(escape) != 1:
                raise self.error(start, "expected one character in quotes")
        return tree.Like(identifier, pattern, escape, negated)

    def null_test(self, identifier: tree.Identifier) -> tree.IsNull:
        self.advance()
        negated = self.accept("NOT")
        self.expect("NULL", "NULL" if negated else "NULL or NOT NULL")
        return tree.IsNull(identifier, negated)

    # Values, the loosest first

    def sum(self) -> Node:
        start = self.token
        first = self.product()
        if self.token.kind not in ("+", "-"):
            return first
        first = self.number(start, first)
        rest = []
        while self.token.kind in ("+", "-"):
            operator = self.advance().kind
            start = self.token
            rest.append((operator, self.number(start, self.product())))
        return tree.Arithmetic(first, tuple(rest))

    def product(self) -> Node:
        start = self.token
        first = self.signed()
        if self.token.kind not in ("*", "/"):
            return first
        first = self.number(start, first)
        rest = []
        while self.token.kind in ("*", "/"):
            operator = self.advance().kind
            start = self.token
            rest.append((operator, self.number(start, self.signed())))
        return tree.Arithmetic(first, tuple(rest))

    def signed(self) -> Node:
        if self.token.kind not in ("+", "-"):
            return self.primary()
        negative = False
        while self.token.kind in ("+", "-"):
            sign = self.advance().kind
            negative ^= sign == "-"
        start = self.token
        if start.kind != "number":
            return tree.Sign(negative, self.number(start, self.primary()))
        self.advance()
        value = start.value
        if isinstance(value, int) and value == 1 << 63:
            if sign != "-":
                raise self.error(start, "the number does not fit 64 bits")
            return tree.Literal(-(1 << 63))  # which is its own negative, so further signs do not matter
        return tree.Literal(negated(value) if negative else value)

    def primary(self) -> Node:
        token = self.token
        kind = token.kind
        if kind == "name":
            self.advance()
            return self.identifier(token)
        if kind == "number":
            if isinstance(token.value, int) and token.value == 1 << 63:
                raise self.error(token, "the number does not fit 64 bits")
            self.advance()
            return tree.Literal(token.value)
        if kind == "string":
            self.advance()
            return tree.Literal(token.value)
        if kind in ("TRUE", "FALSE"):
            self.advance()
            return tree.Literal(kind == "TRUE")
        if kind == "(":
            return self.parenthesis()
        raise self.expected("a value or a condition")

    def parenthesis(self) -> Node:
        opening = self.advance()
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(opening, f"parentheses are nested more than {MAX_DEPTH} deep")
        start = self.token
        node = self.disjunction()
        if isinstance(node, tree.Literal) and isinstance(node.value, str):
            raise self.error(start, "expected a condition or a number, found a string")
        self.expect(")", ")")
        self.depth -= 1
        return node

    def identifier(self, token: Token) -> tree.Identifier:
        name = str(token.value)
        if name.startswith("JMS") and name not in HEADERS and not name.startswith(("JMSX", "JMS_")):
            raise self.error(token, f"{name[:EXCERPT]} is not one of the headers {', '.join(sorted(HEADERS))}")
        return tree.Identifier(name)

    # Checks of the kind of a node

    def condition(self, node: Node) -> tree.Condition:
        """Check a condition. The current token is the one after the node."""
        if isinstance(node, tree.Sign | tree.Arithmetic) or (
            isinstance(node, tree.Literal) and type(node.value) is not bool
        ):
            raise self.expected("a comparison operator")
        return node

    def number(self, start: Token, node: Node) -> tree.Value:
        if isinstance(node, tree.Identifier | tree.Sign | tree.Arithmetic):
            return node
        if isinstance(node, tree.Literal):
            if type(node.value) not in (str, bool):
                return node
            raise self.error(start, f"expected a number or a name, found {_type_of(node)}")
        raise self.error(start, "expected a number or a name, found a condition")

    def operand(self, start: Token, node: Node) -> tree.Value:
        """Check an operand, which a string or a boolean in parentheses is not."""
        if isinstance(node, tree.Literal) and type(node.value) in (str, bool) and start.kind != "(":
            return node
        if isinstance(node, tree.Literal | tree.Identifier | tree.Sign | tree.Arithmetic):
            return self.number(start, node)
        raise self.error(start, "expected a value, found a condition")

    def name(self, start: Token, node: Node) -> tree.Identifier:
        if isinstance(node, tree.Identifier) and start.kind == "name":
            return node
        raise self.error(start, f"expected a name before {self.token.kind}")

    # Tokens

    def advance(self) -> Token:
        token = self.token
        self.index += 1
        self.token = self.tokens[self.index]
        return token

    def accept(self, kind: str) -> bool:
        if self.token.kind != kind:
            return False
        self.advance()
        return True

    def expect(self, kind: str, description: str) -> None:
        if not self.accept(kind):
            raise self.expected(description)

    def string(self, description: str) -> str:
        if self.token.kind != "string":
            raise self.expected(description)
        return str(self.advance().value)

    def expected(self, description: str) -> InvalidSelectorError:
        token = self.token
        found = "the end" if token.kind == "end" else self.text[token.start : min(token.end, token.start + EXCERPT)]
        return self.error(token, f"expected {description}, found {found}")

    def error(self, token: Token, reason: str) -> InvalidSelectorError:
        return error_at(self.text, token.start, reason)


def _type_of(literal: tree.Literal) -> str:
    if isinstance(literal.value, bool):
        return "a boolean"
    return "a string" if isinstance(literal.value, str) else "a number"
