"""Calls of Java's library as what Python has instead."""

from __future__ import annotations

import ast
from typing import Final

from tree_sitter import Node

from jmslike.migration.java_syntax import text
from jmslike.migration.porting import literals
from jmslike.migration.porting.body import Body
from jmslike.migration.porting.code import code
from jmslike.migration.porting.functions import runnable
from jmslike.migration.porting.library import Replacement
from jmslike.migration.porting.python_style import in_seconds
from jmslike.migration.porting.untranslatable import UntranslatableError

_UNITS: Final = {"DAYS": 86400, "HOURS": 3600, "MINUTES": 60, "SECONDS": 1, "MILLISECONDS": None}


def replaced(body: Body, found: Replacement, target: ast.expr | None, arguments: list[Node]) -> ast.expr:
    """Return what Python has instead of a call."""
    parameters = found.parameters
    if parameters and parameters[0].startswith("*"):
        return code(found.template, **{parameters[0][1:]: body.expressions(arguments)})
    parts: dict[str, ast.expr] = {} if target is None else {"o": target}
    for parameter, node in zip(parameters, arguments, strict=True):
        if parameter == "t":
            parts[parameter] = literals.shown(body, node)
        elif parameter == "m":
            parts[parameter] = in_seconds(body.expression(node))
        elif parameter == "r":
            parts[parameter] = runnable(body, node)
        elif parameter == "u":
            parts["n"] = _in_seconds_of(parts["n"], text(node).rpartition(".")[2])
        elif parameter == "false":
            if node.type != "false":
                raise UntranslatableError
        else:
            parts[parameter] = body.expression(node)
    return code(found.template, **parts)


def _in_seconds_of(value: ast.expr, unit: str) -> ast.expr:
    if unit not in _UNITS:
        raise UntranslatableError
    factor = _UNITS[unit]
    if factor is None:
        return in_seconds(value)
    return value if factor == 1 else code("x * n", x=value, n=ast.Constant(factor))
