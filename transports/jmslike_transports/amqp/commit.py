"""Commits over AMQP (C6): the messages are one transaction of the broker, and the acknowledgements follow it.

RabbitMQ would apply acknowledgements in a transaction before its messages are safe, so they stay outside. After a loss
between the two the broker redelivers what was received.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from jmslike.errors import JMSError, TransactionInDoubtError, TransactionRolledBackError
from jmslike_transports.amqp.connection import AmqpConnection
from jmslike_transports.amqp.publisher import Publication
from jmslike_transports.amqp.receive_channel import ReceiveChannel
from jmslike_transports.amqp.sender import AmqpSender
from jmslike_transports.amqp.subscription import AmqpSubscription
from jmslike_transports.amqp.transaction_channel import TransactionChannel
from jmslike_transports.shared.commit import Accepted, Commit, Sends
from jmslike_transports.shared.inventory import Subscriptions


class _AmqpCommit(Commit[AmqpSender, AmqpSubscription]):
    """Commits that acknowledge on the channel on which the session receives."""

    def __init__(
        self,
        connection: AmqpConnection,
        subscriptions: Subscriptions[AmqpSubscription],
        receive_channel: Callable[[], ReceiveChannel],
    ) -> None:
        super().__init__(connection.wire, subscriptions)
        self._wire = connection.wire
        self._topology = connection.topology
        self._receive_channel = receive_channel

    def _settle(self, accepted: Accepted[AmqpSubscription]) -> None:
        tags = [held.tag for source, receipts in accepted for held in source.let_go(receipts) if held.tag]
        if tags:
            channel = self._receive_channel()
            channel.accept(tags)
            channel.round_trip()

    def close(self) -> None:
        """Close the channel, if a commit has opened one."""


class ConfirmedCommit(_AmqpCommit):
    """Commits of a session that is not transacted: of dead letters, each sent and confirmed by itself."""

    def _send(self, sends: Sends[AmqpSender], accepted: Accepted[AmqpSubscription]) -> None:
        for sender, envelope in sends:
            sender.send_confirmed(envelope)


class TransactedCommit(_AmqpCommit):
    """Commits of a transacted session, on a channel that the first of them opens."""

    _channel: TransactionChannel | None = None

    def _send(self, sends: Sends[AmqpSender], accepted: Accepted[AmqpSubscription]) -> None:
        if not sends:
            return
        missed = self._publish(_publications(sends))
        if missed:
            try:
                self._invalidate(missed)  # their queues have been deleted since they were declared
                for publication in missed:
                    self._topology.ensure(publication.destination)
                    if publication.is_delayed:
                        self._topology.delays.ensure(publication.destination)
                missed = self._publish(missed)
            except JMSError as error:
                raise TransactionInDoubtError(
                    f"transaction in doubt: only some of its messages were sent: {error}"
                ) from error
        if missed:
            raise TransactionInDoubtError("transaction in doubt: some of its messages found no queue, others were sent")

    def _publish(self, publications: list[Publication]) -> list[Publication]:
        """Send all in one transaction, and return those that found no queue."""
        try:
            self._wire.wait_until_unblocked()
            if self._channel is None or self._channel.error is not None:
                self._channel = TransactionChannel(self._wire)
            return self._channel.run(publications)
        except TransactionInDoubtError:
            raise
        except JMSError as error:
            self._invalidate(publications)
            raise _unsent(error) from error

    def _invalidate(self, publications: Sequence[Publication]) -> None:
        for publication in publications:
            self._topology.invalidate(publication.destination)
        if any(publication.is_delayed for publication in publications):
            self._topology.delays.invalidate()

    def close(self) -> None:
        """See _AmqpCommit.close."""
        if self._channel is not None:
            self._channel.close()


def _publications(sends: Sends[AmqpSender]) -> list[Publication]:
    try:
        for sender in {id(sender): sender for sender, _ in sends}.values():
            sender.check_before_commit()
        return [sender.publication(envelope) for sender, envelope in sends]
    except TransactionRolledBackError:
        raise
    except JMSError as error:
        raise _unsent(error) from error


def _unsent(error: JMSError) -> TransactionRolledBackError:
    return TransactionRolledBackError(f"transaction rolled back: nothing was sent: {error}")
