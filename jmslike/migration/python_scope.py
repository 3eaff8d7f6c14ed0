"""The names of a Python program at one place, and what is known of its classes and functions."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from jmslike.migration.python_names import OTHER, Known, member_of, module, star_of

_BUILTINS: Final = frozenset(dir(builtins))

Names = dict[str, Known | None]


@dataclass
class Findings:
    """What one reading leaves to the next: what stands further down in the program than its use."""

    module: Names = field(default_factory=dict)
    attributes: dict[tuple[str, str], Known | None] = field(default_factory=dict)
    """Of objects of the program's classes, by class and name."""
    returned: Names = field(default_factory=dict)
    """What functions return, by their full names."""
    listeners: set[str] = field(default_factory=set)
    """The full names of the functions that get messages."""

    def attribute(self, of: str, name: str) -> Known | None:
        """Return what an attribute or method of a class is."""
        return self.attributes.get((of, name))

    def set_attribute(self, of: str, name: str, known: Known | None) -> None:
        """Note what an attribute is; what is known stays known."""
        self.attributes[of, name] = known or self.attribute(of, name)

    def returns(self, function: str, known: Known | None) -> None:
        """Note what a function returns; what is known stays known."""
        self.returned[function] = known or self.returned.get(function)


class Scope:
    """The names that are bound where the reader is, in the function or class that it reads."""

    def __init__(self, names: Names) -> None:
        self._names = [names]
        self._path: list[str] = []
        self.of_class: str | None = None
        """The full name of the class, also in its methods."""

    def full(self, name: str) -> str:
        """Return the full name of what is defined here."""
        return ".".join([*self._path, name])

    @property
    def function(self) -> str:
        """The full name of the function that is read."""
        return ".".join(self._path)

    @property
    def is_class_body(self) -> bool:
        """Whether the reader is in a class, outside of its methods."""
        return self.of_class is not None and self.of_class == self.function

    @contextmanager
    def inside(self, name: str, names: Names, *, is_class: bool = False) -> Iterator[None]:
        """Go into a function or class with these names."""
        outer = self.of_class
        self._path.append(name)
        self._names.append(names)
        if is_class:
            self.of_class = self.function
        yield
        self.of_class = outer
        self._names.pop()
        self._path.pop()

    # ---- binding ----------------------------------------------------------------------------------------------------

    def bind(self, name: str, known: Known | None) -> None:
        """Bind a name."""
        self._names[-1][name] = known

    def bind_imports(self, node: ast.Import | ast.ImportFrom) -> None:
        """Bind the names of an import statement."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                self.bind(alias.asname or top, _imported(alias.name) if alias.asname else module(top))
            return
        path = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name == "*":
                self._names[-1].update(star_of(path))
            else:
                self.bind(alias.asname or alias.name, _imported(f"{path}.{alias.name}"))

    # ---- looking up -------------------------------------------------------------------------------------------------

    def look_up(self, name: str) -> Known | None:
        """Return what a name is; None for the unknown."""
        for names in reversed(self._names):
            if name in names:
                return names[name]
        return OTHER if name in _BUILTINS else None

    def annotated(self, node: ast.expr | None) -> Known | None:
        """Return what an annotation says: `Session`, `Session | None`, `Optional[Session]`, `"Session"`."""
        match node:
            case ast.Constant(value=str(text)):
                try:
                    return self.annotated(ast.parse(text, mode="eval").body)
                except SyntaxError:
                    return None
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return self.annotated(left) or self.annotated(right)
            case ast.Subscript(value=ast.Name(id="Optional") | ast.Attribute(attr="Optional"), slice=inner):
                return self.annotated(inner)
            case ast.Subscript(value=generic):
                return self.annotated(generic)
            case ast.Name(id=name):
                return _object_of(self.look_up(name))
            case ast.Attribute():
                return _object_of(self._dotted(node))
            case _:
                return None

    def _dotted(self, node: ast.expr) -> Known | None:
        match node:
            case ast.Name(id=name):
                return self.look_up(name)
            case ast.Attribute(value=value, attr=name):
                outer = self._dotted(value)
                return member_of(outer.name, name) if outer is not None and outer.kind == "module" else None
            case _:
                return None


def _imported(path: str) -> Known | None:
    """Return what an import of this path binds: a module, or a class or function of one."""
    parent, _, last = path.rpartition(".")
    inside = module(parent)
    if inside is None or inside.kind == "other":
        return module(path) or inside
    return member_of(parent, last)


def _object_of(known: Known | None) -> Known | None:
    """Return an object of the class that an annotation names."""
    match known:
        case Known(kind="class", name=name):
            return Known("value", name)
        case Known(kind="own class", name=name):
            return Known("own", name)
        case Known(kind="other"):
            return OTHER
        case _:
            return None
