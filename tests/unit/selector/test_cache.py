"""The cache of selectors, by their texts."""

from __future__ import annotations

from jmslike import selector
from jmslike.selector import optional, parse


def test_the_same_text_gives_the_same_selector() -> None:
    assert parse("a = 1") is parse("a = 1")
    assert optional("a = 1") is parse("a = 1")
    assert parse("a = 1") is not parse("a  = 1")


def test_only_so_many_are_kept() -> None:
    """SEL-31: the cache is bounded, and drops what was not used for longest."""
    size = selector._CACHED_SELECTORS
    first = parse("a = 1")
    for number in range(size - 1):
        parse(f"a = {number} OR b")
    assert parse("a = 1") is first
    for number in range(size):
        parse(f"a = {number} OR c")
    assert selector._cached.cache_info().currsize == size
    assert parse("a = 1") is not first


def test_long_texts_are_not_kept() -> None:
    """SEL-31: what would take much memory is parsed each time."""
    limit = selector._CACHED_LENGTH
    kept, dropped = "a".ljust(limit), "a".ljust(limit + 1)
    assert parse(kept) is parse(kept)
    assert parse(dropped) is not parse(dropped)
