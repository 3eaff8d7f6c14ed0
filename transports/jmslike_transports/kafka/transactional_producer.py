"""Transactions: what a session sends, and what it has received, as one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final, NamedTuple

from kafka import TopicPartition, errors
from kafka.admin import TransactionState
from kafka.structs import OffsetAndMetadata

from jmslike.errors import ConnectionLostError, JMSError, TransactionInDoubtError, TransactionRolledBackError
from jmslike_transports.kafka.errors import border, translated
from jmslike_transports.kafka.library.clients import CLOSING, Clients, close_producer
from jmslike_transports.kafka.records import Record

_LOOK_AGAIN: Final = 0.5
"""Seconds after which a wait looks whether the connection is lost."""
_FENCED: Final = (errors.ProducerFencedError, errors.InvalidProducerEpochError)
_SOON: Final = 0.001


class Letter(NamedTuple):
    """A message as it is written."""

    topic: str
    record: Record
    timestamp: int


class Received(NamedTuple):
    """What one member of a group has received: its membership, and the offsets to commit."""

    member: Any
    offsets: Mapping[TopicPartition, OffsetAndMetadata]


class FencedError(TransactionRolledBackError):
    """Another session has the same transactional id, and came later."""


class Transacting:
    """The producer of one transacted session, made with its first transaction, and anew after one that is in doubt."""

    def __init__(self, clients: Clients, admin: Any, transactional_id: str, is_lost: Callable[[], bool]) -> None:
        self._clients = clients
        self._admin = admin
        self._transactional_id = transactional_id
        self._is_lost = is_lost
        self._patience = clients.address.request_timeout
        self._opening = threading.Lock()
        self._producer: Any = None

    def run(self, letters: Sequence[Letter], received: Sequence[Received]) -> None:
        """Send all of it and commit. Raises TransactionRolledBackError, or TransactionInDoubtError if no broker says
        how the commit ended.
        """
        try:
            producer = self._open()
        except JMSError as error:
            raise TransactionRolledBackError(f"nothing was sent: {error}") from error
        try:
            self._fill(producer, letters, received)
        except Exception as error:
            self._undo(producer)
            raise _rolled_back(producer, error) from error
        try:
            self._end(producer, producer._transaction_manager.begin_commit)
        except Exception as error:
            if producer._transaction_manager.has_abortable_error():  # before the end was asked for
                self._undo(producer)
                raise _rolled_back(producer, error) from error
            self._drop(producer)
            if isinstance(error, _FENCED):
                raise _rolled_back(producer, error) from error
            raise TransactionInDoubtError(f"no broker says whether the transaction is committed: {error}") from error
        self._settle_down()

    def _settle_down(self) -> None:
        """Wait until all partitions know of the commit, which they hear of after it is done: until then nobody reads
        what was sent, and the next transaction would be turned away, to try again later.
        """
        deadline = time.monotonic() + self._patience
        with suppress(errors.KafkaError, RuntimeError):
            while not self._is_lost() and time.monotonic() < deadline:
                described = self._admin.describe_transactions([self._transactional_id])
                if described[self._transactional_id].state is not TransactionState.PREPARE_COMMIT:
                    break
                time.sleep(_SOON)

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

    def _fill(self, producer: Any, letters: Sequence[Letter], received: Sequence[Received]) -> None:
        producer.begin_transaction()
        futures = [
            producer.send(topic, record.value, record.key, record.headers, timestamp_ms=timestamp)
            for topic, record, timestamp in letters
        ]
        for member, offsets in received:
            manager = producer._transaction_manager
            self._end(producer, partial(manager.send_offsets_to_transaction, dict(offsets), member))
        deadline = time.monotonic() + self._patience
        for future in futures:
            self._wait(future, deadline)

    def _wait(self, future: Any, deadline: float) -> None:
        """Wait until the broker has the message, unless it refuses it, or the connection is lost."""
        while True:
            try:
                future.get(min(_LOOK_AGAIN, max(0.0, deadline - time.monotonic())))
            except errors.KafkaTimeoutError:
                if future.is_done or time.monotonic() > deadline:
                    raise
            else:
                return
            if self._is_lost():
                raise ConnectionLostError("the connection is lost")

    def _end(self, producer: Any, ask: Callable[[], Any]) -> None:
        """Ask, and wait for the answer as long as is patient: the producer's own methods would wait for ever."""
        answer = ask()
        producer._sender.wakeup()
        deadline = time.monotonic() + self._patience
        while not answer.wait(timeout_ms=_LOOK_AGAIN * 1000):
            if self._is_lost():
                raise ConnectionLostError("the connection is lost")
            if time.monotonic() > deadline:
                raise errors.KafkaTimeoutError(f"no answer within {self._patience:g} seconds")

    def _undo(self, producer: Any) -> None:
        """Abort, or let the broker do so when the next producer comes, or at the time-out.

        This one is dropped: it would count on over what was refused, and the broker would refuse what follows.
        """
        with suppress(Exception):
            self._end(producer, producer._transaction_manager.begin_abort)
        self._drop(producer)

    def _drop(self, producer: Any) -> None:
        with self._opening:
            if self._producer is producer:
                self._producer = None
        close_producer(producer, 0)

    def close(self) -> None:
        """Close the producer."""
        with self._opening:
            producer, self._producer = self._producer, None
        if producer is not None:
            close_producer(producer, 0 if self._is_lost() else CLOSING)


def _rolled_back(producer: Any, error: BaseException) -> TransactionRolledBackError:
    causes = (error, producer._transaction_manager.last_error)
    if any(isinstance(cause, _FENCED) for cause in causes):
        return FencedError("a later session has the same client id and has taken over: all is undone")
    if isinstance(error, errors.CommitFailedError):
        return TransactionRolledBackError("what was received has gone to somebody else: all is undone")
    return TransactionRolledBackError(f"all is undone: {translated(error)}")
