"""Completions in the order of sending, whatever the order of the answers (C5)."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from jmslike.errors import JMSError
from jmslike.spi import Completion


class Unanswered:
    """A send that the broker has not answered, or not in its turn. `key` is what the answer names."""

    __slots__ = ("completion", "error", "is_answered", "key", "sent_at")

    def __init__(self, key: object, completion: Completion) -> None:
        self.key = key
        self.completion = completion
        self.sent_at = time.monotonic()
        self.is_answered = False
        self.error: JMSError | None = None


class Completions:
    """The sends that are open, oldest first. Added by one thread at a time, answered by any."""

    def __init__(self) -> None:
        self._open: deque[Unanswered] = deque()
        self._turn = threading.Lock()  # nobody waits for it: who has it looks again after giving it back

    def __len__(self) -> int:
        return len(self._open)

    def add(self, key: object, completion: Completion) -> Unanswered:
        """Note a send, before it is written."""
        sent = Unanswered(key, completion)
        self._open.append(sent)
        return sent

    def find(self, key: object) -> Unanswered | None:
        """Give the send of that key."""
        oldest = self.oldest()
        if oldest is None or oldest.key == key:
            return oldest
        return next((sent for sent in list(self._open) if sent.key == key), None)

    def oldest(self) -> Unanswered | None:
        """Give the send that has waited longest."""
        try:
            return self._open[0]
        except IndexError:
            return None

    def answer(self, sent: Unanswered, error: JMSError | None) -> None:
        """Note the answer, and complete what is due."""
        sent.error = error
        sent.is_answered = True
        self._complete()

    def answer_all(self, error: JMSError, which: Callable[[Unanswered], bool] = lambda sent: True) -> None:
        """Give all of them, or those of them, that are open the error for an answer."""
        for sent in list(self._open):
            if not sent.is_answered and which(sent):
                sent.error = error
                sent.is_answered = True
        self._complete()

    def _complete(self) -> None:
        while self._is_due() and self._turn.acquire(blocking=False):
            try:
                while self._is_due():
                    sent = self._open.popleft()
                    sent.completion(sent.error)
            finally:
                self._turn.release()

    def _is_due(self) -> bool:
        oldest = self.oldest()
        return oldest is not None and oldest.is_answered
