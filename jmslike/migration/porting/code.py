"""Python expressions: made of templates, and written."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from functools import cache


def raw(source: str) -> ast.expr:
    """Return an expression that is written as it stands, such as a literal."""
    return ast.Name(source, ast.Load())


def string(value: str) -> ast.expr:
    """Return a text in double quotes."""
    return raw(quoted(value))


def quoted(value: str) -> str:
    """Return a text as a literal in double quotes."""
    literal = repr(value)
    if literal.startswith('"') or ('"' in value and "'" not in value):
        return literal
    inner = literal[1:-1].replace("\\'", "'").replace('"', '\\"')
    return f'"{inner}"'


def code(template: str, /, **parts: ast.expr | Sequence[ast.expr]) -> ast.expr:
    """Return the expression of a template, whose names are replaced by parts; `*name` takes several."""
    made: ast.expr = _Replacing(parts).visit(copy.deepcopy(_parsed(template)))
    return made


def written(expression: ast.expr) -> str:
    """Return the source of an expression."""
    return ast.unparse(expression)


def call(function: ast.expr, arguments: Sequence[ast.expr] = ()) -> ast.expr:
    """Return a call."""
    return ast.Call(function, list(arguments), [])


def attribute(value: ast.expr, name: str) -> ast.expr:
    """Return an attribute."""
    return ast.Attribute(value, name, ast.Load())


@cache
def _parsed(template: str) -> ast.expr:
    return ast.parse(template, mode="eval").body


class _Replacing(ast.NodeTransformer):
    def __init__(self, parts: dict[str, ast.expr | Sequence[ast.expr]]) -> None:
        self._parts = parts

    def visit_Name(self, node: ast.Name) -> ast.expr:
        part = self._parts.get(node.id)
        return part if isinstance(part, ast.expr) else node

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        return string(node.value) if isinstance(node.value, str) else node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        node.args = self._several(node.args)
        self.generic_visit(node)
        return node

    def visit_List(self, node: ast.List) -> ast.expr:
        node.elts = self._several(node.elts)
        self.generic_visit(node)
        return node

    def _several(self, given: list[ast.expr]) -> list[ast.expr]:
        return [each for item in given for each in self._expanded(item)]

    def _expanded(self, item: ast.expr) -> Sequence[ast.expr]:
        if isinstance(item, ast.Starred) and isinstance(item.value, ast.Name):
            parts = self._parts.get(item.value.id)
            if parts is not None and not isinstance(parts, ast.expr):
                return parts
        return [item]


# ---- texts ----------------------------------------------------------------------------------------------------------


def joined(parts: Sequence[str | ast.expr]) -> ast.expr:
    """Return the text that the parts make: an f-string if Python 3.11 can write it."""
    merged: list[str | ast.expr] = []
    for part in parts:
        each = part if isinstance(part, str) else _without_str(part)
        if isinstance(each, str) and merged and isinstance(merged[-1], str):
            merged[-1] += each
        else:
            merged.append(each)
    if all(isinstance(each, str) for each in merged):
        return string("".join(str(each) for each in merged))
    pieces = [_literal_part(each) if isinstance(each, str) else _field(each) for each in merged]
    if None not in pieces:
        return raw('f"' + "".join(str(each) for each in pieces) + '"')
    first, *rest = [string(each) if isinstance(each, str) else code("str(x)", x=each) for each in merged]
    for each in rest:
        first = ast.BinOp(first, ast.Add(), each)
    return first


def _without_str(value: ast.expr) -> ast.expr:
    """Return x for `str(x)`, which a field of an f-string does anyway."""
    match value:
        case ast.Call(func=ast.Name(id="str"), args=[inner]):
            return inner
    return value


def _literal_part(value: str) -> str:
    """Return a text as a part of an f-string in double quotes."""
    escaped = repr(f'"{value}')[2:-1].replace("\\'", "'").replace('"', '\\"')
    return escaped.replace("{", "{{").replace("}", "}}")


def _field(value: ast.expr) -> str | None:
    """Return an expression as a field of an f-string, None if it cannot be one."""
    source = written(value)
    if isinstance(value, ast.Lambda) or "\\" in source or "\n" in source or source.startswith("{"):
        return None
    if '"' in source:
        if "'" in source:
            return None
        source = source.replace('"', "'")
    return "{" + source + "}"
