"""The one thread of an engine that acts when a record expires or comes due."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
from typing import Final, Protocol

from native_engine.clock import Clock

__all__ = ["Timers"]

log: Final = logging.getLogger("jmslike.engine")

_CLOSE_TIMEOUT = 5.0
"""Seconds that `close` waits for the thread, which may be inside an application's callback."""


class Timed(Protocol):
    """Something with things to do at certain times."""

    def tick(self) -> None:
        """Do what is due, and schedule the next time."""


class Timers:
    """Calls `tick` of the scheduled objects, each at its earliest time. The thread starts with the first of them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._wakeup = threading.Event()
        self._agenda: list[tuple[float, int, Timed]] = []  # a heap; holds more than is in `_earliest`
        self._earliest: dict[Timed, float] = {}
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None
        self._closed = False

    def schedule(self, timed: Timed, when: float) -> None:
        """Call `timed.tick()` at `when` (seconds since the epoch), or before."""
        with self._lock:
            if self._closed or self._earliest.get(timed, when + 1) <= when:
                return
            self._earliest[timed] = when
            heapq.heappush(self._agenda, (when, next(self._numbers), timed))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="native_engine timer", daemon=True)
                self._thread.start()
            elif self._agenda[0][0] == when:
                self._wakeup.set()

    def discard(self, timed: Timed) -> None:
        """Call its `tick` no more."""
        with self._lock:
            self._earliest.pop(timed, None)
            self._agenda = [entry for entry in self._agenda if entry[2] is not timed]
            heapq.heapify(self._agenda)

    def abandon(self) -> None:
        """Close in a forked child: the thread is the parent's, and a thread of the parent may hold the lock."""
        self._lock = threading.Lock()
        self._thread = None
        self._closed = True

    def close(self) -> None:
        """End the thread, and wait for it."""
        with self._lock:
            self._closed = True
            self._agenda.clear()
            self._earliest.clear()
            thread = self._thread
        self._wakeup.set()
        if thread is not None and thread is not threading.current_thread():
            thread.join(_CLOSE_TIMEOUT)

    def _run(self) -> None:
        while not self._closed:
            self._wakeup.clear()
            due, following = self._due()
            for timed in due:
                try:
                    timed.tick()
                except Exception:
                    log.exception("a timer failed")
            if not due and not self._closed:
                self._clock.wait_until(following, self._wakeup)

    def _due(self) -> tuple[list[Timed], float | None]:
        """Return what is due now, and the time of what comes next."""
        due: list[Timed] = []
        with self._lock:
            now = self._clock.now()
            while self._agenda and self._agenda[0][0] <= now:
                when, _, timed = heapq.heappop(self._agenda)
                if self._earliest.get(timed) == when:  # else it was done at an earlier time
                    del self._earliest[timed]
                    due.append(timed)
            return due, self._agenda[0][0] if self._agenda else None
