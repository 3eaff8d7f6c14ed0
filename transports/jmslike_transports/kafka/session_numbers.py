"""Numbers for the transacted sessions of a connection: the smallest that is free, so that a program that begins anew
gives the same numbers again, and its sessions end the transactions of their former life."""

from __future__ import annotations

import itertools
import threading


class Numbers:
    """From 1 on."""

    def __init__(self) -> None:
        self._taken: set[int] = set()
        self._lock = threading.Lock()

    def take(self) -> int:
        """Give the smallest that nobody has."""
        with self._lock:
            number = next(number for number in itertools.count(1) if number not in self._taken)
            self._taken.add(number)
            return number

    def give_back(self, number: int) -> None:
        """Let somebody else have it."""
        with self._lock:
            self._taken.discard(number)
