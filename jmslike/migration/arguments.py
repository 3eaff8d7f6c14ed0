"""The arguments of a call, as far as their source says what they are."""

from __future__ import annotations

import re
from typing import Final

from jmslike.java import DeliveryMode, Message, Session
from jmslike.migration.calls import Call
from jmslike.migration.java_types import facade

_NAMED: Final = re.compile(r"(\w+)\s*=(?!=)\s*(.*)", re.DOTALL)
_NO_TEXT: Final = frozenset({"null", "None", '""', "''"})
_TRUE: Final = frozenset({"true", "True", "1", "Boolean.TRUE"})
_FALSE: Final = frozenset({"false", "False", "0", "Boolean.FALSE"})
_LITERAL: Final = re.compile(r"[rRbBuUfF]{0,2}([\"'])(.*)", re.DOTALL)
_WHOLE: Final = re.compile(r"[rRbBuU]{0,2}([\"'])((?:(?!\1).)*)\1")
"""A text that is no sum of texts, and has no values in it as Python's `f"{x}"`."""
_DOTTED: Final = re.compile(r"[\w.]+")
_CONSTANTS: Final = frozenset(name for cls in (DeliveryMode, Message, Session) for name in dir(cls) if name.isupper())


class Arguments:
    """What a call is given, by position and by name."""

    def __init__(self, call: Call) -> None:
        self._at: list[tuple[str, str | None]] = []
        self._named: dict[str, tuple[str, str | None]] = {}
        types = [*call.types, *[None] * (len(call.arguments) - len(call.types))]
        for text, kind in zip(call.arguments, types, strict=True):
            named = _NAMED.fullmatch(text)
            if named is None:
                self._at.append((text, kind))
            else:
                self._named[named[1]] = (named[2], kind)

    def __len__(self) -> int:
        """How many there are without a name."""
        return len(self._at)

    def text(self, position: int | None, name: str = "") -> str | None:
        """Return the source of one argument, None if it is not given."""
        return self._find(position, name)[0]

    def type(self, position: int, name: str = "") -> str | None:
        """Return the JMS type of one argument; that of a client library is what it implements."""
        kind = self._find(position, name)[1]
        cls = None if kind is None else facade(kind)
        return None if cls is None else cls.__name__

    def _find(self, position: int | None, name: str) -> tuple[str | None, str | None]:
        if name in self._named:
            return self._named[name]
        if position is not None and position < len(self._at):
            return self._at[position]
        return None, None


def is_true(text: str | None) -> bool | None:
    """Whether a flag is set: False if it is not given, None if its source does not say."""
    if text is None or text in _FALSE:
        return False
    return True if text in _TRUE else None


def is_text(text: str | None) -> bool | None:
    """Whether there is a text that is not empty: False if it is not given, None if its source does not say."""
    if text is None or text in _NO_TEXT:
        return False
    return True if literal(text) is not None else None


def is_named(text: str | None, name: str) -> bool | None:
    """Whether it is the text `name`: False if it is not given, None if its source does not say."""
    if text is None:
        return False
    whole = _WHOLE.fullmatch(text)
    return None if whole is None else whole[2] == name


def is_constant(text: str | None, name: str, number: str) -> bool | None:
    """Whether it is a constant of that name or number: False if it is not given, None if its source does not say."""
    if text is None:
        return False
    last = text.rpartition(".")[2] if _DOTTED.fullmatch(text) else ""
    return last in (name, number) if last in _CONSTANTS or last.isdigit() else None


def literal(text: str | None) -> str | None:
    """Return the text that a source begins with as a literal, None for other sources."""
    found = _LITERAL.fullmatch(text or "")
    return None if found is None else found[2].partition(found[1])[0]
