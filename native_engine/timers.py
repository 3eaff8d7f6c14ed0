"""The one thread of an engine that acts when a record expires or comes due."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
from typing import Protocol

from native_engine.clock import Clock

__all__ = ["Timers"]

log = logging.getLogger("jmslike.engine")

_PATIENCE = 5.0
"""Seconds that `close` waits for the thread, which may be inside somebody's callback."""


class Timed(Protocol):
    """Something with things to do at certain times."""

    def tick(self) -> None:
        """Do what is due, and schedule the next time."""


class Timers:
    """Calls `tick` of whoever asked for it, at the earliest time asked for. The thread is made at the first wish."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._wakeup = threading.Event()
        self._wishes: list[tuple[float, int, Timed]] = []
        self._earliest: dict[Timed, float] = {}
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None
        self._closed = False

    def schedule(self, timed: Timed, when: float) -> None:
        """Have `timed.tick()` called at `when` (seconds since the epoch) at the latest."""
        with self._lock:
            if self._closed or self._earliest.get(timed, when + 1) <= when:
                return
            self._earliest[timed] = when
            heapq.heappush(self._wishes, (when, next(self._numbers), timed))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="native_engine timer", daemon=True)
                self._thread.start()
            elif self._wishes[0][0] == when:
                self._wakeup.set()

    def discard(self, timed: Timed) -> None:
        """Call its `tick` no more."""
        with self._lock:
            self._earliest.pop(timed, None)
            self._wishes = [wish for wish in self._wishes if wish[2] is not timed]
            heapq.heapify(self._wishes)

    def abandon(self) -> None:
        """End in a forked child: the thread is not here, and the lock may be held by one that is not."""
        self._lock = threading.Lock()
        self._thread = None
        self._closed = True

    def close(self) -> None:
        """End the thread."""
        with self._lock:
            self._closed = True
            self._wishes.clear()
            self._earliest.clear()
            thread = self._thread
        self._wakeup.set()
        if thread is not None and thread is not threading.current_thread():
            thread.join(_PATIENCE)

    def _run(self) -> None:
        while not self._closed:
            self._wakeup.clear()
            due, following = self._due()
            for timed in due:
                try:
                    timed.tick()
                except Exception:
                    log.exception("A timer failed")
            if not due and not self._closed:
                self._clock.wait_until(following, self._wakeup)

    def _due(self) -> tuple[list[Timed], float | None]:
        """Give what is due now, and the time of what comes next."""
        due: list[Timed] = []
        with self._lock:
            now = self._clock.now()
            while self._wishes and self._wishes[0][0] <= now:
                when, _, timed = heapq.heappop(self._wishes)
                if self._earliest.get(timed) == when:  # else it was done for an earlier wish
                    del self._earliest[timed]
                    due.append(timed)
            return due, self._wishes[0][0] if self._wishes else None
