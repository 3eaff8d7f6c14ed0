"""Where a broker that pushes puts what one consumer has not taken yet."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from jmslike.errors import ConnectionLostError, JMSError

Item = TypeVar("Item")


class Inbox(Generic[Item]):
    """Filled by an I/O thread, emptied by the one thread that takes (C2).

    An item that is there is taken without a lock. A `get` that finds none says so in `_waiting` before it looks again,
    and a `put` looks at `_waiting` after it has put: so one of the two sees the other.
    """

    def __init__(self) -> None:
        self._items: deque[Item] = deque()
        self._changed = threading.Condition()
        self._callback: Callable[[], bool] | None = None
        self._waiting = False
        self._interrupted = False
        self._closed = False
        self._lost: JMSError | None = None

    def __len__(self) -> int:
        return len(self._items)

    @property
    def is_armed(self) -> bool:
        """Whether a listener waits to be called."""
        return self._callback is not None

    def put(self, item: Item) -> None:
        """Add an item and wake whoever waits for it. Nothing stays in an inbox that is closed."""
        self._items.append(item)
        self._woke()

    def put_back(self, items: Sequence[Item]) -> None:
        """Let these items, in this order, be the next."""
        self._items.extendleft(reversed(items))
        self._woke()

    def _woke(self) -> None:
        if self._waiting:
            with self._changed:
                self._changed.notify()
        if self._closed:
            self._items.clear()
        callback = self._callback
        if callback is not None:
            callback()

    def poll(self) -> Item | None:
        """Give an item that is there, unless something else is to be noticed first, which `get` does."""
        if self._interrupted or self._closed or self._lost is not None:
            return None
        try:
            return self._items.popleft()
        except IndexError:
            return None

    def get(self, timeout: float | None) -> Item | None:
        """Give the next item, waiting at most `timeout` seconds; None when time is up, interrupted or closed.

        Raises ConnectionLostError after `lose`.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._changed:
            self._waiting = True
            try:
                return self._wait(deadline)
            finally:
                self._waiting = False

    def _wait(self, deadline: float | None) -> Item | None:
        while True:
            if self._closed:
                return None
            if self._lost is not None:
                raise ConnectionLostError(f"the connection is lost: {self._lost}") from self._lost
            if self._interrupted:
                self._interrupted = False
                return None
            if self._items:
                return self._items.popleft()
            remaining = None if deadline is None else deadline - time.monotonic()
            if remaining is not None and remaining <= 0:
                return None
            self._changed.wait(None if remaining is None else min(remaining, threading.TIMEOUT_MAX))

    def ready(self, callback: Callable[[], bool] | None) -> None:
        """Call for each item that comes, and at once if there is one; None: no more."""
        self._callback = callback
        if callback is not None and (self._items or self._lost is not None):
            callback()

    def interrupt(self) -> None:
        """Make the `get` in progress, or else the next, give None."""
        with self._changed:
            self._interrupted = True
            self._changed.notify()

    def close(self) -> list[Item]:
        """Give nothing more; tell what was not taken."""
        with self._changed:
            self._closed = True
            self._callback = None
            self._changed.notify()
            left = list(self._items)
            self._items.clear()
            return left

    def lose(self, error: JMSError) -> None:
        """Make every `get` from now on raise."""
        with self._changed:
            self._lost = error
            self._items.clear()
            self._changed.notify()
            callback = self._callback
        if callback is not None:
            callback()
