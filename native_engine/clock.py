"""The engine's idea of time, so that a test can bring its own."""

from __future__ import annotations

import threading
import time
from typing import Protocol

__all__ = ["Clock", "SystemClock"]


class Clock(Protocol):
    """What the engine asks of a clock. Times are seconds since the epoch."""

    def now(self) -> float:
        """Return the current time."""

    def wait_until(self, when: float | None, wakeup: threading.Event) -> None:
        """Return when the time has come (None: never) or `wakeup` is set, whichever is first."""


class SystemClock:
    """The computer's clock."""

    def now(self) -> float:
        """Return the current time."""
        return time.time()

    def wait_until(self, when: float | None, wakeup: threading.Event) -> None:
        """Sleep until the time has come or `wakeup` is set."""
        wakeup.wait(None if when is None else min(max(0.0, when - time.time()), threading.TIMEOUT_MAX))
