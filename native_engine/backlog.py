"""Where records wait when more than their priority counts: selectors, groups, expiry, delay.

Everything here happens under the lock of the queue. The records of each priority stand in a log, in order; every
receiver has its own position in it, and never looks at a record twice. What comes again (it was released, or belongs to
a group that is free now) is put before the log for each receiver that has passed it.
"""

from __future__ import annotations

import heapq
import itertools
import logging
from collections import deque
from collections.abc import Iterator
from typing import Any, Final

from native_engine.clock import Clock
from native_engine.records import Constraints, Entry, Matches

__all__ = ["Backlog"]

logger: Final = logging.getLogger("jmslike.engine")

_SMALL = 64
"""With fewer records than this, tidying up is not worth its cost."""


class Log:
    """The fresh records of one priority, in order. Those that are gone stay until there are too many of them."""

    __slots__ = ("entries", "gone", "head")

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.gone: int = 0
        self.head: int = 0  # nothing waits before it

    def oldest(self) -> Entry | None:
        """Return the first that waits."""
        while self.head < len(self.entries):
            if self.entries[self.head].waiting:
                return self.entries[self.head]
            self.head += 1
        return None


class Track:
    """The position of one receiver in one priority."""

    __slots__ = ("again", "position")

    def __init__(self) -> None:
        self.again: list[Entry] = []  # a heap: what it looks at before it goes on
        self.position: int = 0  # in the log; what lies before it is not for this receiver


class View:
    """What one receiver has seen."""

    __slots__ = ("matches", "tracks")

    def __init__(self, matches: Matches | None) -> None:
        self.matches: Final = matches
        self.tracks: dict[int, Track] = {}

    def track(self, priority: int) -> Track:
        """Return the track of the priority."""
        track = self.tracks.get(priority)
        if track is None:
            track = self.tracks[priority] = Track()
        return track


