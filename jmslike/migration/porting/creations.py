"""Creations of objects."""

from __future__ import annotations

import ast

from tree_sitter import Node

from jmslike.migration.java_syntax import children, part
from jmslike.migration.java_types import JavaType
from jmslike.migration.porting import literals
from jmslike.migration.porting.body import Body
from jmslike.migration.porting.code import call, raw
from jmslike.migration.porting.dispatch import expression
from jmslike.migration.porting.functions import anonymous_class
from jmslike.migration.porting.library import EXCEPTIONS, replacement
from jmslike.migration.porting.operators import class_name, this_with
from jmslike.migration.porting.outer import takes_outer
from jmslike.migration.porting.replacing import replaced
from jmslike.migration.porting.untranslatable import UntranslatableError


@expression("object_creation_expression")
def _creation(body: Body, node: Node) -> ast.expr:
    kind = body.program.imports.type_at(part(node, "type"))
    arguments = children(part(node, "arguments"))
    if any(each.type == "class_body" for each in node.children):
        return anonymous_class(body, node, kind)
    if kind.is_messaging:
        return _new_of_messaging(body, kind, arguments)
    if kind.name in body.program.declarations.classes:
        declared = body.program.declarations.classes[kind.name]
        around_it = takes_outer(body.program, declared)
        outer = [raw(this_with(body, around_it))] if around_it is not None else []
        return call(raw(kind.name), [*outer, *body.expressions(arguments)])
    if kind.name in EXCEPTIONS:
        return call(raw(class_name(body, kind)), [literals.shown(body, each) for each in arguments[:1]])
    found = replacement("new", kind.name, len(arguments))
    if found is not None:
        return replaced(body, found, None, arguments)
    if body.is_of_the_program(kind):
        return call(raw(kind.name), body.expressions(arguments))
    raise UntranslatableError


def _new_of_messaging(body: Body, kind: JavaType, arguments: list[Node]) -> ast.expr:
    given = body.expressions(arguments)
    place = body.style.place(kind)
    if place is None:
        raise UntranslatableError
    if kind.name.endswith("ConnectionFactory"):
        made, needed = body.style.factory(kind, given)
        for each in needed:
            body.draft.use(each)
        return made
    is_constructible = kind.name in ("InitialContext", "QueueRequestor", "TopicRequestor") or (
        kind.name.endswith(("Exception", "Error", "Queue", "Topic")) and len(given) in (1, 2)
    )
    if not is_constructible:
        raise UntranslatableError
    return call(raw(body.draft.use(place)), given)
