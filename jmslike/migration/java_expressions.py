"""What the expressions of a Java program mean: their types, and what their names name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tree_sitter import Node

from jmslike.migration.java_declarations import Declaration, Declarations
from jmslike.migration.java_imports import Imports
from jmslike.migration.java_syntax import CLASSES, around, children, class_around, part, superclass, text
from jmslike.migration.java_types import (
    OBJECT,
    STRING,
    JavaType,
    lambda_types,
    listener_types,
    primitive,
    return_type,
)

_LITERALS: Final = {
    "string_literal": STRING,
    "true": primitive("boolean"),
    "false": primitive("boolean"),
    "character_literal": primitive("char"),
    "class_literal": JavaType("java.lang", "Class"),
    "instanceof_expression": primitive("boolean"),
}
_NUMBERS: Final = {
    "decimal_integer_literal": ("int", {"L": "long"}),
    "hex_integer_literal": ("int", {"L": "long"}),
    "octal_integer_literal": ("int", {"L": "long"}),
    "binary_integer_literal": ("int", {"L": "long"}),
    "decimal_floating_point_literal": ("double", {"F": "float"}),
    "hex_floating_point_literal": ("double", {"F": "float"}),
}
"""Each with the types that a last letter asks for."""
_SAME_AS: Final = {"assignment_expression": "left", "parenthesized_expression": "", "update_expression": ""}
"""What has the type of one of its parts: of the only one, where none is named."""
_ELEMENTS: Final = frozenset(
    ("element", "get", "getOrDefault", "getValue", "next", "nextElement", "orElse", "peek", "poll", "remove", "take")
)
"""The methods of generic types that return an element, or the value of a map."""
_VIEWS: Final = frozenset(("elements", "entrySet", "iterator", "keySet", "values"))
_RANKS: Final = ("byte", "short", "char", "int", "long", "float", "double")
_COMPARING: Final = frozenset(("==", "!=", "<", ">", "<=", ">=", "&&", "||"))
_RETURNS: Final = {
    STRING: "concat format formatted getMessage getName join replace replaceAll strip substring toLowerCase toString"
    " toUpperCase trim",
    primitive("char"): "charAt",
    primitive("int"): "compareTo hashCode indexOf intValue lastIndexOf length ordinal parseInt size",
    primitive("long"): "currentTimeMillis longValue nanoTime toMillis",
    JavaType("java.lang", "Class"): "getClass",
    primitive("boolean"): "contains containsKey endsWith equals equalsIgnoreCase isEmpty matches startsWith",
}
_OF_ANY_TYPE: Final = {name: kind for kind, names in _RETURNS.items() for name in names.split()}
"""What methods of that name return on all types of Java that have them."""


class JavaExpressions:
    """The expressions of a file."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self.declarations = Declarations(root)
        self.imports = Imports(root, self.declarations.classes)
        self._types: dict[int, JavaType | None] = {}

    def type_of(self, node: Node) -> str | None:
        """Return the simple name of an expression's type of JMS, of a client library or of Spring, None for another."""
        found = self.java_type(node)
        return found.name if found is not None and found.is_messaging else None

    def java_type(self, node: Node) -> JavaType | None:
        """Return the type of an expression, None if it is unknown."""
        chain = [node]
        while chain[-1].id not in self._types and (left := _left(chain[-1])) is not None:
            chain.append(left)
        for each in reversed(chain):  # a loop, as programs have chains of thousands of calls and texts
            if each.id not in self._types:
                self._types[each.id] = None  # what refers to itself has no type
                self._types[each.id] = self._type(each)
        return self._types[node.id]

    def declaration(self, name: Node) -> Declaration | None:
        """Return where the file declares what an identifier names."""
        return self.declarations.of(text(name), name)

    def named_type(self, node: Node) -> JavaType | None:
        """Return the type that an expression names, such as `Session` in `Session.AUTO_ACKNOWLEDGE`."""
        if node.type == "identifier":
            word = text(node)
            if not word[:1].isupper() or self.declaration(node) is not None:
                return None
            return self.imports.type_named(word)
        if node.type in ("field_access", "scoped_identifier") and text(children(node)[-1])[:1].isupper():
            first = text(node).split(".")[0]
            if first.islower() and text(children(node)[-1]) != text(children(node)[-1]).upper():
                return self.imports.type_named("".join(text(node).split()))
        return None

    def constant(self, node: Node) -> tuple[JavaType, str] | None:
        """Return the messaging type and the name of a constant that an expression names."""
        if node.type == "identifier" and self.declaration(node) is None:
            owner = self.imports.owner_of_constant(text(node))
            return (owner, text(node)) if owner else None
        if node.type in ("field_access", "scoped_identifier"):
            first, *_, last = children(node)
            owner = self.named_type(first)
            if owner is not None and owner.is_messaging and text(last).isupper():
                return owner, text(last)
        return None

    def field(self, access: Node) -> Declaration | None:
        """Return where the file declares the field that `object.field` names."""
        receiver = part(access, "object")
        kind = self.java_type(receiver) or self.named_type(receiver)
        if kind is None or kind.dimensions:
            return None
        owner = class_around(access) if receiver.type == "this" else self.declarations.classes.get(kind.name)
        return self.declarations.field(text(part(access, "field")), owner) if owner is not None else None

    def method(self, call: Node) -> Node | None:
        """Return the declaration of the method that a call calls, if it is in the file."""
        name, receiver = text(part(call, "name")), call.child_by_field_name("object")
        if receiver is None:
            owners: list[Node | None] = [
                outer for outer, _ in around(call) if outer.type in CLASSES or is_anonymous(outer)
            ]
        elif receiver.type == "this":
            owners = [class_around(call)]
        else:
            kind = self.java_type(receiver) or self.named_type(receiver)
            owners = [self.declarations.classes.get(kind.name) if kind is not None and not kind.dimensions else None]
        found = (self.declarations.method(name, each) for each in owners if each is not None)
        return next((each for each in found if each is not None), None)

    def owner(self, call: Node) -> JavaType | None:
        """Return the type whose method a call calls."""
        receiver = call.child_by_field_name("object")
        if receiver is not None:
            return self.java_type(receiver) or self.named_type(receiver)
        if self.method(call) is not None:
            return None
        for outer, inner in around(call):
            if outer.type in CLASSES or (is_anonymous(outer) and inner.type == "class_body"):
                above = superclass(outer)
                kind = self.imports.type_named(above) if above else None
                if kind is not None and kind.is_messaging:
                    return kind
        return None

    def _type(self, node: Node) -> JavaType | None:
        if node.type in _LITERALS:
            return _LITERALS[node.type]
        if node.type in _NUMBERS:
            kind, suffixes = _NUMBERS[node.type]
            return primitive(suffixes.get(text(node)[-1].upper(), kind))
        if node.type in _SAME_AS:
            return self.java_type(part(node, field) if (field := _SAME_AS[node.type]) else children(node)[0])
        find = _FINDERS.get(node.type)
        return find(self, node) if find is not None else None

    def _type_of_this(self, node: Node) -> JavaType | None:
        return self._type_of_class(class_around(node))

    def _type_of_super(self, node: Node) -> JavaType | None:
        kind = class_around(node)
        above = superclass(kind) if kind is not None else None
        return self.imports.type_named(above) if above else None

    def _type_written(self, node: Node) -> JavaType | None:
        return self.imports.type_at(part(node, "type"))

    def _type_of_new_array(self, node: Node) -> JavaType | None:
        element = self.imports.type_at(part(node, "type"))
        count = sum(text(each).count("[") for each in node.children_by_field_name("dimensions"))
        return JavaType(element.package, element.name, element.arguments, count)

    def _type_of_element(self, node: Node) -> JavaType | None:
        array = self.java_type(part(node, "array"))
        return array.element if array is not None else None

    def _type_of_choice(self, node: Node) -> JavaType | None:
        return self.java_type(part(node, "consequence")) or self.java_type(part(node, "alternative"))

    def _type_of_unary(self, node: Node) -> JavaType | None:
        return primitive("boolean") if node.children[0].type == "!" else self.java_type(children(node)[0])

    def _type_of_name(self, node: Node) -> JavaType | None:
        found = self.declaration(node)
        if found is None:
            constant = self.constant(node)
            return primitive("int") if constant else None
        return self._type_of_declaration(found)

    def _type_of_declaration(self, found: Declaration) -> JavaType | None:
        if found.kind == "constant":
            return self._type_of_class(found.owner)
        if found.kind == "lambda":
            return self._type_of_parameter(found.node)
        if found.type is None:
            return None
        if text(found.type) == "var":
            value = found.value
            kind = self.java_type(value) if value is not None else None
            return kind.element if kind is not None and found.kind == "each" else kind
        kind = self.imports.type_at(found.type)
        dimensions = text(found.node.child_by_field_name("dimensions")).count("[")
        if found.node.type == "spread_parameter":
            dimensions += 1
        return JavaType(kind.package, kind.name, kind.arguments, kind.dimensions + dimensions)

    def _type_of_class(self, kind: Node | None) -> JavaType | None:
        if kind is None:
            return None
        if kind.type == "object_creation_expression":
            return self.imports.type_at(part(kind, "type"))
        return JavaType(None, text(part(kind, "name")))

    def _type_of_parameter(self, name: Node) -> JavaType | None:
        """Return the type of a parameter of a lambda that does not write it."""
        function = next(outer for outer, _ in around(name) if outer.type == "lambda_expression")
        listed = part(function, "parameters")
        place = 0 if listed.type == "identifier" else children(listed).index(name)
        user = function.parent
        types: tuple[JavaType, ...] = ()
        if user is not None and user.type == "argument_list" and user.parent is not None:
            if user.parent.type == "method_invocation":
                owner = self.owner(user.parent)
                types = lambda_types(owner, text(part(user.parent, "name"))) if owner is not None else ()
        elif user is not None and user.type == "variable_declarator":
            written = user.parent.child_by_field_name("type") if user.parent is not None else None
            types = listener_types(self.imports.type_at(written).name) if written is not None else ()
        return types[place] if place < len(types) else None

    def _type_of_field(self, node: Node) -> JavaType | None:
        if self.constant(node) is not None:
            return primitive("int")
        receiver = part(node, "object")
        kind = self.java_type(receiver) or self.named_type(receiver)
        if kind is None:
            return None
        if kind.dimensions:
            return primitive("int") if text(part(node, "field")) == "length" else None
        found = self.field(node)
        if found is not None:
            return self._type_of_declaration(found)
        return OBJECT if kind.package == "java.lang" else None

    def _returned(self, call: Node) -> JavaType | None:
        name = text(part(call, "name"))
        declared = self.method(call)
        if declared is not None:
            return self.imports.type_at(part(declared, "type"))
        owner = self.owner(call)
        if owner is None:
            return _OF_ANY_TYPE.get(name)
        record = self.declarations.classes.get(owner.name)
        if record is not None and record.type == "record_declaration":
            component = self.declarations.field(name, record)
            return self._type_of_declaration(component) if component is not None else None
        arguments = children(part(call, "arguments"))
        if owner.is_messaging:
            classes = [each for each in arguments if each.type == "class_literal"]
            if classes and name in ("getBody", "receiveBody", "receiveBodyNoWait"):
                return self.imports.type_at(children(classes[0])[0])
            return return_type(owner, name) or _OF_ANY_TYPE.get(name)
        if owner.arguments and name in _ELEMENTS:
            return owner.element
        if owner.arguments and name in _VIEWS:
            if name == "entrySet":
                return JavaType("java.util", "Set", (JavaType("java.util", "Map.Entry", owner.arguments),))
            arguments_ = owner.arguments[:1] if name == "keySet" else owner.arguments
            return JavaType("java.util", "Collection", arguments_)
        if owner.name == "Map.Entry" and name == "getKey":
            return owner.arguments[0] if owner.arguments else None
        is_java = (owner.package or "").startswith("java.")
        return _OF_ANY_TYPE.get(name) or (OBJECT if is_java and not owner.arguments else None)

    def _type_of_operation(self, node: Node) -> JavaType | None:
        operator = text(part(node, "operator"))
        if operator in _COMPARING:
            return primitive("boolean")
        left, right = self.java_type(part(node, "left")), self.java_type(part(node, "right"))
        if operator == "+" and STRING in (left, right):
            return STRING
        if left is None or right is None or not {left.name, right.name} <= set(_RANKS):
            return None
        return primitive(max(left.name, right.name, "int", key=_RANKS.index))


_FINDERS: Final[dict[str, Callable[[JavaExpressions, Node], JavaType | None]]] = {
    name: getattr(JavaExpressions, finder)
    for name, finder in {
        "array_access": "_type_of_element",
        "array_creation_expression": "_type_of_new_array",
        "binary_expression": "_type_of_operation",
        "cast_expression": "_type_written",
        "field_access": "_type_of_field",
        "identifier": "_type_of_name",
        "method_invocation": "_returned",
        "object_creation_expression": "_type_written",
        "super": "_type_of_super",
        "ternary_expression": "_type_of_choice",
        "this": "_type_of_this",
        "unary_expression": "_type_of_unary",
    }.items()
}


def _left(node: Node) -> Node | None:
    """Return what a member is of, or what stands left of an operator."""
    return node.child_by_field_name("object") or node.child_by_field_name("left")


def is_anonymous(node: Node) -> bool:
    return node.type == "object_creation_expression" and any(each.type == "class_body" for each in node.children)
