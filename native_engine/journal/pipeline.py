"""Sends whose callers do not wait: one thread waits for the disk, enters them in order, and completes them."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from typing import Final, NamedTuple, TypeAlias

__all__ = ["Pipeline"]

logger: Final = logging.getLogger("jmslike.engine")

Completion: TypeAlias = "Callable[[Exception | None], None]"


class Open(NamedTuple):
    """A send that is appended, and not in its queues yet."""

    position: int
    enter: Callable[[], None]
    completion: Completion


class Pipeline:
    """Finishes sends in the order in which they were added.

    `wait` waits until a position of the log is safe. `refusal` returns what to raise for a send once it is closed.
    """

    def __init__(self, wait: Callable[[int], None], refusal: Callable[[], Exception]) -> None:
        self._wait = wait
        self._refusal = refusal
        self._lock = threading.Lock()
        self._open: deque[Open] = deque()
        self._wakeup: SimpleQueue[None] = SimpleQueue()  # which Ctrl-C cannot interrupt half-way, unlike a condition
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="native_engine journal", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def is_busy(self) -> bool:
        """Whether there are sends that are not in their queues yet."""
        return bool(self._open)

    def add(self, position: int, enter: Callable[[], None], completion: Completion) -> None:
        """Finish a send; `completion` is called in the thread of the pipeline, with the error if there is one."""
        each = Open(position, enter, completion)
        with self._lock:
            if self._closed:
                raise self._refusal()
            try:
                self._open.append(each)
            finally:
                self._wakeup.put(None)

    def pass_by(self) -> None:
        """Wait until what was added before is in its queues, or was refused there."""
        if not self._open or self._thread is threading.current_thread():
            return  # a completion that sends is called before what was added later
        done = threading.Lock()
        done.acquire()
        with self._lock:
            if self._closed:
                return  # its queues are closed, or are about to be
            try:
                self._open.append(Open(0, _do_nothing, lambda _: done.release()))
            finally:
                self._wakeup.put(None)
        done.acquire()

    def close(self) -> None:
        """Finish what was added, and end the thread."""
        with self._lock:
            self._closed = True
        self._wakeup.put(None)
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        while True:
            self._wakeup.get()
            with self._lock:
                ends = self._closed
            if not self.work() and ends:
                return

    def work(self) -> bool:
        """Finish what was added; return whether there was anything."""
        with self._lock:
            batch = list(self._open)
        if not batch:
            return False
        error: Exception | None = None
        try:
            self._wait(max(each.position for each in batch))
        except Exception as failure:
            error = failure
        for each in batch:
            self._finish(each, error)
        return True

    def _finish(self, each: Open, error: Exception | None) -> None:
        if error is None:
            try:
                each.enter()
            except Exception as failure:
                error = failure
        self._open.popleft()
        try:
            each.completion(error)
        except Exception:  # the next sends are completed all the same
            logger.exception("the completion of a send failed")


def _do_nothing() -> None:
    """The step of one that only waits."""
