"""Numbers of a connection's transacted sessions, from which their transactional ids are made.

A program that is restarted takes the same numbers again. So its sessions end the transactions that their predecessors
left open.
"""

from __future__ import annotations

import itertools
import threading


class SessionNumbers:
    """Reusable session numbers, from 1, smallest free first."""

    def __init__(self) -> None:
        self._taken: set[int] = set()
        self._lock = threading.Lock()

    def take(self) -> int:
        """Return the smallest number that no session has."""
        with self._lock:
            number = next(number for number in itertools.count(1) if number not in self._taken)
            self._taken.add(number)
            return number

    def discard(self, number: int) -> None:
        """Make the number of a closed session free."""
        with self._lock:
            self._taken.discard(number)
