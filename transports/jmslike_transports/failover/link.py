"""A session on a connection that outlives the loss of its host."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any, Final, cast

from jmslike.errors import ConnectionLostError, JMSError, TransactionInDoubtError, TransactionRolledBackError
from jmslike.selector import Selector
from jmslike.spi import (
    Destination,
    Envelope,
    Outcome,
    QueueStatistics,
    SessionLink,
    SessionSpec,
    StatisticsLink,
    SubscriptionSpec,
)
from jmslike_transports.failover.binding import Binding, Place
from jmslike_transports.failover.hosts import HostConnection
from jmslike_transports.failover.sender import FailoverSender
from jmslike_transports.failover.subscription import FailoverSubscription, subscription_of
from jmslike_transports.shared.loss import reason_of

_STALE: Final = (
    "transaction rolled back: the link was lost after a message of it was received, which will be redelivered; no "
    "message of the transaction was sent"
)


class FailoverLink:
    """See SessionLink. It opens its subscriptions again at each new host; senders do so themselves."""

    def __init__(self, spec: SessionSpec, binding: Binding, discard: Callable[[FailoverLink], None]) -> None:
        self._spec = spec
        self._binding = binding
        self._reconnection = binding.reconnection
        self._discard = discard
        self._subscriptions: list[FailoverSubscription] = []
        self._next: Place | None = None
        self._prepared: list[FailoverSubscription] = []

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._binding.is_closed

    @property
    def unsettled(self) -> int:
        """How many messages it has handed out that are not settled. The lock is held."""
        return sum(subscription.unsettled for subscription in self._subscriptions)

    # ---- sending and receiving --------------------------------------------------------------------------------------

    def sender(self, destination: Destination) -> FailoverSender:
        """See SessionLink.sender. Does not wait for the link: the first send does."""
        return FailoverSender(self._binding, destination)

    def subscribe(self, spec: SubscriptionSpec) -> FailoverSubscription:
        """See SessionLink.subscribe."""

        def subscribe(place: Place) -> FailoverSubscription:
            inner = place.link.subscribe(spec)
            with self._reconnection.lock:
                place.connection.check()
                subscription = subscription_of(
                    self._reconnection, spec, place.connection, inner, self._binding.unsettled, self._drop
                )
                self._subscriptions.append(subscription)
            return subscription

        return self._reconnection.call(lambda: self._binding.here(spec.destination), subscribe)

    def _drop(self, subscription: FailoverSubscription) -> None:
        with self._reconnection.lock:
            if subscription in self._subscriptions:
                self._subscriptions.remove(subscription)

    def browse(self, queue: Destination, selector: Selector | None) -> Generator[Envelope, None, None]:
        """See SessionLink.browse. Waits for the link; ends with ConnectionLostError if that is lost meanwhile."""
        place = self._reconnection.call(lambda: self._binding.here(queue), lambda place: place)
        try:
            yield from place.link.browse(queue, selector)
        except JMSError as error:
            self._reconnection.lose_or_raise(place.connection, error)
            raise ConnectionLostError(f"browsing {queue} has ended: the link was lost: {reason_of(error)}") from error

    def statistics(self, queue: Destination) -> QueueStatistics:
        """See StatisticsLink."""
        return self._reconnection.call(
            lambda: self._binding.here(queue), lambda place: cast("StatisticsLink", place.link).statistics(queue)
        )

    # ---- commit -----------------------------------------------------------------------------------------------------

    def commit(
        self,
        sends: Sequence[tuple[Any, Envelope]],
        settlements: Sequence[tuple[Any, Sequence[Any], Outcome]],
        *,
        dead_letters: bool = False,
    ) -> None:
        """See SessionLink.commit. One that only sends waits for the link, and may begin at another host.

        A ConnectionLostError of the host's link becomes TransactionInDoubtError: perhaps the commit had begun.
        """
        place = self._binding.place  # first: receipts that are good afterwards are of this place
        received = [(source, receipts, outcome) for source, receipts, outcome in settlements if receipts]
        if not all(source.holds(receipt) for source, receipts, _ in received for receipt in receipts):
            self._reconnection.check()
            raise TransactionRolledBackError(_STALE)
        try:
            if place is None:
                place = self._reconnection.wait(self._binding.here, self._reconnection.deadline())
            placed = [(sender.at(place), envelope) for sender, envelope in sends]
        except TransactionRolledBackError:
            raise
        except JMSError as error:
            self._reconnection.check()
            raise TransactionRolledBackError(
                f"transaction rolled back: nothing was sent: {reason_of(error)}"
            ) from error
        self._commit(place, placed, received, dead_letters=dead_letters)

    def _commit(
        self,
        place: Place,
        sends: Sequence[tuple[Any, Envelope]],
        received: Sequence[tuple[FailoverSubscription, Sequence[Any], Outcome]],
        *,
        dead_letters: bool,
    ) -> None:
        settled = [
            (receipts[0].source, [receipt.inner for receipt in receipts], outcome) for _, receipts, outcome in received
        ]
        try:
            place.link.commit(sends, settled, dead_letters=dead_letters)
        except TransactionRolledBackError:
            raise
        except TransactionInDoubtError:
            for source, receipts, _ in received:
                source.left_in_doubt(receipts)
            raise
        except JMSError as error:
            self._reconnection.lose_or_raise(place.connection, error)
            raise TransactionInDoubtError(
                f"transaction in doubt: the link was lost during its commit: {reason_of(error)}"
            ) from error
        for source, receipts, _ in received:
            source.settled(receipts)

    # ---- moving to another host -------------------------------------------------------------------------------------

    def prepare(self, connection: HostConnection) -> None:
        """Open the session and its subscriptions at another host; `move` and `settle_in` follow. Raises JMSError."""
        inner: SessionLink = connection.transport.session(self._spec)
        self._next = Place(connection, inner)
        with self._reconnection.lock:
            self._prepared = list(self._subscriptions)
        for subscription in self._prepared:
            subscription.prepare(connection, inner)

    def move(self) -> None:
        """Use what was prepared. The lock is held."""
        self._binding.place = self._next
        for subscription in self._prepared:
            subscription.move()

    def settle_in(self) -> None:
        """Let what has changed since `prepare` follow."""
        for subscription in self._prepared:
            subscription.settle_in()
        self._prepared = []
        if self._binding.is_closed:
            self.close()

    def leave(self) -> list[JMSError]:
        """Use nothing of the lost host any more, and return what no call raises. The lock is held."""
        self._binding.place = None
        found = [subscription.leave(self._binding.temporaries) for subscription in self._subscriptions]
        self._subscriptions = [subscription for subscription in self._subscriptions if not subscription.is_closed]
        return [error for error in found if error is not None]

    # ---- the end ----------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """See SessionLink.close."""
        with self._reconnection.lock:
            self._binding.is_closed = True
            place = self._binding.place
            subscriptions = list(self._subscriptions)
            self._reconnection.changed.notify_all()
        for subscription in subscriptions:
            subscription.close()
        if place is not None:
            try:
                place.link.close()
            except ConnectionLostError as error:
                self._reconnection.lose(place.connection, error)
        self._discard(self)
