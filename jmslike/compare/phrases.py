"""Phrases of messages to the user: a number with its noun, and the provider that an error is about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from jmslike import JMSError
from jmslike.url import without_secrets


def plural(count: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


@contextmanager
def naming(url: str) -> Iterator[None]:
    """Add a note with the provider to an error of the block."""
    try:
        yield
    except JMSError as error:
        error.add_note(f" ({without_secrets(url)})")
        raise
