"""Committing in the background: one commit at a time, and each takes along all that was settled meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final

from kafka import errors

from jmslike.errors import JMSError
from jmslike_transports.kafka.errors import translated

_OVER: Final = (errors.CommitFailedError, errors.IllegalGenerationError, errors.UnknownMemberIdError)
"""The group goes on without us: what we held is somebody else's, and there is nothing to commit any more."""


def may_be_repeated(error: BaseException) -> bool:
    """Tell whether a commit may be tried again: after a rebalance, or when a broker is back."""
    reasons = (error, *error.args)
    return getattr(error, "retriable", False) or any(
        isinstance(reason, errors.RebalanceInProgressError) for reason in reasons
    )


class Commits:
    """Calls `commit`, which begins to commit what is settled then and gives a future of kafka-python."""

    def __init__(self, commit: Callable[[], Any], fail: Callable[[JMSError], None]) -> None:
        self._begin = commit
        self._fail = fail
        self._changed = threading.Condition()
        self._wanted = 0
        self._awaited = 0
        self._done = 0
        self._is_busy = False
        self._waits = False
        self._is_over = False

    def soon(self) -> None:
        """Commit what is settled now: at once, or with what is settled after a commit that is under way."""
        if self._waits:
            return
        with self._changed:
            self._wanted += 1
            if self._is_busy or self._waits or self._is_over:
                return
            self._is_busy = True
        self._commit()

    def retry(self) -> None:
        """Commit what waits, or could not be done; called from time to time."""
        if self._waits:
            with self._changed:
                if self._is_busy or self._is_over:
                    return
                self._waits, self._is_busy = False, True
            self._commit()

    def flush(self, timeout: float) -> bool:
        """Wait at most `timeout` seconds until all that is settled now is committed, or is not ours any more."""
        with self._changed:
            wanted = self._awaited = self._wanted
        self.retry()
        with self._changed:
            self._changed.wait_for(lambda: self._done >= wanted or self._is_over, timeout)
            return self._done >= wanted

    def end(self, *, is_done: bool) -> None:
        """Commit nothing more, and let nobody wait; tell whether all that is settled has been committed otherwise."""
        with self._changed:
            self._is_over, self._waits = True, False
            if is_done:
                self._done = self._wanted
            self._changed.notify_all()

    def _commit(self) -> None:
        wanted = self._wanted
        try:
            future = self._begin()
        except Exception as error:
            self._failed(wanted, error)
        else:
            future.add_callback(lambda _: self._ended(wanted))
            future.add_errback(lambda error: self._failed(wanted, error))

    def _ended(self, wanted: int) -> None:
        with self._changed:
            self._done = max(self._done, wanted)
            self._is_busy = again = self._awaited > self._done and not self._is_over
            self._waits = self._wanted > self._done and not (again or self._is_over)
            self._changed.notify_all()
        if again:
            self._commit()

    def _failed(self, wanted: int, error: BaseException) -> None:
        if self._is_over:
            return
        if may_be_repeated(error):
            with self._changed:
                self._is_busy, self._waits = False, True
        elif isinstance(error, _OVER):
            self._ended(wanted)
        else:
            self._fail(translated(error))
            self._ended(wanted)
