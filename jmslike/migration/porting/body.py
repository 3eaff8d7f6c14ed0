"""The translation of one body of code: its expressions, its statements, and what it knows of its surroundings."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Final

from tree_sitter import Node

from jmslike.migration.java_program import JavaProgram
from jmslike.migration.java_syntax import members, part, text
from jmslike.migration.java_types import JavaType
from jmslike.migration.porting.code import code, string, written
from jmslike.migration.porting.dispatch import EXPRESSIONS, STATEMENTS
from jmslike.migration.porting.styles import Style
from jmslike.migration.porting.untranslatable import UntranslatableError
from jmslike.migration.porting.writer import Writer, source_of


@dataclass
class Draft:
    """A draft while it is made."""

    program: JavaProgram
    style: Style
    writer: Writer = field(default_factory=Writer)
    imports: set[tuple[str, str]] = field(default_factory=set)
    """Modules, each with a name that is imported of it."""

    def use(self, place: tuple[str, str]) -> str:
        """Import a name of a module; return the name."""
        self.imports.add(place)
        return place[1]


@dataclass(frozen=True)
class Loop:
    """A loop around a statement."""

    node: Node
    before_continue: Callable[[], None]
    """Writes what Java does at `continue`, and Python's loop does not."""


_EVERY_KIND: Final = ("block", "constructor_body")


class Body:
    """The statements of a method, of a function or of a class while they are translated."""

    def __init__(self, draft: Draft, selves: Mapping[int, str], around: Body | None = None) -> None:
        self.draft = draft
        self.program = draft.program
        self.style = draft.style
        self.writer = draft.writer
        self.selves = selves
        """What `this` of each class is called, by the class' node."""
        self.loops: list[Loop] = []
        self.in_switch = False
        """Whether a `break` here leaves a switch."""
        self.around = around
        self._incomplete = False
        self._names: set[str] = set(around._names) if around is not None else set()

    def inner(self, selves: Mapping[int, str] | None = None) -> Body:
        """Return the body of a function or class inside this one."""
        return Body(self.draft, {**self.selves, **(selves or {})}, self)

    # ---- expressions ------------------------------------------------------------------------------------------------

    def expression(self, node: Node) -> ast.expr:
        """Translate an expression; what has no translation becomes a call of `todo`, with its source."""
        translate = EXPRESSIONS.get(node.type)
        mark, was = self.writer.mark(), self._incomplete
        if translate is not None:
            try:
                return translate(self, node)
            except (UntranslatableError, RecursionError):
                self.writer.back_to(mark)
                self._incomplete = was
        self._incomplete = True
        return code("todo(x)", x=string(source_of(node)))

    def expressions(self, nodes: list[Node]) -> list[ast.expr]:
        """Translate several expressions."""
        return [self.expression(each) for each in nodes]

    # ---- statements -------------------------------------------------------------------------------------------------

    def statement(self, node: Node) -> None:
        """Write a statement; one that has no translation is a comment with its source, and a call of `todo`."""
        translate = STATEMENTS.get(node.type)
        mark, loops = self.writer.mark(), len(self.loops)
        if translate is not None:
            try:
                translate(self, node)
                ast.parse(self.writer.since(mark))
                return
            except (UntranslatableError, RecursionError, SyntaxError):
                self.writer.back_to(mark)
                del self.loops[loops:]
        self._incomplete = False
        self.writer.todo(node)
        self.writer.put(f"todo({written(string(source_of(node)))})", node)

    def put(self, source: str, node: Node, until: Node | None = None) -> None:
        """Write a line. If a part of it has no translation, the Java source comes first, up to the part `until`."""
        if self._incomplete:
            self.writer.todo(node, until)
            self._incomplete = False
        self.writer.put(source, node)

    @property
    def is_incomplete(self) -> bool:
        """Whether a part of the line that comes next has no translation."""
        return self._incomplete

    def forget(self) -> None:
        """Forget that a part has no translation: the line is not written."""
        self._incomplete = False

    def is_of_the_program(self, kind: JavaType) -> bool:
        """Whether a type is of this program, in this file or in another: it is ported in the same way."""
        own = self.program.imports.package
        root = ".".join(own.split(".")[:3])
        package = kind.package
        if package is None:
            return kind.name in self.program.declarations.classes or not self.program.imports.has_foreign_wildcard(root)
        return package == own or bool(root and f"{package}.".startswith(f"{root}."))

    @contextmanager
    def loop(self, node: Node, before_continue: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Enter the body of a loop."""
        self.loops.append(Loop(node, before_continue))
        was, self.in_switch = self.in_switch, False
        with self.writer.block():
            yield
        self.in_switch = was
        self.loops.pop()

    @contextmanager
    def switch(self) -> Iterator[None]:
        """Enter the cases of a switch, which `break` leaves."""
        was, self.in_switch = self.in_switch, True
        yield
        self.in_switch = was

    def block(self, node: Node) -> None:
        """Write the statements of a block, or the only statement, indented."""
        with self.writer.block():
            self.flat(node)

    def flat(self, node: Node) -> None:
        """Write the statements of a block, or the only statement."""
        for each in node.named_children if node.type in _EVERY_KIND else [node]:
            self.statement(each)

    # ---- names ------------------------------------------------------------------------------------------------------

    def new_name(self, wish: str) -> str:
        """Return a name for a function or class that the program does not name, which no other has."""
        wishes = chain([wish], (f"{wish}_{number}" for number in count(2)))
        name = next(each for each in wishes if each not in self._names)
        outer: Body | None = self
        while outer is not None:
            outer._names.add(name)
            outer = outer.around
        return name

    def this(self, kind: Node) -> str | None:
        """Return what `this` of a class is called here, None where there is none."""
        return self.selves.get(kind.id)

    def new_this(self) -> str:
        """Return what `this` of a class may be called that begins here."""
        names = chain(("self", "this"), (f"this_{number}" for number in count(2)))
        return next(each for each in names if each not in self.selves.values())

    def name_of_class(self, kind: Node) -> str:
        """Return the name of a class of the program."""
        return text(kind.child_by_field_name("name"))

    def field(self, kind: Node, name: str) -> str:
        """Return the name of a field of a class of the program; in Java a method may have the same name."""
        python = self.style.member(name)
        methods = (each for each in members(kind) if each.type == "method_declaration")
        is_taken = any(self.style.member(text(part(each, "name"))) == python for each in methods)
        return f"{python}_" if is_taken else python
