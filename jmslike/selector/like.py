"""The patterns of LIKE (section 3.8.1.1) as functions of strings.

The pieces between the % signs are searched from the left, each as early as possible. That is right because a piece
always has the same length. So no text makes the search backtrack: the work is bounded by the length of the pattern
times that of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

_ANY_CHARACTER: Final = None


def matcher(pattern: str, escape: str | None) -> Callable[[str], Any]:
    """Return a function that returns something true for the strings that match the whole pattern."""
    pieces = _pieces(pattern, escape)
    if any(_ANY_CHARACTER in piece for piece in pieces):
        return _wildcards(pieces)
    return _plain(["".join(filter(None, piece)) for piece in pieces])


def _pieces(pattern: str, escape: str | None) -> list[list[str | None]]:
    """Cut the pattern at each %, and return the characters of each piece; None stands for any character."""
    pieces: list[list[str | None]] = [[]]
    escaped = False
    for index, character in enumerate(pattern):
        if escaped:
            escaped = False
        elif character == escape and pattern[index + 1 : index + 2] in ("%", "_", escape):
            escaped = True
            continue
        elif character == "%":
            pieces.append([])
            continue
        elif character == "_":
            pieces[-1].append(_ANY_CHARACTER)
            continue
        pieces[-1].append(character)
    return pieces


def _plain(pieces: list[str]) -> Callable[[str], Any]:
    if len(pieces) == 1:
        return pieces[0].__eq__
    prefix, *middle, suffix = pieces
    shortest = len(prefix) + len(suffix)

    def matches(text: str) -> bool:
        if len(text) < shortest or not text.startswith(prefix) or not text.endswith(suffix):
            return False
        position, end = len(prefix), len(text) - len(suffix)
        for piece in middle:
            position = text.find(piece, position, end)
            if position < 0:
                return False
            position += len(piece)
        return True

    return matches


def _wildcards(pieces: list[list[str | None]]) -> Callable[[str], Any]:
    prefix, *rest = ("".join("." if part is None else re.escape(part) for part in piece) for piece in pieces)
    if rest:
        *middle, suffix = rest
        # An atomic group is never entered again once it has matched.
        prefix += "".join(f"(?>.*?{piece})" for piece in middle if piece) + ".*" + suffix
    return re.compile(prefix, re.DOTALL).fullmatch
