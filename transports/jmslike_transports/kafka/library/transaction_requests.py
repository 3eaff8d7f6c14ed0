"""The requests of a transaction, which can be waited for with a timeout: the producer's own methods wait forever."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from kafka import TopicPartition
from kafka.structs import OffsetAndMetadata


class TransactionRequests:
    """Sends the requests of one transaction, which begins now; each returns a result of kafka-python to wait for."""

    def __init__(self, producer: Any) -> None:
        self._manager = producer._transaction_manager
        self._sender = producer._sender
        self._began_at = time.monotonic()
        self._end: Any = None

    def send_offsets(self, offsets: Mapping[TopicPartition, OffsetAndMetadata], member: Any) -> Any:
        """Make the offsets of a group's member part of the transaction."""
        return self._sent(self._manager.send_offsets_to_transaction(dict(offsets), member))

    def commit(self) -> Any:
        """Ask for the commit."""
        with self._manager._lock:
            result = self._manager.begin_commit()
            self._end = next(request for *_, request in self._manager._pending_requests if request.result is result)
        return self._sent(result)

    def abort(self) -> Any:
        """Ask for the abort."""
        return self._sent(self._manager.begin_abort())

    def _sent(self, result: Any) -> Any:
        self._sender.wakeup()
        return result

    @property
    def epoch(self) -> int:
        """What tells this producer from later ones with its transactional id: theirs is higher."""
        epoch: int = self._manager.producer_id_and_epoch.epoch
        return epoch

    @property
    def duration(self) -> float:
        """Seconds since the transaction began."""
        return time.monotonic() - self._began_at

    @property
    def must_abort(self) -> bool:
        """Whether the transaction failed before its end was asked for, so that an abort is certain."""
        return bool(self._manager.has_abortable_error())

    @property
    def is_commit_repeated(self) -> bool:
        """Whether kafka-python asked for the commit again: then a refusal does not tell what the first request did."""
        return self._end is not None and bool(self._end.is_retry)

    @property
    def last_error(self) -> BaseException | None:
        """The error that ended the last transaction, if there is one."""
        error: BaseException | None = self._manager.last_error
        return error
