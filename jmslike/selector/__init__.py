"""Message selectors (section 3.8.1): parsed, checked and compiled once, then one function call for a message.

A Selector never changes, and any thread may use it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from jmslike.errors import InvalidSelectorError
from jmslike.exact import exact_text, type_name
from jmslike.selector.compiler import Matches, Selectable, compiled, compiled_for_spellings
from jmslike.selector.lexer import MAX_LENGTH, is_identifier
from jmslike.selector.parser import HEADERS, MAX_DEPTH, MAX_PATTERN, parse_tree
from jmslike.selector.tree import Condition
from jmslike.values.spelled import SpelledProperties

__all__ = [
    "HEADERS",
    "MAX_DEPTH",
    "MAX_LENGTH",
    "MAX_PATTERN",
    "Selectable",
    "Selector",
    "is_identifier",
    "optional",
    "parse",
]

# Texts are cached whose trees and code cannot add up to much memory.
_CACHED_SELECTORS: Final = 512
_CACHED_LENGTH: Final = 2_000


@dataclass(frozen=True, eq=False)
class Selector:
    """A selector that is known to be valid.

    `text` is what the application wrote, `tree` its meaning (`jmslike.selector.tree`), and `matches` the function that
    returns whether it selects a message. To `matches` all properties have their types. `selects` also knows those that
    came without, so it is for messages that a broker delivered.
    """

    text: str
    tree: Condition
    matches: Matches

    def selects(self, message: Selectable) -> bool:
        """Whether it selects a message, which may come from a client that sends no types."""
        if isinstance(message.properties, SpelledProperties):
            return self._matches_spelled(message)
        return self.matches(message)

    @cached_property
    def _matches_spelled(self) -> Matches:
        return compiled_for_spellings(self.tree)


def parse(text: str) -> Selector:
    """Return the selector of a text that is not blank.

    The same text has the same selector as long as it is among the last that were used. Raises InvalidSelectorError,
    with the position and what was expected there, for a text that is not in the language, has
    more than MAX_LENGTH characters, nests parentheses more than MAX_DEPTH deep, or has a pattern of more than
    MAX_PATTERN characters. Section 3.8.1.1.
    """
    if not isinstance(text, str):
        raise InvalidSelectorError(f"a selector is a str, not {type_name(text)}")
    text = exact_text(text)
    return _cached(text) if len(text) <= _CACHED_LENGTH else _parsed(text)


def optional(text: str | None) -> Selector | None:
    """Return the selector of a text, or None if there is none: None, empty or blank. Raises InvalidSelectorError."""
    if text is None or (isinstance(text, str) and not text.strip(" \t\f\r\n")):
        return None
    return parse(text)


def _parsed(text: str) -> Selector:
    try:
        tree = parse_tree(text)
        return Selector(text, tree, compiled(tree))
    except RecursionError:
        # Only if the caller is deep in the stack already: the tree's own depth is bounded.
        raise InvalidSelectorError("the selector is nested too deeply for what is left of the stack") from None


_cached = lru_cache(_CACHED_SELECTORS)(_parsed)
