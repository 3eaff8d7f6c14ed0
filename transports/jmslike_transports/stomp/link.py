"""One session over STOMP. All sessions of a connection share its wire."""

from __future__ import annotations

import logging
from collections.abc import Generator, Sequence
from typing import Any

from jmslike.errors import (
    ConnectionLostError,
    JMSError,
    TransactionInDoubtError,
    TransactionRolledBackError,
)
from jmslike.selector import Selector
from jmslike.spi import ACCEPT, Destination, Envelope, SessionSpec, SubscriptionSpec
from jmslike_transports.shared.inventory import Subscriptions
from jmslike_transports.stomp.browser import browse
from jmslike_transports.stomp.connection import StompConnection
from jmslike_transports.stomp.frames import ack_frame, frame, header_lines
from jmslike_transports.stomp.sender import StompSender
from jmslike_transports.stomp.subscription import StompSubscription

_log = logging.getLogger("jmslike.stomp")


class StompLink:
    """See SessionLink."""

    def __init__(self, connection: StompConnection, spec: SessionSpec) -> None:
        self._connection = connection
        self._spec = spec
        self.subscriptions: Subscriptions[StompSubscription] = Subscriptions(connection.wire)

    def sender(self, destination: Destination) -> StompSender:
        """See SessionLink.sender."""
        connection = self._connection
        return StompSender(connection.wire, connection.dialect, connection.is_deleted, destination)

    def subscribe(self, spec: SubscriptionSpec) -> StompSubscription:
        """See SessionLink.subscribe."""
        self._connection.inventory.require_subscribable(spec)
        subscription = StompSubscription(self._connection, spec, self._spec)
        self.subscriptions.add(subscription)
        return subscription

    def commit(
        self, sends: Sequence[tuple[Any, Envelope]], settlements: Sequence[Any], *, dead_letters: bool = False
    ) -> None:
        """See SessionLink.commit.

        The sends are one transaction of the broker. Where it also holds acknowledgements the commit is whole; elsewhere
        they follow when the sends are confirmed, and a loss in between delivers again what was received.
        """
        with self.subscriptions.settling:
            self._commit(sends, settlements)

    def _commit(self, sends: Sequence[tuple[Any, Envelope]], settlements: Sequence[Any]) -> None:
        self._check(sends, settlements)
        accepted = [(subscription, receipts) for subscription, receipts, outcome in settlements if outcome is ACCEPT]
        acks = [ack for subscription, receipts in accepted for ack in subscription.acks_for_commit(receipts)]
        inside, after = (acks, []) if self._connection.dialect.acks_in_transactions else ([], acks)
        if sends or inside:
            self._run(_encoded(sends), inside)
        if after:
            self._acknowledge(after)
        for subscription, receipts in accepted:
            subscription.settled_by_commit(receipts)
        for subscription, receipts, outcome in settlements:
            if outcome is not ACCEPT:
                subscription.settle(receipts, outcome)

    def _check(self, sends: Sequence[tuple[Any, Envelope]], settlements: Sequence[Any]) -> None:
        wire = self._connection.wire
        if wire.is_lost:
            raise wire.loss()
        if not all(subscription.holds(receipt) for subscription, receipts, _ in settlements for receipt in receipts):
            raise TransactionRolledBackError("what was received may have been given to somebody else: all is undone")
        for sender, _ in sends:
            sender.check_before_commit()

    def _acknowledge(self, acks: list[str]) -> None:
        wire = self._connection.wire
        try:
            wire.call("ACK", {"id": acks[-1]}, b"".join(map(ack_frame, acks[:-1])))
        except JMSError as error:
            raise TransactionInDoubtError(
                "the sends of the transaction are done, but not all that was received is acknowledged: it comes again"
            ) from error

    def _run(self, sends: Sequence[tuple[str, bytes]], acks: Sequence[str]) -> None:
        wire = self._connection.wire
        transaction = {"transaction": self._connection.next_transaction_id()}
        lines = header_lines(transaction)
        requests = []
        try:
            if self._connection.dialect.confirms_commits:
                parts = [frame("SEND", lines + head, body) for head, body in sends]
                parts += [frame("ACK", header_lines({"id": ack, **transaction})) for ack in acks]
                wire.write(b"".join((frame("BEGIN", lines), *parts)))
            else:
                wire.write(frame("BEGIN", lines))
                requests = [wire.request("SEND", lines + head, body) for head, body in sends]
            commit = wire.request("COMMIT", lines)
        except ConnectionLostError as error:
            raise TransactionRolledBackError("the connection was lost before the commit") from error
        try:
            wire.wait(commit, "COMMIT")
            for request in requests:
                wire.wait(request, "SEND")
        except ConnectionLostError as error:
            raise TransactionInDoubtError("the connection was lost during the commit") from error
        except JMSError as error:
            raise TransactionRolledBackError(f"the broker refused the commit: {error}") from error

    def browse(self, queue: Destination, selector: Selector | None) -> Generator[Envelope, None, None]:
        """See SessionLink.browse."""
        return browse(self._connection, queue, selector)

    def close(self) -> None:
        """See SessionLink.close."""
        self.subscriptions.close()
        self._connection.inventory.discard(self)


def _encoded(sends: Sequence[tuple[Any, Envelope]]) -> list[tuple[str, bytes]]:
    try:
        return [sender.encode(envelope) for sender, envelope in sends]
    except JMSError as error:
        raise TransactionRolledBackError(f"a message of the transaction cannot be sent: {error}") from error
