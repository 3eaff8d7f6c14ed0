"""Whether any broker still answers: Kafka's clients look for another broker by themselves, forever."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final, Protocol

from jmslike.errors import ConnectionLostError, JMSError

_BETWEEN: Final = 3.0
"""Seconds between two requests that are answered."""
_SOON: Final = 0.3
"""Seconds between one that is not and the next: a broker that is up for short times must be met then."""


_SILENT: Final = 2
"""Requests in a row without an answer that are no accident: the second may go to another broker."""


class Watched(Protocol):
    """The connection, which hears of what is found out."""

    def interrupted(self, error: JMSError) -> None:
        """Hear that no broker answers."""

    def resumed(self) -> None:
        """Hear that a broker answers again."""

    def lose(self, reason: JMSError) -> None:
        """Hear that no broker has answered for too long."""


class LivenessCheck:
    """Sends a request to a broker at intervals, in a thread of its own, and calls `then` after each answer.

    The connection is lost, and the thread ends, when no broker has answered for `timeout` seconds.
    """

    def __init__(self, admin: Any, timeout: float, watched: Watched, then: Callable[[], None]) -> None:
        self._admin = admin
        self._timeout = timeout
        self._watched = watched
        self._then = then
        self._due = threading.Event()
        self._asked: deque[threading.Event] = deque()
        self._is_closed = self._has_ended = False
        self._thread = threading.Thread(target=self._run, name="jmslike kafka liveness", daemon=True)
        self._thread.start()

    def ask(self) -> Callable[[float], bool]:
        """Send the next request at once. Return what waits for its answer, or for the end of the thread, as an Answer
        does.
        """
        ended = threading.Event()
        self._asked.append(ended)
        self._due.set()
        if self._has_ended:  # perhaps after the others were told
            ended.set()
        return ended.wait

    def _run(self) -> None:
        try:
            self._check()
        finally:
            self._has_ended = True
            self._tell(len(self._asked))

    def _check(self) -> None:
        last, failures, is_silent = time.monotonic(), 0, False
        pause = usual = min(_BETWEEN, self._timeout / 3)
        while True:
            self._due.wait(pause)
            self._due.clear()
            if self._is_closed:
                return
            asked = len(self._asked)
            try:
                self._admin.describe_cluster()
                last = time.monotonic()
                pause, failures = usual, 0
                if is_silent:
                    is_silent = False
                    self._watched.resumed()
                self._tell(asked)
                self._then()
            except Exception as error:  # any: without this thread a lost cluster would go unnoticed
                failures += 1
                if failures == _SILENT and not self._is_closed:
                    is_silent = True
                    self._watched.interrupted(ConnectionLostError(f"no broker answers: {error}"))
                is_long_ago = time.monotonic() - last > self._timeout
                # a frozen broker may take all of the time, and the next request goes to another one
                if is_long_ago and failures > 1 and not self._is_closed:
                    self._watched.lose(ConnectionLostError(f"no broker has answered for {self._timeout:g} s: {error}"))
                    return
                pause = min(_SOON, usual)

    def _tell(self, asked: int) -> None:
        for _ in range(asked):
            self._asked.popleft().set()

    def close(self) -> None:
        """Send no more requests; does not wait for the thread."""
        self._is_closed = True
        self._due.set()

    def join(self) -> None:
        """Wait for the thread, which ends soon after its client is closed."""
        if threading.current_thread() is not self._thread:
            self._thread.join(_BETWEEN)
