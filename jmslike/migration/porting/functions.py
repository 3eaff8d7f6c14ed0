"""Lambdas, references to methods, and anonymous classes: functions and classes before the statement that uses them."""

from __future__ import annotations

import ast
from typing import Final

from tree_sitter import Node

from jmslike.migration.java_syntax import children, members, part, text, walk
from jmslike.migration.java_types import JavaType
from jmslike.migration.porting.body import Body
from jmslike.migration.porting.classes import class_members, parameters_of
from jmslike.migration.porting.code import attribute, call, raw
from jmslike.migration.porting.dispatch import expression
from jmslike.migration.porting.interfaces import function_of
from jmslike.migration.porting.untranslatable import UntranslatableError

_FUNCTIONS: Final = {
    "Callable": "call",
    "Consumer": "accept",
    "Function": "apply",
    "Predicate": "test",
    "Runnable": "run",
    "Supplier": "get",
}
"""The interfaces of Java for whose objects a draft has functions, each with its method."""
_LISTENERS: Final = ("ExceptionListener", "MessageListener")
"""Those of JMS for whose objects a function will do."""
_AS_STATEMENT: Final = ("assignment_expression", "update_expression")


@expression("lambda_expression")
def _lambda(body: Body, node: Node) -> ast.expr:
    listed, inside = part(node, "parameters"), part(node, "body")
    names = [each for each in walk(listed) if each.type == "identifier"]
    if listed.type == "formal_parameters":
        names = [part(each, "name") for each in children(listed)]
    parameters = [body.style.variable(text(each)) for each in names]
    bound = [f"{each}={each}" for each in _captured(body, node)]
    if inside.type == "block" or inside.type in _AS_STATEMENT:
        name = body.new_name(_name_for(body, node))
        body.writer.put(f"def {name}({', '.join([*parameters, *bound])}):", node)
        body.inner().block(inside)
        return raw(name)
    arguments = ast.parse(f"lambda {', '.join([*parameters, *bound])}: 0", mode="eval").body
    assert isinstance(arguments, ast.Lambda)
    return ast.Lambda(arguments.args, body.expression(inside))


def _name_for(body: Body, node: Node) -> str:
    """Return what a lambda is called that becomes a function: after the method that takes it."""
    user = node.parent.parent if node.parent is not None and node.parent.type == "argument_list" else None
    if user is not None and user.type == "method_invocation":
        taker = text(part(user, "name"))
        if taker.startswith("set"):
            return body.style.member("on" + taker.removeprefix("set").removesuffix("Listener"))
    return "run"


def _captured(body: Body, node: Node) -> list[str]:
    """Return the variables of loops around a function that it uses: Python looks them up when it runs, Java before."""
    if not body.loops:
        return []
    found: list[str] = []
    for each in walk(node):
        if each.type != "identifier":
            continue
        declared = body.program.declaration(each)
        if declared is None or declared.kind not in ("local", "each"):
            continue
        is_outside = not (node.start_byte <= declared.node.start_byte < node.end_byte) or declared.kind == "each"
        is_in_loop = any(loop.node.start_byte <= declared.node.start_byte < loop.node.end_byte for loop in body.loops)
        name = body.style.variable(text(each))
        if is_outside and is_in_loop and name not in found and declared.node.id != node.id:
            found.append(name)
    return found


@expression("method_reference")
def _reference(body: Body, node: Node) -> ast.expr:
    first, *rest = children(node)
    source = "".join(text(node).split())
    if source == "System.out::println":
        return raw("print")
    named = body.program.named_type(first)
    if not rest:  # a constructor
        if named is not None and body.is_of_the_program(named):
            return raw(named.name)
        raise UntranslatableError
    name = text(rest[-1])
    if named is not None:
        if not body.is_of_the_program(named):
            raise UntranslatableError
        return attribute(raw(named.name), body.style.member(name))
    kind = body.program.java_type(first)
    target = body.expression(first)
    if kind is not None and kind.is_messaging:
        made = body.style.invoke(kind, target, name, [], [])
        if not isinstance(made, ast.Call):
            raise UntranslatableError
        return made.func
    declared = body.program.declarations.classes.get(kind.name) if kind is not None else None
    function = function_of(body.program, declared) if declared is not None else None
    if function is not None and first.type != "this" and text(part(function, "name")) == name:
        return target
    return attribute(target, body.style.member(name))


def runnable(body: Body, node: Node) -> ast.expr:
    """Return a task as a callable: of an object of the program its method `run`."""
    value = body.expression(node)
    kind = body.program.java_type(node)
    if node.type in ("lambda_expression", "method_reference") or kind is None or isinstance(value, ast.Lambda):
        return value
    if kind.name in body.program.declarations.classes:
        declared = body.program.declarations.classes[kind.name]
        is_callable = body.program.declarations.method("call", declared) is not None
        return attribute(value, "call" if is_callable else "run")
    return value


def anonymous_class(body: Body, node: Node, kind: JavaType) -> ast.expr:
    """Write an anonymous class before the statement; a function, where that will do. Return its object."""
    declared = members(node)
    inside = next(each for each in node.children if each.type == "class_body")
    has_this = any(each.type == "this" for each in walk(inside))
    is_function = kind.name in _FUNCTIONS or kind.name in _LISTENERS
    if is_function and len(declared) == 1 and declared[0].type == "method_declaration" and not has_this:
        [method] = declared
        name = body.new_name(body.style.member(text(part(method, "name"))))
        bound = [f"{each}={each}" for each in _captured(body, inside)]
        body.writer.put(f"def {name}({', '.join([*parameters_of(body, method), *bound])}):", method)
        body.inner().block(part(method, "body"))
        return raw(name)
    if _captured(body, inside):
        raise UntranslatableError  # its methods would see the variables of the loop as they are when they run
    name = body.new_name(f"Own{kind.name}")
    base = _base(body, kind)
    body.writer.put(f"class {name}({base}):" if base else f"class {name}:", node)
    with body.writer.block():
        class_members(body, node)
    made = call(raw(name), body.expressions(children(part(node, "arguments"))))
    return attribute(made, body.style.member(_FUNCTIONS[kind.name])) if kind.name in _FUNCTIONS else made


def _base(body: Body, kind: JavaType) -> str | None:
    if kind.is_messaging:
        place = body.style.base(kind)
        return body.draft.use(place) if place is not None else None
    if kind.name in body.program.declarations.classes:
        return kind.name
    if kind.name == "Thread":
        return "threading.Thread"
    if kind.name in _FUNCTIONS:
        return None
    raise UntranslatableError
