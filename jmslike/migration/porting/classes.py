"""Classes: their bases, fields, constructors and methods."""

from __future__ import annotations

from typing import Final

from tree_sitter import Node

from jmslike.migration.java_declarations import Declaration, fields
from jmslike.migration.java_syntax import children, class_around, members, modifiers, part, superclass, text, walk
from jmslike.migration.porting.body import Body
from jmslike.migration.porting.code import written
from jmslike.migration.porting.dispatch import statement
from jmslike.migration.porting.interfaces import function_of
from jmslike.migration.porting.library import BUILTIN_TYPES, EXCEPTIONS
from jmslike.migration.porting.objects import declares, method_name
from jmslike.migration.porting.outer import takes_outer

_SAID_OTHERWISE: Final = ("Override", "SuppressWarnings", "FunctionalInterface", "Deprecated", "SafeVarargs")
"""Annotations that say nothing to Python."""
_DEFAULTS: Final = {
    "boolean": "False",
    "byte": "0",
    "short": "0",
    "int": "0",
    "long": "0",
    "float": "0.0",
    "double": "0.0",
}


def write_class(body: Body, node: Node) -> None:
    """Write a class with its members; of the file or of a method."""
    name = text(part(node, "name"))
    _comments(body, node)
    _annotations(body, node)
    bases = _bases(body, node)
    if node.type == "record_declaration":
        body.put("@dataclasses.dataclass(frozen=True)", node)
    body.put(f"class {name}({', '.join(bases)}):" if bases else f"class {name}:", node, part(node, "body"))
    with body.writer.block():
        if node.type == "record_declaration":
            for each in children(part(node, "parameters")):
                body.put(f"{body.style.member(text(part(each, 'name')))}: object", each)
        if node.type == "enum_declaration":
            _write_constants(body, node)
        class_members(body, node)
        _write_call(body, node)


def _write_call(body: Body, node: Node) -> None:
    """Write what makes the objects of an interface callable, as the functions are that stand for its lambdas."""
    function = function_of(body.program, node)
    if function is None:
        return
    body.writer.gap(1)
    body.put("def __call__(self, *arguments):", node)
    with body.writer.block():
        body.put(f"return self.{body.style.member(text(part(function, 'name')))}(*arguments)", node)


def _write_constants(body: Body, node: Node) -> None:
    """Write the constants of an enum, whose text is their name."""
    for each in members(node):
        if each.type == "enum_constant":
            if each.child_by_field_name("arguments") is not None or each.child_by_field_name("body") is not None:
                body.writer.todo(each)
            constant = text(part(each, "name"))
            body.put(f'{constant} = "{constant}"', each)
        elif each.type == "constructor_declaration":
            body.writer.todo(each)
    for _, found in fields(node):
        if found.kind == "field" and not found.is_static:
            body.writer.todo(part_around(found.node))
    if not declares(node, "toString"):
        body.writer.gap(1)
        body.put("def __str__(self):", node)
        with body.writer.block():
            body.put("return self.name", node)


@statement("class_declaration", "record_declaration", "enum_declaration", "interface_declaration")
def _local_class(body: Body, node: Node) -> None:
    write_class(body, node)


def _bases(body: Body, node: Node) -> list[str]:
    found = [base for each in supertypes(node) if (base := _base(body, each)) is not None]
    return [*found, "enum.Enum"] if node.type == "enum_declaration" else found


def supertypes(node: Node) -> list[Node]:
    """Return what a class extends and implements."""
    above = children(node.child_by_field_name("superclass"))
    for each in node.children:
        if each.type in ("super_interfaces", "extends_interfaces"):
            above.extend(children(children(each)[0]))
    return above


def _base(body: Body, node: Node) -> str | None:
    kind = body.program.imports.type_at(node)
    if kind.is_messaging:
        place = body.style.base(kind)
        return body.draft.use(place) if place is not None else None
    if kind.name in EXCEPTIONS:
        return "Exception"
    if kind.name in body.program.declarations.classes:
        return kind.name
    if kind.name == "Thread":
        return BUILTIN_TYPES[kind.name]
    if node.parent is not None and node.parent.type == "superclass":
        body.writer.remark(f"TODO: extends {text(node)}", node)
    return None


def _comments(body: Body, node: Node) -> None:
    """Write the comments in front of a declaration; not one that ends the line of what is before."""
    found: list[Node] = []
    each = node.prev_named_sibling
    while each is not None and each.type.endswith("_comment"):
        before = each.prev_named_sibling
        if before is not None and before.end_point.row == each.start_point.row:
            break
        found.insert(0, each)
        each = before
    for each in found:
        body.statement(each)


def _annotations(body: Body, node: Node) -> None:
    for each in node.children:
        for found in each.children if each.type == "modifiers" else []:
            if found.type.endswith("annotation") and text(part(found, "name")) not in _SAID_OTHERWISE:
                body.writer.todo(found)


# ---- members --------------------------------------------------------------------------------------------------------


