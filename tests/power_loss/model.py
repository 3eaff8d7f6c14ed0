"""What has to be on a disk: each message in each place, in each state that a crash may leave it in.

A call changes the model when it returns. What it wrote outlives the process from then on. It is safe from a power loss
once a later call, or this one, has synced; until then a power loss leaves any of the states since the last sync. A call
during which the crash comes may be done or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from native_engine.journal.layout import Definition
from tests.power_loss.messages import Message

__all__ = ["FRESH", "Change", "Changes", "Copy", "Model", "Place", "Status"]

Status: TypeAlias = "tuple[int, int] | None"
"""The attempts with which a copy comes next, and until when it is postponed; None: it is not there."""
FRESH: Final = (0, 0)


@dataclass(eq=False)
class Place:
    """A queue or a durable subscription."""

    definition: Definition
    copies: dict[str, Copy] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.definition.name


@dataclass(eq=False)
class Copy:
    """A message in one place."""

    message: Message
    place: Place
    statuses: list[Status] = field(default_factory=lambda: [None])
    """What it may be after a power loss; the last one is what it is."""
    written: list[int] = field(default_factory=lambda: [0])
    """When each of these was written, by the model's count of calls."""

    @property
    def status(self) -> Status:
        return self.statuses[-1]

    def become(self, status: Status, when: int) -> None:
        self.statuses.append(status)
        self.written.append(when)

    def sync(self, until: int) -> bool:
        """Note that what was written until then is safe; return whether all is."""
        while len(self.written) > 1 and self.written[1] <= until:
            del self.statuses[0], self.written[0]
        return len(self.written) == 1

    def __str__(self) -> str:
        return f"{self.message} in {self.place} ({' or '.join(map(str, self.statuses))})"


Change: TypeAlias = tuple[Copy, Status]


@dataclass(eq=False)
class Changes:
    """What a call does."""

    changes: list[Change] = field(default_factory=list)
    made: list[Place] = field(default_factory=list)
    ended: list[Place] = field(default_factory=list)
    is_whole: bool = False
    """Whether a crash leaves all the changes, or none."""
    syncs: bool = False
    """Whether all that was written before, and this, is safe when the call returns."""
    written: int = 0
    """When that was, by the model's count of calls, if the call returned before."""

    def __str__(self) -> str:
        done = [f"{copy.message.number} in {copy.place}: {status}" for copy, status in self.changes]
        done += [f"{place} is made" for place in self.made]
        done += [f"{place} is ended" for place in self.ended]
        return "; ".join(done)

    def send(self, message: Message, places: Iterable[Place]) -> None:
        """Add a message to these places."""
        for place in places:
            copy = place.copies[message.key] = Copy(message, place)
            self.changes.append((copy, FRESH))


class Model:
    """The places, and what was under way when the crash came."""

    def __init__(self) -> None:
        self.places: dict[Definition, Place] = {}
        self.doubtful: list[Changes] = []
        self.calls = 0
        self._unsafe: set[Copy] = set()

    def place(self, definition: Definition) -> Place:
        place = self.places.get(definition)
        if place is None:
            place = self.places[definition] = Place(definition)
        return place

    def subscriptions(self) -> Iterator[Place]:
        return (place for place in self.places.values() if place.definition.topic is not None)

    # -- calls

    def apply(self, changes: Changes) -> None:
        """Note what a call did that has returned."""
        self.calls += 1
        when = changes.written or self.calls
        for copy, status in changes.changes:
            copy.become(status, when)
            self._unsafe.add(copy)
        for place in changes.made:
            self.places[place.definition] = place
        for place in changes.ended:
            self.end(place)
        if changes.syncs:
            self._sync(when)

    def doubt(self, changes: Changes) -> None:
        """Note what a call does that has not returned."""
        self.doubtful.append(changes)
        for place in changes.made:
            self.places[place.definition] = place

    def _sync(self, until: int) -> None:
        for copy in list(self._unsafe):
            if copy.sync(until):
                self._unsafe.discard(copy)
                if copy.status is None:
                    copy.place.copies.pop(copy.message.key, None)

    # -- crashes

    def possible(self, copy: Copy, power_failed: bool) -> set[Status]:
        """Return what a copy may be now, as far as no call was under way."""
        return set(copy.statuses if power_failed else copy.statuses[-1:])

    def forget_doubts(self) -> None:
        self.doubtful.clear()
        self._unsafe.clear()

    def end(self, place: Place) -> None:
        """Remove a place, with all that is in it."""
        if self.places.get(place.definition) is place:
            del self.places[place.definition]
        self._unsafe.difference_update(place.copies.values())
        place.copies.clear()
