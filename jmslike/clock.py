"""The two clocks of the core, so that a test can bring its own."""

from __future__ import annotations

import threading
import time
from typing import Final, Protocol


class Clock(Protocol):
    """What the core asks of time."""

    def now(self) -> float:
        """Give the seconds since the epoch: what messages are stamped with."""

    def monotonic(self) -> float:
        """Give seconds that only go forward: what waits are measured with."""

    def wait(self, condition: threading.Condition, timeout: float | None) -> None:
        """Wait for a notification of the condition, which is held, at most `timeout` seconds."""


class SystemClock:
    """The clocks of the operating system."""

    now: Final = staticmethod(time.time)
    monotonic: Final = staticmethod(time.monotonic)

    def wait(self, condition: threading.Condition, timeout: float | None) -> None:
        """See Clock."""
        condition.wait(None if timeout is None else min(timeout, threading.TIMEOUT_MAX))
