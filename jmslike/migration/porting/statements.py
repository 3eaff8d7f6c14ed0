"""Statements of Java, but for loops and switches."""

from __future__ import annotations

import ast
from typing import Final

from tree_sitter import Node

from jmslike.migration.java_syntax import METHODS, around, children, part, text
from jmslike.migration.java_types import STRING
from jmslike.migration.porting.body import Body
from jmslike.migration.porting.code import string, written
from jmslike.migration.porting.dispatch import statement
from jmslike.migration.porting.library import CAUGHT_WIDER
from jmslike.migration.porting.literals import shown
from jmslike.migration.porting.operators import NUMBERS, as_number, class_name
from jmslike.migration.porting.untranslatable import UntranslatableError
from jmslike.migration.porting.writer import source_of


@statement("local_variable_declaration")
def _local(body: Body, node: Node) -> None:
    for each in node.children_by_field_name("declarator"):
        value = each.child_by_field_name("value")
        if value is not None:
            name = body.style.variable(text(part(each, "name")))
            is_number = text(part(node, "type")) in NUMBERS
            made = as_number(body, value) if is_number else body.expression(value)
            body.put(f"{name} = {written(made)}", each)


@statement("expression_statement")
def _expression(body: Body, node: Node) -> None:
    [inside] = children(node)
    if inside.type in ("assignment_expression", "update_expression", "switch_expression"):
        body.statement(inside)
        return
    if inside.type == "method_invocation" and text(part(inside, "name")) == "append" and _appends(body, inside):
        return
    if _closes_factory(body, inside):
        body.writer.remark(f"{text(node)} There is nothing to close here.", node)
        return
    body.put(_as_statement(body.expression(inside)), node)


def _closes_factory(body: Body, node: Node) -> bool:
    """Whether it is a call of `close` of a connection factory, which some libraries have."""
    receiver = node.child_by_field_name("object")
    return receiver is not None and text(part(node, "name")) == "close" and _is_factory(body, receiver)


def _is_factory(body: Body, node: Node) -> bool:
    kind = body.program.java_type(node)
    return kind is not None and kind.is_messaging and kind.name.endswith("ConnectionFactory")


def _as_statement(made: ast.expr) -> str:
    """Write an expression as a statement: what sets something is an assignment."""
    match made:
        case ast.Call(func=ast.Name(id="setattr"), args=[target, ast.Name(id=name), value]):
            return f"{written(target)}.{ast.literal_eval(name)} = {written(value)}"
        case ast.Call(
            func=ast.Attribute(value=target, attr="__setitem__"), args=[ast.Call(func=ast.Name("slice")), value]
        ):
            return f"{written(target)}[:] = {written(value)}"
        case ast.Call(func=ast.Attribute(value=target, attr="__setitem__"), args=[key, value]):
            return f"{written(target)}[{written(key)}] = {written(value)}"
    return written(made)


def _appends(body: Body, node: Node) -> bool:
    """Write `builder.append(a).append(b)` as one line; return whether it is that."""
    values: list[Node] = []
    while node.type == "method_invocation" and text(part(node, "name")) == "append":
        values[:0] = children(part(node, "arguments"))
        receiver = node.child_by_field_name("object")
        if receiver is None:
            return False
        node = receiver
    kind = body.program.java_type(node)
    if node.type != "identifier" or kind is None or kind.name not in ("StringBuilder", "StringBuffer"):
        return False
    shown_values = ", ".join(f"str({written(shown(body, each))})" for each in values)
    statement_ = node.parent
    while statement_ is not None and statement_.type != "expression_statement":
        statement_ = statement_.parent
    assert statement_ is not None
    body.put(f"{written(body.expression(node))} += [{shown_values}]", statement_)
    return True


@statement("assignment_expression")
def _assignment(body: Body, node: Node) -> None:
    left, right, operator = part(node, "left"), part(node, "right"), text(part(node, "operator"))
    target = _target(body, left)
    if right.type == "assignment_expression" and operator == "=" and text(part(right, "operator")) == "=":
        body.statement(right)
        body.put(f"{target} = {written(body.expression(part(right, 'left')))}", node)
        return
    value = as_number(body, right) if str(body.program.java_type(left)) in NUMBERS else body.expression(right)
    if operator == "+=" and body.program.java_type(left) == STRING:
        value = shown(body, right)
        is_text = body.program.java_type(right) == STRING
        body.put(f"{target} += {written(value)}" if is_text else f"{target} += str({written(value)})", node)
        return
    kind = str(body.program.java_type(left))
    if operator in (">>>=", "/=") or (operator != "=" and kind == "char"):
        raise UntranslatableError
    body.put(f"{target} {operator} {written(value)}", node)


