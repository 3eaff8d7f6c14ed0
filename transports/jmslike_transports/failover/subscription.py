"""A subscription on a connection that outlives the loss of its host."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from threading import RLock
from typing import Any, Final, NamedTuple, cast

from jmslike.errors import ConnectionLostError, InvalidDestinationError, JMSError
from jmslike.spi import (
    ACCEPT,
    Counting,
    Delivery,
    Outcome,
    Postponing,
    Returning,
    SessionLink,
    Stoppable,
    Subscription,
    SubscriptionSpec,
)
from jmslike_transports.failover.hosts import HostConnection
from jmslike_transports.failover.reconnection import Reconnection
from jmslike_transports.failover.temporaries import Temporaries
from jmslike_transports.failover.unsettled import Unsettled

_log = logging.getLogger("jmslike.failover")


class Receipt:
    """A receipt of a host, with the subscription there that handed it out: stale at any other (C7)."""

    __slots__ = ("attempts", "inner", "message_id", "source")

    def __init__(self, source: Subscription, inner: Any, message_id: str, attempts: int) -> None:
        self.source = source
        self.inner = inner
        self.message_id = message_id
        self.attempts = attempts  # before the last hand-over: see FailoverSubscription.count


class _Place(NamedTuple):
    connection: HostConnection
    subscription: Subscription


class FailoverSubscription:
    """See Subscription. What the core has set is kept here, and set again at each new host.

    `_turn` is held while the core, or the thread that restores the link, sets it at a host, so that what is set last is
    what was wanted last. That may call the callback of `ready`, which never blocks (C2), and may call this again.
    """

    def __init__(
        self,
        reconnection: Reconnection,
        spec: SubscriptionSpec,
        connection: HostConnection,
        inner: Subscription,
        unsettled: Unsettled,
        discard: Callable[[FailoverSubscription], None],
    ) -> None:
        self._reconnection = reconnection
        self._clock = reconnection.clock
        self._spec = spec
        self._discard = discard
        self._unsettled = unsettled
        self._key = spec.destination, spec.name
        self._held: dict[Receipt, None] = {}
        self._place: _Place | None = _Place(connection, inner)
        self._next: _Place | None = None
        self._turn: Final = RLock()
        self._is_stopped = spec.stopped
        self._was_stopped = spec.stopped  # at the host
        self._callback: Callable[[], bool] | None = None
        self._is_interrupted = False
        self.is_closed = False
        self._failure: JMSError | None = None

    @property
    def unsettled(self) -> int:
        """How many messages it has handed out that are not settled."""
        return len(self._held)

    # ---- taking -----------------------------------------------------------------------------------------------------

    def take(self, timeout: float | None, settle: bool = False) -> Delivery | None:
        """See Subscription.take. While the link is away it waits for that, too."""
        deadline = timeout and self._clock.monotonic() + timeout
        place = self._place
        while True:
            if place is None:
                place = self._wait(deadline)
                if place is None:
                    return None
                timeout = None if deadline is None else max(0.0, deadline - self._clock.monotonic())
            try:
                delivery = place.subscription.take(timeout, settle and not self._unsettled)
            except JMSError as error:
                self._reconnection.lose_or_raise(place.connection, error)
            else:
                if delivery is not None or place is self._place:
                    break
            place = None  # lost, or closed for that
        if delivery is None:
            self._is_interrupted = False
            return None
        return self._hold(place, delivery)

    def _hold(self, place: _Place, delivery: Delivery) -> Delivery:
        envelope, inner, attempts = delivery
        if inner is None:
            return delivery
        if self._unsettled:  # the broker may only mark it, which counts as one
            attempts = max(attempts, self._unsettled.take(self._key, envelope.id))
        receipt = Receipt(place.subscription, inner, envelope.id, attempts)
        self._held[receipt] = None
        if self._place is not place:  # perhaps the link was lost before this was held
            self.forget([receipt])
        return envelope, receipt, attempts

    def _wait(self, deadline: float | None) -> _Place | None:
        """Wait for the link. Return None when a take has to: at the deadline, interrupted, or closed."""
        reconnection = self._reconnection
        with reconnection.lock:
            while not (self.is_closed or reconnection.is_closed):
                reconnection.check()
                if self._is_interrupted:
                    self._is_interrupted = False
                    return None
                if self._failure is not None:
                    if self._callback is not None:
                        return None  # it was reported: other listeners of the session go on
                    raise InvalidDestinationError(str(self._failure))
                if self._place is not None:
                    return self._place
                remaining = None if deadline is None else deadline - self._clock.monotonic()
                if remaining is not None and remaining <= 0:
                    return None
                self._clock.wait(reconnection.changed, remaining)
        return None

    def interrupt(self) -> None:
        """See Subscription.interrupt."""
        self._is_interrupted = True  # first: the host's subscription may end before it hears of it
        place = self._place
        if place is not None:
            place.subscription.interrupt()
        else:
            with self._reconnection.lock:
                self._reconnection.changed.notify_all()

    # ---- settling ---------------------------------------------------------------------------------------------------

    def settle(self, receipts: Sequence[Any], outcome: Outcome) -> None:
        """See Subscription.settle. An acknowledgement of what a lost host delivered is logged only."""
        stale = self._apply(receipts, lambda inner, good: inner.settle(good, outcome))
        self.settled(receipts)
        if stale and outcome is ACCEPT:
            _log.warning(
                "%s: not acknowledged, and so redelivered: the link was lost after they were received: %d",
                self._spec.destination,
                stale,
            )

    def postpone(self, receipts: Sequence[Any], attempts: int, delay: float) -> None:
        """See Postponing.postpone."""
        self._apply(receipts, lambda inner, good: cast("Postponing", inner).postpone(good, attempts, delay))
        self.settled(receipts)

    def count(self, receipt: Any, attempts: int) -> None:
        """See Counting.count. A host that does not count hand-overs is not told of them.

        They are noted here for the next host, whose broker need not know them.
        """
        if isinstance(receipt, Receipt):
            receipt.attempts = attempts

        def count(inner: Subscription, good: Sequence[Any]) -> None:
            if isinstance(inner, Counting):
                inner.count(good[0], attempts)

        self._apply((receipt,), count)

    def _apply(self, receipts: Sequence[Any], settle: Callable[[Subscription, Sequence[Any]], None]) -> int:
        """Call `settle` with what is good of the receipts, and return how many are stale.

        Raises ConnectionLostError if one is stale and the link is given up.
        """
        place = self._place
        source = None if place is None else place.subscription
        good = [each.inner for each in receipts if isinstance(each, Receipt) and each.source is source]
        if place is not None and good:
            try:
                settle(place.subscription, good)
            except JMSError as error:
                self._reconnection.lose_or_raise(place.connection, error)
                good = []
        stale = len(receipts) - len(good)
        if stale:
            self._reconnection.check_not_given_up()
        return stale

    def settled(self, receipts: Sequence[Any]) -> None:
        """Note that these are settled, also by a commit."""
        for receipt in receipts:
            self._held.pop(receipt, None)
        if self.is_closed:
            self._discard_unless_held()

    def left_in_doubt(self, receipts: Sequence[Receipt]) -> None:
        """Note that a commit of these is in doubt: perhaps they will be redelivered."""
        self.forget(receipts)
        self.settled(receipts)

    def forget(self, receipts: Iterable[Receipt]) -> None:
        """Hold these no more, because they will be redelivered, or perhaps."""
        for receipt in receipts:
            if self._held.pop(receipt, receipt) is None:
                self._unsettled.add(self._key, receipt.message_id, receipt.attempts + 1)

    def holds(self, receipt: Any) -> bool:
        """See Subscription.holds."""
        place = self._place
        return (
            place is not None
            and isinstance(receipt, Receipt)
            and receipt.source is place.subscription
            and place.subscription.holds(receipt.inner)
        )

    # ---- listening, starting and stopping ---------------------------------------------------------------------------

    def ready(self, callback: Callable[[], bool] | None) -> None:
        """See Subscription.ready."""
        with self._turn:
            self._callback = callback
            place = self._place
            if place is not None:
                place.subscription.ready(callback)

    def _follow(self, *, stopped: bool) -> None:
        with self._turn:
            self._is_stopped = stopped
            place = self._place
            if place is not None:
                try:
                    _start_or_stop(place.subscription, stopped=stopped)
                    self._was_stopped = stopped
                except ConnectionLostError as error:  # it is opened as it shall be at the next host
                    self._reconnection.lose(place.connection, error)

    # ---- moving to another host -------------------------------------------------------------------------------------

    def prepare(self, connection: HostConnection, link: SessionLink) -> None:
        """Subscribe at another host; `move` and `settle_in` follow. Raises JMSError."""
        self._next = None
        if self._failure is None and not self.is_closed:
            self._was_stopped = self._is_stopped
            inner = link.subscribe(replace(self._spec, stopped=self._was_stopped))
            if isinstance(inner, Returning) is not isinstance(self, Returning):
                raise JMSError(f"{connection.url} settles in another way than the first host: see C15 of jmslike.spi")
            self._next = _Place(connection, inner)

    def move(self) -> None:
        """Use what was prepared. The lock is held."""
        self._place, self._next = self._next, None

    def settle_in(self) -> None:
        """Let what has changed since `prepare` follow."""
        place = self._place
        if place is None:
            return
        inner = place.subscription
        with self._turn:
            try:
                if self._is_stopped is not self._was_stopped:
                    _start_or_stop(inner, stopped=self._is_stopped)
                if self._is_interrupted:
                    inner.interrupt()
                if self._callback is not None:
                    inner.ready(self._callback)
                if self.is_closed:
                    inner.close()
            except ConnectionLostError as error:
                self._reconnection.lose(place.connection, error)
            except JMSError as error:
                self._reconnection.events.failed(error)

    def leave(self, temporaries: Temporaries) -> JMSError | None:
        """Use nothing of the lost host any more. Return an error that a listener cannot get. The lock is held."""
        self._place = None
        self.forget(list(self._held))
        if self._failure is None and not self.is_closed:
            try:
                temporaries.check(self._spec.destination)
            except JMSError as error:
                self._failure = error
                return error if self._callback is not None else None
        return None

    # ---- the end ----------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """See Subscription.close. What it has handed out can still be settled, until the link to the host is lost."""
        with self._reconnection.lock:
            self.is_closed = True
            place = self._place
            self._reconnection.changed.notify_all()
        if place is not None:
            try:
                place.subscription.close()
            except ConnectionLostError as error:
                self._reconnection.lose(place.connection, error)
        self._discard_unless_held()

    def _discard_unless_held(self) -> None:
        if not self._held:
            self._discard(self)


class PushedSubscription(FailoverSubscription):
    """See Stoppable: one whose host pushes."""

    def start(self) -> None:
        """See Stoppable.start."""
        self._follow(stopped=False)

    def stop(self) -> None:
        """See Stoppable.stop."""
        self._follow(stopped=True)


class ReturningSubscription(FailoverSubscription):
    """See Returning: one whose host redelivers by itself."""

    returns_all = True


class PushedReturningSubscription(PushedSubscription, ReturningSubscription):
    """One whose host pushes, and redelivers by itself."""


_KINDS: Final = {
    (False, False): FailoverSubscription,
    (False, True): ReturningSubscription,
    (True, False): PushedSubscription,
    (True, True): PushedReturningSubscription,
}
"""By whether the first host's subscription is `Stoppable`, and whether it is `Returning`."""


def subscription_of(
    reconnection: Reconnection,
    spec: SubscriptionSpec,
    connection: HostConnection,
    inner: Subscription,
    unsettled: Unsettled,
    discard: Callable[[FailoverSubscription], None],
) -> FailoverSubscription:
    """Return the subscription around one at a host."""
    kind = _KINDS[isinstance(inner, Stoppable), isinstance(inner, Returning)]
    return kind(reconnection, spec, connection, inner, unsettled, discard)


def _start_or_stop(inner: Subscription, *, stopped: bool) -> None:
    if isinstance(inner, Stoppable):
        if stopped:
            inner.stop()
        else:
            inner.start()
