"""How much a queue may hold, and which senders wait for room in it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any, Literal, NamedTuple, TypeAlias

__all__ = ["Bounds", "Limits", "Room", "Scope", "SizeOf", "WaitingSender", "WhenFull"]

SizeOf: TypeAlias = Callable[[Any], int]
WhenFull: TypeAlias = Literal["block", "fail"]


class Limits(NamedTuple):
    """What an engine allows each of its queues and subscriptions."""

    max_depth: int | None = None
    max_bytes: int | None = None
    when_full: WhenFull = "block"
    block_timeout: float = 30.0
    size_of: SizeOf | None = None

    def check(self) -> None:
        """Raise ValueError for limits that make no sense."""
        if self.max_depth is not None and self.max_depth < 1:
            raise ValueError("max_depth must be at least 1")
        if self.max_bytes is not None and (self.max_bytes < 1 or self.size_of is None):
            raise ValueError("max_bytes must be at least 1, and needs size_of")
        if self.when_full not in ("block", "fail"):
            raise ValueError(f"when_full is 'block' or 'fail', not {self.when_full!r}")
        if self.block_timeout < 0:
            raise ValueError("block_timeout must not be negative")

    @property
    def is_unlimited(self) -> bool:
        """Whether there is no limit at all."""
        return self.max_depth is None and self.max_bytes is None


class WaitingSender:
    """A send or commit that waits for room; it looks again each time it is woken."""

    def __init__(self) -> None:
        self._wakeup = threading.Lock()
        self._wakeup.acquire()

    def wake(self) -> None:
        """Wake it; a wake-up that comes before it sleeps is kept."""
        with suppress(RuntimeError):  # it is awake, or about to be
            self._wakeup.release()

    def sleep(self, timeout: float) -> bool:
        """Sleep at most `timeout` seconds; return whether it was woken."""
        return self._wakeup.acquire(timeout=min(timeout, threading.TIMEOUT_MAX))


class Scope:
    """What may be closed while sends or commits wait for room on its behalf: closing it ends their waiting.

    A sender is one. For commits, an embedding library makes one for whatever it can close (in JMS, a session).
    """

    __slots__ = ("closed", "waiting")

    def __init__(self) -> None:
        self.closed: bool = False
        self.waiting: set[WaitingSender] = set()

    def close(self) -> None:
        """Wake all that wait, and let nothing wait from now on."""
        self.closed = True
        for waiting in tuple(self.waiting):
            waiting.wake()


class Room(NamedTuple):
    """Room that is kept for a transaction which is being written."""

    depth: int
    size: int


class Bounds:
    """The room of one queue. Records that wait and records in flight take room. Used under the lock of the queue."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._depth = 0
        self._bytes = 0
        self._line: deque[WaitingSender] = deque()  # first come, first served

    # -- the books of the queue

    def enter(self, record: Any) -> None:
        """Take room for the record."""
        self._depth += 1
        self._bytes += self.size((record,))

    def leave(self, record: Any) -> None:
        """Free the room of the record, and wake the first sender in the line."""
        self._depth -= 1
        self._bytes -= self.size((record,))
        self.wake_first()

    def handed(self, record: Any, attempts: int, until: int = 0) -> None:
        """Do nothing: a record takes the same room however often it was handed over."""

    def end(self) -> None:
        """Do nothing: no send waits for room any more."""

    # -- room

    def has_room(self, records: Collection[Any], leaving: Collection[Any], sender: WaitingSender | None) -> bool:
        """Whether `sender` may enter with the records when others leave at the same moment."""
        if self._line and self._line[0] is not sender:
            return False
        depth = self._depth + len(records) - len(leaving)
        return self._fits(depth, self._bytes + self.size(records) - self.size(leaving))

    def could_fit(self, records: Collection[Any]) -> bool:
        """Whether an empty queue has room for the records."""
        return self._fits(len(records), self.size(records))

    def reserve(self, records: Collection[Any], leaving: Collection[Any]) -> Room:
        """Take the room that the records need beyond that of the leaving ones, until `free`."""
        room = Room(max(0, len(records) - len(leaving)), max(0, self.size(records) - self.size(leaving)))
        self._depth += room.depth
        self._bytes += room.size
        return room

    def free(self, room: Room) -> None:
        """Free what was reserved, and wake the first sender in the line."""
        self._depth -= room.depth
        self._bytes -= room.size
        self.wake_first()

    def limit(self, records: Collection[Any], alone: bool = False) -> tuple[str, int]:
        """Return name and value of the limit that the records meet, alone or beside what the queue holds."""
        depth, max_depth, max_bytes = len(records) + (0 if alone else self._depth), *self._limits[:2]
        if max_depth is not None and (max_bytes is None or depth > max_depth):
            return "max_depth", max_depth
        assert max_bytes is not None, "bounds without a limit are not made"
        return "max_bytes", max_bytes

    def size(self, records: Collection[Any]) -> int:
        """Return the bytes of the records; 0 if they are not limited."""
        if self._limits.max_bytes is None or self._limits.size_of is None:
            return 0
        return sum(map(self._limits.size_of, records))

    # -- the line of senders that wait

    def line_up(self, sender: WaitingSender) -> None:
        """Put the sender at the end of the line, unless it stands in it."""
        if sender not in self._line:
            self._line.append(sender)

    def step_out(self, sender: WaitingSender) -> None:
        """Take the sender out of the line, and wake the one that is first now."""
        if sender in self._line:
            self._line.remove(sender)
            self.wake_first()

    def wake_first(self) -> None:
        """Wake the first sender in the line."""
        if self._line:
            self._line[0].wake()

    def wake_all(self) -> None:
        """Wake all senders: the queue is closed, and none of them will find room."""
        for sender in self._line:
            sender.wake()

    def _fits(self, depth: int, size: int) -> bool:
        max_depth, max_bytes = self._limits.max_depth, self._limits.max_bytes
        return (max_depth is None or depth <= max_depth) and (max_bytes is None or size <= max_bytes)
