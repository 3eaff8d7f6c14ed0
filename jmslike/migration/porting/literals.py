"""Literals of Java, and texts that are made of several parts."""

from __future__ import annotations

import ast
import re
from typing import Final

from tree_sitter import Node

from jmslike.migration.java_syntax import children, part, text
from jmslike.migration.java_types import STRING
from jmslike.migration.porting.body import Body
from jmslike.migration.porting.code import code, joined, raw, string
from jmslike.migration.porting.dispatch import expression
from jmslike.migration.porting.untranslatable import UntranslatableError

_ESCAPE: Final = re.compile(r"\\(?:u+([0-9a-fA-F]{4})|([0-7]{1,3})|(\r?\n)|(.))", re.DOTALL)
_CONTROLS: Final = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "s": " "}


@expression("true", "false", "null_literal")
def _constant(body: Body, node: Node) -> ast.expr:
    return raw({"true": "True", "false": "False"}.get(node.type, "None"))


@expression("decimal_integer_literal", "hex_integer_literal", "octal_integer_literal", "binary_integer_literal")
def _integer(body: Body, node: Node) -> ast.expr:
    source = text(node).replace("_", "").rstrip("lL")
    base = {"hex": 16, "oct": 8, "bin": 2}.get(node.type[:3], 10)
    value = int(source, base)
    limit = 1 << (63 if text(node)[-1] in "lL" else 31)
    if base != 10 and limit <= value < 2 * limit:  # a bit pattern, which is negative in Java
        value -= 2 * limit
    return ast.Constant(value)


@expression("decimal_floating_point_literal")
def _float(body: Body, node: Node) -> ast.expr:
    return ast.Constant(float(text(node).replace("_", "").rstrip("fFdD")))


@expression("character_literal")
def _character(body: Body, node: Node) -> ast.expr:
    return string(_unescaped(text(node)[1:-1]))


@expression("string_literal")
def _string(body: Body, node: Node) -> ast.expr:
    return string(value_of(node))


def value_of(literal: Node) -> str:
    """Return the text of a literal, also of a text block."""
    source = text(literal)
    if not source.startswith('"""'):
        return _unescaped(source[1:-1])
    lines = source[3:-3].split("\n")[1:]
    counted = [each for each in lines[:-1] if each.strip()] + lines[-1:]
    indent = min((len(each) - len(each.lstrip()) for each in counted), default=0)
    return _unescaped("\n".join(each[indent:].rstrip() for each in lines))


def _unescaped(source: str) -> str:
    value = _ESCAPE.sub(_character_of, source)
    if any("\ud800" <= each <= "\udfff" for each in value):  # pairs of escapes for one character
        value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def _character_of(found: re.Match[str]) -> str:
    unicode, octal, newline, other = found.groups()
    if newline:
        return ""
    if unicode:
        return chr(int(unicode, 16))
    return chr(int(octal, 8)) if octal else _CONTROLS.get(other, other)


# ---- texts of several parts -----------------------------------------------------------------------------------------


def concatenated(body: Body, node: Node) -> ast.expr:
    """Translate a `+` whose result is a text."""
    return joined([each for term in _terms(body, node) for each in parts_of_text(body, term)])


def _terms(body: Body, node: Node) -> list[Node]:
    """Return what a chain of `+` joins as texts, from left to right; numbers in front are one term."""
    terms: list[Node] = []
    while _is_text_sum(body, node):
        terms.append(part(node, "right"))
        node = part(node, "left")
    return [node, *reversed(terms)]


def _is_text_sum(body: Body, node: Node) -> bool:
    return (
        node.type == "binary_expression"
        and text(part(node, "operator")) == "+"
        and body.program.java_type(node) == STRING
    )


_TEXTS: Final = {
    "AtomicBoolean": "str(o.is_set()).lower()",
    "StringBuffer": '"".join(o)',
    "StringBuilder": '"".join(o)',
}
"""How the objects look in a text that stand for those of Java, where `str` does not say it."""


def parts_of_text(body: Body, node: Node) -> list[str | ast.expr]:
    """Return a value as parts of a text, as Java writes it."""
    while node.type == "parenthesized_expression":
        node = children(node)[0]
    if node.type == "string_literal":
        return [value_of(node)]
    if node.type == "character_literal":
        return [_unescaped(text(node)[1:-1])]
    if node.type in ("true", "false", "null_literal"):
        return [text(node)]
    if _is_text_sum(body, node):
        return [each for term in _terms(body, node) for each in parts_of_text(body, term)]
    value = body.expression(node)
    kind = body.program.java_type(node)
    if kind is not None and str(kind) in ("boolean", "Boolean"):
        return [code("str(x).lower()", x=value)]
    template = _TEXTS.get(kind.name) if kind is not None else None
    return [code(template, o=value) if template is not None else value]


def shown(body: Body, node: Node) -> ast.expr:
    """Return a value for Python to print or to make a text of, which looks as in Java."""
    parts = parts_of_text(body, node)
    only = parts[0] if len(parts) == 1 else joined(parts)
    return string(only) if isinstance(only, str) else only


_FIELD: Final = re.compile(r"%(?:[-0+ ]*\d*(?:\.\d+)?[sdxXfeEgc]|n|%)|%")


def formatted(body: Body, pattern: Node, values: list[Node]) -> ast.expr:
    """Translate String.format, whose pattern is mostly also one of Python."""
    python = body.expression(pattern)
    if pattern.type == "string_literal":
        source = value_of(pattern)
        if "%" in _FIELD.findall(source):
            raise UntranslatableError
        python = string(source.replace("%n", "\n"))
    shown_values = [shown(body, each) for each in values]
    return ast.BinOp(python, ast.Mod(), ast.Tuple(shown_values, ast.Load()))
