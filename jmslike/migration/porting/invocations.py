"""Calls of methods."""

from __future__ import annotations

import ast
from typing import Final

from tree_sitter import Node

from jmslike.migration.java_syntax import CLASSES, around, children, class_around, modifiers, part, superclass, text
from jmslike.migration.java_types import JavaType
from jmslike.migration.porting import literals
from jmslike.migration.porting.body import Body
from jmslike.migration.porting.code import attribute, call, code, raw, string
from jmslike.migration.porting.dispatch import expression
from jmslike.migration.porting.interfaces import function_of
from jmslike.migration.porting.library import EXCEPTIONS, replacement
from jmslike.migration.porting.objects import declared_enum, enum_call, method_name, special_call
from jmslike.migration.porting.operators import class_name, this_with
from jmslike.migration.porting.replacing import replaced
from jmslike.migration.porting.untranslatable import UntranslatableError

_MONITORS: Final = ("notify", "notifyAll", "wait")
"""The methods that each object of Java has, and Python's have not."""
_LOGGING: Final = {
    "debug": "debug",
    "error": "error",
    "fine": "debug",
    "info": "info",
    "severe": "error",
    "trace": "debug",
    "warn": "warning",
    "warning": "warning",
}

_LEVELS: Final = {
    "isDebugEnabled": "DEBUG",
    "isErrorEnabled": "ERROR",
    "isInfoEnabled": "INFO",
    "isTraceEnabled": "DEBUG",
    "isWarnEnabled": "WARNING",
}


@expression("method_invocation")
def _method(body: Body, node: Node) -> ast.expr:
    receiver, name = node.child_by_field_name("object"), text(part(node, "name"))
    arguments = children(part(node, "arguments"))
    declared = body.program.method(node)
    if declared is not None:
        return _own(body, node, declared, arguments)
    if receiver is None:
        return _unqualified(body, node, name, arguments)
    if receiver.type == "super":
        own_name = method_name(body.style, name, len(arguments))
        if own_name == "__eq__":  # that of Python's object returns NotImplemented
            raise UntranslatableError
        return call(attribute(code("super()"), own_name), body.expressions(arguments))
    if name in ("format", "formatted", "printf"):
        return _formatted(body, receiver, name, arguments)
    found = replacement("".join(text(receiver).split()), name, len(arguments), is_static=True)
    if found is not None:
        return replaced(body, found, None, arguments)
    named = body.program.named_type(receiver)
    if named is not None:
        return _static(body, named, name, arguments)
    return _on_value(body, receiver, name, arguments)


def _own(body: Body, node: Node, declared: Node, arguments: list[Node]) -> ast.expr:
    """Return a call of a method that the program declares."""
    receiver, java_name = node.child_by_field_name("object"), text(part(declared, "name"))
    name = method_name(body.style, java_name, len(children(part(declared, "parameters"))))
    kind = class_around(declared)
    assert kind is not None
    if "static" in modifiers(declared):
        target = raw(body.name_of_class(kind))
    elif receiver is None:
        target = raw(this_with(body, kind))
    elif receiver.type == "super":
        target = code("super()")
    else:
        target = body.expression(receiver)
    function = function_of(body.program, kind)
    if function is not None and receiver is not None and receiver.type not in ("this", "super"):
        if declared != function and "static" not in modifiers(declared):
            raise UntranslatableError  # a function has no other methods
        if declared == function:
            return call(target, body.expressions(arguments))
    given = body.expressions(arguments)
    if given and _takes_several(declared) and (last := body.program.java_type(arguments[-1])) and last.dimensions:
        given[-1] = ast.Starred(given[-1], ast.Load())
    is_super = receiver is not None and receiver.type == "super"
    special = None if is_super else special_call(target, java_name, given)
    return special if special is not None else call(attribute(target, name), given)


def _takes_several(method: Node) -> bool:
    return any(each.type == "spread_parameter" for each in children(part(method, "parameters")))


def _unqualified(body: Body, node: Node, name: str, arguments: list[Node]) -> ast.expr:
    """Return a call of a method of Object, or of a superclass that is in another file."""
    found = replacement("Object", name, len(arguments))
    this = next((body.selves[outer.id] for outer, _ in around(node) if outer.id in body.selves), None)
    if found is not None and this is not None:
        return replaced(body, found, raw(this), arguments)
    owner = body.program.owner(node)
    for outer, _ in around(node):
        if outer.id in body.selves and outer.type in CLASSES and superclass(outer) is not None:
            target = raw(body.selves[outer.id])
            if owner is not None:
                return _of_messaging(body, owner, target, name, arguments)
            return call(attribute(target, body.style.member(name)), body.expressions(arguments))
    raise UntranslatableError


