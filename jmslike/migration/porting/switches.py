"""Switches of Java: `match` statements, and conditional expressions."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tree_sitter import Node

from jmslike.migration.java_syntax import children, part, text
from jmslike.migration.porting.body import Body
from jmslike.migration.porting.code import attribute, raw, written
from jmslike.migration.porting.dispatch import expression, statement
from jmslike.migration.porting.untranslatable import UntranslatableError

_ENDS = ("break_statement", "return_statement", "throw_statement", "continue_statement")
Case = tuple[Node, list[Node], list[Node]]
"""Where a case begins, its labels (none: all others) and its statements."""


@statement("switch_expression")
def _switch(body: Body, node: Node) -> None:
    cases = list(_cases(node))
    body.put(f"match {written(body.expression(part(node, 'condition')))}:", node, part(node, "body"))
    with body.writer.block(), body.switch():
        for begin, labels, statements in [each for each in cases if each[1]] + [each for each in cases if not each[1]]:
            pattern = " | ".join(_pattern(body, node, each) for each in labels) or "_"
            body.put(f"case {pattern}:", begin, *statements[:1])
            with body.writer.block():
                for each in statements:
                    body.statement(each)


def _cases(node: Node) -> Iterator[Case]:
    """Return the cases. Raises UntranslatableError if one runs into the next."""
    labels: list[Node] = []
    is_default = False
    for group in children(part(node, "body")):
        own = [each for each in children(group) if each.type == "switch_label"]
        inside = [each for each in children(group) if each.type != "switch_label"]
        for each in own:
            labels.extend(children(each))
            is_default = is_default or not children(each)
        if group.type == "switch_block_statement_group":
            if not inside:
                continue
            if inside[-1].type == "block":
                inside = children(inside[-1]) if len(inside) == 1 else inside
            is_last = group == children(part(node, "body"))[-1]
            if not is_last and (not inside or inside[-1].type not in _ENDS):
                raise UntranslatableError
            if inside and inside[-1].type == "break_statement":
                inside = inside[:-1]
        yield group, [] if is_default else labels, inside
        labels, is_default = [], False


def _pattern(body: Body, node: Node, label: Node) -> str:
    if label.type == "identifier":
        kind = body.program.java_type(part(node, "condition"))
        declared = body.program.declarations.classes.get(kind.name) if kind is not None else None
        if declared is not None and declared.type == "enum_declaration":
            return f"{text(part(declared, 'name'))}.{text(label)}"
    made = body.expression(label)
    if body.is_incomplete or (isinstance(made, ast.Name) and made.id.isidentifier()):
        raise UntranslatableError
    return written(made)


@expression("switch_expression")
def _switch_value(body: Body, node: Node) -> ast.expr:
    """Translate a switch whose cases are expressions, over a variable, to conditional expressions."""
    subject = body.expression(part(node, "condition"))
    cases = list(_cases(node))
    if not isinstance(subject, (ast.Name, ast.Attribute)) or cases[-1][1]:
        raise UntranslatableError
    made = _value_of_case(body, cases[-1])
    for case in reversed(cases[:-1]):
        tests = [ast.Compare(subject, [ast.Eq()], [_label(body, node, each)]) for each in case[1]]
        test = ast.BoolOp(ast.Or(), list(tests)) if len(tests) > 1 else tests[0]
        made = ast.IfExp(test, _value_of_case(body, case), made)
    return made


def _label(body: Body, node: Node, label: Node) -> ast.expr:
    pattern = _pattern(body, node, label)
    owner, _, name = pattern.rpartition(".")
    return attribute(raw(owner), name) if owner.isidentifier() else raw(pattern)


def _value_of_case(body: Body, case: Case) -> ast.expr:
    _, _, statements = case
    if len(statements) != 1 or statements[0].type != "expression_statement":
        raise UntranslatableError
    return body.expression(children(statements[0])[0])
