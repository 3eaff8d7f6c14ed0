"""Asynchronous sends over STOMP: each gets its receipt within a bound, or the connection is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from jmslike.errors import ConnectionLostError, JMSError
from jmslike.spi import Completion, Destination
from jmslike_transports.shared.loss import ANEW, LosableConnection
from jmslike_transports.shared.ordered_completions import OrderedCompletions, Unanswered
from jmslike_transports.stomp.frames import frame

_PREFIX: Final = "c"
"""Before the number of a send, in its receipt."""


class Confirmations:
    """The sends of one connection whose receipts have not come. The core bounds how many there are.

    `put` writes a frame, and returns what went wrong. No thread waits for a receipt. While any is missing, a timer
    checks that the oldest send gets its receipt within `timeout` seconds.
    """

    def __init__(
        self, connection: LosableConnection, put: Callable[[bytes], ConnectionLostError | None], timeout: float
    ) -> None:
        self._connection = connection
        self._put = put
        self._timeout = timeout
        self._sending = threading.Lock()
        self.open: Final[OrderedCompletions[Unanswered]] = OrderedCompletions()
        self._last = 0
        self._timer: threading.Timer | None = None

    def __len__(self) -> int:
        return len(self.open)

    def send(self, destination: Destination, lines: str, body: bytes, completion: Completion) -> None:
        """Write the frame. The completion is called when this send and all before it are answered, also by a loss."""
        connection = self._connection
        with self._sending:  # the order of completions is that of the wire
            if connection.is_lost:
                raise connection.loss(ANEW)
            self._last += 1
            self.open.add(Unanswered(self._last, destination, completion))
            failure = self._put(frame("SEND", f"receipt:{_PREFIX}{self._last}\n{lines}", body))
            if self._timer is None:
                self._start_timer(self._timeout)
        if failure is not None:
            connection.lose(failure)
        if connection.is_lost:
            self.lose(connection.loss())

    def answer(self, receipt: str, error: JMSError | None) -> bool:
        """Note an answer, and return whether it was for one of these sends."""
        number = receipt.removeprefix(_PREFIX)
        sent = self.open.find(int(number)) if number.isdecimal() else None
        if sent is None:
            return False
        self.open.answer(sent, error)
        return True

    def lose(self, error: JMSError) -> None:
        """Answer all sends with the error: the connection is gone."""
        self.open.answer_all(error)
        timer = self._timer
        if timer is not None:
            timer.cancel()

    def _start_timer(self, seconds: float) -> None:
        timer = threading.Timer(seconds, self._check_oldest)
        timer.name = "jmslike-stomp-receipts"
        timer.daemon = True
        with suppress(RuntimeError):  # too many threads: the next send tries again; or the interpreter ends
            timer.start()
            self._timer = timer

    def _check_oldest(self) -> None:
        with self._sending:
            self._timer = None
            oldest = self.open.oldest()
            left = oldest.sent_at + self._timeout - time.monotonic() if oldest is not None else None
            if left is not None and left > 0:
                self._start_timer(left)
        if left is not None and left <= 0:
            self._connection.give_up(f"no receipt of a SEND within {self._timeout:g} seconds")
