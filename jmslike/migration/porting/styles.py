"""The two styles of a draft: Java's names of `jmslike.java`, and Python's of `jmslike`."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Protocol

import jmslike.java
from jmslike.java.vendors import FACTORIES
from jmslike.migration.java_types import JavaType, facade
from jmslike.migration.porting import words
from jmslike.migration.porting.code import attribute, call
from jmslike.migration.porting.untranslatable import UntranslatableError

Place = tuple[str, str]
"""A module, and a name in it."""


class Style(Protocol):
    """How a draft calls things."""

    def variable(self, name: str) -> str:
        """Return the name of a variable or parameter."""

    def member(self, name: str) -> str:
        """Return the name of a field or method of the program's own classes."""

    def place(self, kind: JavaType) -> Place | None:
        """Return where the class is that stands for a messaging type, None if there is none."""

    def base(self, kind: JavaType) -> Place | None:
        """Return the base class of a class that extends or implements a messaging type; None if it needs none."""

    def invoke(
        self,
        owner: JavaType,
        receiver: ast.expr,
        name: str,
        arguments: Sequence[ast.expr],
        types: Sequence[JavaType | None],
    ) -> ast.expr:
        """Return the call of a method of a messaging type; `types` are those of the arguments.

        Raises UntranslatableError if there is no such method.
        """

    def factory(self, kind: JavaType, arguments: Sequence[ast.expr]) -> tuple[ast.expr, Sequence[Place]]:
        """Return a new connection factory of a client library, and what it needs. Raises UntranslatableError."""


class JavaStyle:
    """Java's names, with Java's meanings."""

    def variable(self, name: str) -> str:
        """As `Style.variable`."""
        return words.variable(name)

    def member(self, name: str) -> str:
        """As `Style.member`."""
        return words.member(name)

    def place(self, kind: JavaType) -> Place | None:
        """As `Style.place`."""
        if kind.name in jmslike.java.__all__:
            return "jmslike.java", kind.name
        vendor = vendor_factory(kind)
        if vendor is not None:
            return vendor
        found = facade(kind.name)
        return ("jmslike.java", found.__name__) if found is not None else None

    def base(self, kind: JavaType) -> Place | None:
        """As `Style.base`."""
        return self.place(kind)

    def invoke(
        self,
        owner: JavaType,
        receiver: ast.expr,
        name: str,
        arguments: Sequence[ast.expr],
        types: Sequence[JavaType | None],
    ) -> ast.expr:
        """As `Style.invoke`."""
        if not hasattr(class_of(owner), name):
            raise UntranslatableError
        return call(attribute(receiver, name), arguments)

    def factory(self, kind: JavaType, arguments: Sequence[ast.expr]) -> tuple[ast.expr, Sequence[Place]]:
        """As `Style.factory`."""
        place = vendor_factory(kind)
        if place is None:
            raise UntranslatableError
        return call(ast.Name(place[1]), arguments), [place]


def vendor_factory(kind: JavaType) -> Place | None:
    """Return the class of a client library's connection factory."""
    found = FACTORIES.get(f"{kind.package}.{kind.name}")
    return (found.__module__, found.__name__) if found is not None else None


def class_of(owner: JavaType) -> type:
    """Return the class that has the members of a messaging type. Raises UntranslatableError if there is none."""
    found = FACTORIES.get(f"{owner.package}.{owner.name}") or facade(owner.name)
    if found is None:
        raise UntranslatableError
    return jmslike.java.InitialContext if found is jmslike.java.Context else found