@statement("update_expression")
def _update(body: Body, node: Node) -> None:
    if str(body.program.java_type(children(node)[0])) == "char":
        raise UntranslatableError
    sign = "+" if "++" in [each.type for each in node.children] else "-"
    body.put(f"{_target(body, children(node)[0])} {sign}= 1", node)


def _target(body: Body, node: Node) -> str:
    """Return what an assignment sets. Raises UntranslatableError if that has no translation."""
    made = body.expression(node)
    if isinstance(made, ast.Call):
        raise UntranslatableError
    return written(made)


@statement("line_comment", "block_comment")
def _comment(body: Body, node: Node) -> None:
    for number, each in enumerate(text(node).splitlines()):
        words = each.strip().removeprefix("//").removeprefix("/*").removesuffix("*/").strip().removeprefix("*").strip()
        if words:
            body.writer.put(f"# {words}", node.start_point.row + 1 + number)


@statement("block")
def _block(body: Body, node: Node) -> None:
    body.flat(node)


@statement(";")
def _nothing(body: Body, node: Node) -> None:
    pass


@statement("return_statement")
def _return(body: Body, node: Node) -> None:
    value = children(node)
    body.put(f"return {written(body.expression(value[0]))}" if value else "return", node)


@statement("throw_statement")
def _throw(body: Body, node: Node) -> None:
    [thrown] = children(node)
    made = written(body.expression(thrown))
    if thrown.type == "object_creation_expression":
        arguments = children(part(thrown, "arguments"))
        last = body.program.java_type(arguments[-1]) if arguments else None
        if last is not None and last.name.endswith(("Exception", "Throwable")) and arguments[-1].type == "identifier":
            made += f" from {written(body.expression(arguments[-1]))}"
    body.put(f"raise {made}", node)


@statement("assert_statement")
def _assert(body: Body, node: Node) -> None:
    body.put(f"assert {', '.join(written(each) for each in body.expressions(children(node)))}", node)


@statement("if_statement")
def _if(body: Body, node: Node) -> None:
    word, current = "if", node
    while True:
        consequence, alternative = part(current, "consequence"), current.child_by_field_name("alternative")
        body.put(f"{word} {written(body.expression(part(current, 'condition')))}:", current, consequence)
        body.block(consequence)
        if alternative is None:
            return
        if alternative.type != "if_statement" or _needs_lines(body, part(alternative, "condition")):
            break
        word, current = "elif", alternative
    body.put("else:", alternative)
    body.block(alternative)


def _needs_lines(body: Body, node: Node) -> bool:
    """Whether an expression needs lines before it, or a comment, for which there is no place before `elif`."""
    mark = body.writer.mark()
    body.expression(node)
    needs = body.writer.mark() != mark or body.is_incomplete
    body.writer.back_to(mark)
    body.forget()
    return needs


@statement("synchronized_statement")
def _synchronized(body: Body, node: Node) -> None:
    inside = part(node, "body")
    body.writer.todo(node, inside)
    body.put(f"todo({written(string(f'synchronized {source_of(children(node)[0])}'))})", node)
    body.flat(inside)


# ---- exceptions -----------------------------------------------------------------------------------------------------


@statement("try_statement", "try_with_resources_statement")
def _try(body: Body, node: Node) -> None:
    handlers = [each for each in children(node) if each.type == "catch_clause"]
    final = next((each for each in children(node) if each.type == "finally_clause"), None)
    if not handlers and final is None:
        _with(body, node)
        return
    body.put("try:", node)
    with body.writer.block():
        _with(body, node)
    earlier: list[str] = []
    for each in sorted(handlers, key=lambda handler: min(map(_width, _classes(body, handler)))):
        names = _classes(body, each)
        if any(name in earlier or _width(name) < max(map(_width, earlier), default=0) for name in names):
            body.writer.remark("TODO: a handler above catches this, too", each)
        elif _lets_checked_pass(each, names, handlers):
            body.writer.remark("TODO: this catches checked exceptions, too", each)
        earlier.extend(names)
        _handler(body, each)
    if final is not None:
        body.put("finally:", final)
        body.block(children(final)[0])


