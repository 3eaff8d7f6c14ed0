"""Asynchronous sends: completions in the order of sending, and a bound on how many are open (C5)."""

from __future__ import annotations

import threading
from collections import deque

from jmslike.errors import JMSError
from jmslike.spi import Completion
from transports.stomp.wire import Request, Wire


class Confirmations:
    """The sends of one connection whose receipts have not come."""

    def __init__(self, max_in_flight: int, patience: float) -> None:
        self._patience = patience
        self._room = threading.BoundedSemaphore(max_in_flight)
        self._sending = threading.Lock()
        self._lock = threading.Lock()
        self._open: deque[tuple[Request, Completion]] = deque()
        self._draining = False

    def send(self, wire: Wire, lines: str, body: bytes, completion: Completion) -> None:
        """Write the frame; the completion is called when it and all before it are answered, also by a loss."""
        if not self._room.acquire(timeout=self._patience):
            wire.give_up(f"no receipt of a SEND within {self._patience:g} seconds")
            raise wire.loss()
        try:
            with self._sending:  # the order of the queue is that of the wire
                request = wire.request("SEND", lines, body, self._drain)
                with self._lock:
                    self._open.append((request, completion))
        except JMSError:
            self._room.release()
            raise
        self._drain()  # the answer may have been quicker than the queue

    def _drain(self) -> None:
        while True:
            with self._lock:
                if self._draining or not self._open or not self._open[0][0].is_answered:
                    return
                self._draining = True
                request, completion = self._open.popleft()
            try:
                self._room.release()
                completion(request.error)
            finally:
                with self._lock:
                    self._draining = False
