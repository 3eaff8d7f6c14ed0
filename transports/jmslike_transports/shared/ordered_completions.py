"""Completions in the order of sending, whatever the order of the answers (C5).

One thread at a time adds sends; any thread answers them. A completion is called by a thread that answers.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from typing import Final, Generic, TypeVar

from jmslike.errors import JMSError, ResourceAllocationError
from jmslike.spi import Completion, Destination
from jmslike_transports.shared.loss import perhaps_sent

_log = logging.getLogger("jmslike.callbacks")

_UNCONFIRMED: Final = "the session was closed before the broker confirmed the message, which may arrive nevertheless"


class Unanswered:
    """A send whose completion is not called yet. `key` is what the broker's answer names."""

    __slots__ = ("completion", "destination", "error", "is_answered", "key", "sent_at")

    def __init__(self, key: int, destination: Destination, completion: Completion) -> None:
        self.key = key
        self.destination = destination
        self.completion = completion
        self.sent_at = time.monotonic()
        self.is_answered = False
        self.error: JMSError | None = None


Sent = TypeVar("Sent", bound=Unanswered)


class OrderedCompletions(Generic[Sent]):
    """The sends that are open, oldest first."""

    def __init__(self) -> None:
        self._open: deque[Sent] = deque()
        self._turn = threading.Lock()  # never waited for: its holder checks again after releasing it
        self._fewer = threading.Condition()
        self._waiting = 0

    def __len__(self) -> int:
        return len(self._open)

    def add(self, sent: Sent) -> None:
        """Add a send, before it is written."""
        self._open.append(sent)

    def find(self, key: int) -> Sent | None:
        """Return the open send with that key; None if there is none."""
        oldest = self.oldest()
        if oldest is None or oldest.key == key:
            return oldest
        return next((sent for sent in self.all() if sent.key == key), None)

    def all(self) -> list[Sent]:
        """Return the sends that are open now."""
        return list(self._open)

    def oldest(self) -> Sent | None:
        """Return the send that has waited longest; None if none is open."""
        try:
            return self._open[0]
        except IndexError:
            return None

    def answer(self, sent: Sent, error: JMSError | None) -> None:
        """Note the answer, and call the completions that are due."""
        sent.error = error
        sent.is_answered = True
        self._complete()

    def answer_all(self, error: JMSError) -> None:
        """Answer all that are open with the error."""
        error = perhaps_sent(error)
        for sent in self.all():
            if not sent.is_answered:
                sent.error = error
                sent.is_answered = True
        self._complete()

    def close(self) -> None:
        """Answer all that are open, because their session closes: no broker has confirmed them in time."""
        self.answer_all(ResourceAllocationError(_UNCONFIRMED))

    def wait_for_fewer(self, limit: int, timeout: float) -> bool:
        """Wait at most `timeout` seconds until fewer than `limit` are open. Return whether they are."""
        with self._fewer:
            self._waiting += 1
            try:
                return self._fewer.wait_for(lambda: len(self._open) < limit, timeout)
            finally:
                self._waiting -= 1

    def _complete(self) -> None:
        while self._is_due() and self._turn.acquire(blocking=False):
            try:
                while self._is_due():
                    sent = self._open.popleft()
                    self._call(sent)
                    if self._waiting:
                        with self._fewer:
                            self._fewer.notify_all()
            finally:
                self._turn.release()

    def _call(self, sent: Sent) -> None:
        try:
            sent.completion(sent.error)
        except Exception:  # the next ones must not wait forever
            _log.exception("a completion failed")

    def _is_due(self) -> bool:
        oldest = self.oldest()
        return oldest is not None and oldest.is_answered
