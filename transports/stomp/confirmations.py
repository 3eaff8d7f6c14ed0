"""Asynchronous sends: completions in the order of sending, each within a bound (C5)."""

from __future__ import annotations

import threading
import time
from collections import deque

from jmslike.spi import Completion
from transports.stomp.wire import Request, Wire


class Confirmations:
    """The sends of one connection whose receipts have not come. The core bounds how many there are.

    Nobody waits for them, so while there are any, a timer looks whether the oldest has its receipt within `patience`
    seconds, and gives the connection up if it has not.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._sending = threading.Lock()
        self._lock = threading.Lock()
        self._open: deque[tuple[Request, Completion, float]] = deque()
        self._draining = False
        self._timer: threading.Timer | None = None

    def send(self, wire: Wire, lines: str, body: bytes, completion: Completion) -> None:
        """Write the frame; the completion is called when it and all before it are answered, also by a loss."""
        with self._sending:  # the order of the queue is that of the wire
            request = wire.request("SEND", lines, body, self._drain)
            with self._lock:
                self._open.append((request, completion, time.monotonic()))
                if self._timer is None:
                    self._look_in(self._patience, wire)
        self._drain()  # the answer may have been quicker than the queue

    def _drain(self) -> None:
        while True:
            with self._lock:
                if self._draining or not self._open or not self._open[0][0].is_answered:
                    return
                self._draining = True
                request, completion, _ = self._open.popleft()
            try:
                completion(request.error)
            finally:
                with self._lock:
                    self._draining = False

    def _look_in(self, seconds: float, wire: Wire) -> None:
        self._timer = threading.Timer(seconds, self._look, (wire,))
        self._timer.name = "jmslike-stomp-receipts"
        self._timer.daemon = True
        self._timer.start()

    def _look(self, wire: Wire) -> None:
        with self._lock:
            self._timer = None
            left = self._open[0][2] + self._patience - time.monotonic() if self._open else None
            if left is not None and left > 0:
                self._look_in(left, wire)
        if left is not None and left <= 0:
            wire.give_up(f"no receipt of a SEND within {self._patience:g} seconds")

    def close(self) -> None:
        """End the timer. Every send is answered."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
