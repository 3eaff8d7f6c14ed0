"""Where records wait while nothing but their priority counts: one deque for each priority in use."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

from native_engine.records import Entry

__all__ = ["PRIORITIES", "Appenders", "Lanes"]

PRIORITIES = 10

Appenders: TypeAlias = list[Callable[[Any], None]]
"""The way in for each priority."""


class Lanes(list[deque[Any]]):
    """The lanes of the priorities in use, highest first. Records that came back wait beside them, each before its lane.

    Receivers iterate over it and senders append through `appenders`, both without a lock: a lane that is added
    meanwhile may be missed. All methods are called with the lock of the queue held.
    """

    __slots__ = ("_by_priority", "appenders", "priorities", "returned")

    def __init__(self, append: Callable[[Any], None]) -> None:
        self.appenders: Final[Appenders] = [append] * PRIORITIES  # by priority; `append` where there is no lane yet
        self.returned: list[Entry] = []  # a heap
        self._by_priority: dict[int, deque[Any]] = {}
        self.priorities: tuple[int, ...] = ()  # of the lanes, in their order

    def lane(self, priority: int) -> deque[Any]:
        """Return the lane of the priority; from now on senders append to it."""
        lane = self._by_priority.get(priority)
        if lane is None:
            lane = deque()
            lanes = {**self._by_priority, priority: lane}
            priorities, append = tuple(sorted(lanes, reverse=True)), lane.append
            in_order = [lanes[each] for each in priorities]
            # without a call from here on, so that no signal's handler comes between
            self._by_priority, self.priorities, self[:], self.appenders[priority] = lanes, priorities, in_order, append
        return lane

    def available(self) -> int:
        """Return how many records wait."""
        return sum(map(len, self)) + len(self.returned)

    def take(self, numbers: Iterator[int]) -> Entry | None:
        """Take the next record; None if there is none."""
        for priority, lane in zip(self.priorities, self, strict=True):
            if self.returned and self.returned[0].record.priority >= priority:
                break
            if lane:
                try:
                    record = lane.popleft()
                except IndexError:
                    continue  # a receiver without the lock was faster
                return Entry(record, next(numbers), 0, True)
        return heapq.heappop(self.returned) if self.returned else None

    def drop_oldest(self) -> Any | None:
        """Remove and return the oldest record of the lowest priority; None if nothing waits."""
        for priority, lane in zip(reversed(self.priorities), reversed(self), strict=True):
            returned = [entry for entry in self.returned if entry.record.priority == priority]
            if returned:
                entry = min(returned)
                self.returned.remove(entry)
                heapq.heapify(self.returned)
                return entry.record
            if lane:
                return lane.popleft()
        return None

    def in_order(self) -> list[Any]:
        """Return the records that wait, in the order of delivery."""
        records: list[Any] = []
        returned = sorted(self.returned)
        for priority in range(PRIORITIES - 1, -1, -1):
            records += [entry.record for entry in returned if entry.record.priority == priority]
            records += self._by_priority.get(priority, deque()).copy()
        return records

    def close(self, refuse: Callable[[Any], None]) -> None:
        """Drop all records, and have senders call `refuse`."""
        self.appenders[:] = [refuse] * PRIORITIES
        for lane in self:
            lane.clear()
        self.returned.clear()
