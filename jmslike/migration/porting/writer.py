"""The lines of a draft, each with the line of Java that it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tree_sitter import Node

from jmslike.migration.java_syntax import line, text

_INDENT: Final = "    "


class Writer:
    """Lines of Python that grow."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._depth = 0
        self._begin = 0
        """Where the innermost block begins that was opened last."""

    def put(self, source: str, java: Node | int | None = None) -> None:
        """Add a line; `java` is the part of the Java program that it translates, or its line."""
        number = line(java) if isinstance(java, Node) else java
        comment = f"  # Java: {number}" if number else ""
        self._lines.append(f"{_INDENT * self._depth}{source}{comment}" if source else "")

    def todo(self, node: Node, until: Node | None = None) -> None:
        """Add the Java source of what is not translated, as comments; of its head only, before the part `until`."""
        end = until.start_byte - node.start_byte if until is not None else None
        source = (node.text or b"")[:end].decode(errors="replace").rstrip()
        column = node.start_point.column
        for number, each in enumerate(source.splitlines()):
            indented = each if number == 0 else each[min(column, len(each) - len(each.lstrip())) :]
            word = "TODO: " if number == 0 else "      "
            if each.strip():
                self.put(f"# {word}{indented.rstrip()}", line(node) + number)

    def remark(self, source: str, java: Node) -> None:
        """Add a comment."""
        self.put(f"# {source}", java)

    def mark(self) -> tuple[int, int]:
        """Return a place to which the draft can go back."""
        return len(self._lines), self._depth

    def since(self, mark: tuple[int, int]) -> str:
        """Return what was written since, as it would be at the left margin."""
        length, depth = mark
        return "\n".join(each[len(_INDENT) * depth :] for each in self._lines[length:])

    def back_to(self, mark: tuple[int, int]) -> None:
        """Take back what was written since."""
        length, self._depth = mark
        del self._lines[length:]

    @contextmanager
    def block(self) -> Iterator[None]:
        """Indent what follows; a block without statements gets `pass`."""
        begin = self._begin = len(self._lines)
        self._depth += 1
        yield
        if all(each.lstrip().startswith("#") or not each for each in self._lines[begin:]):
            self.put("pass")
        self._depth -= 1

    def gap(self, lines: int) -> None:
        """Add empty lines until there are so many, unless they would be the first, also of a block."""
        if len(self._lines) > self._begin:
            there = next(number for number, each in enumerate([*reversed(self._lines), "."]) if each)
            self._lines.extend([""] * (lines - there))

    def __str__(self) -> str:
        return "\n".join(self._lines) + "\n"


def source_of(node: Node, most: int = 60) -> str:
    """Return the source of a node in one line, shortened."""
    source = " ".join(text(node).split())
    return source if len(source) <= most else source[: most - 3] + "..."
