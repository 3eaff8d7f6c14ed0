"""What a transport offers whose provider counts hand-overs by itself; a part of `jmslike.spi`."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Counting(Protocol):
    """A subscription whose provider keeps the number of hand-overs, also when the process is killed."""

    def count(self, receipt: Any, attempts: int) -> None:
        """Note that the core hands this delivery over again by itself, after so many attempts.

        Waits for no answer. Raises ConnectionLostError.
        """
