"""Keeps the sequence numbers of a producer's batches right when a broker refuses one.

Version 3.0 of kafka-python counts on after a refused batch: the broker refuses all that follow. And it gives up the
whole producer where only one batch was wrong, such as a message that is too large.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from kafka.errors import BrokerResponseError

_UNNUMBERED: Final = -1


def contain_failures(producer: Any) -> None:
    """Keep the failure of one message from the others of this producer, which has no transactions.

    Replaces `classify_batch_error`, which the library calls with each batch that failed: the library makes the
    transaction manager itself, so that no subclass can be put in its place.
    """
    manager = producer._transaction_manager
    manager.classify_batch_error = partial(_classified, manager)


def _classified(manager: Any, error: Exception, batch: Any, log_start_offset: int = -1) -> Any:
    outcome = type(manager).classify_batch_error(manager, error, batch, log_start_offset)
    was_sent = batch.records.base_sequence not in (None, _UNNUMBERED) and manager.producer_id_and_epoch.match(batch)
    if type(error) in manager._FATAL_ERRORS or outcome == manager.ERROR_CLASS_NEEDS_EPOCH_BUMP or not was_sent:
        return outcome
    if isinstance(error, BrokerResponseError) and not error.retriable:
        # the batch is not written, and its partition has no other one in flight: its number is free
        manager.set_sequence_number(batch.topic_partition, batch.records.base_sequence)
        return manager.ERROR_CLASS_RETRIABLE
    return manager.ERROR_CLASS_NEEDS_EPOCH_BUMP  # it is unknown whether the batch was written: begin new sequences
