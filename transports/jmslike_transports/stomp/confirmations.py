"""Asynchronous sends over STOMP: each has its receipt within a bound, or the connection is given up."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from jmslike.errors import JMSError
from jmslike.spi import Completion
from jmslike_transports.shared.ordered_completions import Completions, Unanswered
from jmslike_transports.stomp.frames import frame

if TYPE_CHECKING:
    from jmslike_transports.stomp.wire import Wire

_MARK: Final = "c"
"""Before the number of a send, in its receipt."""


class Confirmations:
    """The sends of one connection whose receipts have not come. The core bounds how many there are.

    Nobody waits for them, so while there are any, a timer looks whether the oldest has its receipt within `patience`
    seconds.
    """

    def __init__(self, wire: Wire, patience: float) -> None:
        self._wire = wire
        self._patience = patience
        self._sending = threading.Lock()
        self._open: Completions[Unanswered] = Completions()
        self._last = 0
        self._timer: threading.Timer | None = None

    def __len__(self) -> int:
        return len(self._open)

    def send(self, lines: str, body: bytes, completion: Completion) -> None:
        """Write the frame; the completion is called when it and all before it are answered, also by a loss."""
        wire = self._wire
        with self._sending:  # the order of completions is that of the wire
            if wire.is_lost:
                raise wire.loss()
            self._last += 1
            self._open.add(Unanswered(self._last, completion))
            failure = wire.put(frame("SEND", f"receipt:{_MARK}{self._last}\n{lines}", body))
            if self._timer is None:
                self._look_in(self._patience)
        if failure is not None:
            wire.lose(failure)
        if wire.is_lost:
            self.lose(wire.loss())

    def answer(self, receipt: str, error: JMSError | None) -> bool:
        """Note an answer; tell whether it was for one of these."""
        number = receipt.removeprefix(_MARK)
        sent = self._open.find(int(number)) if number.isdecimal() else None
        if sent is None:
            return False
        self._open.answer(sent, error)
        return True

    def lose(self, error: JMSError) -> None:
        """Answer all of them with the error."""
        self._open.answer_all(error)
        timer = self._timer
        if timer is not None:
            timer.cancel()

    def _look_in(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._look)
        self._timer.name = "jmslike-stomp-receipts"
        self._timer.daemon = True
        self._timer.start()

    def _look(self) -> None:
        with self._sending:
            self._timer = None
            oldest = self._open.oldest()
            left = oldest.sent_at + self._patience - time.monotonic() if oldest is not None else None
            if left is not None and left > 0:
                self._look_in(left)
        if left is not None and left <= 0:
            self._wire.give_up(f"no receipt of a SEND within {self._patience:g} seconds")
