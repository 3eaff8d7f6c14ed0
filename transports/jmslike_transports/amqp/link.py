"""One session over AMQP: a channel to receive on, and one to send on, each opened when it is needed."""

from __future__ import annotations

import threading
from collections.abc import Generator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from jmslike.errors import (
    ConnectionLostError,
    InvalidDestinationError,
    JMSError,
    TransactionInDoubtError,
    TransactionRolledBackError,
)
from jmslike.selector import Selector
from jmslike.spi import ACCEPT, Destination, Envelope, SessionSpec, SubscriptionSpec
from jmslike_transports.amqp.browsing import browse
from jmslike_transports.amqp.publisher import Letter, Publisher
from jmslike_transports.amqp.receive_channel import Consuming
from jmslike_transports.amqp.sender import AmqpSender
from jmslike_transports.amqp.subscription import AmqpSubscription
from jmslike_transports.amqp.transaction_channel import Transacting
from jmslike_transports.shared.inventory import Subscriptions

if TYPE_CHECKING:
    from jmslike_transports.amqp.transport import AmqpTransport


class AmqpLink:
    """See SessionLink."""

    def __init__(self, transport: AmqpTransport, spec: SessionSpec) -> None:
        self.transport = transport
        self.spec = spec
        self.publisher = Publisher(transport.wire)
        self._is_transacted = spec.transacted
        self._committing = threading.Lock()  # nothing is given back that a commit is about to acknowledge
        self._opening = threading.Lock()
        self.subscriptions: Subscriptions[AmqpSubscription] = Subscriptions()
        self._consuming: Consuming | None = None
        self._transacting: Transacting | None = None

    def sender(self, destination: Destination) -> AmqpSender:
        """See SessionLink.sender."""
        return AmqpSender(self, destination)

    def subscribe(self, spec: SubscriptionSpec) -> AmqpSubscription:
        """See SessionLink.subscribe."""
        if self.transport.is_deleted(spec.destination):
            raise InvalidDestinationError(f"{spec.destination} was deleted")
        self.transport.inventory.require_free(spec)
        subscription = AmqpSubscription(self, self._receiving_channel(), spec)
        self.subscriptions.add(subscription)
        wire = self.transport.wire
        if wire.is_lost:  # before the subscription could be told with the others
            subscription.lose(wire.loss())
        return subscription

    def _receiving_channel(self) -> Consuming:
        with self._opening:
            if self._consuming is None or self._consuming.error is not None:
                self._consuming = Consuming(self.transport.wire, self._fail, self._cancelled)
            return self._consuming

    def _fail(self, error: JMSError) -> None:
        """The broker has closed the channel, and given what was delivered to others: nothing here is good any more."""
        if not self.is_consuming:
            return  # the first consumer was refused
        if not isinstance(error, ConnectionLostError):
            error = ConnectionLostError(f"the broker closed the channel of a session: {error}")
        self.transport.wire.lose(error)

    def _cancelled(self, consumer_tag: str) -> None:
        for subscription in self.subscriptions.all():
            subscription.cancelled(consumer_tag)

    @property
    def is_consuming(self) -> bool:
        """Whether there is anything that the end of the receiving channel would harm."""
        return any(subscription.is_in_use for subscription in self.subscriptions.all())

    # ---- transactions ---------------------------------------------------------------------------------------------

    def commit(
        self, sends: Sequence[tuple[Any, Envelope]], settlements: Sequence[Any], *, dead_letters: bool = False
    ) -> None:
        """See SessionLink.commit.

        The sends are one transaction of the broker; what was received is acknowledged when they are done, so that a
        loss in between delivers it again.
        """
        with self._committing:
            self._commit(sends, settlements)

    def _commit(self, sends: Sequence[tuple[Any, Envelope]], settlements: Sequence[Any]) -> None:
        if self.transport.wire.is_lost:
            raise self.transport.wire.loss()
        if not all(subscription.holds(receipt) for subscription, receipts, _ in settlements for receipt in receipts):
            raise TransactionRolledBackError("what was received may have been given to somebody else: all is undone")
        if sends:
            self._send(sends)
        try:
            self._settle(settlements)
        except ConnectionLostError as error:
            raise TransactionInDoubtError(
                "the sends of the transaction are done, but not all that was received is acknowledged: it comes again"
            ) from error

    def _letters(self, sends: Sequence[tuple[AmqpSender, Envelope]]) -> list[Letter]:
        try:
            for sender in {id(sender): sender for sender, _ in sends}.values():
                sender.check_before_commit()
            return [sender.letter(envelope) for sender, envelope in sends]
        except TransactionRolledBackError:
            raise
        except JMSError as error:
            raise TransactionRolledBackError(f"nothing was sent: {error}") from error

    def _send(self, sends: Sequence[tuple[AmqpSender, Envelope]]) -> None:
        if not self._is_transacted:  # dead letters
            for sender, envelope in sends:
                sender.send_confirmed(envelope)
            return
        missed = self._transact(self._letters(sends))
        if missed:
            try:
                self._look_again(missed)  # their queues have been deleted meanwhile
                for letter in missed:
                    self.transport.topology.ensure(letter.destination)
                missed = self._transact(missed)
            except JMSError as error:
                raise TransactionInDoubtError(f"only some messages of the transaction are sent: {error}") from error
        if missed:
            raise TransactionInDoubtError("some messages of the transaction found no queue, the others are sent")

    def _transact(self, letters: list[Letter]) -> list[Letter]:
        """Send all of them at once; give those for which there was no queue."""
        try:
            self.transport.wire.wait_until_unblocked()
            if self._transacting is None or self._transacting.error is not None:
                self._transacting = Transacting(self.transport.wire)
            return self._transacting.run(letters)
        except TransactionInDoubtError:
            raise
        except JMSError as error:
            self._look_again(letters)
            raise TransactionRolledBackError(f"nothing was sent: {error}") from error

    def _look_again(self, letters: list[Letter]) -> None:
        for letter in letters:
            self.transport.topology.forget(letter.destination)

    def _settle(self, settlements: Sequence[tuple[AmqpSubscription, Sequence[Any], Any]]) -> None:
        accepted = [
            held.tag
            for subscription, receipts, outcome in settlements
            if outcome is ACCEPT
            for held in subscription.let_go(receipts)
            if held.tag
        ]
        if accepted:
            assert self._consuming is not None, "it delivered them"
            self._consuming.accept(accepted)
            self._consuming.round_trip()
        for subscription, receipts, outcome in settlements:
            if outcome is not ACCEPT:
                subscription.settle(receipts, outcome)

    def browse(self, queue: Destination, selector: Selector | None) -> Generator[Envelope, None, None]:
        """See SessionLink.browse."""
        return browse(self.transport, queue, selector)

    def close(self) -> None:
        """See SessionLink.close."""
        subscriptions = self.subscriptions.close()
        with self._committing:
            for subscription in subscriptions:
                with suppress(JMSError):  # the broker has everything back
                    subscription.end()
        self.publisher.close()
        for channel in (self._transacting, self._consuming):
            if channel is not None:
                channel.close()
        self.transport.inventory.forget(self)
