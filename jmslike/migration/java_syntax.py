"""Java source as a syntax tree, which tree-sitter makes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import tree_sitter_java
from tree_sitter import Language, Node, Parser

from jmslike.errors import JMSError

_JAVA: Final = Language(tree_sitter_java.language())
CLASSES: Final = ("class_declaration", "record_declaration", "enum_declaration", "interface_declaration")
METHODS: Final = ("method_declaration", "constructor_declaration", "compact_constructor_declaration")


def parse(path: Path) -> Node:
    """Return the root of a file's tree. Raises JMSError with the line if the file is no Java; OSError as `open`."""
    source = path.read_bytes()
    try:
        source.decode()
    except UnicodeDecodeError:
        source = source.decode("latin-1").encode()
    root = Parser(_JAVA).parse(source).root_node
    if root.has_error:
        wrong = next(each for each in walk(root) if each.is_error or each.is_missing)
        raise JMSError(f"{path} cannot be read as Java: line {line(wrong)}, near {one_line(wrong)[:40]!r}")
    return root


def walk(node: Node) -> Iterator[Node]:
    """Return a node and all below it, in the order of the source."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        yield each
        waiting.extend(reversed(each.children))


def around(node: Node) -> Iterator[tuple[Node, Node]]:
    """Return the nodes around a node, the innermost first, each with that child of it in which the node is."""
    inner, outer = node, node.parent
    while outer is not None:
        yield outer, inner
        inner, outer = outer, outer.parent


def text(node: Node | None) -> str:
    """Return the source of a node; of none, an empty text."""
    return "" if node is None or node.text is None else node.text.decode()


def one_line(node: Node) -> str:
    """Return the source of a node in one line."""
    return " ".join(text(node).split())


def is_literal(node: Node) -> bool:
    """Whether a node is a text, a number, a boolean or null."""
    return node.type.endswith("_literal") or node.type in ("true", "false")


def line(node: Node) -> int:
    """Return the line where a node begins, from 1."""
    return node.start_point.row + 1


def part(node: Node, field: str) -> Node:
    """Return a part that the grammar guarantees."""
    found = node.child_by_field_name(field)
    assert found is not None, f"{node.type} without {field}"
    return found


def children(node: Node | None) -> list[Node]:
    """Return the parts of a node without punctuation and comments."""
    return [] if node is None else [each for each in node.named_children if not each.type.endswith("_comment")]


def class_around(node: Node) -> Node | None:
    """Return the class, or the creation of an anonymous one, in whose body a node stands."""
    for outer, inner in around(node):
        if outer.type in CLASSES and inner == outer.child_by_field_name("body"):
            return outer
        if outer.type == "object_creation_expression" and inner.type == "class_body":
            return outer
    return None


def members(kind: Node) -> list[Node]:
    """Return the declarations in the body of a class."""
    body = kind.child_by_field_name("body") or next((each for each in kind.children if each.type == "class_body"), None)
    found = children(body)
    return [deep for each in found for deep in (children(each) if each.type == "enum_body_declarations" else [each])]


def modifiers(node: Node) -> set[str]:
    """Return the keywords in front of a declaration, such as "static"."""
    return {each.type for found in node.children if found.type == "modifiers" for each in found.children}


def superclass(kind: Node) -> str | None:
    """Return the simple name of a class' superclass, if it has one."""
    if kind.type == "object_creation_expression":
        return simple(text(part(kind, "type")))
    found = kind.child_by_field_name("superclass")
    return simple(text(children(found)[0])) if found is not None else None


def simple(java_type: str) -> str:
    """Return a type's name without package, type arguments and annotations; arrays keep their brackets."""
    name, _, rest = java_type.partition("<")
    name = name.split()[-1].rpartition(".")[2] if name.strip() else ""
    return name + "[]" * rest.rpartition(">")[2].count("[]") if rest else name
