"""What was delivered at a lost host and not settled there: it comes again, and the broker need not say so.

Artemis marks what a lost connection over STOMP held only in part: the last message of each consumer.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable
from typing import Final

_MOST: Final = 10_000
"""Messages that are remembered: the oldest are forgotten, which may have gone to other programs."""


class Unsettled:
    """Counts the deliveries of these messages, by the subscription and the id. Any thread may call it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._attempts: dict[tuple[Hashable, str], int] = {}

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._attempts)

    def add(self, subscription: Hashable, message_id: str, attempts: int) -> None:
        """Note that the message was handed over so often. One of another client without an id cannot be known again."""
        if not message_id:
            return
        with self._lock:
            self._attempts[subscription, message_id] = attempts
            if len(self._attempts) > _MOST:
                del self._attempts[next(iter(self._attempts))]

    def take(self, subscription: Hashable, message_id: str) -> int:
        """Return how often the message was handed over, and forget it."""
        with self._lock:
            return self._attempts.pop((subscription, message_id), 0)
