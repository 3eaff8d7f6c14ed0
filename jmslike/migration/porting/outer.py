"""Which classes inside another one use the object around them, so that they get it when they are made."""

from __future__ import annotations

from tree_sitter import Node

from jmslike.migration.java_program import JavaProgram
from jmslike.migration.java_syntax import class_around, modifiers, part, text, walk


def takes_outer(program: JavaProgram, kind: Node) -> Node | None:
    """Return the class around a class that uses members of its object, None if it uses none."""
    around = class_around(kind)
    if kind.type != "class_declaration" or around is None or around.type != "class_declaration":
        return None
    is_member = kind.parent is not None and kind.parent.type == "class_body"
    if not is_member or "static" in modifiers(kind):
        return None
    return around if any(_is_of(program, each, around) for each in walk(part(kind, "body"))) else None


def _is_of(program: JavaProgram, node: Node, around: Node) -> bool:
    """Whether a name or call is of an instance member of a class."""
    if node.type == "field_access":
        return text(node) == f"{text(part(around, 'name'))}.this"
    if node.type == "method_invocation" and node.child_by_field_name("object") is None:
        declared = program.method(node)
        return declared is not None and "static" not in modifiers(declared) and class_around(declared) == around
    if node.type == "identifier" and _is_value(node):
        found = program.declaration(node)
        return found is not None and found.kind == "field" and not found.is_static and found.owner == around
    return False


def _is_value(node: Node) -> bool:
    """Whether an identifier stands for a value: not for a member after a dot, and not for what it declares."""
    outer = node.parent
    if outer is None:
        return False
    return node not in (outer.child_by_field_name("name"), outer.child_by_field_name("field"))
