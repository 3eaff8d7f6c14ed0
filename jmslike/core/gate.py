"""The gate of a session: how `stop` and `close` keep receives and listeners out without a lock per message.

A receive or a listener is the session's `occupant` while it runs. It first makes itself the occupant and then looks
whether the session is running. A thread that stops the session first says that it is not running, and then looks for
an occupant. In either order at least one of the two sees the other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from jmslike.clock import Clock
from jmslike.errors import IllegalStateError


class Gate:
    """One session's gate.

    `running` and `closed` change only while `changed` is held. `occupant` is set without a lock, by the thread that
    receives or listens. `awaited` counts the threads that wait for its end: an occupant that leaves notifies them.
    """

    __slots__ = ("_clock", "_parked", "awaited", "changed", "closed", "listening", "occupant", "running")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.awaited: int = 0
        self._parked = False
        self.changed: threading.Condition = threading.Condition()
        self.occupant: Any = None
        self.listening: bool = False  # whether the session has message listeners, so that nothing else may receive
        self.running: bool = False
        self.closed: bool = False

    def enter(self, occupant: object) -> None:
        """Become the occupant. Raises IllegalStateError if there is one: one thread per session (section 6.2.5)."""
        if self.occupant is not None:
            raise IllegalStateError(
                "the session is in use by a receive in another thread or by a message listener: "
                "use one session per thread"
            )
        self.occupant = occupant

    def leave(self) -> None:
        """Stop being the occupant."""
        self.occupant = None
        if self.awaited:
            with self.changed:
                self.changed.notify_all()

    def set_running(self, running: bool) -> None:
        """Open or shut the gate; one that is closed stays shut."""
        with self.changed:
            self.running = running and not self.closed
            self.changed.notify_all()

    def wake(self) -> None:
        """Make each parked occupant look again, because something else than the session changed."""
        with self.changed:
            self.changed.notify_all()

    def abandon(self) -> None:
        """Close in a forked child: it has none of the parent's threads, which may have held the condition."""
        self.changed = threading.Condition()
        self.occupant, self.closed, self.running, self.listening = None, True, False, False

    def close(self) -> bool:
        """Shut the gate forever. Return whether this call did it."""
        with self.changed:
            first, self.closed, self.running = not self.closed, True, False
            self.changed.notify_all()
            return first

    def wait_quiet(self) -> None:
        """Wait until there is no occupant, or it waits in `park`: what `stop` needs.

        The wait is bounded by the listener that runs, as the specification demands (section 6.1.5); it also ends when
        another thread starts the session again, after which a receive may stay inside forever.
        """
        self._wait(lambda: self.occupant is None or self._parked or self.running)

    def wait_vacant(self, occupant: object = None) -> None:
        """Wait until there is no occupant, or another than `occupant`: what `close` needs (sections 6.2.15, 8.8)."""
        self._wait(lambda: self.occupant is None or (occupant is not None and self.occupant is not occupant))

    def _wait(self, outside: Callable[[], bool]) -> None:
        with self.changed:
            self.awaited += 1
            try:
                self.changed.wait_for(outside)
            finally:
                self.awaited -= 1

    def park(self, deadline: float | None, awake: Callable[[], bool]) -> None:
        """Wait, as the occupant, until `awake()`, the session is closed, or the deadline (monotonic seconds).

        A thread that changes what `awake` looks at holds `changed` and notifies it.
        """
        with self.changed:
            self._parked = True
            self.changed.notify_all()
            try:
                while not (self.closed or awake()):
                    remaining = None if deadline is None else deadline - self._clock.monotonic()
                    if remaining is not None and remaining <= 0:
                        return
                    self._clock.wait(self.changed, remaining)
            finally:
                self._parked = False
