"""Asynchronous sends: completions in the order of sending, each within a bound (C5)."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from jmslike.errors import JMSError
from jmslike.spi import Completion
from transports.stomp.frames import frame

if TYPE_CHECKING:
    from transports.stomp.wire import Wire


class _Unconfirmed:
    """A SEND whose receipt has not come, or not in its turn."""

    __slots__ = ("completion", "error", "is_answered", "receipt", "sent_at")

    def __init__(self, receipt: str, completion: Completion) -> None:
        self.receipt = receipt
        self.completion = completion
        self.sent_at = time.monotonic()
        self.is_answered = False
        self.error: JMSError | None = None


class Confirmations:
    """The sends of one connection whose receipts have not come. The core bounds how many there are.

    Nobody waits for them, so while there are any, a timer looks whether the oldest has its receipt within `patience`
    seconds, and gives the connection up if it has not.
    """

    def __init__(self, wire: Wire, patience: float) -> None:
        self._wire = wire
        self._patience = patience
        self._sending = threading.Lock()
        self._open: deque[_Unconfirmed] = deque()
        self._last = 0
        self._turn = threading.Lock()  # nobody waits for it: who has it looks again after giving it back
        self._timer: threading.Timer | None = None

    def send(self, lines: str, body: bytes, completion: Completion) -> None:
        """Write the frame; the completion is called when it and all before it are answered, also by a loss."""
        wire = self._wire
        with self._sending:  # the order of the queue is that of the wire
            if wire.is_lost:
                raise wire.loss()
            self._last += 1
            receipt = f"c{self._last}"
            self._open.append(_Unconfirmed(receipt, completion))
            failure = wire.put(frame("SEND", f"receipt:{receipt}\n{lines}", body))
            if self._timer is None:
                self._look_in(self._patience)
        if failure is not None:
            wire.lose(failure)
        if wire.is_lost:
            self.lose(wire.loss())

    def answer(self, receipt: str, error: JMSError | None) -> bool:
        """Note an answer; tell whether it was for one of these."""
        sent = self._oldest()
        if sent is None or sent.receipt != receipt:  # a broker may answer in another order
            sent = next((sent for sent in list(self._open) if sent.receipt == receipt), None)
        if sent is None:
            return False
        sent.error = error
        sent.is_answered = True
        self._complete()
        return True

    def lose(self, error: JMSError) -> None:
        """Answer all of them with the error."""
        for sent in list(self._open):
            if not sent.is_answered:
                sent.error = error
                sent.is_answered = True
        self._complete()
        timer = self._timer
        if timer is not None:
            timer.cancel()

    def _complete(self) -> None:
        while self._may_complete() and self._turn.acquire(blocking=False):
            try:
                while self._may_complete():
                    sent = self._open.popleft()
                    sent.completion(sent.error)
            finally:
                self._turn.release()

    def _may_complete(self) -> bool:
        oldest = self._oldest()
        return oldest is not None and oldest.is_answered

    def _oldest(self) -> _Unconfirmed | None:
        try:
            return self._open[0]
        except IndexError:
            return None

    def _look_in(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._look)
        self._timer.name = "jmslike-stomp-receipts"
        self._timer.daemon = True
        self._timer.start()

    def _look(self) -> None:
        with self._sending:
            self._timer = None
            left = self._open[0].sent_at + self._patience - time.monotonic() if self._open else None
            if left is not None and left > 0:
                self._look_in(left)
        if left is not None and left <= 0:
            self._wire.give_up(f"no receipt of a SEND within {self._patience:g} seconds")
