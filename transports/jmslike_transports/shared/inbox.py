"""The messages of one consumer that were pushed and not taken.

The I/O thread calls `put`; the one thread that takes (C2) calls `poll` and `get`; any thread the rest.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Final, Generic, TypeVar

from jmslike.errors import ConnectionLostError, JMSError
from jmslike_transports.shared.loss import ANEW, lost_again

Item = TypeVar("Item")


class _Wake:
    """Put into the queue to wake the waiting thread, which then checks what else has changed."""


_WAKE: Final = _Wake()


class Inbox(Generic[Item]):
    """A queue of items with a waiting thread or a listener."""

    def __init__(self) -> None:
        self._items: SimpleQueue[Item | _Wake] = SimpleQueue()
        self._back: deque[Item] = deque()
        self._callback: Callable[[], bool] | None = None
        self._interrupted = False
        self._closed = False
        self._lost: JMSError | None = None

    @property
    def is_armed(self) -> bool:
        """Whether a listener is set."""
        return self._callback is not None

    def put(self, item: Item) -> Sequence[Item]:
        """Add an item, and wake the thread or listener that waits. Return the items left in a closed inbox."""
        self._items.put(item)
        return self._offer()

    def put_back(self, items: Sequence[Item]) -> Sequence[Item]:
        """Make these items, in this order, the next. Return the items left in a closed inbox."""
        self._back.extendleft(reversed(items))
        self._items.put(_WAKE)
        return self._offer()

    def _offer(self) -> Sequence[Item]:
        if self._closed:
            left = self._empty()
            self._items.put(_WAKE)  # the wake of `close` may have been removed with the items
            return left
        callback = self._callback
        if callback is not None:
            callback()
        return ()

    def poll(self) -> Item | None:
        """Return an item without waiting; None if there is none, or if `get` has to report something."""
        if self._interrupted or self._closed or self._lost is not None:
            return None
        if self._back:
            with suppress(IndexError):  # closed just now
                return self._back.popleft()
        try:
            item = self._items.get_nowait()
        except Empty:
            return None
        return None if isinstance(item, _Wake) else item

    def get(self, timeout: float | None) -> Item | None:
        """Return the next item, waiting at most `timeout` seconds; None when time is up, interrupted or closed.

        Raises the error that was passed to `lose`.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            if self._closed:
                return None
            if self._lost is not None:
                raise _same(self._lost)
            if self._interrupted:
                self._interrupted = False
                return None
            if self._back:
                with suppress(IndexError):  # closed just now
                    return self._back.popleft()
                continue
            try:
                item = self._items.get(timeout=None if deadline is None else max(0.0, deadline - time.monotonic()))
            except Empty:
                return None
            if not isinstance(item, _Wake):
                return item

    def ready(self, callback: Callable[[], bool] | None) -> None:
        """Set the listener, which is called for each item that comes, and at once if there is one; None removes it."""
        self._callback = callback
        if callback is not None and (self._back or not self._items.empty() or self._lost is not None):
            callback()

    def interrupt(self) -> None:
        """Make the `get` in progress, or else the next one, return None."""
        self._interrupted = True
        self._items.put(_WAKE)

    def drain(self) -> list[Item]:
        """Return the items that were not taken, and keep none."""
        left = self._empty()
        self._items.put(_WAKE)  # that of a `lose` or an `interrupt` may have been removed with the items
        return left

    def close(self) -> list[Item]:
        """Make every `get` return None from now on. Return the items that were not taken."""
        self._closed = True
        self._callback = None
        left = self._empty()
        self._items.put(_WAKE)
        return left

    def lose(self, error: JMSError) -> None:
        """Make every `get` raise from now on."""
        self._lost = error
        self._items.put(_WAKE)
        callback = self._callback
        if callback is not None:
            callback()

    def _empty(self) -> list[Item]:
        left = []
        with suppress(IndexError):  # one by one: another thread may be taking
            while True:
                left.append(self._back.popleft())
        try:
            while True:
                item = self._items.get_nowait()
                if not isinstance(item, _Wake):
                    left.append(item)
        except Empty:
            return left


def _same(error: JMSError) -> JMSError:
    """Return a new error to raise, because the same one may be raised many times."""
    if isinstance(error, ConnectionLostError):
        return lost_again(error, ANEW)
    same = type(error)(str(error))
    same.__cause__ = error
    return same
