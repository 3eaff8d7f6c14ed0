"""The last acts of a program, after its connections have ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

_LAST: Final[list[Callable[[], None]]] = []


def after_connections(act: Callable[[], None]) -> None:
    """Call it when the interpreter ends and all connections have had their end, in the main thread.

    Acts are called in the opposite order; a second registration of the same act counts for nothing. For a transport
    whose library has to be left in order: its own `atexit` function would be called before the connections end.
    """
    if act not in _LAST:
        _LAST.append(act)


def end() -> None:
    """Call all acts, each once."""
    while _LAST:
        _LAST.pop()()
