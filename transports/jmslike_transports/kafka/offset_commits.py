"""Commits offsets: in the background, one commit at a time, with all that was settled since the one before; or at once,
as a transaction that a caller waits for.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from kafka import errors

from jmslike.errors import JMSError, TransactionInDoubtError, TransactionRolledBackError
from jmslike_transports.kafka.errors import translated
from jmslike_transports.kafka.library.group_member import GroupMember, Offsets

_BETWEEN: Final = 0.03
"""Seconds between two commits, if the one before took less."""
_AFTER_FAILURES: Final = 0.5
"""Seconds after which a commit is tried again that has failed several times."""
_OVER: Final = (errors.CommitFailedError, errors.IllegalGenerationError, errors.UnknownMemberIdError)
"""This is no member any more: others own what it held, and it has nothing to commit."""
_REFUSED: Final = (*_OVER, errors.RebalanceInProgressError, errors.AuthorizationError, TransactionRolledBackError)
"""Nothing is committed. Any other error leaves that open: a broker may commit, and fail before it says so."""


def may_be_repeated(error: BaseException) -> bool:
    """Whether a commit may be retried: after a rebalance, or when a broker is back."""
    reasons = (error, *error.args)
    return getattr(error, "retriable", False) or any(
        isinstance(reason, errors.RebalanceInProgressError) for reason in reasons
    )


def commit_and_wait(
    member: GroupMember, offsets: Callable[[], Offsets], timeout: float, is_ending: Callable[[], bool]
) -> None:
    """Commit, and wait for it at most `timeout` seconds, also for the end of a rebalance.

    Raises TransactionRolledBackError, or TransactionInDoubtError if no broker says whether it is committed.
    """
    deadline = time.monotonic() + timeout
    is_in_doubt = False
    while True:
        try:
            member.wait(member.commit(offsets), max(0.0, deadline - time.monotonic()))
        except (errors.KafkaError, JMSError, RuntimeError) as error:
            is_in_doubt = is_in_doubt or not isinstance(error, _REFUSED)
            if may_be_repeated(error) and time.monotonic() < deadline and not is_ending():
                time.sleep(_BETWEEN)  # the thread that polls carries on with the rebalance
            elif is_in_doubt:
                raise TransactionInDoubtError(
                    f"transaction in doubt: no broker confirmed the commit: {translated(error)}"
                ) from error
            else:
                raise TransactionRolledBackError(
                    f"transaction rolled back: another consumer owns the received messages: {error}"
                ) from error
        else:
            return


class OffsetCommits:
    """Calls `commit`, which begins to commit what is settled then and returns a future of kafka-python.

    Any thread may call it. `fail` is told of errors that no retry mends. `wake` is called when something waits: then
    `retry` is to be called after `due_in` seconds.
    """

    def __init__(self, commit: Callable[[], Any], fail: Callable[[JMSError], None], wake: Callable[[], object]) -> None:
        self._begin = commit
        self._fail = fail
        self._wake = wake
        self._changed = threading.Condition()
        self._requested = 0
        self._awaited = 0
        self._done = 0
        self._is_busy = False
        self._waits = False
        self._failures = 0  # in a row
        self._began = 0.0
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

    @property
    def due_in(self) -> float:
        """Seconds until what waits or has failed is to be committed; infinite if nothing waits."""
        if not self._waits:
            return math.inf
        pause = min(math.ldexp(_BETWEEN, self._failures), _AFTER_FAILURES)
        return max(0.0, self._began + pause - time.monotonic())

    def retry(self) -> None:
        """Commit what waits or has failed."""
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
        self._began = time.monotonic()
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
            self._failures = 0
            self._is_busy = again = self._awaited > self._done and not self._closed
            self._waits = waits = self._requested > self._done and not (again or self._closed)
            self._changed.notify_all()
        if again:
            self._commit()
        elif waits:
            self._wake()

    def _failed(self, requested: int, error: BaseException) -> None:
        if self._closed:
            return
        if may_be_repeated(error):
            with self._changed:
                self._is_busy, self._waits = False, True
                self._failures = min(self._failures + 1, 10)
            self._wake()
        elif isinstance(error, _OVER):
            self._ended(requested)
        else:
            self._fail(translated(error))
            self._ended(requested)
