"""What was delivered too often goes to the dead-letter queue (section 8.7)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import closing
from typing import Final

from jmslike.core.redelivery import dead_letter_of, growing_pause
from jmslike.core.session_state import SessionState
from jmslike.destinations import Destination
from jmslike.errors import ConnectionLostError, JMSError
from jmslike.spi import ACCEPT, Delivery, Returning, Subscription

_log = logging.getLogger("jmslike.redelivery")

_RETRY: Final = 1.0
"""Seconds until a dead letter that could not be moved is tried again, the first time."""


class DeadLetters:
    """The dead letters of one subscription. One that cannot be moved is tried again, ever later.

    Used by the session's thread.
    """

    __slots__ = ("_clock", "_destination", "_resumes", "_session", "_subscription", "_unmoved")

    def __init__(self, session: SessionState, subscription: Subscription, destination: Destination) -> None:
        self._clock = session.connection.clock
        self._session = session
        self._subscription = subscription
        self._destination = destination
        self._unmoved = 0  # tries in a row, all in vain
        self._resumes = 0.0  # when (monotonic seconds) what the provider gave back itself is tried again

    def bury(self, delivery: Delivery, reason: str, postpone: Callable[[Delivery, float], None]) -> None:
        """Move the delivery to the dead-letter queue, or drop it if there is none.

        `postpone` has a delivery handed over again, in so many seconds. Raises ConnectionLostError.
        """
        envelope, receipt, attempts = delivery
        remaining = self._resumes - self._clock.monotonic()
        if self._unmoved and remaining > 0:
            postpone(delivery, remaining)
            return
        queue = self._session.redelivery.dead_letter_queue(self._destination)
        _log.warning(
            "%s from %s: gave up after %d deliveries; %s",
            envelope.id,
            self._destination,
            attempts,
            "dropped (no dead-letter queue)" if queue is None else f"moving it to {queue}",
        )
        if queue is None:
            if receipt is not None:
                self._subscription.settle((receipt,), ACCEPT)
            return
        copy = dead_letter_of(envelope, queue, attempts, reason)
        link = self._session.link
        try:
            with closing(link.sender(queue)) as sender:
                # apart from the application's transaction, which may be rolled back
                link.commit([(sender, copy)], [(self._subscription, (receipt,), ACCEPT)], dead_letters=True)
        except ConnectionLostError:
            raise
        except JMSError as error:
            pause = self._pause_after(delivery, queue, error)
            if pause:
                postpone(delivery, pause)
        else:
            self._unmoved = 0

    def _pause_after(self, delivery: Delivery, queue: Destination, error: JMSError) -> float:
        """Return the seconds until the delivery is to be tried again; 0 if it is with the provider."""
        is_held = self._subscription.holds(delivery[1])
        if not (is_held or isinstance(self._subscription, Returning)):
            return 0.0  # another consumer has it (C7)
        self._unmoved += 1
        pause = growing_pause(self._unmoved, _RETRY)
        _log.error("%s cannot be moved to %s; retrying in %g s: %s", delivery[0].id, queue, pause, error)
        if is_held:
            return pause
        self._resumes = self._clock.monotonic() + pause  # the provider gave it back: it comes again at once
        return 0.0
