"""What is wrong with a journal that was read."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Damage"]


class Damage(NamedTuple):
    """A part of a file that cannot be read, or something that is missing."""

    file: str
    offset: int
    length: int
    what: str
    """What it was as far as that is known, and what it means."""

    def __str__(self) -> str:
        return f"{self.file}, {self.length:,} bytes at {self.offset:,}: {self.what}"
