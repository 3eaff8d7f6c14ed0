"""Interfaces of the program with one method, for which Java takes lambdas, and a draft takes functions."""

from __future__ import annotations

from tree_sitter import Node

from jmslike.migration.java_program import JavaProgram
from jmslike.migration.java_syntax import children, members, part, walk


def function_of(program: JavaProgram, kind: Node) -> Node | None:
    """Return the method of an interface that a lambda or a reference of the program may stand for."""
    if kind.type != "interface_declaration":
        return None
    abstract = [each for each in members(kind) if each.type == "method_declaration" and not _has_body(each)]
    if len(abstract) != 1:
        return None
    size = len(children(part(abstract[0], "parameters")))
    is_stood_for = any(
        each.type == "method_reference" or (each.type == "lambda_expression" and _size(each) == size)
        for each in walk(program.root)
    )
    return abstract[0] if is_stood_for else None


def _has_body(method: Node) -> bool:
    return method.child_by_field_name("body") is not None


def _size(function: Node) -> int:
    parameters = part(function, "parameters")
    return 1 if parameters.type == "identifier" else len(children(parameters))
