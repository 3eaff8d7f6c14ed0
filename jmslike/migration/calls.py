"""The calls of a program that uses JMS, under Java's names in any language: what the readers of programs return."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Call:
    """A call of JMS, of a client library or of Spring: of a method or a constructor, or an annotation."""

    line: int
    """Where its member's name stands, from 1."""
    owner: str | None
    """The simple name of the Java type whose member it is, such as "Session"; None if the reader cannot know it."""
    member: str
    """Java's name, such as "createConsumer"; "new" for a constructor, "@JmsListener" for an annotation."""
    arguments: tuple[str, ...]
    """The source of each, of a constant of the file that of its value.

    One that has a name is `name=source`, as in Python's calls and in annotations.
    """
    text: str
    """The source of the whole call, in one line."""
    types: tuple[str | None, ...] = ()
    """The simple name of each argument's JMS type, such as "Queue"; None for another or an unknown one."""
    parameters: tuple[str, ...] = ()
    """The source of each parameter of the method that an annotation stands at."""


class Program(Protocol):
    """A program that was read."""

    def calls(self) -> Iterator[Call]:
        """Return the calls, by their lines.

        A call on a value whose type is known, and is none of JMS, of a client library or of Spring, is not one of them.
        A call on a value of unknown type is, with None as its owner.
        """

    def annotations(self) -> Iterator[Call]:
        """Return the annotations by their lines, each before those inside it: `@MessageDriven(activationConfig=...)`.

        The owner is the type of the annotated field or parameter, if JMS, a client library or Spring has it.
        """
