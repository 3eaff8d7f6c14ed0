"""Commits offsets in the background: one commit at a time, with all that was settled since the one before."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final

from kafka import errors

from jmslike.errors import JMSError
from jmslike_transports.kafka.errors import translated

_OVER: Final = (errors.CommitFailedError, errors.IllegalGenerationError, errors.UnknownMemberIdError)
"""This is no member any more: others own what it held, and it has nothing to commit."""


def may_be_repeated(error: BaseException) -> bool:
    """Whether a commit may be retried: after a rebalance, or when a broker is back."""
    reasons = (error, *error.args)
    return getattr(error, "retriable", False) or any(
        isinstance(reason, errors.RebalanceInProgressError) for reason in reasons
    )


class OffsetCommits:
    """Calls `commit`, which begins to commit what is settled then and returns a future of kafka-python.

    Any thread may call it. `fail` is told of errors that no retry mends.
    """

    def __init__(self, commit: Callable[[], Any], fail: Callable[[JMSError], None]) -> None:
        self._begin = commit
        self._fail = fail
        self._changed = threading.Condition()
        self._requested = 0
        self._awaited = 0
        self._done = 0
        self._is_busy = False
        self._waits = False
        self._closed = False

    def soon(self) -> None:
        """Commit what is settled now: at once, or after the commit that is under way."""
        if self._waits:
            return
        with self._changed:
            self._requested += 1
            if self._is_busy or self._waits or self._closed:
                return
            self._is_busy = True
        self._commit()

    def retry(self) -> None:
        """Commit what waits or has failed; called at intervals."""
        if self._waits:
            with self._changed:
                if self._is_busy or self._closed:
                    return
                self._waits, self._is_busy = False, True
            self._commit()

    def flush(self, timeout: float) -> bool:
        """Wait at most `timeout` seconds until all that is settled now is committed, or lost; return whether it is."""
        with self._changed:
            requested = self._awaited = self._requested
        self.retry()
        with self._changed:
            self._changed.wait_for(lambda: self._done >= requested or self._closed, timeout)
            return self._done >= requested

    def close(self, *, is_done: bool) -> None:
        """Commit nothing more, and wake all who wait. `is_done`: all that is settled has been committed otherwise."""
        with self._changed:
            self._closed, self._waits = True, False
            if is_done:
                self._done = self._requested
            self._changed.notify_all()

    def _commit(self) -> None:
        requested = self._requested
        try:
            future = self._begin()
        except Exception as error:
            self._failed(requested, error)
        else:
            future.add_callback(lambda _: self._ended(requested))
            future.add_errback(lambda error: self._failed(requested, error))

    def _ended(self, requested: int) -> None:
        with self._changed:
            self._done = max(self._done, requested)
            self._is_busy = again = self._awaited > self._done and not self._closed
            self._waits = self._requested > self._done and not (again or self._closed)
            self._changed.notify_all()
        if again:
            self._commit()

    def _failed(self, requested: int, error: BaseException) -> None:
        if self._closed:
            return
        if may_be_repeated(error):
            with self._changed:
                self._is_busy, self._waits = False, True
        elif isinstance(error, _OVER):
            self._ended(requested)
        else:
            self._fail(translated(error))
            self._ended(requested)