_WIDTHS: Final = {
    "Exception": 2,
    **dict.fromkeys(("JMSError", "JMSException", "JMSRuntimeException", "OSError", "RuntimeError"), 1),
}
"""Classes of Python that have subclasses where Java's have not: their handlers come after others, which Java allows."""


def _width(name: str) -> int:
    return _WIDTHS.get(name, 0)


def _lets_checked_pass(handler: Node, names: list[str], handlers: list[Node]) -> bool:
    """Whether a handler of Java's RuntimeException leaves checked exceptions to a handler or a caller further out."""
    kinds = [_kinds(each) for each in handlers]
    catches_all = any(text(kind) in ("Exception", "Throwable") for each in kinds for kind in each)
    if "Exception" not in names or catches_all or "RuntimeException" not in map(text, _kinds(handler)):
        return False
    caught = {text(kind) for each in kinds for kind in each}
    return any(text(kind) not in caught for kind in _checked_outside(handler))


def _checked_outside(handler: Node) -> list[Node]:
    """Return the exceptions that the method around a handler throws, and those that a try around it catches."""
    found: list[Node] = []
    for outer, inner in around(handler):
        if outer.type == "lambda_expression":
            return found
        if outer.type.startswith("try_") and inner == outer.child_by_field_name("body"):
            found += [kind for each in children(outer) if each.type == "catch_clause" for kind in _kinds(each)]
        if outer.type in METHODS:
            thrown = next((each for each in outer.children if each.type == "throws"), None)
            return found + children(thrown)
    return found


def _with(body: Body, node: Node) -> None:
    """Write the body of a try, in a `with` for each of its resources."""
    resources = children(node.child_by_field_name("resources"))
    _within(body, resources, part(node, "body"))


def _within(body: Body, resources: list[Node], inside: Node) -> None:
    if not resources:
        body.flat(inside)
        return
    first, *rest = resources
    name = first.child_by_field_name("name")
    value = part(first, "value") if name is not None else children(first)[0]
    made, kind = written(body.expression(value)), body.program.java_type(value)
    if _is_factory(body, value) and name is not None:
        body.put(f"{body.style.variable(text(name))} = {made}", first)
        _within(body, rest, inside)
        return
    if kind is None or not kind.is_messaging:
        made = f"contextlib.closing({made})"
    named = f" as {body.style.variable(text(name))}" if name is not None else ""
    body.put(f"with {made}{named}:", first)
    with body.writer.block():
        _within(body, rest, inside)


def _handler(body: Body, node: Node) -> None:
    parameter = _parameter(node)
    names = list(dict.fromkeys(_caught(body, each) for each in _kinds(node)))
    caught = names[0] if len(names) == 1 else f"({', '.join(names)})"
    variable = body.style.variable(text(part(parameter, "name")))
    inside = part(node, "body")
    body.put(f"except {caught} as {variable}:", node, inside)
    body.block(inside)


def _parameter(handler: Node) -> Node:
    return next(each for each in children(handler) if each.type == "catch_formal_parameter")


def _kinds(handler: Node) -> list[Node]:
    """Return the types that a handler catches."""
    return children(next(each for each in children(_parameter(handler)) if each.type == "catch_type"))


def _classes(body: Body, handler: Node) -> list[str]:
    """Return the classes that a handler catches in the draft; write nothing."""
    mark = body.writer.mark()
    names = [_caught(body, each) for each in _kinds(handler)]
    body.writer.back_to(mark)
    return names


def _caught(body: Body, node: Node) -> str:
    kind = body.program.imports.type_at(node)
    if kind.name in CAUGHT_WIDER:
        return CAUGHT_WIDER[kind.name]
    try:
        return class_name(body, kind)
    except UntranslatableError:
        if body.is_of_the_program(kind):
            return kind.name
        body.writer.remark(f"TODO: catch ({text(node)})", node)
        return "Exception"
