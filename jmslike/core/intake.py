"""What every delivery of one subscription passes before an application sees it.

A blocking consumer calls `next_within`. The dispatcher, and anything else that must not block, calls
`next_acceptable`, and looks again when the transport's `ready` callback or `due` says so. All run inside the session's
gate, one thread at a time.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, cast

from jmslike.capabilities import Feature, Level
from jmslike.core.dead_letters import DeadLetters
from jmslike.core.ledger import Failure
from jmslike.core.listener_calls import ListenerCall
from jmslike.core.returns import Return, Returns
from jmslike.core.session_state import SessionState
from jmslike.core.subscription_rules import left_to_the_core
from jmslike.core.waiting import Waiting
from jmslike.envelope import Envelope
from jmslike.errors import ConnectionLostError, JMSError
from jmslike.message import Message, received_message
from jmslike.message.base import Owner
from jmslike.spi import (
    ACCEPT,
    Counting,
    Delivery,
    Postponing,
    Receipt,
    Returning,
    Stoppable,
    Subscription,
    SubscriptionSpec,
)

_log = logging.getLogger("jmslike.redelivery")


class Intake:
    """One subscription, with what waits here to be redelivered.

    It keeps from the application: expired messages, those that a predicate of the core leaves out, and those that were
    delivered too often (dead letters). `_redeliveries` come before anything else. Others pass a redelivery with a
    delay, which the provider keeps, or `_waiting`. With `_returns` the provider redelivers. `fast_take` is the
    subscription's `take` while a receive may call it without `next_within`, else None. `interrupted` says that a take
    may return None early. `listener` is what the dispatcher calls, if anything.
    """

    __slots__ = (
        "_clock", "_counting", "_dead_letters", "_gate", "_is_stopped", "_predicate", "_provider_waits",
        "_redeliveries", "_returns", "_session", "_waiting", "destination", "fast_take", "interrupted", "is_open",
        "listener", "spec", "subscription",
    )  # fmt: skip

    def __init__(
        self,
        session: SessionState,
        subscription: Subscription,
        spec: SubscriptionSpec,
        predicate: Callable[[Envelope], bool] | None,
    ) -> None:
        self.subscription: Subscription = subscription
        self.spec: Final = spec
        self.destination: Final = spec.destination
        self.is_open: bool = True
        self.listener: ListenerCall | None = None
        self.fast_take: Callable[[float | None, bool], Delivery | None] | None = None
        self._session = session
        self._counting = subscription if isinstance(subscription, Counting) else None
        self._gate = session.gate
        self._clock = session.connection.clock
        self._predicate = predicate
        self._redeliveries: deque[Delivery] = deque()
        self._waiting = Waiting(self._clock)
        self._returns = Returns(subscription) if isinstance(subscription, Returning) else None
        delays = session.connection.capabilities.level(Feature.REDELIVERY_DELAY)
        self._provider_waits = delays is Level.NATIVE or self._returns is not None
        self._dead_letters = DeadLetters(session, subscription, spec.destination)
        self.interrupted: bool = False
        self._is_stopped = spec.stopped
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
                and not self._waiting
                and self._predicate is None
                and not gate.listening
                and not self._session.acknowledgement.is_batched
            )
            self.fast_take = self.subscription.take if plain else None

    def follow(self, *, running: bool) -> None:
        """Start or stop the subscription as its session is, or is about to be (C14). `SessionState.following` is held.

        Raises what `Stoppable.start` and `Stoppable.stop` raise.
        """
        subscription = self.subscription
        if isinstance(subscription, Stoppable) and running == self._is_stopped and self.is_open:
            if running:
                subscription.start()
            else:
                subscription.stop()
            self._is_stopped = not running

    def serve(self, listener: ListenerCall | None) -> None:
        """Set what the dispatcher calls with each message."""
        self.listener = listener

    # ---- taking -----------------------------------------------------------------------------------------------------

    def next(self) -> Delivery | None:
        """Return the next delivery, unsettled, or None. The caller asks `refusal` before it hands the delivery over.

        Never waits while the subscription is armed (`Subscription.ready`); one that is not may ask its broker. Raises
        ConnectionLostError.
        """
        while self.is_open and self._gate.running:
            delivery = self._next_redelivery() or self._take_at_once()
            if delivery is not None or not self.interrupted:
                return delivery
            self.interrupted = False
        self._session.acknowledgement.flush()
        return None

    def next_acceptable(self) -> Delivery | None:
        """Return the next delivery that may be handed over, or None, as `next`; what is refused is settled."""
        while (delivery := self.next()) is not None:
            refuse = self.refusal(delivery)
            if refuse is None:
                return delivery
            refuse()
        return None

    @property
    def is_redelivering(self) -> bool:
        """Whether redeliveries are here, before which nothing new is handed over. Safe from any thread."""
        return bool(self._redeliveries)

    @property
    def redeliveries(self) -> int:
        """How many redeliveries are here, also those with a delay. Safe from any thread."""
        return len(self._redeliveries) + len(self._waiting)

    @property
    def due(self) -> float | None:
        """When (monotonic seconds) the first redelivery with a delay may be handed over; None if none waits here.

        Safe from any thread.
        """
        return self._waiting.due

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
            else:
                delivery = self._next_redelivery() or self._take_within(deadline, settle)
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
        until = self._waiting.until(deadline)
        remaining = None if until is None else max(0.0, until - self._clock.monotonic())
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

    def refusal(self, delivery: Delivery, reason: str = "") -> Callable[[], None] | None:
        """Return None if the delivery may be handed over, else the call that settles it.

        Refused are expired messages, those that the predicate leaves out, and dead letters; `reason` says why the last
        attempt failed, if that is known. The call may wait for the broker; it raises ConnectionLostError.
        """
        envelope, receipt, attempts = delivery
        constraints = envelope.constraints
        if constraints is not None and 0 < constraints.expiration <= self._clock.now() * 1000:
            return partial(self._drop, receipt)
        if self._predicate is not None and not self._predicate(envelope):
            return partial(self._drop, receipt)
        if attempts and self._session.redelivery.exhausted(attempts, self.destination):
            if not reason and self._returns is not None:
                reason = self._returns.reason(envelope.id)
            reason = reason or f"delivered {attempts} times without being acknowledged"
            return partial(self._dead_letters.bury, delivery, reason, self._postpone)
        return None

    def _drop(self, receipt: Receipt | None) -> None:
        if receipt is not None:
            self.subscription.settle((receipt,), ACCEPT)

    # ---- handing over -----------------------------------------------------------------------------------------------

    def hand_over(self, delivery: Delivery) -> Message:
        """Return the message for the application, entered in the ledger or settled as the session's mode demands."""
        session = self._session
        envelope, receipt, attempts = delivery
        number = 0 if receipt is None else session.acknowledgement.handed_over(self, delivery)
        return received_message(envelope, session, attempts, number)

    def delivered(self, delivery: Delivery, owner: Owner, number: int) -> Message:
        """Return the message for the application where the caller has entered or settled it; 0: it has no number."""
        envelope, _, attempts = delivery
        return received_message(envelope, owner, attempts, number)

    # ---- redelivery -------------------------------------------------------------------------------------------------

    def _next_redelivery(self) -> Delivery | None:
        while True:
            delivery = self._redeliveries.popleft() if self._redeliveries else self._waiting.pop()
            if delivery is None:
                return None
            if not (self._redeliveries or self._waiting):
                self.refresh()
            _, receipt, attempts = delivery
            if self.subscription.holds(receipt):  # else the transport took it back (C7)
                if self._counting is not None:
                    self._counting.count(receipt, attempts)
                return delivery

    def _postpone(self, delivery: Delivery, delay: float) -> None:
        """Have the delivery handed over in `delay` seconds; others pass it."""
        _, receipt, attempts = delivery
        if delay and self._provider_waits:
            cast("Postponing", self.subscription).postpone((receipt,), attempts, delay)
        elif self.is_open:
            self._waiting.add(delivery, delay)
            self.refresh()
        else:
            self.subscription.settle((receipt,), attempts)

    def put_back(self, delivery: Delivery) -> None:
        """Make a delivery that was not handed over the next one."""
        self._redeliveries.appendleft(delivery)
        self.refresh()

    def redeliver(self, failures: list[Failure]) -> None:
        """Deliver these, oldest first, again, each with one more attempt: before anything else, or after their delay.

        What has failed too often is a dead letter at once. A closed intake releases the others to the broker.
        """
        delay_before = self._session.redelivery.delay_before
        again: list[Delivery] = []
        returned: list[Return] = []
        for (envelope, receipt, attempts), reason in failures:
            delivery = (envelope, receipt, attempts + 1)
            if self._returns is not None:
                self._returns.note(envelope.id, reason)
            if self._is_refused(delivery, reason):
                continue
            delay = delay_before(attempts + 1)
            if self._returns is not None:
                returned.append((receipt, attempts + 1, delay))
            elif delay or not self.is_open:
                self._postpone(delivery, delay)
            else:
                again.append(delivery)
        if returned:
            self.give_back(returned)
        self._redeliveries.extendleft(reversed(again))
        self.refresh()

    def give_back(self, returned: Sequence[Return] = ()) -> None:
        """Release these, and what was put back here, to a provider that redelivers by itself; for others do nothing.

        As long as it holds any of them, the provider redelivers none (C15).
        """
        if self._returns is not None:
            put_back, self._redeliveries = self._redeliveries, deque()
            self._returns.give_back([*returned, *((receipt, attempts, 0.0) for _, receipt, attempts in put_back)])
            self.refresh()

    def _is_refused(self, delivery: Delivery, reason: str) -> bool:
        refuse = self.refusal(delivery, reason)
        if refuse is None:
            return False
        try:
            if self.subscription.holds(delivery[1]):  # else another consumer has it (C7)
                refuse()
        except ConnectionLostError as error:  # which whatever comes next raises, too
            _log.debug("%s cannot be given up: %s", delivery[0].id, error)
        return True

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
        redeliveries, self._redeliveries = self._redeliveries, deque()
        try:
            for _, receipt, attempts in (*redeliveries, *self._waiting.clear()):
                self.subscription.settle((receipt,), attempts)
        except JMSError as error:
            _log.debug("what waited for %s cannot be released: %s", self.destination, error)
        self.subscription.close()
        self._session.receivers.discard(self)


def intake_of(session: SessionState, spec: SubscriptionSpec) -> Intake:
    """Subscribe, and return the intake. Raises what `SessionLink.subscribe` raises."""
    make_intake = session.connection.instruments.receiving(Intake)
    predicate = left_to_the_core(session.connection.capabilities, spec)
    return make_intake(session, session.link.subscribe(spec), spec, predicate)
