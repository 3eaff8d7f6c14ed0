"""One session over STOMP. All sessions of a connection share its wire."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from jmslike.errors import ConnectionLostError, JMSError, TransactionInDoubtError, TransactionRolledBackError
from jmslike.selector import Selector
from jmslike.spi import Destination, Envelope, SessionSpec, SubscriptionSpec
from transports.stomp.frames import frame, header_lines
from transports.stomp.sender import StompSender
from transports.stomp.subscription import StompSubscription

if TYPE_CHECKING:
    from transports.stomp.transport import StompTransport


class StompLink:
    """See SessionLink."""

    def __init__(self, transport: StompTransport, spec: SessionSpec) -> None:
        self._transport = transport
        self._mode = spec.mode
        self._subscriptions: list[StompSubscription] = []

    def sender(self, destination: Destination) -> StompSender:
        """See SessionLink.sender."""
        return StompSender(self._transport, destination)

    def subscribe(self, spec: SubscriptionSpec) -> StompSubscription:
        """See SessionLink.subscribe."""
        subscription = StompSubscription(self._transport, spec, self._mode)
        self._subscriptions.append(subscription)
        self._transport.subscriptions.add(subscription)
        return subscription

    def commit(
        self, sends: Sequence[tuple[Any, Envelope]], settlements: Sequence[Any], *, dead_letters: bool = False
    ) -> None:
        """See SessionLink.commit.

        The sends are one transaction of the broker. Where it also holds acknowledgements the commit is whole; elsewhere
        they follow when the sends are confirmed, and a loss in between delivers again what was received.
        """
        wire, dialect = self._transport.wire, self._transport.dialect
        if not all(subscription.holds(receipt) for subscription, receipts, _ in settlements for receipt in receipts):
            raise TransactionRolledBackError("what was received may have been given to somebody else: all is undone")
        acks = [ack for subscription, receipts, _ in settlements for ack in subscription.acks_for_commit(receipts)]
        transaction = self._transport.next_transaction_id()
        inside = {"transaction": transaction}
        lines = header_lines(inside)
        parts = [frame("BEGIN", lines)]
        for sender, envelope in sends:
            head, body = sender.encode(envelope)
            parts.append(frame("SEND", lines + head, body))
        if dialect.acks_in_transactions:
            parts += [frame("ACK", header_lines({"id": ack, **inside})) for ack in acks]
            acks = []
        if len(parts) > 1:
            self._run(parts, inside)
        try:
            for ack in acks[:-1]:
                wire.send("ACK", {"id": ack})
            if acks:
                wire.call("ACK", {"id": acks[-1]})
        except ConnectionLostError as error:
            raise TransactionInDoubtError(
                "the sends of the transaction are done, but not all that was received is acknowledged: it comes again"
            ) from error
        for subscription, receipts, _ in settlements:
            subscription.settled_by_commit(receipts)

    def _run(self, parts: list[bytes], inside: dict[str, str]) -> None:
        wire = self._transport.wire
        try:
            wire.write(b"".join(parts))
        except ConnectionLostError as error:
            raise TransactionRolledBackError("the connection was lost before the commit") from error
        try:
            wire.call("COMMIT", inside)
        except ConnectionLostError as error:
            raise TransactionInDoubtError("the connection was lost during the commit") from error
        except JMSError as error:
            raise TransactionRolledBackError(f"the broker refused the commit: {error}") from error

    def browse(self, queue: Destination, selector: Selector | None) -> Iterator[Envelope]:
        """See SessionLink.browse."""
        return self._transport.browse(queue, selector)

    def close(self) -> None:
        """See SessionLink.close."""
        subscriptions, self._subscriptions = self._subscriptions, []
        for subscription in subscriptions:
            self._transport.subscriptions.discard(subscription)
            try:
                subscription.end()
            except ConnectionLostError:
                continue  # the broker has everything back
