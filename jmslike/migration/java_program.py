"""A Java program that uses JMS, read but never run: its calls, and the types of its expressions."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from tree_sitter import Node

from jmslike.migration.beans import CONTEXT
from jmslike.migration.calls import Call
from jmslike.migration.java_expressions import JavaExpressions
from jmslike.migration.java_syntax import children, is_literal, line, one_line, parse, part, text, walk
from jmslike.migration.java_types import JavaType


class JavaProgram(JavaExpressions):
    """A Java file that was parsed."""

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> JavaProgram:
        """Read a file. Raises JMSError with the line if it is no Java, OSError if it cannot be read."""
        return cls(parse(Path(path)))

    def calls(self) -> Iterator[Call]:
        """As `jmslike.migration.calls.Program.calls`. A reference such as `session::commit` is a call, too.

        A constant of JMS among the arguments is spelled with its type only, as `Session.CLIENT_ACKNOWLEDGE`.
        """
        found = [call for node in walk(self.root) for call in self._call(node)]
        return iter(sorted(found, key=lambda call: call.line))

    def annotations(self) -> Iterator[Call]:
        """As `jmslike.migration.calls.Program.annotations`."""
        for node in walk(self.root):
            if node.type in ("annotation", "marker_annotation"):
                name = text(part(node, "name")).rpartition(".")[2]
                arguments = tuple(map(self._argument, children(node.child_by_field_name("arguments"))))
                declared = node.parent.parent if node.parent is not None else None
                parameters = children(declared.child_by_field_name("parameters")) if declared is not None else []
                yield Call(
                    line(node),
                    self._annotated(node),
                    f"@{name}",
                    arguments,
                    one_line(node),
                    parameters=tuple(map(one_line, parameters)),
                )

    def _annotated(self, node: Node) -> str | None:
        """Return the messaging type of the field or parameter that an annotation stands at."""
        declaration = node.parent.parent if node.parent is not None else None
        if declaration is None or declaration.type not in ("field_declaration", "formal_parameter"):
            return None
        found = self.imports.type_at(part(declaration, "type"))
        return found.name if found.is_messaging else None

    def _call(self, node: Node) -> Iterator[Call]:
        match node.type:
            case "method_invocation":
                arguments = children(part(node, "arguments"))
                yield from self._call_of(node, self.owner(node), part(node, "name"), arguments)
            case "object_creation_expression":
                kind = self.imports.type_at(part(node, "type"))
                if kind.is_messaging:
                    yield self._make(node, part(node, "type"), kind.name, "new", children(part(node, "arguments")))
            case "method_reference":
                first, *_, last = children(node) * 2 if len(children(node)) == 1 else children(node)
                yield from self._call_of(node, self.java_type(first) or self.named_type(first), last, [])

    def _call_of(self, node: Node, owner: JavaType | None, name: Node, arguments: list[Node]) -> Iterator[Call]:
        is_known = owner is not None and not owner.is_messaging and owner.name != CONTEXT
        if not is_known and not (owner is None and self._is_of_the_program(node)):
            yield self._make(node, name, owner.name if owner else None, text(name), arguments)

    def _make(self, node: Node, name: Node, owner: str | None, member: str, arguments: list[Node]) -> Call:
        types = tuple(map(self.type_of, arguments))
        body = next((each for each in node.children if each.type == "class_body"), None)
        source = one_line(node) if body is None else " ".join(text(node)[: -len(text(body))].split())
        return Call(line(name), owner, member, tuple(map(self._argument, arguments)), source, types)

    def _argument(self, node: Node) -> str:
        if node.type == "element_value_pair":
            return f"{text(part(node, 'key'))}={self._argument(part(node, 'value'))}"
        return self._constant(node) or one_line(node)

    def _constant(self, node: Node) -> str | None:
        """Return the source of what stands for one value: a literal, a constant of JMS, a constant of the file."""
        seen: set[int] = set()
        value: Node | None = node
        while value is not None and value.id not in seen:
            seen.add(value.id)
            constant = self.constant(value)
            if constant is not None:
                return f"{constant[0].name}.{constant[1]}"
            if is_literal(value):
                return one_line(value)
            value = self._value_of(value)
        return None

    def _value_of(self, node: Node) -> Node | None:
        """Return the expression that initialises the final variable which an expression names."""
        match node.type:
            case "identifier":
                found = self.declaration(node)
            case "field_access":
                found = self.field(node)
            case _:
                return None
        return found.value if found is not None and found.kind in ("local", "field") and found.is_final else None

    def _is_of_the_program(self, node: Node) -> bool:
        """Whether a call without an owner calls what the file declares, or a static import that is none of JMS."""
        if node.type != "method_invocation":
            return False
        name = text(part(node, "name"))
        return self.method(node) is not None or (
            node.child_by_field_name("object") is None and self.imports.has_static(name)
        )
