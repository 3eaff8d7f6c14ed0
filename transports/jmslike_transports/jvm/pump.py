"""The thread of a connection that hears from Java: which listeners may take a message, which sends have ended."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, Final, Protocol

from jmslike_transports.jvm.crossings import cross

_log = logging.getLogger("jmslike.jvm")

_STEP: Final = 500
"""Milliseconds in Java, while nothing happens."""


class Sends(Protocol):
    """Who is told of the ends of sends."""

    def sent(self, number: int, stamp: str) -> None:
        """Hear that the provider has taken a message, and what it has written into it."""

    def failed(self, number: int, error: BaseException) -> None:
        """Hear that a message was not sent."""


class Pump:
    """Reads the events of one connection, until `end` or the loss."""

    def __init__(
        self, events: Any, lost: Callable[[BaseException], None], failed: Callable[[BaseException], None]
    ) -> None:
        self._events = events
        self._lost = lost
        self._failed = failed
        self._ready: dict[int, Callable[[], object]] = {}
        self._sends: dict[int, Sends] = {}
        self._thread = threading.Thread(target=self._run, name="jmslike-jvm-events", daemon=True)
        self._thread.start()

    def attend(self, consumer: int, ready: Callable[[], object]) -> None:
        """Call `ready` when a message waits in the consumer of that number."""
        self._ready[consumer] = ready

    def forget(self, consumer: int) -> None:
        """Call nothing for that consumer any more."""
        self._ready.pop(consumer, None)

    def expect(self, number: int, sends: Sends) -> None:
        """Call `sends` when the send of that number has ended."""
        self._sends[number] = sends

    def end(self) -> None:
        """End the thread; waits for it, unless that is the caller."""
        cross(self._events.end)
        if threading.current_thread() is not self._thread:
            self._thread.join(_STEP / 1000)

    def _run(self) -> None:
        while True:
            for line in str(cross(self._events.next, _STEP)).split("\n"):
                if line == "E":
                    return
                if line:
                    try:
                        self._tell(line[0], line[1:])
                    except Exception:  # the next ones must not wait forever
                        _log.exception("an event of the JVM could not be handled")

    def _tell(self, what: str, text: str) -> None:
        if what == "R":
            ready = self._ready.get(int(text))
            if ready is not None:
                ready()
        elif what == "S":
            number, _, stamp = text.partition(" ")
            if (sends := self._sends.pop(int(number), None)) is not None:
                sends.sent(int(number), stamp)
        elif what == "F":
            if (sends := self._sends.pop(int(text), None)) is not None:
                sends.failed(int(text), cross(self._events.failure, int(text)))
        elif what == "P":
            self._failed(cross(self._events.failure, int(text)))
        elif what == "L":
            self._lost(cross(self._events.loss))
