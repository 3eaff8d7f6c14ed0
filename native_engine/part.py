"""What a transaction does to one queue."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any, Final, TypeAlias

from native_engine.bounds import Bounds
from native_engine.queue import Queue
from native_engine.receiver import Receiver
from native_engine.records import Outcome, Receipt
from native_engine.services import State

__all__ = ["Part", "Settlement"]

_priority: Final = attrgetter("priority")

Settlement: TypeAlias = tuple[Receiver, Sequence[Receipt], Outcome]
"""Records that one receiver has taken, and their outcome."""


class Part:
    """The records and settlements for one queue. All methods are called with the lock of the queue held."""

    __slots__ = ("queue", "records", "settlements")

    def __init__(self, queue: Queue) -> None:
        self.queue: Final = queue
        self.records: list[Any] = []
        self.settlements: list[Settlement] = []

    @property
    def is_stale(self) -> bool:
        """Whether a delivery to be settled is not held any more."""
        return not all(receiver._holds_all(receipts) for receiver, receipts, _ in self.settlements)

    @property
    def leaving(self) -> list[Any]:
        """The records whose room becomes free."""
        accepted = [receipts for _, receipts, outcome in self.settlements if outcome is None]
        return [receipt.record for receipts in accepted for receipt in receipts]

    @property
    def is_limited(self) -> bool:
        """Whether there may be no room for the records."""
        queue = self.queue
        return bool(self.records) and queue.bounds is not None and not queue.drops_oldest and queue.state is State.OPEN

    def no_room(self) -> str:
        """Return the error for a queue that is full."""
        name, value = self._bounds.limit(self.records)
        return (
            f"{self.queue.title} is full ({name}={value}): "
            f"receive from it, raise {name}, or have senders wait for room (when_full=block)"
        )

    def too_late(self, seconds: float) -> str:
        """Return the error for a queue that was full all the time."""
        name, value = self._bounds.limit(self.records)
        return (
            f"{self.queue.title} was full ({name}={value}) for {seconds:g} s (block_timeout): "
            f"receive from it, raise {name}, or wait longer"
        )

    def too_much(self) -> str:
        """Return the error for records that do not even fit into an empty queue."""
        name, value = self._bounds.limit(self.records, alone=True)
        amount = f"{len(self.records)} records" if name == "max_depth" else f"{self._bounds.size(self.records)} bytes"
        return (
            f"{amount} at once are more than {self.queue.title} may hold at all ({name}={value}): "
            f"send less at once, or raise {name}"
        )

    @property
    def _bounds(self) -> Bounds:
        bounds = self.queue.bounds
        assert bounds is not None, "only what has bounds can be full"
        return bounds

    def apply(self) -> int:
        """Settle the deliveries and put the records in; return how many deliveries were accepted."""
        accepted = 0
        for receiver, receipts, outcome in self.settlements:
            settled = receiver._apply(receipts, outcome)
            accepted += settled if outcome is None else 0
        # the most urgent first: receivers without a lock may see each as soon as it is in
        for record in sorted(self.records, key=_priority, reverse=True):
            self.queue.put(record)
        return accepted
