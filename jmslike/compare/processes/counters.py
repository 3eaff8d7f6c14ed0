"""Counters that several processes see: numbers in a file that all of them have in memory.

Each number has one process that writes it. A reader sees a number that it had.
"""

from __future__ import annotations

import mmap
import os
import tempfile
from pathlib import Path
from typing import Final

WIDTH: Final = 8
"""Bytes of a number, which are written at once."""
NOTED: Final = 0
PROBES: Final = 1
NUMBERS: Final = 2
"""How many numbers a timed receiver has: the messages of this run, and all probes."""


class Counters:
    """Numbers in a file, all 0 at first; the process that made the file deletes it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 0)
        self.numbers: Final = memoryview(self._memory).cast("q")

    @classmethod
    def of(cls, count: int) -> Counters:
        """Make a file for so many numbers."""
        descriptor, name = tempfile.mkstemp(prefix="jmslike-")
        with open(descriptor, "wb") as file:
            file.write(bytes(WIDTH * count))
        return cls(Path(name))

    @property
    def path(self) -> str:
        """Where other processes find the file."""
        return os.fspath(self._path)

    def close(self) -> None:
        """Let the memory go."""
        self.numbers.release()
        self._memory.close()

    def delete(self) -> None:
        """Delete the file, when no other process uses it any more."""
        self.close()
        self._path.unlink()
