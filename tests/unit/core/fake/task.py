"""Calls in threads of their own, and how long tests wait for them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from typing import Any, TypeVar

PATIENCE = 10.0
"""The longest wait, in seconds, for something that must happen."""

SILENCE = 0.03
"""The wait, in seconds, after which a test believes that nothing happens."""

T = TypeVar("T")


class Task(Future[T]):
    """A call in a thread of its own."""

    def __init__(self, call: Callable[..., T], *arguments: Any) -> None:
        super().__init__()
        self._call = call, arguments
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        call, arguments = self._call
        try:
            self.set_result(call(*arguments))
        except BaseException as error:
            self.set_exception(error)

    def end(self) -> T:
        """Wait for the call; return its result or raise its error."""
        return self.result(PATIENCE)

    def goes_on(self) -> bool:
        """Whether the call is still running after a short while."""
        try:
            self.exception(SILENCE)
        except NotYet:
            return True
        return False
