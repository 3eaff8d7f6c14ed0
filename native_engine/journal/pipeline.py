"""Sends whose callers do not wait: one thread waits for the disk, enters them in order, and completes them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

__all__ = ["Pipeline"]

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
        self._changed = threading.Condition()
        self._open: deque[Open] = deque()
        self._closed = False
        self._thread: threading.Thread | None = None

    @property
    def is_busy(self) -> bool:
        """Whether there are sends that are not in their queues yet."""
        return bool(self._open)

    def add(self, position: int, enter: Callable[[], None], completion: Completion) -> None:
        """Finish a send; `completion` is called in the thread of the pipeline, with the error if there is one."""
        with self._changed:
            if self._closed:
                raise self._refusal()
            self._open.append(Open(position, enter, completion))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="native_engine journal", daemon=True)
                self._thread.start()
            self._changed.notify()

    def add_and_wait(self, position: int, enter: Callable[[], None]) -> None:
        """Finish a send after those that were added before, and wait for it. Raises its error."""
        done = threading.Lock()
        done.acquire()
        errors: list[Exception | None] = []

        def complete(error: Exception | None) -> None:
            errors.append(error)
            done.release()

        self.add(position, enter, complete)
        done.acquire()
        if errors[0] is not None:
            raise errors[0]

    def close(self) -> None:
        """Finish what was added, and end the thread."""
        with self._changed:
            self._closed = True
            thread = self._thread
            self._changed.notify()
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not (self._open or self._closed):
                    self._changed.wait()
                batch = list(self._open)
            if not batch:
                return
            error: Exception | None = None
            try:
                self._wait(max(each.position for each in batch))
            except Exception as failure:
                error = failure
            for each in batch:
                self._finish(each, error)

    def _finish(self, each: Open, error: Exception | None) -> None:
        if error is None:
            try:
                each.enter()
            except Exception as failure:
                error = failure
        self._open.popleft()
        each.completion(error)
