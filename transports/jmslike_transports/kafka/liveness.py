"""Whether any broker still answers. Kafka's clients look for another broker by themselves, for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final

from jmslike.errors import ConnectionLostError, JMSError

_BETWEEN: Final = 3.0
"""Seconds between two questions that are answered."""
_SOON: Final = 0.3
"""Seconds until the next one after one that is not: brokers that come and go are to be met while they are there."""


class Pulse:
    """Asks a broker from time to time, in a thread of its own, and does what else is due then."""

    def __init__(self, admin: Any, patience: float, lose: Callable[[JMSError], None], then: Callable[[], None]) -> None:
        self._admin = admin
        self._patience = patience
        self._lose = lose
        self._then = then
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="jmslike kafka pulse", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        last, failures = time.monotonic(), 0
        pause = usual = min(_BETWEEN, self._patience / 3)
        while not self._ended.wait(pause):
            try:
                self._admin.describe_cluster()
                last = time.monotonic()
                pause, failures = usual, 0
                self._then()
            except Exception as error:  # a thread that ended over one of another kind would be missed by nobody
                failures += 1
                is_long_ago = time.monotonic() - last > self._patience
                # a frozen broker may take all of the patience, and the next question goes to another one
                if is_long_ago and failures > 1 and not self._ended.is_set():
                    self._lose(ConnectionLostError(f"no broker has answered for {self._patience:g} seconds: {error}"))
                    return
                pause = min(_SOON, usual)

    def close(self) -> None:
        """Ask no more."""
        self._ended.set()

    def join(self) -> None:
        """Wait for the thread's end, which comes soon after that of the client that asks."""
        if threading.current_thread() is not self._thread:
            self._thread.join(_BETWEEN)
