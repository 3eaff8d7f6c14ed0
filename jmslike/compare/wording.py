"""Numbers in sentences."""

from __future__ import annotations


def plural(count: int, noun: str) -> str:
    """Give a number with its noun."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
