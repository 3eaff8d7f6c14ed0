"""What a queue should do, as simply as it can be said, one thread only."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from tests.unit.engine.records import Record


@dataclass(eq=False)
class Item:
    """A record in the model."""

    record: Record
    number: int
    attempts: int = 0
    fresh: bool = True
    due: int = 0

    @property
    def rank(self) -> tuple[int, bool, int]:
        """Higher priority first, then what was released, then the order of sending."""
        return (-self.record.priority, self.fresh, self.number)

    def expired(self, now: int) -> bool:
        limits = self.record.constraints
        return limits is not None and 0 < limits.expiration <= now

    def early(self, now: int) -> bool:
        return self.due > now


@dataclass(eq=False)
class ModelReceiver:
    """A receiver in the model: what colour it wants (None: any), and what it holds."""

    colour: str | None
    held: list[Item] = field(default_factory=list)
    closed: bool = False


class ModelQueue:
    """A queue in the model. `now` is in milliseconds."""

    def __init__(self, now: int) -> None:
        self.now = now
        self.waiting: list[Item] = []
        self.delayed: list[Item] = []
        self.receivers: list[ModelReceiver] = []
        self.owners: dict[str, ModelReceiver] = {}
        self.enqueued = self.delivered = self.expired = self.accepted = 0
        self._numbers = itertools.count()

    def send(self, record: Record) -> None:
        self.enqueued += 1
        item = Item(record, next(self._numbers), due=record.constraints.due if record.constraints else 0)
        if item.expired(self.now):
            self.expired += 1
        elif item.early(self.now):
            self.delayed.append(item)
        else:
            self.waiting.append(item)

    def advance(self, seconds: float) -> None:
        self.now += round(seconds * 1000)
        for item in sorted(self.delayed, key=lambda item: (item.due, item.number)):
            if not item.early(self.now) or item.expired(self.now):
                self.delayed.remove(item)
                if item.fresh:
                    item.number = next(self._numbers)
                self.waiting.append(item)
        for item in [item for item in self.waiting if item.expired(self.now)]:
            self.waiting.remove(item)
            self.expired += 1

    def take(self, receiver: ModelReceiver, settle: bool) -> Item | None:
        """Return what the receiver has to get now."""
        if receiver.closed:
            return None
        suitable = [item for item in self.waiting if self._suits(item, receiver)]
        if not suitable:
            return None
        item = min(suitable, key=lambda item: item.rank)
        self.waiting.remove(item)
        self.delivered += 1
        limits = item.record.constraints
        if limits is not None and limits.group is not None:
            if limits.closes_group:
                self.owners.pop(limits.group, None)
            else:
                self.owners[limits.group] = receiver
        if settle and not item.attempts:
            self.accepted += 1
        else:
            receiver.held.append(item)
        return item

    def settle(self, receiver: ModelReceiver, items: list[Item], outcome: int | None) -> None:
        """Accept (None), or release with so many attempts."""
        if outcome is not None:
            self.release(receiver, items, outcome)
            return
        for item in items:
            receiver.held.remove(item)
            self.accepted += 1

    def release(self, receiver: ModelReceiver, items: list[Item], attempts: int | None) -> None:
        """Put back, with these attempts (None: one more than each had)."""
        for item in items:
            receiver.held.remove(item)
            if item.expired(self.now):
                self.expired += 1
            else:
                again = item.attempts + 1 if attempts is None else attempts
                self.waiting.append(Item(item.record, item.number, again, False))

    def postpone(self, receiver: ModelReceiver, items: list[Item], attempts: int, seconds: int) -> None:
        """Put back later, with these attempts."""
        for item in items:
            receiver.held.remove(item)
            if item.expired(self.now):
                self.expired += 1
            else:
                self.delayed.append(Item(item.record, item.number, attempts, False, self.now + seconds * 1000))

    def open_again(self) -> None:
        """Begin with what was left, first what was handed over before; what was held comes with an attempt more.

        What was given back as if it had not been handed over takes its old place.
        """
        held = [Item(item.record, 0, item.attempts + 1, False) for receiver in self.receivers for item in receiver.held]
        for item in self.waiting:
            item.fresh = item.fresh or not (item.attempts or item.due)
        left = sorted([*self.waiting, *self.delayed, *held], key=lambda item: (item.fresh, item.record.body))
        for item in left:
            item.number = next(self._numbers)
        for receiver in self.receivers:
            receiver.held.clear()
        self.owners.clear()
        self.enqueued, self.delivered, self.accepted = len(left), sum(not item.fresh for item in left), 0
        self.expired = sum(item.expired(self.now) for item in left)
        self.delayed = [item for item in left if item.early(self.now) and not item.expired(self.now)]
        self.waiting = [item for item in left if not item.early(self.now) and not item.expired(self.now)]

    def close(self, receiver: ModelReceiver) -> None:
        receiver.closed = True
        self.owners = {group: owner for group, owner in self.owners.items() if owner is not receiver}

    def bodies(self) -> list[object]:
        """Return what a browser sees."""
        return [item.record.body for item in sorted(self.waiting, key=lambda item: item.rank)]

    @property
    def depth(self) -> int:
        return len(self.waiting) + len(self.delayed)

    @property
    def in_flight(self) -> int:
        return sum(len(receiver.held) for receiver in self.receivers)

    def _suits(self, item: Item, receiver: ModelReceiver) -> bool:
        owner = self.owners.get(item.record.group or "", receiver)
        return owner is receiver and receiver.colour in (None, item.record.colour)
