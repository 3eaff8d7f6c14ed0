"""The two clocks of the core, so that a test can bring its own."""

from __future__ import annotations

import threading
import time
from typing import Final, Protocol


class Clock(Protocol):
    """The time that the core reads, and its waits. Any thread calls any method."""

    def now(self) -> float:
        """Return the seconds since the epoch, for the stamps of messages."""

    def monotonic(self) -> float:
        """Return seconds that only go forward, for measuring waits."""

    def wait(self, condition: threading.Condition, timeout: float | None) -> None:
        """Wait for a notification of the condition, which the caller holds: `timeout` seconds, None: forever."""


class SystemClock:
    """The clocks of the operating system."""

    now: Final = staticmethod(time.time)
    monotonic: Final = staticmethod(time.monotonic)

    def wait(self, condition: threading.Condition, timeout: float | None) -> None:
        """See Clock."""
        condition.wait(None if timeout is None else min(timeout, threading.TIMEOUT_MAX))
