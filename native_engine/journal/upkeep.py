"""The thread that keeps the folder small: it makes the next segment, copies what lives on, and drops what is dead.

Segments are dropped from the oldest on. So an entry that says what became of a record is never dropped before the
record, and what is dropped cannot come back.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final, NamedTuple

from native_engine.journal import layout
from native_engine.journal.files import Files
from native_engine.journal.holdings import Holdings
from native_engine.journal.layout import Destination, Kind, Sent
from native_engine.journal.log import SMALLEST
from native_engine.journal.scan import Found, entries
from native_engine.journal.segment import Segment
from native_engine.journal.stored import Stored
from native_engine.services import NoRoomError

__all__ = ["Upkeep"]

logger: Final = logging.getLogger("jmslike.engine")

_AT_ONCE: Final = 1 << 18
"""Bytes that are copied before others may append again."""


class Room(NamedTuple):
    """Where copies may go: `has` says whether there is room for a payload of a length (log locked), `make` makes it."""

    has: Callable[[int], bool]
    make: Callable[[int], None]


class Upkeep:
    """Does its work in a thread of its own, when it is woken."""

    def __init__(self, files: Files, largest: int, failed: Callable[[OSError], object]) -> None:
        self._files = files
        self._failed = failed
        self._spared = 2 * largest  # bytes that may be dead beside as much as lives
        self._wakeup = threading.Event()
        self._closed = False
        self._working = threading.Lock()
        self._is_full = False
        self._thread = threading.Thread(target=self._run, name="native_engine upkeep", daemon=True)

    def start(self, holdings: Holdings) -> None:
        """Make a segment ready, and begin."""
        self._holdings = holdings
        self._make_ready()
        self._wakeup.set()
        self._thread.start()

    def wake(self) -> None:
        """Look for work soon. May be called with any lock held."""
        self._wakeup.set()

    def close(self) -> None:
        """End the thread, and wait for what it or another does."""
        self._closed = True
        self._wakeup.set()
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join()
        with self._working:  # a sender may be in `relieve`
            pass

    def _run(self) -> None:
        while True:
            self._wakeup.wait()
            self._wakeup.clear()
            if self._closed:
                return
            try:
                self.work()
            except OSError as error:
                if self._holdings.log.failure is not None:
                    self._failed(error)
                    return
                logger.warning("the journal cannot be made smaller now: %s", error)
            except Exception:
                logger.exception("the journal cannot be made smaller now")

    def work(self) -> None:
        """Do what there is to do."""
        log = self._holdings.log
        with self._working:
            self._drop()
            self._make_ready()
            with log.lock:
                has_left = log.leave_large()
            if has_left:
                self._drop()
                self._make_ready()
            self._copy_while(self._is_worth_copying)

    def compact(self) -> None:
        """Copy what lives into files that are no larger than it needs, and drop the others, if that gains anything."""
        log = self._holdings.log
        with self._working, suppress(NoRoomError):
            self._drop()
            with log.lock:
                needed = sum(segment.live_bytes + log.overhead() for segment in (*log.closed, log.active))
                is_small = log.statistics().size <= 2 * needed + 3 * SMALLEST
            if is_small:
                return
            log.make_small()
            with log.lock:
                last = log.active.number  # what is copied goes behind that, and is not copied again
                log.leave()
            self._copy_while(lambda: self._has_mostly_dead(last))
            log.make_small()

    def relieve(self) -> None:
        """Drop segments from a disk that is full, if there are any to drop.

        What lives in the oldest is copied, if it is so little that it fits where settlements have their room.
        """
        log = self._holdings.log
        with self._working:
            if self._closed:
                return
            before = len(log.closed)
            self._drop()
            with log.lock:
                oldest = log.closed[0] if log.closed else None
                may_copy = oldest is not None and len(log.closed) == before and log.has_reserve(oldest.live_bytes)
            if may_copy and oldest is not None:
                with suppress(NoRoomError):
                    self._copy(oldest, Room(log.has_reserve, _refuse))
                self._drop()

    def _make_ready(self) -> None:
        try:
            self._holdings.log.make_room(0)
            self._is_full = False
        except NoRoomError as error:
            if not self._is_full:
                logger.warning("messages may be refused soon: %s", error)
            self._is_full = True

    def _drop(self) -> None:
        """Remove the oldest segments while nothing lives in them."""
        log = self._holdings.log
        while True:
            with log.lock:
                if not log.closed or log.closed[0].live:
                    return
                oldest, position = log.closed[0], log.position
            log.wait(position)  # what settled its records, or is a copy of them
            try:
                with suppress(FileNotFoundError):
                    self._files.unlink(oldest.name)
                self._files.sync_folder()  # or a younger one might be gone after a power loss, and this one not
            except OSError as error:
                log.note_of_names(error)
                raise
            with log.lock:
                log.closed.pop(0)
                log.dropped += 1
            self._files.close_file(oldest.file)

    def _copy_while(self, is_needed: Callable[[], bool]) -> None:
        """Copy what lives in the oldest segment, and drop it, again and again."""
        log = self._holdings.log
        while is_needed() and not self._closed:
            try:
                self._copy(log.closed[0], Room(log.has_room, log.make_room))
            except NoRoomError:
                return
            self._drop()

    def _is_worth_copying(self) -> bool:
        log = self._holdings.log
        with log.lock:
            needed = log.overhead()  # in each segment, beside what lives
            segments = [*log.closed, log.active]
            live = sum(segment.live_bytes + needed for segment in segments)
            return bool(log.closed) and sum(segment.end for segment in segments) > 2 * live + self._spared

    def _has_mostly_dead(self, last: int) -> bool:
        log = self._holdings.log
        with log.lock:
            needed = log.overhead()
            older = [segment for segment in log.closed if segment.number <= last]
            return any(2 * (segment.live_bytes + needed) < segment.size for segment in older)

    def _copy(self, oldest: Segment, room: Room) -> None:
        """Append again what lives in this segment."""
        holdings, log = self._holdings, self._holdings.log
        batch: list[tuple[Stored, Segment, int, int]] = []
        size = 0
        log.flush()  # its end may have been appended a moment ago
        for number, sent in self._sends(oldest):
            copy = self._append_copy(oldest, number, sent, room)
            if copy is not None:
                batch.append(copy)
                size += copy[3]
            if size > _AT_ONCE:
                self._move(oldest, batch)
                batch, size = [], 0
        self._move(oldest, batch)
        with log.lock:
            if oldest.live:  # its entry cannot be read
                for book in holdings.defined.values():
                    for record in book.records.values():
                        if record.segment is oldest:
                            holdings.lose(record)
            oldest.live = 0  # more were counted only if a signal's handler raised while one was released

    def _sends(self, segment: Segment) -> Iterator[tuple[int, Sent]]:
        data = self._files.pread(segment.file, segment.size, 0)
        for found in entries(data, segment.mark):
            if not isinstance(found, Found):
                continue
            if found.entry.kind == Kind.SEND:
                yield found.entry.number, layout.sent_of(found.payload)
            elif found.entry.kind == Kind.TRANSACTION:
                inner = layout.inner_mark(segment.mark)
                for _, entry, payload in layout.operations(found.payload, inner, found.offset + layout.ENTRY_SIZE):
                    if entry.kind == Kind.SEND:
                        yield entry.number, layout.sent_of(payload)

    def _append_copy(
        self, oldest: Segment, number: int, sent: Sent, room: Room
    ) -> tuple[Stored, Segment, int, int] | None:
        holdings, log = self._holdings, self._holdings.log
        while True:
            with log.lock:
                books = [holdings.defined[each.number] for each in sent.destinations if each.number in holdings.defined]
                holding = [book for book in books if number in book.records]
                record = holding[0].records[number] if holding else None
                if record is None or record.segment is not oldest:
                    return None
                places = [Destination(book.number, *book.marks.get(number, (0, 0))) for book in holding]
                payload = layout.sent(sent._replace(destinations=places))
                if room.has(len(payload)):
                    return record, log.active, log.append(Kind.SEND, number, payload), len(payload)
            room.make(len(payload))

    def _move(self, oldest: Segment, batch: list[tuple[Stored, Segment, int, int]]) -> None:
        """Read the copies from now on, once they are written."""
        holdings, log = self._holdings, self._holdings.log
        log.flush()
        with log.lock:
            for record, segment, offset, length in batch:
                if record.references and record.segment is oldest:
                    holdings.move(record, segment, offset, length)


def _refuse(length: int) -> None:
    raise NoRoomError("the disk is full")
