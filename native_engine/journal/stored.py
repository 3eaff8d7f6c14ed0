"""A record that is on the disk, as the queues hold it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from native_engine.journal import layout
from native_engine.records import Constraints

if TYPE_CHECKING:
    from native_engine.journal.segment import Segment

__all__ = ["Mark", "Restrictions", "Stored", "payload_of", "set_mark", "stored"]

Mark: TypeAlias = tuple[int, int]
"""The attempts with which a record would be delivered again, and until when (milliseconds since the epoch) it waits."""


def set_mark(marks: dict[int, Mark], number: int, attempts: int, until: int) -> None:
    """Note the mark of a record. One that was given back as if it had never been handed over has none: it is fresh."""
    if attempts or until:
        marks[number] = (attempts, until)
    else:
        marks.pop(number, None)


class Stored:
    """A record of a durable queue or subscription; all that hold it share one.

    It has what the engine reads of a record. The record itself is in memory while there is room for it, else it is read
    when it is taken. Changed under the lock of the log. There is no `__init__`: assignment is faster.
    """

    __slots__ = (
        "constraints", "data", "length", "number", "offset", "priority", "record", "references", "segment", "size",
    )  # fmt: skip

    number: int  # of the record, which never changes, and is no other's
    priority: int
    constraints: Constraints | None
    record: Any  # None while it is on the disk only
    data: bytes | None  # the record as it is written, until it is
    size: int  # of the data
    segment: Segment | None  # None before it is written, and once it is known to be damaged
    offset: int  # of its entry, or of its operation in a transaction, in the segment
    length: int  # of the payload there
    references: int  # how many queues and subscriptions hold it


def stored(record: Any, data: bytes) -> Stored:
    """Return a record that is not written yet."""
    self = Stored()
    self.number = self.references = self.offset = self.length = 0
    self.priority = record.priority
    self.constraints = record.constraints
    self.record = record
    self.data = data
    self.size = len(data)
    self.segment = None
    return self


class Restrictions:
    """The constraints of a record, as its entry has them."""

    __slots__ = ("closes_group", "due", "expiration", "group")

    def __init__(self, expiration: int, due: int, group: str | None, closes_group: bool) -> None:
        self.expiration: int = expiration
        self.due: int = due
        self.group: str | None = group
        self.closes_group: bool = closes_group


def payload_of(held: Stored, destinations: Sequence[int]) -> bytes:
    """Return the payload of SEND for a record that is not written yet."""
    limits, data = held.constraints, held.data
    assert data is not None, "it is not written yet"
    if limits is None and len(destinations) == 1:
        return layout.sent_once(held.priority, destinations[0], data)
    expiration, due, group, closes_group = (
        (0, 0, None, False) if limits is None else (limits.expiration, limits.due, limits.group, limits.closes_group)
    )
    places = [layout.Destination(number) for number in destinations]
    return layout.sent(layout.Sent(held.priority, expiration, due, group, closes_group, places, data))
