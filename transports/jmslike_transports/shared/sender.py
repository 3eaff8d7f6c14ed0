"""Completions of sends that have to be looked after: whose failure the sender or the application must hear of.

A sender makes `unattended` once, for messages for whose confirmation no caller waits, and wraps with `watched` the
completion of each message that may find its destination deleted.
"""

from __future__ import annotations

from collections.abc import Callable

from jmslike.errors import ConnectionLostError, JMSError
from jmslike.spi import Completion, Destination


def watched(completion: Completion, invalidate: Callable[[], object]) -> Completion:
    """Return a completion that calls `invalidate` first if the send failed, so that the next send looks for its
    destination again.
    """

    def completed(error: JMSError | None) -> None:
        if error is not None:
            invalidate()
        completion(error)

    return completed


def unattended(destination: Destination, report: Callable[[JMSError], None]) -> Completion:
    """Return a completion that reports a message as lost, unless the connection is lost, which is reported anyway."""

    def completed(error: JMSError | None) -> None:
        if error is not None and not isinstance(error, ConnectionLostError):
            report(type(error)(f"a message to {destination} was lost: {error}"))

    return completed