def _static(body: Body, kind: JavaType, name: str, arguments: list[Node]) -> ast.expr:
    """Return a call of a static method."""
    if kind.is_messaging:
        if name in ("createQueue", "createTopic") and len(arguments) == 1:
            made = JavaType("jakarta.jms", name.removeprefix("create"))
            return call(raw(class_name(body, made)), body.expressions(arguments))
        raise UntranslatableError
    if declared_enum(body, kind) is not None and (name, len(arguments)) in (("values", 0), ("valueOf", 1)):
        template = "list(k)" if name == "values" else "k(*a)"
        return code(template, k=raw(kind.name), a=body.expressions(arguments))
    if body.is_of_the_program(kind):
        target = attribute(raw(kind.name), body.style.member(name))
        return call(target, body.expressions(arguments))
    if name == "getLogger":
        return code("logging.getLogger(__name__)")
    raise UntranslatableError


def _on_value(body: Body, receiver: Node, name: str, arguments: list[Node]) -> ast.expr:
    """Return a call of a method on a value."""
    kind = body.program.java_type(receiver)
    if kind is not None and kind.is_messaging and replacement("Object", name, len(arguments)) is None:
        return _of_messaging(body, kind, body.expression(receiver), name, arguments)
    if kind is not None and kind.name == "Logger":
        return _logged(body, receiver, name, arguments)
    if kind is not None and _is_accessor(body, kind, name):
        return attribute(body.expression(receiver), body.style.member(name))
    if declared_enum(body, kind) is not None:
        made = enum_call(body.expression(receiver), name, body.expressions(arguments))
        if made is None:
            raise UntranslatableError
        return made
    in_java = "Object" if kind is None else "Throwable" if _is_own_exception(body, kind) else str(kind)
    found = replacement(in_java, name, len(arguments))
    if found is not None:
        return replaced(body, found, body.expression(receiver), arguments)
    if kind is not None and kind.name == "Enumeration":
        return _of_messaging(body, kind, body.expression(receiver), name, arguments)
    if name not in _MONITORS and (kind is None or body.is_of_the_program(kind)):
        target = body.expression(receiver)
        if isinstance(target, ast.Call) and isinstance(target.func, ast.Name) and target.func.id == "todo":
            raise UntranslatableError  # the whole call is one place to finish
        return call(attribute(target, body.style.member(name)), body.expressions(arguments))
    raise UntranslatableError


def _of_messaging(body: Body, kind: JavaType, target: ast.expr, name: str, arguments: list[Node]) -> ast.expr:
    types = [body.program.java_type(each) for each in arguments]
    return body.style.invoke(kind, target, name, body.expressions(arguments), types)


def _is_own_exception(body: Body, kind: JavaType) -> bool:
    """Whether a class of the program is an exception."""
    declared = body.program.declarations.classes.get(kind.name)
    above = superclass(declared) if declared is not None else None
    return above is not None and (above in EXCEPTIONS or _is_own_exception(body, JavaType(None, above)))


def _is_accessor(body: Body, kind: JavaType, name: str) -> bool:
    """Whether a method is the accessor of a record's component."""
    declared = body.program.declarations.classes.get(kind.name)
    if declared is None or declared.type != "record_declaration":
        return False
    return any(text(each.child_by_field_name("name")) == name for each in children(part(declared, "parameters")))


# ---- Java's library -------------------------------------------------------------------------------------------------


def _formatted(body: Body, receiver: Node, name: str, arguments: list[Node]) -> ast.expr:
    """Return String.format, `text.formatted` or System.out.printf."""
    if name == "formatted":
        return literals.formatted(body, receiver, arguments)
    if text(receiver) not in ("String", "System.out", "System.err") or not arguments:
        raise UntranslatableError
    made = literals.formatted(body, arguments[0], arguments[1:])
    if text(receiver) == "String":
        return made
    file = ", file=sys.stderr" if text(receiver) == "System.err" else ""
    return code(f'print(x, end=""{file})', x=made)


def _logged(body: Body, receiver: Node, name: str, arguments: list[Node]) -> ast.expr:
    """Return a call of a logger; the fields `{}` of its text become Python's `%s`."""
    if name in _LEVELS:
        return code(f"o.isEnabledFor(logging.{_LEVELS[name]})", o=body.expression(receiver))
    if name == "log" and len(arguments) > 1:  # of java.util.logging
        level, *arguments = arguments
        name = text(level).rpartition(".")[2].lower()
        last = body.program.java_type(arguments[-1])
        if len(arguments) > 2 or (len(arguments) == 2 and not str(last).endswith(("Exception", "Error", "Throwable"))):
            raise UntranslatableError
    if name not in _LOGGING or not arguments:
        raise UntranslatableError
    values = body.expressions(arguments[1:])
    if arguments[0].type == "string_literal":
        pattern = literals.value_of(arguments[0])
        fields = pattern.count("{}")
        message: ast.expr = string(pattern.replace("%", "%%").replace("{}", "%s") if fields else pattern)
    else:
        fields, message = 0, literals.shown(body, arguments[0])
    if len(values) == fields + 1:  # an exception
        return ast.Call(
            attribute(body.expression(receiver), _LOGGING[name]),
            [message, *values[:-1]],
            [ast.keyword("exc_info", values[-1])],
        )
    if len(values) != fields:
        raise UntranslatableError
    return call(attribute(body.expression(receiver), _LOGGING[name]), [message, *values])
