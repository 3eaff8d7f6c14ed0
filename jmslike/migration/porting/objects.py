"""What each object of Java has: its text, its equality and its hash, and the methods of enums."""

from __future__ import annotations

import ast
from typing import Final

from tree_sitter import Node

from jmslike.migration.java_syntax import members, part, superclass, text
from jmslike.migration.java_types import JavaType
from jmslike.migration.porting.body import Body
from jmslike.migration.porting.code import code
from jmslike.migration.porting.styles import Style

_SPECIAL: Final = {
    ("toString", 0): ("__str__", "str(o)"),
    ("equals", 1): ("__eq__", "o == a"),
    ("hashCode", 0): ("__hash__", "hash(o)"),
}
"""What Python calls the methods of Object that a class declares anew, and how it calls them."""
_OF_ENUMS: Final = {
    ("name", 0): "o.name",
    ("toString", 0): "str(o)",
    ("ordinal", 0): "list(type(o)).index(o)",
    ("equals", 1): "o is a",
    ("hashCode", 0): "hash(o)",
}


def method_name(style: Style, name: str, size: int) -> str:
    """Return the name of a method of the program with so many parameters."""
    return _SPECIAL[name, size][0] if (name, size) in _SPECIAL else style.member(name)


def special_call(target: ast.expr, name: str, arguments: list[ast.expr]) -> ast.expr | None:
    """Return the call of a method of Object, None for another method."""
    special = _SPECIAL.get((name, len(arguments)))
    return code(special[1], o=target, **dict(zip("a", arguments, strict=False))) if special is not None else None


def declared_enum(body: Body, kind: JavaType | None) -> Node | None:
    """Return the declaration of an enum of the file, None for another type."""
    found = body.program.declarations.classes.get(kind.name) if kind is not None else None
    return found if found is not None and found.type == "enum_declaration" else None


def enum_call(target: ast.expr, name: str, arguments: list[ast.expr]) -> ast.expr | None:
    """Return the call of a method that each constant of an enum has, None for another method."""
    template = _OF_ENUMS.get((name, len(arguments)))
    return code(template, o=target, **dict(zip("a", arguments, strict=False))) if template is not None else None


def declares(kind: Node, name: str) -> bool:
    """Whether a class declares a method of that name."""
    return any(each.type == "method_declaration" and text(part(each, "name")) == name for each in members(kind))


def compares_by_value(body: Body, node: Node) -> bool:
    """Whether `==` of Python would not compare the objects that an expression names, but what is in them."""
    kind = body.program.java_type(node)
    found = body.program.declarations.classes.get(kind.name) if kind is not None and not kind.dimensions else None
    while found is not None:
        if found.type == "record_declaration" or declares(found, "equals"):
            return True
        above = superclass(found)
        found = body.program.declarations.classes.get(above) if above is not None else None
    return False
