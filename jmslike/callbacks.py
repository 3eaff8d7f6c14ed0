"""One thread that runs callbacks in order: completion listeners (one per session), exception listeners (one per
connection).
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

_log = logging.getLogger("jmslike.callbacks")


class CallbackThread:
    """Runs what is given to `submit` one after the other, in a thread that is started by the first of them."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._tasks: deque[Callable[[], object]] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None

    def submit(self, task: Callable[[], object]) -> None:
        """Run `task` on the thread, after those given before."""
        with self._changed:
            self._tasks.append(task)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            else:
                self._changed.notify_all()

    @property
    def is_current(self) -> bool:
        """Whether the caller is one of the callbacks."""
        return threading.current_thread() is self._thread

    def close(self) -> None:
        """Let the thread end when it has run what it was given."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._tasks or self._closed)
                if not self._tasks:
                    self._thread = None
                    return
                task = self._tasks.popleft()
            try:
                task()
            except BaseException:  # sys.exit() there must not lose the callbacks that follow
                _log.exception("a listener raised an exception")
