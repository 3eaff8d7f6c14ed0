"""A queue: where records wait, which receivers wait for them, and how the two are brought together.

Most records have no constraints and most receivers no selector. Then a queue is *plain*: one deque for each priority in
use (a *lane*), which senders append to and receivers pop from without any lock. That is safe because each of these
operations is atomic, and because of two rules that hold whatever the threads do:

- A sender appends first and reads `attention` afterwards; a receiver that found nothing sets `attention` first and
  looks again afterwards. One of the two sees the other, so no record is left beside a receiver that sleeps.
- A thread that changes the way of taking (a selector, a constraint) makes every receiver slow first, and waits until no
  receiver is in the few lock-free lines (`Receiver._taking`). So no record overtakes another on its way into the
  backlog.

Everything else happens under the lock of the queue. Calls to listeners are collected there and made without it.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from native_engine.backlog import Backlog
from native_engine.books import Books
from native_engine.bounds import Bounds
from native_engine.calls import Call, call_all
from native_engine.lanes import PRIORITIES, Appenders, Lanes
from native_engine.records import Entry, Receipt
from native_engine.services import Services, State
from native_engine.statistics import Statistics

if TYPE_CHECKING:
    from native_engine.receiver import Receiver

__all__ = ["Queue"]

KEPT_CLOSED = 16
"""Closed receivers kept before those without unsettled records are dropped."""

_serials = itertools.count()


class Queue:
    """The records for one queue or one subscription. Methods marked (locked) are called with `lock` held."""

    __slots__ = (
        "__weakref__", "_most_kept", "_scheduled", "appenders", "attention", "backlog", "books", "bounds", "called",
        "dead_lettered", "dropped", "drops_oldest", "expired", "handed", "idle", "kept_closed", "lanes", "lock",
        "numbers", "plain", "receivers", "released", "serial", "services", "state", "title",
    )  # fmt: skip

    def __init__(
        self,
        title: str,
        services: Services,
        bounds: Bounds | None = None,
        *,
        books: Books | None = None,
        drops_oldest: bool = False,
    ) -> None:
        self.title: Final = title
        self.serial: Final = next(_serials)  # locks of several queues are taken in this order
        self.services: Final = services
        self.state: State = State.OPEN
        self.lock: threading.Lock = threading.Lock()
        self.bounds: Final = bounds  # is asked for room
        self.books: Final = books  # is told of all that enters and leaves
        self.drops_oldest: Final = drops_oldest

        self.lanes: Final = Lanes(self._append)
        self.appenders: Appenders = self.lanes.appenders if books is None else [self._append] * PRIORITIES
        self.numbers: Final = itertools.count()
        self.backlog: Backlog | None = None  # where the records are while more than their priority counts
        self._scheduled: float | None = None

        self.receivers: dict[Receiver, None] = {}
        self.kept_closed: dict[Receiver, None] = {}  # with something unsettled
        self._most_kept = KEPT_CLOSED
        self.idle: dict[Receiver, None] = {}  # asleep in take, or listening; longest first
        self.called: int = 0  # how many were called and have not looked yet
        self.attention: bool = False  # whether a sender has to call `attend`
        self.plain: bool = False  # whether receivers may take without the lock
        self.handed: int = 0  # hand-overs by receivers that are closed
        self.released: int = 0
        self.expired: int = 0
        self.dropped: int = 0
        self.dead_lettered: int = 0
        self._refresh()

    # -- coming in

    def attend(self) -> None:
        """Find receivers for what was just appended."""
        with self.lock:
            calls = self.offer()
        call_all(calls)

    def send_constrained(self, record: Any) -> None:
        """Add a record that has constraints."""
        with self.lock:
            self.check()
            self.put(record)
            calls = self.offer()
        call_all(calls)

    def send_if_room(self, record: Any) -> bool:
        """Add a record unless it has to wait; return whether it is in."""
        with self.lock:
            self.check()
            if self.bounds is None or not self.bounds.has_room((record,), (), None):
                return False
            self.put(record)
            calls = self.offer()
        call_all(calls)
        return True

    def put(self, record: Any) -> None:
        """Add a record for which there is room (locked)."""
        if self.state is not State.OPEN:
            return
        if self.books is not None:
            if self.drops_oldest and not self._make_room(self.books, record):
                self.dropped += 1
                return
            self.books.enter(record)
        if record.constraints is not None:
            self.become_general()
        self.lanes.lane(record.priority).append(record)
        if self.backlog is not None:
            self._absorb()  # a record with constraints never stays in a lane

    def take_back(self, released: Iterable[tuple[Receipt, int]]) -> None:
        """Put released records back before the fresh ones, in their order, each with its attempts (locked)."""
        for entry in self._returned(released):
            if entry.record.constraints is not None:
                self.become_general()
            if self.backlog is not None:
                self.backlog.put_back(entry)
            else:
                heapq.heappush(self.lanes.returned, entry)
        self._refresh()

    def postpone(self, released: Iterable[tuple[Receipt, int]], due: int) -> None:
        """Put released records back, each with its attempts, to be taken at `due`, in milliseconds (locked)."""
        for entry in self._returned(released, due):
            self.become_general()
            if self.backlog is not None:
                self.backlog.postpone(entry, due)

    def check(self) -> None:
        """Raise if nothing can be sent here (locked)."""
        if self.state in (State.OPEN, State.GONE):
            return
        if self.state is State.DELETED:
            raise self.services.errors.no_destination(f"{self.title} was deleted")
        raise self.services.refusal(self.state)

    # -- going out

    def next_for(self, receiver: Receiver) -> Receipt | None:
        """Take what the receiver gets next (locked)."""
        if self.backlog is None:
            entry = self.lanes.take(self.numbers)
            if entry is not None and not entry.fresh:
                self._refresh()
            return entry
        self._absorb()
        entry = self.backlog.find(receiver)
        if entry is not None:
            self.backlog.take(entry, receiver)
        return entry

    def offer(self) -> list[Call]:
        """Call idle receivers for what is available and not promised to others (locked).

        The last step of whatever changes either. Returns the calls to make when the lock is free.
        """
        calls: list[Call] = []
        if self.backlog is not None:
            self._absorb()
            self._account(self.backlog)
            if not self.backlog.needed:
                self.backlog = None
                self._refresh()
        if self.backlog is None:
            spare = self.lanes.available() - self.called
            while spare > 0 and self.idle:
                self._call(next(iter(self.idle)), calls)
                spare -= 1
        else:
            self._offer_from(self.backlog, calls)
            self._account(self.backlog)  # looking for something to offer, it may have found what has expired
        self.attention = bool(self.idle) or self.backlog is not None
        return calls

    def tick(self) -> None:
        """Drop what has expired and let in what is due (called by the timer)."""
        with self.lock:
            self._scheduled = None
            if self.backlog is not None:
                self.backlog.tick()
            calls = self.offer()
        call_all(calls)

    def snapshot(self) -> list[Any]:
        """Return the records that may be taken now, in the order of delivery."""
        with self.lock:
            if self.backlog is not None:
                self._absorb()
                return self.backlog.in_order()
            return self.lanes.in_order()

    # -- receivers

    def add(self, receiver: Receiver) -> None:
        """Add a receiver, which may take from here."""
        with self.lock:
            self.check()
            if receiver._matches is not None:
                self.become_general()
            self.receivers[receiver] = None
            if self.backlog is not None:
                self.backlog.add(receiver, receiver._matches)
            receiver._refresh()

    def discard(self, receiver: Receiver) -> list[Call]:
        """Drop a receiver; what it took stays its own. Returns the calls to make."""
        with self.lock:
            if receiver not in self.receivers:
                return []
            receiver.closed = True
            receiver._fast = False
            receiver._wait_until_out()
            receiver._arrive()
            self.idle.pop(receiver, None)
            receiver._wake()
            del self.receivers[receiver]
            if receiver.unsettled:
                self._keep(receiver)
            self.handed += receiver._handed
            if self.backlog is not None:
                self.backlog.discard(receiver)
            return self.offer()

    def close(self, state: State) -> None:
        """Drop everything, and take no more."""
        with self.lock:
            self.state = state
            self.lanes.close(self._refuse)
            if self.books is not None and state in (State.GONE, State.DELETED):
                self.books.end()
            self.services.timers.discard(self)
            self.backlog = None
            self.idle.clear()
            self._refresh()
            for receiver in (*self.receivers, *self.kept_closed):
                if state.is_of_engine:  # what is held of anything else that ended may be settled
                    receiver._lose_unsettled()
                receiver._wake()
            if self.bounds is not None:
                self.bounds.wake_all()

    def abandon(self) -> None:
        """Replace the lock in a forked child: threads of the parent may hold it, or be in the lock-free lines."""
        self.lock = threading.Lock()
        for receiver in self.receivers:
            receiver._taking = False

    def become_general(self) -> None:
        """Move the records into the backlog, where constraints and selectors count (locked)."""
        if self.backlog is not None:
            return
        self.backlog = Backlog(self.services.clock, self.numbers)
        self.attention = True
        self._refresh()
        for receiver in self.receivers:
            receiver._wait_until_out()
        for entry in self.lanes.returned:
            self.backlog.put_back(entry)
        self.lanes.returned.clear()
        for receiver in self.receivers:
            self.backlog.add(receiver, receiver._matches)
        self._absorb()

    # -- what there is

    def statistics(self) -> Statistics:
        """Return the counts of now."""
        with self.lock:
            depth = self.lanes.available() if self.backlog is None else self.backlog.depth + sum(map(len, self.lanes))
            in_flight = sum(receiver.unsettled for receiver in (*self.receivers, *self.kept_closed))
            delivered = self.handed + sum(receiver._handed for receiver in self.receivers)
            acknowledged = delivered - self.released - in_flight
            return Statistics(
                depth=depth,
                in_flight=in_flight,
                enqueued=depth + in_flight + acknowledged + self.expired + self.dropped,
                delivered=delivered,
                acknowledged=acknowledged,
                expired=self.expired,
                dropped=self.dropped,
                dead_lettered=self.dead_lettered,
                consumers=len(self.receivers),
            )

    # -- inside; all of it (locked) but the first two, which stand in `appenders`

    def _append(self, record: Any) -> None:
        with self.lock:
            self.check()
            self.put(record)

    def _refuse(self, record: Any) -> None:
        self.check()

    def _returned(self, released: Iterable[tuple[Receipt, int]], until: int = 0) -> Iterator[Entry]:
        for receipt, attempts in released:
            self.released += 1
            if self.state is State.OPEN:
                if self.books is not None:
                    self.books.handed(receipt.record, attempts, until)
                yield Entry(receipt.record, receipt.number, attempts, False)

    def _absorb(self) -> None:
        assert self.backlog is not None
        for priority, lane in zip(self.lanes.priorities, self.lanes, strict=True):
            if lane:
                self.backlog.absorb(priority, lane)

    def _account(self, backlog: Backlog) -> None:
        """Count what has expired in the backlog, and have the timer call when more will."""
        if backlog.expired:
            self.expired += len(backlog.expired)
            if self.books is not None:
                for record in backlog.expired:
                    self.books.leave(record)
            backlog.expired.clear()
        when = backlog.next_time
        if when is not None and (self._scheduled is None or when < self._scheduled):
            self._scheduled = when
            self.services.timers.schedule(self, when)

    def _offer_from(self, backlog: Backlog, calls: list[Call]) -> None:
        for receiver in list(self.idle):
            if backlog.waiting <= backlog.promised:
                break
            entry = backlog.find(receiver)
            if entry is not None and entry.promised_to is None:
                backlog.promise(entry, receiver)
                receiver._promise = entry
                self._call(receiver, calls)

    def _call(self, receiver: Receiver, calls: list[Call]) -> None:
        del self.idle[receiver]
        self.called += 1
        receiver._called = True
        receiver._calls += 1
        receiver._fast = False  # it has to come under the lock, to say that it arrived
        if receiver._asleep or receiver._callback is None:
            receiver._wake()
        else:
            calls.append((receiver, receiver._callback, receiver._calls))

    def _make_room(self, books: Books, record: Any) -> bool:
        """Drop the oldest records until the new one fits; False if that cannot help."""
        if self.bounds is None:
            return True
        if not self.bounds.could_fit((record,)):
            return False
        while not self.bounds.has_room((record,), (), None):
            oldest = self.lanes.drop_oldest() if self.backlog is None else self.backlog.drop_oldest()
            if oldest is None:
                return False  # all there is is in flight
            self.dropped += 1
            books.leave(oldest)
        return True

    def _keep(self, receiver: Receiver) -> None:
        """Keep a closed receiver for what it holds; now and then drop those that hold nothing any more."""
        self.kept_closed[receiver] = None
        if len(self.kept_closed) >= self._most_kept:
            self.kept_closed = {old: None for old in self.kept_closed if old.unsettled}
            self._most_kept = 2 * len(self.kept_closed) + KEPT_CLOSED

    def _refresh(self) -> None:
        """Find out whether receivers may take without the lock, and note it in each of them (locked)."""
        plain = self.backlog is None and not self.lanes.returned and self.books is None and self.state is State.OPEN
        if plain is not self.plain:
            self.plain = plain
            for receiver in self.receivers:
                receiver._refresh()
