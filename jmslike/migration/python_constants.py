"""The constants of a Python program: names of the module that the file binds once, to what stands for one value."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping


def constants_of(tree: ast.Module) -> Mapping[str, ast.expr]:
    """Return the constants with their values: literals, and constants of classes such as `DeliveryMode.PERSISTENT`."""
    bindings = Counter(name for node in ast.walk(tree) for name in _bound(node))
    found: dict[str, ast.expr] = {}
    for statement in tree.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.expr() as value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ) if bindings[name] == 1 and _is_constant(value):
                found[name] = value
    return found


def _is_constant(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) or (isinstance(value, ast.Attribute) and value.attr.isupper())


def _bound(node: ast.AST) -> Iterator[str | None]:
    """Return the names that a node binds, in any scope: one that is bound again may be another there."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            yield name
        case ast.arg(arg=name):
            yield name
        case ast.alias(name=path, asname=name):
            yield name or path.partition(".")[0]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.ExceptHandler(name=name) | ast.MatchAs(name=name) | ast.MatchStar(name=name):
            yield name
        case ast.MatchMapping(rest=name):
            yield name
