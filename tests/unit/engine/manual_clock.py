"""A clock that a test moves."""

from __future__ import annotations

import threading


class ManualClock:
    """Stands still until it is advanced; then it wakes what waits for a time."""

    def __init__(self, now: float = 1_000_000.0) -> None:
        self._lock = threading.Lock()
        self._now = now
        self._sleepers: set[threading.Event] = set()

    def now(self) -> float:
        return self._now

    @property
    def milliseconds(self) -> int:
        """The time as records count it."""
        return round(self._now * 1000)

    def wait_until(self, when: float | None, wakeup: threading.Event) -> None:
        with self._lock:
            if when is not None and when <= self._now:
                return
            self._sleepers.add(wakeup)
        wakeup.wait()
        with self._lock:
            self._sleepers.discard(wakeup)

    def advance(self, seconds: float) -> None:
        """Move on; sleepers wake and look at the time again."""
        with self._lock:
            self._now += seconds
            for wakeup in self._sleepers:
                wakeup.set()
