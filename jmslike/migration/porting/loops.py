"""Loops of Java, and how they are left."""

from __future__ import annotations

import ast

from tree_sitter import Node

from jmslike.migration.java_declarations import Declaration
from jmslike.migration.java_syntax import children, modifiers, part, text, walk
from jmslike.migration.porting.body import Body
from jmslike.migration.porting.code import code, written
from jmslike.migration.porting.dispatch import statement
from jmslike.migration.porting.operators import negated
from jmslike.migration.porting.untranslatable import UntranslatableError


@statement("while_statement")
def _while(body: Body, node: Node) -> None:
    inside = part(node, "body")
    if _is_over_enumeration(body, node):
        return
    body.put(f"while {written(body.expression(part(node, 'condition')))}:", node, inside)
    with body.loop(node):
        body.flat(inside)


def _is_over_enumeration(body: Body, node: Node) -> bool:
    """Write `while (e.hasMoreElements()) { x = e.nextElement(); ...` as a `for`; return whether it is that."""
    condition = children(part(node, "condition"))[0]
    inside = children(part(node, "body"))
    if condition.type != "method_invocation" or text(part(condition, "name")) not in ("hasMoreElements", "hasNext"):
        return False
    source = text(condition.child_by_field_name("object"))
    if not inside or inside[0].type != "local_variable_declaration" or not source.isidentifier():
        return False
    [declarator, *more] = inside[0].children_by_field_name("declarator")
    value = declarator.child_by_field_name("value")
    while value is not None and value.type in ("cast_expression", "parenthesized_expression"):
        value = children(value)[-1]
    calls = [each for each in walk(node) if each.type == "identifier" and text(each) == source]
    if more or len(calls) != 2 or value is None or text(value) not in (f"{source}.nextElement()", f"{source}.next()"):
        return False
    name = body.style.variable(text(part(declarator, "name")))
    body.put(f"for {name} in {written(body.expression(calls[0]))}:", node, part(node, "body"))
    with body.loop(node):
        for each in part(node, "body").named_children:
            if each != inside[0]:
                body.statement(each)
    return True


@statement("do_statement")
def _do(body: Body, node: Node) -> None:
    condition = part(node, "condition")

    def end() -> None:
        body.put(f"if {written(negated(body.expression(condition)))}:", condition)
        with body.writer.block():
            body.put("break", condition)

    body.put("while True:", node)
    with body.loop(node, end):
        body.flat(part(node, "body"))
        end()


@statement("enhanced_for_statement")
def _for_each(body: Body, node: Node) -> None:
    value, inside = part(node, "value"), part(node, "body")
    name = body.style.variable(text(part(node, "name")))
    body.put(f"for {name} in {written(body.expression(value))}:", node, inside)
    with body.loop(node):
        body.flat(inside)


@statement("for_statement")
def _for(body: Body, node: Node) -> None:
    inside = part(node, "body")
    counted = _range(body, node)
    if counted is not None:
        body.put(f"for {counted}:", node, inside)
        with body.loop(node):
            body.flat(inside)
        return
    for each in node.children_by_field_name("init"):
        body.statement(each)
    condition = node.child_by_field_name("condition")
    test = body.expression(condition) if condition is not None else code("True")
    body.put(f"while {written(test)}:", node, inside)

    def update() -> None:
        for each in node.children_by_field_name("update"):
            body.statement(each)

    with body.loop(node, update):
        body.flat(inside)
        update()


def _range(body: Body, node: Node) -> str | None:
    """Return `i in range(a, b)` for a loop that only counts; None for another."""
    [*inits], [*updates] = node.children_by_field_name("init"), node.children_by_field_name("update")
    condition = node.child_by_field_name("condition")
    if len(inits) != 1 or len(updates) != 1 or inits[0].type != "local_variable_declaration":
        return None
    [declarator, *more] = inits[0].children_by_field_name("declarator")
    name, first = text(part(declarator, "name")), declarator.child_by_field_name("value")
    if more or first is None or condition is None or condition.type != "binary_expression":
        return None
    operator, limit = text(part(condition, "operator")), part(condition, "right")
    counts_up = text(updates[0]) in (f"{name}++", f"++{name}") and operator in ("<", "<=")
    if not counts_up or text(part(condition, "left")) != name or not _is_fixed(body, limit, part(node, "body"), name):
        return None
    start, end = body.expression(first), body.expression(limit)
    if operator == "<=":
        is_number = isinstance(end, ast.Constant) and isinstance(end.value, int)
        end = ast.Constant(ast.literal_eval(end) + 1) if is_number else code("x + 1", x=end)
    is_from_0 = isinstance(start, ast.Constant) and start.value == 0
    counted = code("range(b)", b=end) if is_from_0 else code("range(a, b)", a=start, b=end)
    return f"{body.style.variable(name)} in {written(counted)}"


def _is_fixed(body: Body, limit: Node, inside: Node, name: str) -> bool:
    """Whether the limit of a loop stays as it is, and the loop does not set its variable."""
    for each in walk(limit):
        found = body.program.declaration(each) if each.type == "identifier" else None
        is_length = each.parent is not None and each.parent.type == "field_access"
        if found is not None and found.kind == "field" and not is_length and not _is_final(found):
            return False
    if any(each.type in ("method_invocation", "update_expression", "assignment_expression") for each in walk(limit)):
        return False
    used = {text(each) for each in walk(limit) if each.type == "identifier"} - {"length"}
    changed = {name, *used}
    for each in walk(inside):
        if each.type == "assignment_expression" and text(part(each, "left")) in changed:
            return False
        if each.type == "update_expression" and text(children(each)[0]) in changed:
            return False
    return True


def _is_final(found: Declaration) -> bool:
    return found.node.parent is not None and "final" in modifiers(found.node.parent)


@statement("break_statement")
def _break(body: Body, node: Node) -> None:
    if children(node) or body.in_switch:
        raise UntranslatableError
    body.put("break", node)


@statement("continue_statement")
def _continue(body: Body, node: Node) -> None:
    if children(node):
        raise UntranslatableError
    body.loops[-1].before_continue()
    body.put("continue", node)
