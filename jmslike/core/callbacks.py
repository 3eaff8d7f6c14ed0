"""A thread that runs callbacks in order.

Each session has one for completion listeners, each connection one for its exception listener. No transport's thread
ever runs code of the application.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue

from jmslike.core.listener_calls import log_raised

_log = logging.getLogger("jmslike.callbacks")


class CallbackThread:
    """Runs submitted tasks one after the other, in a thread that the first of them starts, or `start`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._tasks: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def submit(self, task: Callable[[], object]) -> None:
        """Run `task` on the thread, after those submitted before."""
        self._tasks.put(task)
        self.start()

    def start(self) -> None:
        """Start the thread if it does not run. Does nothing at the end of the interpreter, which allows no new one."""
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                    with suppress(RuntimeError):
                        thread.start()
                        self._thread = thread

    @property
    def is_current(self) -> bool:
        """Whether the caller is one of the callbacks."""
        return threading.current_thread() is self._thread

    def close(self) -> None:
        """Let the thread end when it has run the tasks submitted so far."""
        if self._thread is not None:
            self._tasks.put(None)

    def _run(self) -> None:
        while True:
            task = self._tasks.get()
            if task is None:
                if self._ends():
                    return
                continue
            try:
                task()
            except BaseException as error:  # sys.exit() there must not lose the callbacks that follow
                log_raised(
                    _log, error, "a completion, exception or link listener raised an exception; later calls go on"
                )

    def _ends(self) -> bool:
        """Let the thread end unless something is left to run; return whether it may. A later task starts another."""
        with self._starting:
            thread, self._thread = self._thread, None
            if not self._tasks.empty():
                self._thread = thread
                self._tasks.put(None)
            return self._thread is None
