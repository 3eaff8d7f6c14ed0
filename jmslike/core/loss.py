"""The loss of a connection's link: it happens at most once, and is final (C10)."""

from __future__ import annotations

import threading

from jmslike.errors import ConnectionLostError, JMSError


class Loss:
    """Whether the link of one connection is lost, and why."""

    __slots__ = ("_setting", "error")

    def __init__(self) -> None:
        self.error: JMSError | None = None
        self._setting = threading.Lock()

    def set(self, error: JMSError) -> bool:
        """Note the loss. Return whether it is the first one: only that is reported."""
        with self._setting:
            if self.error is not None:
                return False
            self.error = error
            return True

    def check(self, consequence: str = "create another connection") -> None:
        """Raise ConnectionLostError if the link is lost; its text ends with the consequence for the caller."""
        if self.error is not None:
            raise ConnectionLostError(f"the connection is lost: {self.error}; {consequence}") from self.error
