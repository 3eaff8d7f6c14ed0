"""Operators, casts, assignments and names of Java."""

from __future__ import annotations

import ast
from importlib import import_module
from typing import Final

from tree_sitter import Node

from jmslike.migration.java_declarations import Declaration
from jmslike.migration.java_syntax import CLASSES, around, children, class_around, part, superclass, text
from jmslike.migration.java_types import STRING, JavaType
from jmslike.migration.porting.body import Body
from jmslike.migration.porting.code import attribute, code, raw, string
from jmslike.migration.porting.dispatch import expression
from jmslike.migration.porting.library import BUILTIN_TYPES, EXCEPTIONS
from jmslike.migration.porting.literals import concatenated
from jmslike.migration.porting.objects import compares_by_value
from jmslike.migration.porting.styles import class_of
from jmslike.migration.porting.untranslatable import UntranslatableError

_COMPARISONS: Final[dict[str, type[ast.cmpop]]] = {
    "==": ast.Eq,
    "!=": ast.NotEq,
    "<": ast.Lt,
    ">": ast.Gt,
    "<=": ast.LtE,
    ">=": ast.GtE,
}
_CONTRARIES: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_ARITHMETIC: Final[dict[str, type[ast.operator]]] = {
    "+": ast.Add,
    "-": ast.Sub,
    "*": ast.Mult,
    "%": ast.Mod,
    "&": ast.BitAnd,
    "|": ast.BitOr,
    "^": ast.BitXor,
    "<<": ast.LShift,
    ">>": ast.RShift,
}
_WHOLE: Final = ("byte", "short", "int", "long", "Integer", "Long")
_FRACTIONS: Final = ("float", "double", "Float", "Double")
NUMBERS: Final = ("byte", "short", "int", "long", "float", "double")
"""The types of which a char becomes one without a cast."""


@expression("parenthesized_expression")
def _parenthesized(body: Body, node: Node) -> ast.expr:
    return body.expression(children(node)[0])


@expression("binary_expression")
def _binary(body: Body, node: Node) -> ast.expr:
    operator = text(part(node, "operator"))
    if operator == "+" and body.program.java_type(node) == STRING:
        return concatenated(body, node)
    left, right = part(node, "left"), part(node, "right")
    if operator in ("==", "!=") and "null_literal" in (left.type, right.type):
        value = body.expression(left if right.type == "null_literal" else right)
        return code("x is None" if operator == "==" else "x is not None", x=value)
    are_chars = _kind(body, left) == _kind(body, right) == "char"
    is_numeric = operator in _ARITHMETIC or (operator in _COMPARISONS and not are_chars)
    first, second = (as_number(body, each) if is_numeric else body.expression(each) for each in (left, right))
    if operator in ("&&", "||"):
        word = ast.And() if operator == "&&" else ast.Or()
        every = first.values if isinstance(first, ast.BoolOp) and type(first.op) is type(word) else [first]
        return ast.BoolOp(word, [*every, second])
    if operator in ("==", "!=") and (compares_by_value(body, left) or compares_by_value(body, right)):
        return ast.Compare(first, [ast.Is() if operator == "==" else ast.IsNot()], [second])
    if operator in _COMPARISONS:
        return ast.Compare(first, [_COMPARISONS[operator]()], [second])
    return ast.BinOp(first, _operation(body, operator, left, right), second)


def _kind(body: Body, node: Node) -> str:
    found = body.program.java_type(node)
    return {"Character": "char"}.get(str(found), str(found))


def as_number(body: Body, node: Node) -> ast.expr:
    """Return the value of an expression where Java needs a number: of a char, its code."""
    value = body.expression(node)
    return code("ord(x)", x=value) if _kind(body, node) == "char" else value


def _operation(body: Body, operator: str, left: Node, right: Node) -> ast.operator:
    """Return the operator of Python. Raises UntranslatableError where the types decide and are unknown."""
    if operator != "/":
        if operator not in _ARITHMETIC:
            raise UntranslatableError
        return _ARITHMETIC[operator]()
    kinds = [getattr(body.program.java_type(each), "name", None) for each in (left, right)]
    if any(kind in _FRACTIONS for kind in kinds):
        return ast.Div()
    if all(kind in _WHOLE for kind in kinds):
        return ast.FloorDiv()
    raise UntranslatableError


@expression("unary_expression")
def _unary(body: Body, node: Node) -> ast.expr:
    operators = {"-": ast.USub, "+": ast.UAdd, "~": ast.Invert}
    operand = part(node, "operand")
    if text(part(node, "operator")) == "!":
        return negated(body.expression(operand))
    return ast.UnaryOp(operators[text(part(node, "operator"))](), body.expression(operand))