class Backlog:
    """The waiting records of a queue. A receiver may be any object; it is known by its identity."""

    def __init__(self, clock: Clock, numbers: Iterator[int]) -> None:
        self._clock = clock
        self._numbers = numbers
        self._logs: dict[int, Log] = {}
        self._priorities: list[int] = []  # the keys of the logs, highest first
        self._returned: dict[Entry, None] = {}
        self._views: dict[object, View] = {}
        self._owners: dict[str, object] = {}
        self._members: dict[str, dict[Entry, None]] = {}  # the waiting records of each group
        self._delayed: dict[Entry, int] = {}  # what waits for its time, and that time, in milliseconds
        self._timetable: list[tuple[int, int, Entry]] = []  # a heap: when to look at an entry, in milliseconds
        self._expiring = 0  # how many of those that wait have an expiration
        self._order = itertools.count()
        self.waiting: int = 0
        self.promised: int = 0
        self.plain_run: int = _SMALL  # records without constraints since the last one with some
        self.expired: list[Any] = []  # records that expired, for the queue to account for

    # -- coming in

    def absorb(self, priority: int, lane: deque[Any]) -> None:
        """Move the records of one lane to the end of their log; there may be a million of them."""
        append, numbers = self._log(priority).entries.append, self._numbers
        while lane:
            record = lane.popleft()
            if record.constraints is None:
                append(Entry(record, next(numbers), 0, True))
                self.plain_run += 1
                self.waiting += 1
            else:
                self._add_constrained(record, record.constraints)

    def _add_constrained(self, record: Any, constraints: Constraints) -> None:
        self.plain_run = 0
        now = self._now()
        if _is_expired(record, now):
            self.expired.append(record)
            return
        entry = Entry(record, next(self._numbers), 0, True)
        if constraints.expiration:
            self._note(constraints.expiration, entry)
        if constraints.due > now:
            self._delay(entry, constraints.due)
        else:
            self._append(entry)

    def put_back(self, entry: Entry) -> None:
        """Put a released record before the fresh ones."""
        if self._may_come_back(entry):
            self._put_first(entry)

    def postpone(self, entry: Entry, due: int) -> None:
        """Put a released record before the fresh ones at `due`, in milliseconds since the epoch."""
        if self._may_come_back(entry):
            self._delay(entry, due)

    def tick(self) -> None:
        """Remove what has expired, and let in what is due."""
        now = self._now()
        while self._timetable and self._timetable[0][0] <= now:
            _, _, entry = heapq.heappop(self._timetable)
            if self._is_here(entry) and _is_expired(entry.record, now):
                self._expire(entry)
            elif self._delayed.get(entry, now + 1) <= now:
                self._let_in(entry)
        for log in self._logs.values():
            self._tidy(log)

    @property
    def next_time(self) -> float | None:
        """When to call `tick`, in seconds since the epoch."""
        return self._timetable[0][0] / 1000 if self._timetable else None

    # -- going out

    def find(self, receiver: object) -> Entry | None:
        """Return, without taking it, what the receiver gets next."""
        view = self._views[receiver]
        for priority in self._priorities:
            track = view.track(priority)
            again = track.again
            while again:
                if self._suits(again[0], receiver, view):
                    return again[0]
                heapq.heappop(again)
            entries = self._logs[priority].entries
            position, end, matches = track.position, len(entries), view.matches
            while position < end:
                entry = entries[position]
                if entry.waiting:
                    if entry.record.constraints is not None:
                        suits = self._suits(entry, receiver, view)
                    else:  # a look at one of a million may cost little more than its selector
                        suits = matches is None or _verdict(view, matches, entry)
                    if suits:
                        track.position = position
                        return entry
                position += 1
            track.position = position
        return None

    def take(self, entry: Entry, receiver: object) -> None:
        """Take what `find` returned."""
        self._remove(entry)
        constraints = entry.record.constraints
        if constraints is not None and constraints.group is not None:
            if not constraints.closes_group:
                self._owners[constraints.group] = receiver
            elif self._owners.pop(constraints.group, None) is not None:
                self._look_again(constraints.group)
        self._tidy(self._logs[entry.record.priority])

    def drop_oldest(self) -> Any | None:
        """Remove and return the oldest record of the lowest priority; None if nothing waits."""
        for priority in reversed(self._priorities):
            log = self._logs[priority]
            returned = (entry for entry in self._returned if entry.record.priority == priority)
            entry = min(returned, default=None) or log.oldest()
            if entry is not None:
                self._remove(entry)
                self._tidy(log)
                return entry.record
        return self._delayed.popitem()[0].record if self._delayed else None

    def promise(self, entry: Entry, receiver: object) -> None:
        """Note that the receiver was called for this entry, so that no other is."""
        entry.promised_to = receiver
        self.promised += 1

    def withdraw(self, entry: Entry, receiver: object) -> None:
        """Withdraw a promise, if it still stands."""
        if entry.promised_to is receiver:
            entry.promised_to = None
            self.promised -= 1

    # -- receivers

    def add(self, receiver: object, matches: Matches | None) -> None:
        """Add a receiver, which looks at everything from the start."""
        view = self._views[receiver] = View(matches)
        for entry in self._returned:
            heapq.heappush(view.track(entry.record.priority).again, entry)

    def discard(self, receiver: object) -> None:
        """Drop the receiver, and free its groups."""
        del self._views[receiver]
        for group in [group for group, owner in self._owners.items() if owner is receiver]:
            del self._owners[group]
            self._look_again(group)

    # -- what there is

    @property
    def depth(self) -> int:
        """How many records wait, also for their time."""
        return self.waiting + len(self._delayed)

    @property
    def needed(self) -> bool:
        """Whether there is anything that a plain queue could not do, or may be soon."""
        return bool(
            self.waiting
            or self._delayed
            or self._owners
            or self.plain_run < _SMALL
            or any(view.matches is not None for view in self._views.values())
        )

    def in_order(self) -> list[Any]:
        """Return the records that wait, are due and have not expired, in the order of delivery."""
        now = self._now()
        entries = [*self._returned, *(entry for log in self._logs.values() for entry in log.entries if entry.waiting)]
        return [entry.record for entry in sorted(entries) if not _is_expired(entry.record, now)]

    # -- inside

    def _now(self) -> int:
        return int(self._clock.now() * 1000)

    def _suits(self, entry: Entry, receiver: object, view: View) -> bool:
        """Whether the receiver may take the entry; if not, it never looks at it again, unless it is shown again."""
        if not entry.waiting or not self._is_free(entry, receiver):
            return False
        return view.matches is None or _verdict(view, view.matches, entry)

    def _is_free(self, entry: Entry, receiver: object) -> bool:
        constraints = entry.record.constraints
        if constraints is None:
            return True
        if constraints.expiration and _is_expired(entry.record, self._now()):
            self._expire(entry)
            return False
        return constraints.group is None or self._owners.get(constraints.group, receiver) is receiver

    def _append(self, entry: Entry) -> None:
        self._log(entry.record.priority).entries.append(entry)
        self._count(entry)

    def _may_come_back(self, entry: Entry) -> bool:
        constraints = entry.record.constraints
        if constraints is not None and constraints.expiration:
            if _is_expired(entry.record, self._now()):
                self.expired.append(entry.record)
                return False
            self._note(constraints.expiration, entry)
        return True

    def _put_first(self, entry: Entry) -> None:
        self._log(entry.record.priority)
        self._returned[entry] = None
        self._count(entry)
        for view in self._views.values():
            self._show_again(view.track(entry.record.priority), entry)

    def _delay(self, entry: Entry, due: int) -> None:
        entry.waiting = False
        self._delayed[entry] = due
        self._note(due, entry)

    def _let_in(self, entry: Entry) -> None:
        del self._delayed[entry]
        entry.waiting = True
        if entry.fresh:
            entry.number = next(self._numbers)  # it stands behind those that came before it was due
            self._append(entry)
        else:
            self._put_first(entry)

    def _count(self, entry: Entry) -> None:
        self.waiting += 1
        constraints = entry.record.constraints
        if constraints is not None:
            self._expiring += bool(constraints.expiration)
            if constraints.group is not None:
                self._members.setdefault(constraints.group, {})[entry] = None

    def _remove(self, entry: Entry) -> None:
        entry.waiting = False
        self.waiting -= 1
        if entry.promised_to is not None:
            entry.promised_to = None
            self.promised -= 1
        if entry.fresh:
            self._logs[entry.record.priority].gone += 1
        else:
            del self._returned[entry]
        constraints = entry.record.constraints
        if constraints is not None:
            self._expiring -= bool(constraints.expiration)
            if constraints.group is not None:
                members = self._members[constraints.group]
                del members[entry]
                if not members:
                    del self._members[constraints.group]

    def _expire(self, entry: Entry) -> None:
        self.expired.append(entry.record)
        if self._delayed.pop(entry, None) is None:
            self._remove(entry)

    def _log(self, priority: int) -> Log:
        log = self._logs.get(priority)
        if log is None:
            log = self._logs[priority] = Log()
            self._priorities = sorted(self._logs, reverse=True)
        return log

    def _note(self, when: int, entry: Entry) -> None:
        if len(self._timetable) > 2 * (len(self._delayed) + self._expiring) + _SMALL:
            self._timetable = [place for place in self._timetable if self._is_here(place[2])]
            heapq.heapify(self._timetable)
        heapq.heappush(self._timetable, (when, next(self._order), entry))

    def _is_here(self, entry: Entry) -> bool:
        return entry.waiting or entry in self._delayed

    def _look_again(self, group: str) -> None:
        """Show the records of a group that became free to all receivers that have passed them."""
        for entry in self._members.get(group, ()):
            entries = self._logs[entry.record.priority].entries
            for view in self._views.values():
                track = view.track(entry.record.priority)
                passed = track.position > 0 and entries[track.position - 1].number >= entry.number
                if passed or not entry.fresh:
                    self._show_again(track, entry)

    def _show_again(self, track: Track, entry: Entry) -> None:
        if len(track.again) > 2 * self.waiting + _SMALL:  # a receiver that never takes does not clear it itself
            track.again = list({other: None for other in track.again if other.waiting})
            heapq.heapify(track.again)
        heapq.heappush(track.again, entry)

    def _tidy(self, log: Log) -> None:
        """Remove what is gone from the log, once that is most of it."""
        if log.gone <= _SMALL or log.gone * 2 <= len(log.entries):
            return
        kept = [0, *itertools.accumulate(entry.waiting for entry in log.entries)]
        for view in self._views.values():
            for priority, track in view.tracks.items():
                if self._logs.get(priority) is log:
                    track.position = kept[track.position]
        log.entries = [entry for entry in log.entries if entry.waiting]
        log.gone = log.head = 0


def _is_expired(record: Any, now: int) -> bool:
    constraints = record.constraints
    return constraints is not None and 0 < constraints.expiration <= now


def _verdict(view: View, matches: Matches, entry: Entry) -> bool:
    """Whether the entry matches; the answer is kept where the receiver may look at the entry again."""
    if view in entry.verdicts:
        return entry.verdicts[view]
    try:
        verdict = matches(entry.record)
    except Exception:
        logger.exception("a selector failed; the record counts as not matching")
        verdict = False
    constraints = entry.record.constraints
    if verdict or (constraints is not None and constraints.group is not None):
        entry.verdicts = {**entry.verdicts, view: verdict}
    return verdict
