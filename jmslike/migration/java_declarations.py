"""Where a name is declared that a Java program uses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from tree_sitter import Node

from jmslike.migration.java_syntax import (
    CLASSES,
    METHODS,
    children,
    members,
    modifiers,
    part,
    superclass,
    text,
    walk,
)

Kind = Literal["local", "parameter", "lambda", "each", "field", "constant"]


@dataclass(frozen=True, slots=True)
class Declaration:
    """A declaration of a variable, a parameter, a field or a constant of an enum."""

    kind: Kind
    node: Node
    """Of a local or a field its declarator, a resource or a pattern; of the loop over elements the loop."""
    type: Node | None
    """None where the program does not write it."""
    owner: Node | None = None
    """The class of a field."""
    is_static: bool = False

    @property
    def value(self) -> Node | None:
        """The expression that initialises it, or over which the loop goes."""
        return self.node.child_by_field_name("value")

    @property
    def is_final(self) -> bool:
        """Whether it is a variable that is given its value once."""
        statement = self.node.parent
        return statement is not None and (statement.type == "constant_declaration" or "final" in modifiers(statement))


class Declarations:
    """The declarations of a file."""

    def __init__(self, root: Node) -> None:
        self.classes: dict[str, Node] = {}
        """The classes by their simple names, nested ones too."""
        self._patterns: dict[str, list[Node]] = {}
        self._around: dict[int, tuple[Node, Node]] = {}
        """Of each node the innermost one around it that may declare names, with the child of it in which the node is.

        The library finds a parent only by a search from the root.
        """
        for each in walk(root):
            for child in each.children:
                self._around[child.id] = self._around[each.id] if each.type in _WITHOUT_NAMES else (each, child)
            if each.type in CLASSES:
                self.classes[text(part(each, "name"))] = each
            elif each.type == "instanceof_expression" and (name := each.child_by_field_name("name")) is not None:
                self._patterns.setdefault(text(name), []).append(each)

    def of(self, name: str, at: Node) -> Declaration | None:
        """Return the declaration of a name that is used at a node, None if it is not in the file."""
        node = at
        while node.id in self._around:
            outer, inner = self._around[node.id]
            node = outer
            found = next((each for word, each in _declared(outer, inner) if word == name), None)
            if found is None and outer.type in _WITH_PATTERNS:
                found = self._pattern(name, at, outer)
            if found is None and _is_body(outer, inner):
                found = self.field(name, outer)
            if found is not None:
                return found
        return None

    def _pattern(self, name: str, at: Node, method: Node) -> Declaration | None:
        """Return the last pattern of that name in a method before a use of it."""
        before = [
            each
            for each in self._patterns.get(name, ())
            if method.start_byte < each.start_byte < at.start_byte and part(each, "name") != at
        ]
        return Declaration("local", before[-1], part(before[-1], "right")) if before else None

    def field(self, name: str, kind: Node) -> Declaration | None:
        """Return the declaration of a field of a class, or of one of its superclasses in the file."""
        every = (each for owner in self._with_superclasses(kind) for each in fields(owner))
        return next((found for word, found in every if word == name), None)

    def method(self, name: str, kind: Node) -> Node | None:
        """Return the declaration of a method of a class, or of one of its superclasses in the file."""
        every = (each for owner in self._with_superclasses(kind) for each in members(owner))
        return next(
            (each for each in every if each.type == "method_declaration" and text(part(each, "name")) == name), None
        )

    def _with_superclasses(self, kind: Node) -> Iterator[Node]:
        seen: set[int] = set()
        owner: Node | None = kind
        while owner is not None and owner.id not in seen:
            seen.add(owner.id)
            yield owner
            above = superclass(owner)
            owner = self.classes.get(above) if above else None


_WITHOUT_NAMES: Final = ("argument_list", "binary_expression", "field_access", "method_invocation")
_WITH_PATTERNS: Final = (*METHODS, "lambda_expression", "static_initializer")


def _is_body(outer: Node, inner: Node) -> bool:
    if outer.type == "object_creation_expression":
        return inner.type == "class_body"
    return outer.type in CLASSES and inner == outer.child_by_field_name("body")


def _declared(outer: Node, inner: Node) -> Iterator[tuple[str, Declaration]]:
    """Return what a node declares that is known in one of its parts."""
    match outer.type:
        case "for_statement":
            yield from _locals(outer.children_by_field_name("init"))
        case "enhanced_for_statement" if inner == outer.child_by_field_name("body"):
            yield text(part(outer, "name")), Declaration("each", outer, part(outer, "type"))
        case "try_with_resources_statement" if inner.type == "block":
            yield from _resources(children(part(outer, "resources")))
        case "resource_specification":
            yield from _resources(_before(outer, inner))
        case "catch_clause":
            parameter = next(each for each in children(outer) if each.type == "catch_formal_parameter")
            kinds = next(each for each in children(parameter) if each.type == "catch_type")
            yield text(part(parameter, "name")), Declaration("parameter", parameter, children(kinds)[0])
        case "lambda_expression":
            yield from _lambda_parameters(part(outer, "parameters"))
        case "method_declaration" | "constructor_declaration":
            yield from parameters(part(outer, "parameters"))
        case _:
            yield from _locals(_before(outer, inner))


def _before(outer: Node, inner: Node) -> list[Node]:
    """Return the parts of a node before one of them, the last first."""
    return [each for each in children(outer) if each.start_byte < inner.start_byte][::-1]


def _locals(statements: list[Node]) -> Iterator[tuple[str, Declaration]]:
    for statement in statements:
        if statement.type == "local_variable_declaration":
            for each in statement.children_by_field_name("declarator"):
                yield text(part(each, "name")), Declaration("local", each, part(statement, "type"))


def _resources(resources: list[Node]) -> Iterator[tuple[str, Declaration]]:
    for each in resources:
        name = each.child_by_field_name("name")
        if name is not None:
            yield text(name), Declaration("local", each, part(each, "type"))


def _lambda_parameters(node: Node) -> Iterator[tuple[str, Declaration]]:
    if node.type == "formal_parameters":
        yield from parameters(node)
    for each in [node] if node.type == "identifier" else children(node):
        if each.type == "identifier":
            yield text(each), Declaration("lambda", each, None)


def parameters(node: Node) -> Iterator[tuple[str, Declaration]]:
    """Return the parameters of a method, of a record or of a lambda with types."""
    for each in children(node):
        if each.type == "formal_parameter":
            yield text(part(each, "name")), Declaration("parameter", each, part(each, "type"))
        elif each.type == "spread_parameter":
            declarator = next(found for found in children(each) if found.type == "variable_declarator")
            kind = next(found for found in children(each) if found.type != "modifiers")
            yield text(part(declarator, "name")), Declaration("parameter", each, kind)


def fields(owner: Node) -> Iterator[tuple[str, Declaration]]:
    """Return the fields of a class, and the constants of an enum."""
    if owner.type == "record_declaration":
        for name, found in parameters(part(owner, "parameters")):
            yield name, Declaration("field", found.node, found.type, owner)
    for member in members(owner):
        if member.type in ("field_declaration", "constant_declaration"):
            is_static = member.type == "constant_declaration" or "static" in modifiers(member)
            for each in member.children_by_field_name("declarator"):
                yield text(part(each, "name")), Declaration("field", each, part(member, "type"), owner, is_static)
        elif member.type == "enum_constant":
            yield text(part(member, "name")), Declaration("constant", member, None, owner, True)
