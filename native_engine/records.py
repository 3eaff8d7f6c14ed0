"""What the engine carries, and what it hands over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol, TypeAlias

__all__ = ["LATEST", "Constraints", "Delivery", "Entry", "Matches", "Outcome", "Receipt", "Record"]


LATEST: Final = 2**63 - 1
"""The last time that there is, in milliseconds since the epoch."""


class Constraints(Protocol):
    """What restricts when a record may be taken, and by which receiver."""

    @property
    def expiration(self) -> int:
        """When the record expires, in milliseconds since the epoch; 0 for never."""

    @property
    def due(self) -> int:
        """When it may be taken at the earliest, in milliseconds since the epoch; 0 for at once."""

    @property
    def group(self) -> str | None:
        """The group whose records all go to one receiver."""

    @property
    def closes_group(self) -> bool:
        """Whether this is the last of the group for its present owner."""


class Record(Protocol):
    """What the engine reads of a record, which is never changed once it is sent.

    For a subscription that excludes an origin, a topic also reads `origin`.
    """

    @property
    def priority(self) -> int:
        """0 to 9; the highest is taken first."""

    @property
    def constraints(self) -> Constraints | None:
        """None for a record without restrictions, which is taken without a lock."""


Matches: TypeAlias = Callable[[Any], bool]
"""A selector: whether a receiver takes a record."""

Outcome: TypeAlias = "int | None"
"""How a delivery is settled: None accepts it, a number releases it with that many attempts."""


class Receipt:
    """A record that was handed over and is not settled. Made for each delivery, and known by its identity."""

    __slots__ = ("attempts", "number", "record")

    record: Any
    number: int  # its place in the order of its queue: a plain queue numbers records when it hands them over
    attempts: int  # hand-overs before this one


Delivery: TypeAlias = "tuple[Any, Receipt | None, int]"
"""A record, its receipt (None: settled already), and the attempts: hand-overs before this one."""


NO_VERDICTS: Final[Mapping[object, bool]] = {}


class Entry(Receipt):
    """A record that waits in the backlog, or that was released."""

    __slots__ = ("fresh", "promised_to", "verdicts", "waiting")

    def __init__(self, record: Any, number: int, attempts: int, fresh: bool) -> None:
        self.record = record
        self.number = number
        self.attempts = attempts
        self.fresh: Final = fresh
        self.waiting: bool = True
        self.promised_to: object = None
        self.verdicts: Mapping[object, bool] = NO_VERDICTS

    def __lt__(self, other: Entry) -> bool:
        """Order by priority, then what came back before what is fresh, then by number."""
        mine, theirs = self.record.priority, other.record.priority
        if mine != theirs:
            return bool(mine > theirs)
        return (self.fresh, self.number) < (other.fresh, other.number)
