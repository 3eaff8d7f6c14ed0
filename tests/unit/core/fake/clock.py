"""A clock that stands still until a test moves it."""

from __future__ import annotations

import threading

from tests.unit.core.fake.task import PATIENCE

NOW = 1_700_005_000_000
"""When the clock starts, in milliseconds since the epoch."""

_MONOTONIC_START = 5_000.0


class FakeClock:
    """A clock whose time passes only by `advance`. Its two times differ, as those of a system do."""

    def __init__(self) -> None:
        self.elapsed = _MONOTONIC_START
        self._waiting: list[threading.Condition] = []
        self._changed = threading.Condition()

    def now(self) -> float:
        return NOW / 1000 + self.elapsed - _MONOTONIC_START

    def monotonic(self) -> float:
        return self.elapsed

    def wait(self, condition: threading.Condition, timeout: float | None) -> None:
        with self._changed:
            self._waiting.append(condition)
            self._changed.notify_all()
        try:
            condition.wait()
        finally:
            with self._changed:
                self._waiting.remove(condition)

    def until_waiting(self, threads: int = 1) -> None:
        """Wait until so many threads wait: blocked in a take, or parked in the gate."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self._waiting) >= threads, PATIENCE)

    def advance(self, seconds: float) -> None:
        self.elapsed += seconds
        with self._changed:
            waiting = list(self._waiting)
        for condition in waiting:
            with condition:
                condition.notify_all()
