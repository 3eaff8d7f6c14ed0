"""The commit of one session: what it sends and the offsets of what it accepts are one transaction of Kafka."""

from __future__ import annotations

from typing import TypeAlias

from jmslike.errors import JMSError, TransactionInDoubtError, TransactionRolledBackError
from jmslike_transports.kafka.progress import Progress
from jmslike_transports.kafka.sender import KafkaSender
from jmslike_transports.kafka.subscription import KafkaSubscription
from jmslike_transports.kafka.topic_reader import TopicReader
from jmslike_transports.kafka.transactional_producer import OutgoingRecord, ReceivedOffsets, TransactionalProducer
from jmslike_transports.shared.commit import Accepted, Commit, Sends
from jmslike_transports.shared.inventory import Subscriptions
from jmslike_transports.shared.loss import LosableConnection

AcceptedOffsets: TypeAlias = "dict[TopicReader, dict[Progress, set[int]]]"


class KafkaCommit(Commit[KafkaSender, KafkaSubscription]):
    """A session that only receives, and from one group, commits its offsets without a transaction."""

    def __init__(
        self,
        connection: LosableConnection,
        subscriptions: Subscriptions[KafkaSubscription],
        producer: TransactionalProducer,
    ) -> None:
        super().__init__(connection, subscriptions)
        self._producer = producer

    def _send(self, sends: Sends[KafkaSender], accepted: Accepted[KafkaSubscription]) -> None:
        offsets = _offsets(accepted)
        try:
            if sends or len(offsets) > 1:
                self._transact(sends, offsets)
            else:
                for reader, its_offsets in offsets.items():
                    reader.commit(its_offsets)
        except TransactionInDoubtError:
            for reader in offsets:
                reader.rewind()
            raise

    def _transact(self, sends: Sends[KafkaSender], offsets: AcceptedOffsets) -> None:
        try:
            records = [
                OutgoingRecord(sender.topic, sender.record(envelope), envelope.timestamp) for sender, envelope in sends
            ]
        except JMSError as error:
            raise TransactionRolledBackError(f"transaction rolled back: no message was sent: {error}") from error
        for reader in offsets:
            reader.flush()  # what was acknowledged before must not overtake the transaction
        received = [
            ReceivedOffsets(reader.member_metadata(), reader.committable(its)) for reader, its in offsets.items()
        ]
        self._producer.run(records, received)

    def _settle(self, accepted: Accepted[KafkaSubscription]) -> None:
        for subscription, receipts in accepted:
            subscription.settled_by_commit(receipts)


def _offsets(accepted: Accepted[KafkaSubscription]) -> AcceptedOffsets:
    """Return the offsets of the receipts, where a group commits them."""
    offsets: AcceptedOffsets = {}
    for subscription, receipts in accepted:
        if subscription.reader.has_group and receipts:
            its_offsets = offsets.setdefault(subscription.reader, {})
            for receipt in receipts:
                its_offsets.setdefault(receipt.arrival.progress, set()).add(receipt.arrival.record.offset)
    return offsets
