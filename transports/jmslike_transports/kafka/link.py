"""One session over Kafka: what it reads, and its way to send."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any

from jmslike.errors import (
    IllegalStateError,
    JMSError,
    TransactionInDoubtError,
    TransactionRolledBackError,
)
from jmslike.selector import Selector
from jmslike.spi import ACCEPT, Destination, Envelope, SessionSpec, SubscriptionSpec
from jmslike_transports.kafka.browsing import browse
from jmslike_transports.kafka.feed import Feed
from jmslike_transports.kafka.group_membership import membership
from jmslike_transports.kafka.progress import Progress
from jmslike_transports.kafka.publisher import Publisher
from jmslike_transports.kafka.sender import KafkaSender
from jmslike_transports.kafka.subscription import Held, KafkaSubscription
from jmslike_transports.kafka.transactional_producer import FencedError, Letter, Received, Transacting
from jmslike_transports.shared.inventory import Subscriptions

if TYPE_CHECKING:
    from jmslike_transports.kafka.transport import KafkaTransport

Settlements = Sequence[tuple[KafkaSubscription, Sequence[Held], Any]]


class KafkaLink:
    """See SessionLink."""

    def __init__(self, transport: KafkaTransport, spec: SessionSpec) -> None:
        self.transport = transport
        self.spec = spec
        self.publisher = Publisher(transport)
        self._number = transport.numbers.take() if spec.transacted else 0
        self.subscriptions: Subscriptions[KafkaSubscription] = Subscriptions(transport)
        self._transacting: Transacting | None = None
        self._closed = False

    def sender(self, destination: Destination) -> KafkaSender:
        """See SessionLink.sender."""
        return KafkaSender(self, destination)

    # ---- subscriptions --------------------------------------------------------------------------------------------

    def subscribe(self, spec: SubscriptionSpec) -> KafkaSubscription:
        """See SessionLink.subscribe."""
        transport = self.transport
        self._check()
        transport.inventory.require_subscribable(spec)
        topic = transport.topics.ensure(spec.destination)
        former = next((other for other in self.subscriptions.all() if other.can_be_followed(spec)), None)
        if former is not None:
            subscription = KafkaSubscription(self, spec, former.feed)
            subscription.follow(former)
            self.subscriptions.add(subscription)
            return subscription
        feed = Feed(transport.clients, topic, membership(transport, spec, topic), self.spec, spec.window)
        subscription = KafkaSubscription(self, spec, feed)
        self.subscriptions.add(subscription)  # before it joins its group, so that a loss or a close ends the wait
        try:
            subscription.start()
        except JMSError:
            subscription.release()
            raise
        return subscription

    def _check(self) -> None:
        if self.transport.is_lost:
            raise self.transport.loss()
        if self._closed:
            raise IllegalStateError("the session is closed")

    # ---- transactions ---------------------------------------------------------------------------------------------

    def commit(
        self, sends: Sequence[tuple[KafkaSender, Envelope]], settlements: Settlements, *, dead_letters: bool = False
    ) -> None:
        """See SessionLink.commit. Sends and offsets are one transaction of Kafka."""
        try:
            with self.subscriptions.settling:
                self._check()
                self._commit(sends, settlements)
        except FencedError as error:
            self.transport.lose(error)
            raise

    def _commit(self, sends: Sequence[tuple[KafkaSender, Envelope]], settlements: Settlements) -> None:
        if not all(subscription.holds(receipt) for subscription, receipts, _ in settlements for receipt in receipts):
            raise TransactionRolledBackError("what was received may have been given to somebody else: all is undone")
        accepted = _accepted(settlements)
        try:
            if sends or len(accepted) > 1:
                self._transact(sends, accepted)
            else:
                for feed, offsets in accepted.items():
                    feed.commit(offsets)
        except TransactionInDoubtError:
            for feed in accepted:
                feed.begin_again()
            raise
        for subscription, receipts, outcome in settlements:
            if outcome is ACCEPT:
                subscription.settled_by_commit(receipts)
            else:
                subscription.settle(receipts, outcome)

    def _transact(
        self, sends: Sequence[tuple[KafkaSender, Envelope]], accepted: dict[Feed, dict[Progress, set[int]]]
    ) -> None:
        try:
            letters = [Letter(sender.topic, sender.record(envelope), envelope.timestamp) for sender, envelope in sends]
        except JMSError as error:
            raise TransactionRolledBackError(f"nothing was sent: {error}") from error
        for feed in accepted:
            feed.flush()  # what was acknowledged before must not overtake the transaction
        received = [Received(feed.membership(), feed.committable(offsets)) for feed, offsets in accepted.items()]
        if self._transacting is None:
            transport = self.transport
            transactional_id = transport.transactional_id(self._number)
            self._transacting = Transacting(
                transport.clients, transport.admin, transactional_id, lambda: transport.is_lost
            )
        self._transacting.run(letters, received)

    def browse(self, queue: Destination, selector: Selector | None) -> Generator[Envelope, None, None]:
        """See SessionLink.browse."""
        return browse(self.transport, queue, selector)

    # ---- the end --------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """See SessionLink.close."""
        self._closed = True
        self.subscriptions.close()
        with self.subscriptions.settling:
            if self._transacting is not None:
                self._transacting.close()
        self.publisher.close()
        if self._number:
            self.transport.numbers.give_back(self._number)
            self._number = 0
        self.transport.inventory.discard(self)


def _accepted(settlements: Settlements) -> dict[Feed, dict[Progress, set[int]]]:
    """Give the offsets that are settled for good, where a group commits them."""
    accepted: dict[Feed, dict[Progress, set[int]]] = {}
    for subscription, receipts, outcome in settlements:
        if outcome is ACCEPT and subscription.feed.has_group and receipts:
            mine = accepted.setdefault(subscription.feed, {})
            for receipt in receipts:
                mine.setdefault(receipt.arrival.progress, set()).add(receipt.arrival.record.offset)
    return accepted
