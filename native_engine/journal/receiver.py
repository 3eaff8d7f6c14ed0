"""Receivers of a durable engine: they read records from the disk, and write what became of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from native_engine.calls import Call
from native_engine.queue import Queue
from native_engine.receiver import Receiver
from native_engine.records import Delivery, Matches, Outcome, Receipt

if TYPE_CHECKING:
    from native_engine.journal.journal import Journal

__all__ = ["DurableReceiver"]


class DurableReceiver(Receiver):
    """A receiver whose hand-overs and settlements outlive the process when the call that made them returns.

    With `awaits_disk`, `settle` also returns only when what it accepted is safe from a power loss.
    """

    __slots__ = ("_awaits_disk", "_journal")

    def __init__(
        self,
        journal: Journal,
        awaits_disk: bool,
        queue: Queue,
        matches: Matches | None = None,
        discard: Callable[[Receiver], list[Call]] | None = None,
    ) -> None:
        self._journal = journal
        self._awaits_disk = awaits_disk
        super().__init__(queue, None if matches is None else _of_records(journal, matches), discard)

    def take(self, timeout: float | None, settle: bool = False) -> Delivery | None:
        """See Receiver.take."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            delivery = self._take_or_wait(timeout, False)
            if delivery is None:
                return None
            held, receipt, attempts = delivery
            assert receipt is not None, "it is not settled at the hand-over"
            record = self._journal.record(held)
            if record is not None:
                if settle and attempts == 0:
                    super().settle((receipt,), None)
                    receipt = None
                self._journal.flush()
                return record, receipt, attempts
            super().settle((receipt,), None)  # it is damaged, which was reported
            if deadline is not None:
                timeout = max(0.0, deadline - time.monotonic())

    def count(self, receipt: Receipt, attempts: int) -> None:
        """Note that a record which is held is handed over again, after so many attempts."""
        books = self._queue.books
        if books is not None and receipt in self.held:
            books.handed(receipt.record, attempts + 1)
            self._journal.flush()

    def settle(self, receipts: Iterable[Receipt], outcome: Outcome) -> None:
        """See Receiver.settle."""
        super().settle(receipts, outcome)
        if self._awaits_disk and outcome is None:
            self._journal.wait()
        else:
            self._journal.flush()

    def postpone(self, receipts: Iterable[Receipt], attempts: int, delay: float) -> None:
        """See Receiver.postpone."""
        super().postpone(receipts, attempts, delay)
        self._journal.flush()

    def release_unsettled(self) -> None:
        """See Receiver.release_unsettled."""
        super().release_unsettled()
        if not self._queue.state.is_of_engine:  # then nothing is released, or written, any more
            self._journal.flush()


def _of_records(journal: Journal, matches: Matches) -> Matches:
    def matches_held(held: Any) -> bool:
        record = journal.record(held)
        return record is not None and matches(record)

    return matches_held