def class_members(body: Body, node: Node) -> None:
    """Write the members of a class."""
    this = body.new_this()
    outer = takes_outer(body.program, node)
    selves = {node.id: this}
    above, path = outer, f"{this}.outer"
    while above is not None:
        selves[above.id] = path
        above, path = takes_outer(body.program, above), f"{path}.outer"
    inner = body.inner(selves)
    every = members(node)
    methods = [each for each in every if each.type == "method_declaration"]
    constructors = [each for each in every if each.type == "constructor_declaration"]
    for name, found in fields(node):
        if found.is_static and found.node.type == "variable_declarator" and is_simple(body, found):
            _comments(body, part_around(found.node))
            _annotations(body, part_around(found.node))
            body.put(f"{body.field(node, name)} = {value_of(body, found)}", found.node)
    if node.type == "class_declaration" or node.type == "object_creation_expression":
        chosen = _longest(constructors)
        for each in constructors:
            if each != chosen:
                body.writer.todo(each)
        _write_constructor(inner, node, this, chosen, has_outer=outer is not None)
    for each in methods:
        overloads = [other for other in methods if text(part(other, "name")) == text(part(each, "name"))]
        body.writer.gap(1)
        if each == _longest(overloads):
            _write_method(inner, each, this)
        else:
            body.writer.todo(each)
    if declares(node, "equals") and not declares(node, "hashCode"):
        body.writer.gap(1)
        body.put("__hash__ = object.__hash__", node)


def part_around(declarator: Node) -> Node:
    """Return the declaration that a declarator is part of."""
    assert declarator.parent is not None
    return declarator.parent


def _longest(overloads: list[Node]) -> Node | None:
    """Return the one with most parameters: Python has one for each name."""
    return max(overloads, key=lambda each: len(children(part(each, "parameters"))), default=None)


def is_simple(body: Body, found: Declaration) -> bool:
    """Whether a static field can be set in the body of its class: it needs nothing that comes after it."""
    if found.value is None or text(found.value).partition("(")[0].endswith(".getLogger"):
        return True
    return not any(
        each.type in ("method_invocation", "lambda_expression", "method_reference", "object_creation_expression")
        or (each.type == "identifier" and body.program.declaration(each) is not None)
        for each in walk(found.value)
    )


def value_of(body: Body, found: Declaration) -> str:
    """Return the first value of a field: Java's default where the program has none."""
    if found.value is not None:
        return written(body.expression(found.value))
    is_array = found.node.child_by_field_name("dimensions") is not None
    return "None" if is_array else _DEFAULTS.get(text(found.type), "None")


def _write_constructor(body: Body, node: Node, this: str, declared: Node | None, *, has_outer: bool) -> None:
    fields_ = [(name, each) for name, each in fields(node) if not each.is_static]
    blocks = [each for each in members(node) if each.type == "block"]
    if declared is None and not fields_ and not has_outer and not blocks:
        return
    parameters = parameters_of(body, declared) if declared is not None else []
    body.writer.gap(1)
    if declared is not None:
        _comments(body, declared)
    body.put(f"def __init__({', '.join([this, *(['outer'] if has_outer else []), *parameters])}):", declared or node)
    inside = part(declared, "body").named_children if declared is not None else []
    explicit = next((each for each in inside if each.type == "explicit_constructor_invocation"), None)
    with body.writer.block():
        if has_outer:
            body.writer.put(f"{this}.outer = outer")
        _construct_above(body, node, this, explicit)
        for name, found in fields_:
            _comments(body, part_around(found.node))
            _annotations(body, part_around(found.node))
            if found.value is not None or "final" not in modifiers(part_around(found.node)):
                body.put(f"{this}.{body.field(node, name)} = {value_of(body, found)}", found.node)
        for each in [*blocks, *(each for each in inside if each != explicit)]:
            body.statement(each)


def _construct_above(body: Body, node: Node, this: str, explicit: Node | None) -> None:
    """Write the call of another constructor: what the program writes, or Java without it."""
    if explicit is None and not _has_constructor_above(body, node):
        return
    if explicit is not None and text(part(explicit, "constructor")) == "this":
        body.statement(explicit)
        return
    given = body.expressions(children(part(explicit, "arguments"))) if explicit is not None else []
    cause = given.pop() if len(given) == 2 and superclass(node) in EXCEPTIONS else None
    body.put(f"super().__init__({', '.join(map(written, given))})", explicit or node)
    if cause is not None:
        body.writer.put(f"{this}.__cause__ = {written(cause)}", explicit)


def _has_constructor_above(body: Body, node: Node) -> bool:
    above = superclass(node)
    return above is not None and (above in body.program.declarations.classes or above in ("Thread", *EXCEPTIONS))


def parameters_of(body: Body, method: Node) -> list[str]:
    """Return the parameters of a method."""
    found = []
    for each in children(part(method, "parameters")):
        if each.type == "formal_parameter":
            found.append(body.style.variable(text(part(each, "name"))))
        elif each.type == "spread_parameter":
            declarator = next(inner for inner in children(each) if inner.type == "variable_declarator")
            found.append(f"*{body.style.variable(text(part(declarator, 'name')))}")
    return found


def _write_method(body: Body, method: Node, this: str) -> None:
    _comments(body, method)
    _annotations(body, method)
    words = modifiers(method)
    if "synchronized" in words:
        body.writer.remark("TODO: synchronized", method)
    is_static = "static" in words
    if is_static:
        body.put("@staticmethod", method)
    name = method_name(body.style, text(part(method, "name")), len(children(part(method, "parameters"))))
    parameters = [*([] if is_static else [this]), *parameters_of(body, method)]
    body.put(f"def {name}({', '.join(parameters)}):", method)
    inside = method.child_by_field_name("body")
    own = class_around(method)
    selves = {key: value for key, value in body.selves.items() if not is_static or own is None or key != own.id}
    inner = Body(body.draft, selves, body)
    if inside is None:
        with body.writer.block():
            body.writer.put("raise NotImplementedError", method)
    else:
        inner.block(inside)
