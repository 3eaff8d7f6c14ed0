"""Where a broker that pushes puts what one consumer has not taken yet."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Final, Generic, TypeVar

from jmslike.errors import ConnectionLostError, JMSError

Item = TypeVar("Item")


class _Wake:
    """Put into the queue so that who waits looks at what else has changed."""


_WAKE: Final = _Wake()


class Inbox(Generic[Item]):
    """Filled by an I/O thread, emptied by the one thread that takes (C2)."""

    def __init__(self) -> None:
        self._items: SimpleQueue[Item | _Wake] = SimpleQueue()
        self._back: deque[Item] = deque()
        self._callback: Callable[[], bool] | None = None
        self._interrupted = False
        self._closed = False
        self._lost: JMSError | None = None

    @property
    def is_armed(self) -> bool:
        """Whether a listener waits to be called."""
        return self._callback is not None

    def put(self, item: Item) -> Sequence[Item]:
        """Add an item and wake whoever waits for it. Nothing stays in an inbox that is closed: tell what cannot."""
        self._items.put(item)
        return self._offer()

    def put_back(self, items: Sequence[Item]) -> Sequence[Item]:
        """Let these items, in this order, be the next; tell what cannot stay."""
        self._back.extendleft(reversed(items))
        self._items.put(_WAKE)
        return self._offer()

    def _offer(self) -> Sequence[Item]:
        if self._closed:
            left = self._empty()
            self._items.put(_WAKE)  # that of `close` may be gone, and a `get` that it was for still asleep
            return left
        callback = self._callback
        if callback is not None:
            callback()
        return ()

    def poll(self) -> Item | None:
        """Give an item that is there, unless something else is to be noticed first, which `get` does."""
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
        """Give the next item, waiting at most `timeout` seconds; None when time is up, interrupted or closed.

        Raises what `lose` was told.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            if self._closed:
                return None
            if self._lost is not None:
                raise _same(self._lost) from self._lost
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
        """Call for each item that comes, and at once if there is one; None: no more."""
        self._callback = callback
        if callback is not None and (self._back or not self._items.empty() or self._lost is not None):
            callback()

    def interrupt(self) -> None:
        """Make the `get` in progress, or else the next, give None."""
        self._interrupted = True
        self._items.put(_WAKE)

    def close(self) -> list[Item]:
        """Give nothing more; tell what was not taken."""
        self._closed = True
        self._callback = None
        left = self._empty()
        self._items.put(_WAKE)
        return left

    def lose(self, error: JMSError) -> None:
        """Make every `get` from now on raise."""
        self._lost = error
        self._items.put(_WAKE)
        callback = self._callback
        if callback is not None:
            callback()

    def _empty(self) -> list[Item]:
        left = []
        with suppress(IndexError):  # one by one: somebody may be taking
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
    """Give an error to raise for one that is raised again and again."""
    if isinstance(error, ConnectionLostError):
        return ConnectionLostError(f"the connection is lost: {error}")
    return type(error)(str(error))
