"""Accounts of what a stressed queue was given and gave: nothing lost, nothing twice, order kept."""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import Any

from tests.unit.engine.records import Record

Number = tuple[int, int]
"""A producer, and the number of the record among those of that producer."""


class Ledger:
    """Where each record is: available, held by a receiver, or accepted. `changed` is notified at each entry.

    What makes a record available is entered before the engine is told, what takes it away after the engine told.
    """

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.available: set[Number] = set()
        self.held: set[Number] = set()
        self.accepted: set[Number] = set()
        self.faults: list[str] = []
        self.owners: dict[str, set[Any]] = defaultdict(set)
        self._handed_over: set[Number] = set()
        self._latest: dict[tuple[object, ...], int] = defaultdict(int)

    def offered(self, *records: Record) -> None:
        """Enter that these records are sent or released now."""
        with self.changed:
            for record in records:
                self.held.discard(record.body)
                self.available.add(record.body)
            self.changed.notify_all()

    def refused(self, *records: Record) -> None:
        """Enter that these were not let in after all."""
        with self.changed:
            self.available.difference_update(record.body for record in records)
            self.changed.notify_all()

    def took(self, receiver: Any, delivery: tuple[Record, Any, int]) -> None:
        """Enter what `take` gave."""
        record, receipt, attempts = delivery
        number: Number = record.body
        with self.changed:
            if number not in self.available:
                self.faults.append(f"{number} was handed over again while {self._whereabouts(number)}")
            self.available.discard(number)
            (self.accepted if receipt is None else self.held).add(number)
            if attempts and number not in self._handed_over:
                self.faults.append(f"{number} has {attempts} attempts at its first hand-over")
            self._check_order(receiver, record)
            self._note_owner(receiver, record)
            self.changed.notify_all()

    def settled(self, *records: Record) -> None:
        """Enter that these were accepted."""
        with self.changed:
            for record in records:
                self.held.discard(record.body)
                self.accepted.add(record.body)
            self.changed.notify_all()

    def closing(self, receiver: Any) -> None:
        """Enter that the receiver closes, and so owns no group any more."""
        with self.changed:
            for owners in self.owners.values():
                owners.discard(receiver)
            self.changed.notify_all()

    def _whereabouts(self, number: Number) -> str:
        return "accepted" if number in self.accepted else "held" if number in self.held else "never sent"

    def _check_order(self, receiver: Any, record: Record) -> None:
        producer, count = record.body
        if record.body not in self._handed_over:
            self._handed_over.add(record.body)
            line = (receiver, producer, record.priority, record.group)  # a group may have to wait for others
            if count < self._latest[line]:
                self.faults.append(f"{record.body} came after number {self._latest[line]} of the same producer")
            self._latest[line] = count

    def _note_owner(self, receiver: Any, record: Record) -> None:
        if record.constraints is not None and record.constraints.group is not None:
            owners = self.owners[record.constraints.group]
            if record.constraints.closes_group or receiver.gone:
                owners.discard(receiver)
            else:
                owners.add(receiver)
