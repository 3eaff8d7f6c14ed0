"""What the engine carries, and what it hands over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol, TypeAlias

__all__ = ["Constraints", "Delivery", "Entry", "Matches", "Outcome", "Receipt", "Record"]


class Constraints(Protocol):
    """What restricts when a record may be taken, and by whom."""

    @property
    def expiration(self) -> int:
        """When the record ceases to be of use, in milliseconds since the epoch; 0 for never."""

    @property
    def due(self) -> int:
        """Before when it may not be taken, in milliseconds since the epoch; 0 for at once."""

    @property
    def group(self) -> str | None:
        """The group whose records all go to one receiver."""

    @property
    def closes_group(self) -> bool:
        """Whether this is the last of the group for its present owner."""


class Record(Protocol):
    """What the engine reads of a record; a record is never changed once it is sent. A topic also reads `origin`
    for a subscription that excludes one."""

    @property
    def priority(self) -> int:
        """0 to 9; the higher, the sooner."""

    @property
    def constraints(self) -> Constraints | None:
        """None for a record without restrictions: those are the fast ones."""


Matches: TypeAlias = Callable[[Any], bool]

Outcome: TypeAlias = "int | None"
"""How a delivery is settled: None accepts it, a number releases it with that many attempts."""


class Receipt:
    """A record that was handed over and is not settled; made for each delivery, and known by its identity."""

    __slots__ = ("attempts", "number", "record")

    record: Any
    number: int  # its place in the order of its queue: a plain queue numbers records when it hands them over
    attempts: int  # hand-overs before this one


Delivery: TypeAlias = "tuple[Any, Receipt | None, int]"
"""A record, its receipt (None: settled already), and the attempts: hand-overs before this one."""


NO_VERDICTS: Final[Mapping[object, bool]] = {}


class Entry(Receipt):
    """A record that waits where more than its priority counts, or that came back."""

    __slots__ = ("fresh", "promised_to", "verdicts", "waiting")

    def __init__(self, record: Any, number: int, attempts: int, fresh: bool) -> None:
        self.record = record
        self.number = number
        self.attempts = attempts
        self.fresh = fresh
        self.waiting = True
        self.promised_to: object = None
        self.verdicts = NO_VERDICTS

    def __lt__(self, other: Entry) -> bool:
        """Order by priority, then what came back before what is fresh, then by number."""
        mine, theirs = self.record.priority, other.record.priority
        if mine != theirs:
            return bool(mine > theirs)
        return (self.fresh, self.number) < (other.fresh, other.number)
