"""The producer of one transacted session: what it sends, and the offsets of what it has received, as one."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple

from kafka import TopicPartition, errors
from kafka.admin import TransactionState
from kafka.structs import OffsetAndMetadata

from jmslike.errors import JMSError, TransactionInDoubtError, TransactionRolledBackError
from jmslike_transports.kafka.errors import border, translated
from jmslike_transports.kafka.library.clients import CLOSING, Clients, close_producer
from jmslike_transports.kafka.library.retrying_admin import RetryingAdmin
from jmslike_transports.kafka.library.transaction_requests import TransactionRequests
from jmslike_transports.kafka.records import Record
from jmslike_transports.shared.loss import LosableConnection

_LOOK_AGAIN: Final = 0.5
"""Seconds after which a wait checks whether the connection is lost."""
_FENCED: Final = (errors.ProducerFencedError, errors.InvalidProducerEpochError)
_ABORTED: Final = (TransactionState.PREPARE_ABORT, TransactionState.COMPLETE_ABORT)
_PAUSE: Final = 0.001


class OutgoingRecord(NamedTuple):
    """A message as it is written."""

    topic: str
    record: Record
    timestamp: int


class ReceivedOffsets(NamedTuple):
    """What one member of a group has received: the proof of its membership, and the offsets to commit."""

    member: Any
    offsets: Mapping[TopicPartition, OffsetAndMetadata]


class FencedError(JMSError):
    """A later session has the same transactional id."""


class FencedRollbackError(FencedError, TransactionRolledBackError):
    """It took over before the commit, of which nothing was done."""


class FencedInDoubtError(FencedError, TransactionInDoubtError):
    """It took over before kafka-python asked again for a commit, which the first request may have done."""


class TransactionalProducer:
    """Connects with its first transaction, and again after one that failed or is in doubt.

    The thread of the session calls `run`; any thread may close it.
    """

    def __init__(
        self, clients: Clients, admin: RetryingAdmin, transactional_id: str, connection: LosableConnection
    ) -> None:
        self._clients = clients
        self._admin = admin
        self._transactional_id = transactional_id
        self._connection = connection
        self._timeout = clients.address.request_timeout
        self._transaction_timeout = clients.address.transaction_timeout
        self._opening = threading.Lock()
        self._producer: Any = None

    def run(self, records: Sequence[OutgoingRecord], received: Sequence[ReceivedOffsets]) -> None:
        """Send all of it and commit.

        Raises TransactionRolledBackError, or TransactionInDoubtError if no broker confirms the commit.
        """
        try:
            producer = self._open()
        except JMSError as error:
            raise TransactionRolledBackError(f"transaction rolled back: no message was sent: {error}") from error
        requests = TransactionRequests(producer)
        try:
            self._fill(producer, requests, records, received)
        except Exception as error:
            self._abort(producer, requests)
            raise self._rolled_back(requests, error) from error
        try:
            self._wait_for(requests.commit())
        except Exception as error:
            if requests.must_abort:
                self._abort(producer, requests)
                raise self._rolled_back(requests, error) from error
            self._discard(producer)
            if isinstance(error, _FENCED) and not requests.is_commit_repeated:
                raise self._rolled_back(requests, error) from error
            raise self._in_doubt(requests, error) from error
        self._wait_for_partitions()

    def _in_doubt(self, requests: TransactionRequests, error: BaseException) -> TransactionInDoubtError:
        if isinstance(error, _FENCED) and self._is_taken_over(requests):
            return FencedInDoubtError(
                "transaction in doubt: no broker confirmed the commit, and a later session has the same client id and "
                "has taken over; give each connection a client id of its own"
            )
        return TransactionInDoubtError(f"transaction in doubt: no broker confirmed the commit: {translated(error)}")

    def _rolled_back(self, requests: TransactionRequests, error: BaseException) -> TransactionRolledBackError:
        if any(isinstance(cause, _FENCED) for cause in (error, requests.last_error)):
            if self._is_taken_over(requests):
                return FencedRollbackError(
                    "transaction rolled back: a later session has the same client id and has taken over; "
                    "give each connection a client id of its own"
                )
            return TransactionRolledBackError(
                "transaction rolled back: nothing was sent: the broker aborted it, because the commit took longer than "
                f"{self._transaction_timeout:g} s; commit again, or raise transaction_timeout"
            )
        if isinstance(error, errors.CommitFailedError):
            return TransactionRolledBackError(
                "transaction rolled back: another consumer owns the received messages; nothing was sent"
            )
        return TransactionRolledBackError(f"transaction rolled back: {translated(error)}")

    def _is_taken_over(self, requests: TransactionRequests) -> bool:
        """Whether a later session has this transactional id, or none can be asked.

        The broker fences a producer by raising the epoch. It also does so when it aborts a transaction that is open for
        too long: once. A later session that finds a transaction open raises it twice.
        """
        if requests.duration < self._transaction_timeout:
            return True
        with suppress(errors.KafkaError, RuntimeError, JMSError):
            described = self._described()
            raised = described.producer_epoch - requests.epoch
            return not (raised == 0 or (raised == 1 and described.state in _ABORTED))
        return True

    def _wait_for_partitions(self) -> None:
        """Wait until all partitions know of the commit, which they learn after it is done.

        Until then no consumer reads what was sent, and the broker refuses the next transaction for the time being.
        """
        deadline = time.monotonic() + self._timeout
        with suppress(errors.KafkaError, RuntimeError, JMSError):
            while self._described().state is TransactionState.PREPARE_COMMIT and time.monotonic() < deadline:
                time.sleep(_PAUSE)

    def _described(self) -> Any:
        """Return what the coordinator says of the last transaction with this id."""
        return self._admin.describe_transactions([self._transactional_id])[self._transactional_id]

    def _open(self) -> Any:
        with self._opening:
            if self._producer is None:
                producer = self._clients.producer(self._transactional_id)
                try:
                    with border():
                        producer.init_transactions()
                except JMSError:
                    close_producer(producer, 0)
                    raise
                self._producer = producer
            return self._producer

    def _fill(
        self,
        producer: Any,
        requests: TransactionRequests,
        records: Sequence[OutgoingRecord],
        received: Sequence[ReceivedOffsets],
    ) -> None:
        producer.begin_transaction()
        futures = [
            producer.send(topic, record.value, record.key, record.headers, timestamp_ms=timestamp)
            for topic, record, timestamp in records
        ]
        for member, offsets in received:
            self._wait_for(requests.send_offsets(offsets, member))
        deadline = time.monotonic() + self._timeout
        for future in futures:
            self._wait_for_record(future, deadline)

    def _wait_for_record(self, future: Any, deadline: float) -> None:
        """Wait until the broker has the record, unless it refuses it, or the connection is lost."""
        while True:
            try:
                future.get(min(_LOOK_AGAIN, max(0.0, deadline - time.monotonic())))
            except errors.KafkaTimeoutError:
                if future.is_done or time.monotonic() > deadline:
                    raise
            else:
                return
            self._connection.check()

    def _wait_for(self, result: Any) -> None:
        """Wait for the result of a request, until the timeout or the loss of the connection."""
        deadline = time.monotonic() + self._timeout
        while not result.wait(timeout_ms=_LOOK_AGAIN * 1000):
            self._connection.check()
            if time.monotonic() > deadline:
                raise errors.KafkaTimeoutError(f"no answer within {self._timeout:g} s")

    def _abort(self, producer: Any, requests: TransactionRequests) -> None:
        """Abort, or have the broker do so when the next producer connects, or after transaction_timeout.

        This producer is discarded: it would count on over a refused batch, and the broker would refuse what follows.
        """
        with suppress(Exception):
            self._wait_for(requests.abort())
        self._discard(producer)

    def _discard(self, producer: Any) -> None:
        with self._opening:
            if self._producer is producer:
                self._producer = None
        close_producer(producer, 0)

    def close(self) -> None:
        """Close the producer."""
        with self._opening:
            producer, self._producer = self._producer, None
        if producer is not None:
            close_producer(producer, 0 if self._connection.is_lost else CLOSING)
