"""Calling receivers that wait: how a record that may be taken finds a receiver to take it.

The queue decides under its lock which to call. A receiver whose thread sleeps in `take` is woken there and then. A
listener is a callback of the application's, so it is called when the lock is free again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final, Protocol, TypeAlias

__all__ = ["Call", "Ready", "call_all"]

logger: Final = logging.getLogger("jmslike.engine")

Ready: TypeAlias = Callable[[], bool]


class Callee(Protocol):
    """A listening receiver."""

    def _decline(self, number: int) -> list[Call]:
        """Answer this call with no; return the calls to make instead."""


Call: TypeAlias = tuple[Callee, Ready, int]
"""The listener, its callback, and the number of the call."""


def call_all(calls: list[Call]) -> None:
    """Make the calls, with no lock held, and those that follow when a listener is busy."""
    interruption: BaseException | None = None
    for callee, callback, number in calls:
        try:
            answer = callback()
        except Exception:
            logger.exception("a listener's callback failed; it counts as busy")
            answer = False
        except BaseException as error:  # KeyboardInterrupt, say; the others have to be called all the same
            interruption = error
            answer = False
        if not answer:
            calls += callee._decline(number)
    if interruption is not None:
        raise interruption
