"""Pauses between tries that fail in a row."""

from __future__ import annotations

import random
from typing import Final

from jmslike.core.redelivery import growing_pause

_FIRST: Final = 0.01
"""Seconds."""


class Backoff:
    """Pauses that grow: the first is 10 ms, each further one twice as long, at most 30 s. By chance each is shorter, by
    up to a half, so that those that failed together do not come back together.
    """

    __slots__ = ("_failures",)

    def __init__(self) -> None:
        self._failures = 0

    def next(self) -> float:
        """Return the seconds to wait after one more failure."""
        self._failures += 1
        return growing_pause(self._failures, _FIRST) * random.uniform(0.5, 1.0)

    def reset(self) -> None:
        """Begin with short pauses again."""
        self._failures = 0