def negated(value: ast.expr) -> ast.expr:
    """Return `not value`; of a comparison, the contrary one."""
    match value:
        case ast.Compare(ops=[operator]) if type(operator) in _CONTRARIES:
            value.ops = [_CONTRARIES[type(operator)]()]
            return value
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return operand
    return ast.UnaryOp(ast.Not(), value)


@expression("ternary_expression")
def _ternary(body: Body, node: Node) -> ast.expr:
    condition, first, second = body.expressions(
        [part(node, "condition"), part(node, "consequence"), part(node, "alternative")]
    )
    return ast.IfExp(condition, first, second)


@expression("instanceof_expression")
def _instanceof(body: Body, node: Node) -> ast.expr:
    if node.child_by_field_name("pattern") is not None:
        raise UntranslatableError
    value, name = body.expression(part(node, "left")), node.child_by_field_name("name")
    if name is not None:
        value = ast.NamedExpr(ast.Name(body.style.variable(text(name)), ast.Store()), value)
    kind = body.program.imports.type_at(part(node, "right"))
    return code("isinstance(x, kind)", x=value, kind=raw(class_name(body, kind)))


def class_name(body: Body, kind: JavaType) -> str:
    """Return the name of the class that stands for a type. Raises UntranslatableError if there is none."""
    if kind.name in body.program.declarations.classes:
        return kind.name
    if kind.is_messaging:
        place = body.style.place(kind)
        if place is not None:
            return body.draft.use(place)
    else:
        found = BUILTIN_TYPES.get(str(kind)) or EXCEPTIONS.get(str(kind))
        if found is not None:
            return found
    raise UntranslatableError


@expression("cast_expression")
def _cast(body: Body, node: Node) -> ast.expr:
    value, kind = part(node, "value"), text(part(node, "type"))
    inner = body.expression(value)
    found = body.program.java_type(value)
    source = str(found) if found is not None else None
    if kind in ("int", "long") and source not in _WHOLE:
        return code("ord(x)" if source == "char" else "int(x)", x=inner)
    if kind in ("float", "double"):
        return code("float(x)", x=inner)
    if kind == "byte" and value.type == "character_literal":
        return code("ord(x)", x=inner)
    if kind == "char" and source != "char":
        return code("chr(x)", x=inner)
    is_narrowed = kind in ("byte", "short") or (kind == "int" and source in ("long", "Long"))
    if is_narrowed and kind != "int" and not isinstance(inner, ast.Constant):
        raise UntranslatableError
    return inner


@expression("class_literal")
def _class_literal(body: Body, node: Node) -> ast.expr:
    return raw(class_name(body, body.program.imports.type_at(children(node)[0])))


@expression("array_access")
def _array_access(body: Body, node: Node) -> ast.expr:
    return code("a[i]", a=body.expression(part(node, "array")), i=body.expression(part(node, "index")))


@expression("array_creation_expression")
def _new_array(body: Body, node: Node) -> ast.expr:
    value = node.child_by_field_name("value")
    if value is not None:
        return body.expression(value)
    sizes = [each for each in children(node) if each.type == "dimensions_expr"]
    if len(sizes) != 1:
        raise UntranslatableError
    size, kind = body.expression(children(sizes[0])[0]), text(part(node, "type"))
    if kind == "byte":
        return code("bytearray(n)", n=size)
    empty = {"boolean": "False", "float": "0.0", "double": "0.0"}.get(kind, "0" if kind in _WHOLE else "None")
    return code("[x] * n", x=raw(empty), n=size)


@expression("array_initializer")
def _array(body: Body, node: Node) -> ast.expr:
    elements = body.expressions(children(node))
    kind = next((each for each, _ in around(node) if each.child_by_field_name("type") is not None), None)
    is_bytes = kind is not None and text(kind.child_by_field_name("type")).startswith("byte")
    if is_bytes and all(isinstance(each, (ast.Constant, ast.UnaryOp)) for each in elements):
        return code("bytearray([*e])", e=[code("x & 255", x=e) if isinstance(e, ast.UnaryOp) else e for e in elements])
    return code("[*e]", e=elements)


# ---- names ----------------------------------------------------------------------------------------------------------


@expression("identifier")
def _identifier(body: Body, node: Node) -> ast.expr:
    found = body.program.declaration(node)
    if found is not None:
        return _declared(body, node, found)
    constant = body.program.constant(node)
    if constant is not None:
        return _constant_of(body, *constant)
    named = body.program.named_type(node)
    return raw(class_name(body, named)) if named is not None else _inherited(body, node)


def _declared(body: Body, node: Node, found: Declaration) -> ast.expr:
    name = text(node)
    if found.kind not in ("field", "constant"):
        return raw(body.style.variable(name))
    assert found.owner is not None
    if found.is_static:
        return attribute(raw(body.name_of_class(found.owner)), body.field(found.owner, name))
    return attribute(raw(this_with(body, found.owner)), body.field(found.owner, name))


