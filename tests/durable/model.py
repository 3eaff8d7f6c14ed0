"""What has to be in the folder, by the diaries of its workers: each message in each place, with its hand-overs.

A place is a queue or a subscription. What no diary can tell, because a call was under way when the process was killed,
stays open here, and nothing else does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from tests.durable.world import ARCHIVE, MAX_REDELIVERIES, QUEUES, SUBSCRIPTIONS, Sent


class State(Enum):
    """What has become of a copy that was sent."""

    WAITING = "it waits"
    HELD = "a session has it"
    SETTLING = "it may be settled"


class Existence(Enum):
    """Whether a subscription is there."""

    NO = "no"
    MAKING = "perhaps: it was being made"
    YES = "yes"
    REMOVING = "perhaps: it was being unsubscribed"


class Doubt(Enum):
    """What makes it uncertain whether a copy came into its place."""

    SEND = "its send had not returned"
    SUBSCRIPTION = "its subscription was made, or removed, at the same time"


@dataclass(eq=False)
class Transaction:
    """A commit that was under way, and what of it can only be seen if it was done, or if it was not."""

    session: str
    done: list[str] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)


@dataclass(eq=False)
class Copy:
    """A message in one place."""

    sent: Sent
    place: str
    handed: int = 0
    state: State = State.WAITING
    holder: str | None = None
    doubts: set[Doubt] = field(default_factory=set)
    sending: Transaction | None = None
    settling: Transaction | None = None
    expiration: int = 0
    due: int = 0
    """Before this time it must not come."""
    due_by: int | None = 0
    """From this time on it must come; None: it is not known when it was sent."""

    @property
    def is_exhausted(self) -> bool:
        """Whether it may be a dead letter by now."""
        return self.handed > MAX_REDELIVERIES

    @property
    def dead_letter_queue(self) -> str:
        return f"DLQ.{self.sent.target}"

    def is_expired(self, now: int) -> bool:
        return 0 < self.expiration <= now

    def __str__(self) -> str:
        return (
            f"{self.sent.key} in {self.place} (handed over {self.handed} times; {self.state.value}"
            f"{'; ' if self.doubts else ''}{', '.join(doubt.value for doubt in self.doubts)})"
        )


@dataclass(eq=False)
class SessionNotes:
    """A session of a worker that lives."""

    name: str
    mode: str
    place: str
    taking: bool = False
    """Whether a message may be on its way to the application."""
    ledger: list[Copy] = field(default_factory=list)
    """What it was handed and the next acknowledgement, commit or rollback is about."""
    batch: list[Copy] = field(default_factory=list)
    """Of a DUPS_OK listener: what it is done with, and may be acknowledged."""
    committing: Transaction | None = None
    closing: bool = False
    listening: bool = False
    wanted_at: int = 0
    last: dict[tuple[str, int, bool], int] = field(default_factory=dict)
    """The number of the last message of each producer, priority and delivery mode that came for the first time."""

    @property
    def is_automatic(self) -> bool:
        """Whether it acknowledges by itself."""
        return self.mode in ("AUTO_ACKNOWLEDGE", "DUPS_OK_ACKNOWLEDGE")


class Model:
    """The copies in all places, the subscriptions and the dead letters."""

    def __init__(self) -> None:
        self.places: Final[dict[str, dict[str, Copy]]] = {name: {} for name in (*QUEUES, ARCHIVE, *SUBSCRIPTIONS)}
        self.existence: Final[dict[str, Existence]] = dict.fromkeys(SUBSCRIPTIONS, Existence.NO)
        self.dead: Final[dict[str, Counter[str]]] = {}
        """The dead letters, of each dead-letter queue, by their keys."""
        self.perhaps_dead: Final[dict[str, Counter[str]]] = {}
        """What may be there beside: it was delivered too often, and then its place was not looked at."""
        self.violations: Final[list[str]] = []

    def violate(self, text: str) -> None:
        self.violations.append(text)

    def copies(self) -> Iterator[Copy]:
        for place in self.places.values():
            yield from place.values()

    def add(self, sent: Sent, place: str) -> Copy:
        """Add a copy."""
        if sent.key in self.places[place]:
            self.violate(f"{sent.key} was sent twice: an error of the test")
        copy = self.places[place][sent.key] = Copy(sent, place)
        return copy

    def remove(self, copy: Copy) -> None:
        """Remove a copy, which must not come again."""
        self.places[copy.place].pop(copy.sent.key, None)

    def bury(self, copy: Copy) -> None:
        """Move a copy to the dead letters, where it stays."""
        self.remove(copy)
        self.dead.setdefault(copy.dead_letter_queue, Counter())[copy.sent.key] += 1

    def drop(self, copy: Copy) -> None:
        """Remove a copy that has expired, or whose subscription has ended: it may have been a dead letter before."""
        self.remove(copy)
        if copy.is_exhausted:
            self.perhaps_dead.setdefault(copy.dead_letter_queue, Counter())[copy.sent.key] += 1

    def end(self, subscription: str) -> None:
        """Remove a subscription with its copies."""
        self.existence[subscription] = Existence.NO
        for copy in list(self.places[subscription].values()):
            self.drop(copy)
