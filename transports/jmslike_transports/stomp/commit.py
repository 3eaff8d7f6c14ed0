"""Commits over STOMP (C6): the sends are one transaction of the broker.

Where that also holds acknowledgements, a commit is whole. Elsewhere they follow when the sends are confirmed, and a
loss in between redelivers what was received.
"""

from __future__ import annotations

from jmslike.errors import ConnectionLostError, JMSError, TransactionInDoubtError, TransactionRolledBackError
from jmslike_transports.shared.commit import Accepted, Commit, Sends
from jmslike_transports.shared.inventory import Subscriptions
from jmslike_transports.stomp.connection import StompConnection
from jmslike_transports.stomp.frames import ack_frame, frame, header_lines
from jmslike_transports.stomp.sender import StompSender
from jmslike_transports.stomp.subscription import StompSubscription
from jmslike_transports.stomp.wire import Wire


class StompCommit(Commit[StompSender, StompSubscription]):
    """The commits of one session link."""

    def __init__(self, connection: StompConnection, subscriptions: Subscriptions[StompSubscription]) -> None:
        super().__init__(connection.wire, subscriptions)
        self._wire = connection.wire
        self._next_transaction_id = connection.next_transaction_id
        self._acks_in_transactions = connection.dialect.acks_in_transactions
        self._confirms_commits = connection.dialect.confirms_commits

    def _send(self, sends: Sends[StompSender], accepted: Accepted[StompSubscription]) -> None:
        for sender, _ in sends:
            sender.check_before_commit()
        acks = _acks(accepted) if self._acks_in_transactions else []
        if sends or acks:
            self._run(self._way_out(), _encoded(sends), acks)

    def _way_out(self) -> Wire:
        return self._wire

    def _run(self, wire: Wire, sends: list[tuple[str, bytes]], acks: list[str]) -> None:
        transaction = {"transaction": self._next_transaction_id()}
        lines = header_lines(transaction)
        requests = []
        try:
            if self._confirms_commits:
                parts = [frame("SEND", lines + head, body) for head, body in sends]
                parts += [frame("ACK", header_lines({"id": ack, **transaction})) for ack in acks]
                wire.write(b"".join((frame("BEGIN", lines), *parts)))
            else:
                wire.write(frame("BEGIN", lines))
                requests = [wire.request("SEND", lines + head, body) for head, body in sends]
            commit = wire.request("COMMIT", lines)
        except ConnectionLostError as error:
            raise TransactionRolledBackError(f"transaction rolled back: nothing was sent: {error}") from error
        try:
            wire.wait(commit, "COMMIT")
            for request in requests:
                wire.wait(request, "SEND")
        except ConnectionLostError as error:
            raise TransactionInDoubtError(f"transaction in doubt: no answer to its commit: {error}") from error
        except JMSError as error:
            raise TransactionRolledBackError(f"transaction rolled back: the broker refused it: {error}") from error

    def _settle(self, accepted: Accepted[StompSubscription]) -> None:
        acks = [] if self._acks_in_transactions else _acks(accepted)
        if acks:
            self._wire.call("ACK", {"id": acks[-1]}, b"".join(map(ack_frame, acks[:-1])))
        for subscription, receipts in accepted:
            subscription.settled_by_commit(receipts)


class DeadLetterCommit(StompCommit):
    """The commits of one session link that move dead letters.

    Where an ERROR ends the connection, they are sent over another one: a dead letter that the broker refuses would take
    the application's connection with it, and come again on the next.
    """

    def __init__(self, connection: StompConnection, subscriptions: Subscriptions[StompSubscription]) -> None:
        super().__init__(connection, subscriptions)
        self._wire_for_dead_letters = connection.wire_for_dead_letters

    def _way_out(self) -> Wire:
        try:
            return self._wire_for_dead_letters()
        except JMSError as error:
            raise TransactionRolledBackError(f"transaction rolled back: nothing was sent: {error}") from error


def _acks(accepted: Accepted[StompSubscription]) -> list[str]:
    return [held.ack for _, receipts in accepted for held in receipts if held.ack is not None]


def _encoded(sends: Sends[StompSender]) -> list[tuple[str, bytes]]:
    try:
        return [sender.encode(envelope) for sender, envelope in sends]
    except JMSError as error:
        raise TransactionRolledBackError(f"transaction rolled back: a message cannot be sent: {error}") from error
