"""A time that tests move: only waiting makes it go on."""

from __future__ import annotations

from jmslike.compare.timing.schedule import SECOND


class VirtualTime:
    """See `driver.Time`. `waits` has each moment that was waited for."""

    def __init__(self) -> None:
        self.moment = 5 * SECOND
        self.waits: list[int] = []

    def now(self) -> int:
        return self.moment

    def wait_until(self, due: int) -> None:
        self.waits.append(due)
        self.moment = max(self.moment, due)

    def spend(self, seconds: float) -> None:
        """Let time go by, as work does."""
        self.moment += round(seconds * SECOND)
