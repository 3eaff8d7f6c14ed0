"""What every delivery of one subscription passes before an application sees it.

A blocking consumer calls `next_within`. The dispatcher, and anything else that must not block, calls `next` and
`refusal`, and looks again when the transport's `ready` callback or `due` says so. All run inside the session's gate,
one thread at a time.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import Final, NamedTuple

from jmslike.core.redelivery import dead_letter_of
from jmslike.core.session_state import SessionState
from jmslike.destinations import Destination
from jmslike.envelope import Envelope
from jmslike.errors import ConnectionLostError, JMSError
from jmslike.message import Message, received_message
from jmslike.spi import ACCEPT, Delivery, Receipt, Stoppable, Subscription

_log = logging.getLogger("jmslike.redelivery")

_DEAD_LETTER_RETRY: Final = 1.0
"""Seconds until a dead letter that could not be moved is tried again."""

MessageListener = Callable[[Message], object]


class Redelivery(NamedTuple):
    """A delivery that waits in this process to be handed over again, from `due` (monotonic seconds) on."""

    due: float
    envelope: Envelope
    receipt: Receipt
    attempts: int


class Intake:
    """One subscription, with what waits here to be redelivered.

    It keeps from the application: expired messages, those that a predicate of the core leaves out, and those that were
    delivered too often (dead letters). `fast_take` is the subscription's `take` while a receive may call it without
    `next_within`, else None. `interrupted` says that a take may return None early. `listener` is what the dispatcher
    calls, if anything.
    """

    __slots__ = (
        "_clock", "_following", "_gate", "_is_stopped", "_predicate", "_redeliveries", "_session", "destination",
        "fast_take", "interrupted", "is_open", "listener", "subscription",
    )  # fmt: skip

    def __init__(
        self,
        session: SessionState,
        subscription: Subscription,
        destination: Destination,
        predicate: Callable[[Envelope], bool] | None,
        *,
        stopped: bool = False,
    ) -> None:
        self.subscription: Subscription = subscription
        self.destination: Final = destination
        self.is_open: bool = True
        self.listener: MessageListener | None = None
        self.fast_take: Callable[[float | None, bool], Delivery | None] | None = None
        self._session = session
        self._gate = session.gate
        self._clock = session.connection.clock
        self._predicate = predicate
        self._redeliveries: deque[Redelivery] = deque()
        self.interrupted: bool = False
        self._is_stopped = stopped
        self._following = threading.Lock()
        session.receivers.add(self)
        self.refresh()

    def refresh(self) -> None:
        """Decide again whether a receive may take the fast lane."""
        gate = self._gate
        with gate.changed:
            plain = (
                gate.running
                and self.is_open
                and not self._redeliveries
                and self._predicate is None
                and not gate.listening
                and not self._session.acknowledgement.is_batched
            )
            self.fast_take = self.subscription.take if plain else None

    def follow(self) -> None:
        """Start or stop the subscription as the session is by now (C14). Any thread; no receive is in progress.

        Raises what `Stoppable.start` and `Stoppable.stop` raise.
        """
        subscription = self.subscription
        if not isinstance(subscription, Stoppable):
            return
        with self._following:
            stopped = not self._gate.running
            if stopped != self._is_stopped and self.is_open:
                if stopped:
                    subscription.stop()
                else:
                    subscription.start()
                self._is_stopped = stopped

    # ---- taking -----------------------------------------------------------------------------------------------------

    def next(self) -> Delivery | None:
        """Return the next delivery, unsettled, or None. The caller asks `refusal` before it hands the delivery over.

        Never waits while the subscription is armed (`Subscription.ready`); one that is not may ask its broker. Raises
        ConnectionLostError.
        """
        while self.is_open and self._gate.running:
            if self._redeliveries and self._has_redelivery():
                if self._redeliveries[0].due <= self._clock.monotonic():
                    return self._pop_redelivery()[1:]
                self._session.connection.loss.check()
                return None
            delivery = self._take_at_once()
            if delivery is not None or not self.interrupted:
                return delivery
            self.interrupted = False
        self._session.acknowledgement.flush()
        return None

    @property
    def is_redelivering(self) -> bool:
        """Whether redeliveries wait here, before which nothing new is handed over. Safe from any thread."""
        return bool(self._redeliveries)

    @property
    def due(self) -> float | None:
        """When (monotonic seconds) the first redelivery may be handed over; None if none waits.

        Safe from any thread.
        """
        redeliveries = self._redeliveries  # `close`, on another thread, replaces them
        return redeliveries[0].due if redeliveries else None

    def next_within(self, deadline: float | None, *, settle: bool) -> Delivery | None:
        """Return the next delivery that may be handed over, or None at the deadline (monotonic seconds) or when closed.

        `settle` allows the transport to settle it. Raises ConnectionLostError.
        """
        gate = self._gate
        while self.is_open and not gate.closed:
            delivery = None
            if not gate.running:
                self._session.acknowledgement.flush()
                self._park(deadline, lambda: gate.running)
            elif self._redeliveries and self._has_redelivery():
                delivery = self._next_redelivery(deadline)
            else:
                delivery = self._take_within(deadline, settle)
                if delivery is None and self.interrupted:
                    self.interrupted = False
                    continue
            if delivery is not None:
                refuse = self.refusal(delivery)
                if refuse is None:
                    return delivery
                refuse()
            elif deadline is not None and self._clock.monotonic() >= deadline:
                return None
        return None

    def _take_within(self, deadline: float | None, settle: bool) -> Delivery | None:
        session = self._session
        if session.acknowledgement.is_batched and len(session.ledger):
            return self._take_at_once()  # None: the caller looks at the gate before a take that waits
        remaining = None if deadline is None else max(0.0, deadline - self._clock.monotonic())
        return self.subscription.take(remaining, settle)

    def _take_at_once(self) -> Delivery | None:
        delivery = self.subscription.take(0, False)
        if delivery is None:  # also if it was interrupted
            self._session.acknowledgement.flush()
        return delivery

    def _park(self, deadline: float | None, awake: Callable[[], bool]) -> None:
        loss = self._session.connection.loss
        self._gate.park(deadline, lambda: awake() or not self.is_open or loss.error is not None)
        loss.check()

    def interrupt(self) -> None:
        """Make a take in progress, or the next one, return early and look at the gate again. Called by any thread."""
        # An interrupt that no take was waiting for ends the next one early, which is then taken once more. Noted last:
        # a take that ends between the two must not use up the note, and leave the interrupt to the one after it.
        self.subscription.interrupt()
        self.interrupted = True

    # ---- what is not handed over ------------------------------------------------------------------------------------

    def refusal(self, delivery: Delivery) -> Callable[[], None] | None:
        """Return None if the delivery may be handed over, else the call that settles it.

        Refused are expired messages, those that the predicate leaves out, and dead letters. The call may wait for the
        broker; it raises ConnectionLostError.
        """
        envelope, receipt, attempts = delivery
        constraints = envelope.constraints
        if constraints is not None and 0 < constraints.expiration <= self._clock.now() * 1000:
            return partial(self._drop, receipt)
        if self._predicate is not None and not self._predicate(envelope):
            return partial(self._drop, receipt)
        if attempts and self._session.redelivery.exhausted(attempts, self.destination):
            return partial(self._bury, envelope, receipt, attempts)
        return None

    def _drop(self, receipt: Receipt | None) -> None:
        if receipt is not None:
            self.subscription.settle((receipt,), ACCEPT)

    def _bury(self, envelope: Envelope, receipt: Receipt, attempts: int) -> None:
        queue = self._session.redelivery.dead_letter_queue(self.destination)
        _log.warning(
            "%s from %s: gave up after %d deliveries; %s",
            envelope.id,
            self.destination,
            attempts,
            "dropped (no dead-letter queue)" if queue is None else f"moving it to {queue}",
        )
        if queue is None:
            self._drop(receipt)
            return
        reason = f"delivered {attempts} times without being acknowledged"
        copy = dead_letter_of(envelope, queue, attempts, reason)
        link = self._session.link
        try:
            with closing(link.sender(queue)) as sender:
                # apart from the application's transaction, which may be rolled back
                link.commit([(sender, copy)], [(self.subscription, (receipt,), ACCEPT)], dead_letters=True)
        except ConnectionLostError:
            raise
        except JMSError as error:
            if self.subscription.holds(receipt):
                _log.error(
                    "%s cannot be moved to %s; retrying in %g s: %s", envelope.id, queue, _DEAD_LETTER_RETRY, error
                )
                retry = self._clock.monotonic() + _DEAD_LETTER_RETRY
                self._redeliveries.appendleft(Redelivery(retry, envelope, receipt, attempts))
                self.refresh()

    # ---- handing over -----------------------------------------------------------------------------------------------

    def hand_over(self, delivery: Delivery) -> Message:
        """Return the message for the application, entered in the ledger or settled as the session's mode demands."""
        session = self._session
        envelope, receipt, attempts = delivery
        number = 0 if receipt is None else session.acknowledgement.handed_over(self, delivery)
        return received_message(envelope, session, attempts, number)

    # ---- redelivery in this process ---------------------------------------------------------------------------------

    def _has_redelivery(self) -> bool:
        # those that the transport took back are dropped (C7)
        while self._redeliveries:
            if self.subscription.holds(self._redeliveries[0].receipt):
                return True
            self._pop_redelivery()
        return False

    def _pop_redelivery(self) -> Redelivery:
        redelivery = self._redeliveries.popleft()
        if not self._redeliveries:
            self.refresh()
        return redelivery

    def _next_redelivery(self, deadline: float | None) -> Delivery | None:
        due = self._redeliveries[0].due
        if due > self._clock.monotonic():
            gate = self._gate
            self._park(due if deadline is None else min(due, deadline), lambda: not gate.running)
            return None
        return self._pop_redelivery()[1:]

    def put_back(self, delivery: Delivery) -> None:
        """Make a delivery that was not handed over the next one."""
        self._redeliveries.appendleft(Redelivery(0.0, *delivery))
        self.refresh()

    def redeliver(self, deliveries: list[Delivery]) -> None:
        """Hand these deliveries, oldest first, over again before anything else, each with one more attempt.

        A closed intake releases them to the broker instead.
        """
        if not self.is_open:
            for _, receipt, attempts in deliveries:
                self.subscription.settle((receipt,), attempts + 1)
            return
        now = self._clock.monotonic()
        delay = self._session.redelivery.delay_before
        self._redeliveries.extendleft(
            Redelivery(now + delay(attempts + 1), envelope, receipt, attempts + 1)
            for envelope, receipt, attempts in reversed(deliveries)
        )
        self.refresh()

    # ---- the end ----------------------------------------------------------------------------------------------------

    def stop(self) -> bool:
        """Hand over nothing more, and wake a receive that waits. Return whether this call did it. Any thread."""
        gate = self._gate
        with gate.changed:
            if not self.is_open:
                return False
            self.is_open = False
            self.fast_take = None
            gate.changed.notify_all()
        self.interrupt()
        return True

    def close(self) -> None:
        """Release what was not handed over, and close the subscription; nothing is inside the gate."""
        self.is_open = False
        waiting, self._redeliveries = self._redeliveries, deque()
        try:
            for redelivery in waiting:
                self.subscription.settle((redelivery.receipt,), redelivery.attempts)
        except JMSError as error:
            _log.debug("what waited for %s cannot be released: %s", self.destination, error)
        self.subscription.close()
        self._session.receivers.discard(self)
