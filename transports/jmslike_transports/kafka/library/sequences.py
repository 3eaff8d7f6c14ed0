"""What becomes of a producer when messages cannot be written. Each batch has a number in its partition's sequence.

Version 3.0 of the library counts on over a batch that is refused: the broker refuses all that follows. And it gives up
the whole producer where no more than a batch was wrong, such as a message that is too large.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from kafka.errors import BrokerResponseError

_UNNUMBERED: Final = -1


def contain_failures(producer: Any) -> None:
    """Let no other message of this producer, which has no transactions, suffer from one that cannot be written."""
    manager = producer._transaction_manager
    manager.classify_batch_error = partial(_classified, manager)


def _classified(manager: Any, error: Exception, batch: Any, log_start_offset: int = -1) -> Any:
    outcome = type(manager).classify_batch_error(manager, error, batch, log_start_offset)
    was_sent = batch.records.base_sequence not in (None, _UNNUMBERED) and manager.producer_id_and_epoch.match(batch)
    if type(error) in manager._FATAL_ERRORS or outcome == manager.ERROR_CLASS_NEEDS_EPOCH_BUMP or not was_sent:
        return outcome
    if isinstance(error, BrokerResponseError) and not error.retriable:
        # it is not written, and of one partition nothing else is ever on its way
        manager.set_sequence_number(batch.topic_partition, batch.records.base_sequence)
        return manager.ERROR_CLASS_RETRIABLE
    return manager.ERROR_CLASS_NEEDS_EPOCH_BUMP  # nobody knows: begin new sequences