def this_with(body: Body, owner: Node) -> str:
    """Return what the object is called that has the members of a class: of the class, or of one that extends it."""
    name = body.name_of_class(owner) if owner.type in CLASSES else None
    if owner.id in body.selves:
        return body.selves[owner.id]
    for kind in body.program.declarations.classes.values():
        if name in _all_above(body, kind) and kind.id in body.selves:
            return body.selves[kind.id]
    raise UntranslatableError


def _all_above(body: Body, kind: Node) -> list[str]:
    above: list[str] = []
    name = superclass(kind)
    while name is not None and name not in above:
        above.append(name)
        found = body.program.declarations.classes.get(name)
        name = superclass(found) if found is not None else None
    return above


def _inherited(body: Body, node: Node) -> ast.expr:
    """Translate a name that the file does not declare: a field of a superclass in another file."""
    for outer, _ in around(node):
        if outer.type == "class_declaration" and superclass(outer) and outer.id in body.selves:
            return attribute(raw(body.selves[outer.id]), body.style.member(text(node)))
    raise UntranslatableError


def _constant_of(body: Body, owner: JavaType, name: str) -> ast.expr:
    place = body.style.place(owner)
    if place is None:
        raise UntranslatableError
    if not hasattr(getattr(import_module(place[0]), place[1]), name):  # of JNDI, in Python's names
        value = getattr(class_of(owner), name, None)
        if not isinstance(value, str):
            raise UntranslatableError
        return string(value)
    return attribute(raw(body.draft.use(place)), name)


@expression("this")
def _this(body: Body, node: Node) -> ast.expr:
    name = next((body.selves[outer.id] for outer, _ in around(node) if outer.id in body.selves), None)
    if name is None:
        raise UntranslatableError
    return raw(name)


_CONSTANTS: Final = {
    ("System", "in"): "sys.stdin",
    ("System", "out"): "sys.stdout",
    ("System", "err"): "sys.stderr",
    ("Integer", "MAX_VALUE"): "2**31 - 1",
    ("Integer", "MIN_VALUE"): "-(2**31)",
    ("Long", "MAX_VALUE"): "2**63 - 1",
    ("Long", "MIN_VALUE"): "-(2**63)",
}


@expression("field_access", "scoped_identifier")
def _field_access(body: Body, node: Node) -> ast.expr:
    constant = body.program.constant(node)
    if constant is not None:
        return _constant_of(body, *constant)
    receiver, name = children(node)[0], text(children(node)[-1])
    named = body.program.named_type(receiver)
    if text(children(node)[-1]) == "this" and named is not None:
        owner = body.program.declarations.classes.get(named.name)
        return raw(this_with(body, owner)) if owner is not None else raw("self")
    if named is not None:
        if (named.name, name) in _CONSTANTS:
            return code(_CONSTANTS[named.name, name])
        owner = body.program.declarations.classes.get(named.name)
        if owner is None and not body.is_of_the_program(named):
            raise UntranslatableError
        return attribute(raw(named.name), body.field(owner, name) if owner is not None else body.style.member(name))
    kind = body.program.java_type(receiver)
    if kind is not None and kind.dimensions and name == "length":
        return code("len(x)", x=body.expression(receiver))
    owner = body.program.declarations.classes.get(kind.name) if kind is not None else None
    if receiver.type == "this":
        around_it = class_around(node)
        found = body.program.declarations.field(name, around_it) if around_it is not None else None
        owner = found.owner if found is not None else None
    python = body.field(owner, name) if owner is not None else body.style.member(name)
    return attribute(body.expression(receiver), python)


# ---- assignments ----------------------------------------------------------------------------------------------------


@expression("assignment_expression")
def _assignment(body: Body, node: Node) -> ast.expr:
    """Translate an assignment whose value is used; as a statement it is written by `statements`."""
    target = body.expression(part(node, "left"))
    if text(part(node, "operator")) != "=" or not isinstance(target, ast.Name) or not target.id.isidentifier():
        raise UntranslatableError
    return ast.NamedExpr(ast.Name(target.id, ast.Store()), body.expression(part(node, "right")))


@expression("update_expression")
def _update(body: Body, node: Node) -> ast.expr:
    """Translate `i++` and the like whose value is used."""
    operand = children(node)[0]
    target = body.expression(operand)
    if _kind(body, operand) == "char":
        raise UntranslatableError
    if not isinstance(target, ast.Name) or not target.id.isidentifier():
        raise UntranslatableError
    is_first = node.children[0].type in ("++", "--")
    step, back = ("x + 1", "n - 1") if "++" in [each.type for each in node.children] else ("x - 1", "n + 1")
    changed: ast.expr = ast.NamedExpr(ast.Name(target.id, ast.Store()), code(step, x=target))
    return changed if is_first else code(back, n=changed)
