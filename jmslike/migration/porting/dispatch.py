"""Which function translates which part of Java's grammar."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tree_sitter import Node

if TYPE_CHECKING:
    from jmslike.migration.porting.body import Body

ToExpression = Callable[["Body", Node], ast.expr]
ToStatements = Callable[["Body", Node], None]

EXPRESSIONS: Final[dict[str, ToExpression]] = {}
STATEMENTS: Final[dict[str, ToStatements]] = {}


def expression(*kinds: str) -> Callable[[ToExpression], ToExpression]:
    """Have a function translate expressions of these kinds. It raises UntranslatableError for what it cannot."""

    def register(function: ToExpression) -> ToExpression:
        EXPRESSIONS.update(dict.fromkeys(kinds, function))
        return function

    return register


def statement(*kinds: str) -> Callable[[ToStatements], ToStatements]:
    """Have a function write the statements of these kinds."""

    def register(function: ToStatements) -> ToStatements:
        STATEMENTS.update(dict.fromkeys(kinds, function))
        return function

    return register
