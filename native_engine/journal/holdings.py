"""What is on the disk and lives: the queues and subscriptions, the records that they hold, and where each is written.

All of it changes under the lock of the log, together with what is appended. So the order of the entries is the order
in which it changed. The lock is taken after that of the engine and those of queues, and nothing waits while it is held.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Final

from native_engine.journal import layout
from native_engine.journal.book import Book
from native_engine.journal.contents import Contents
from native_engine.journal.damage import Damage
from native_engine.journal.layout import Key, Kind
from native_engine.journal.log import Log
from native_engine.journal.segment import Segment
from native_engine.journal.stored import Stored, set_mark
from native_engine.queue import Queue
from native_engine.services import NoRoomError

__all__ = ["Holdings"]

logger: Final = logging.getLogger("jmslike.engine")

IN_MEMORY: Final = 64 << 20
"""Bytes of records that are kept in memory beside the disk. What is sent beyond that is read when it is taken."""


class Holdings:
    """Changes what lives, and appends that. Methods marked (log locked) are called with the lock of the log held."""

    def __init__(self, contents: Contents, log: Log, died: Callable[[], None], relieve: Callable[[], None]) -> None:
        self.log: Final = log
        self._died = died  # is called when nothing lives in a segment any more, with locks held
        self._relieve = relieve  # drops segments from a full disk
        self._kept = 0  # bytes of the records in memory
        self._next_record = contents.next_record
        self._next_destination = contents.next_destination
        self._defining = threading.Lock()
        self.books: dict[Queue, Book] = {}  # replaced, and never changed, so that it may be read without a lock
        self.defined: dict[int, Book] = {}  # by their numbers
        self._by_key: dict[Key, Book] = {}  # the same
        self.damage: list[Damage] = contents.damage
        for number, place in contents.places.items():
            book = self.defined[number] = Book(self, place.definition)
            book.number, book.is_safe = number, True
            if book.definition is not None:
                self._by_key[book.definition.key] = book
            book.records = {each.number: each for each in place.in_order()}
            book.marks = place.marks

    # -- queues and subscriptions

    def attach(self, queue: Queue, book: Book) -> None:
        """Keep the records of this queue from now on."""
        with self.log.lock:
            self.books = {**self.books, queue: book}

    def define(self, book: Book) -> None:
        """Make the definition of a queue or subscription safe, unless it is. Raises NoRoomError and OSError."""
        with self._defining:
            if book.is_safe or book.is_ended or book.definition is None:
                return
            length, log = 2 * (layout.ENTRY_SIZE + len(book.payload)), self.log
            while True:
                with log.lock:
                    if log.has_room(length):
                        if not book.number:  # it has one if a signal's handler raised here before
                            number = self._next_destination
                            book.number, self._next_destination, self.defined[number] = number, number + 1, book
                        for _ in range(2):  # so that one that is damaged does no harm
                            log.append(Kind.DEFINE, book.number, book.payload)
                        position = log.position
                        break
                self.make_room(length)
            interruption = log.finish(position)
            book.is_safe = True
            with log.lock:
                earlier = self._by_key.get(book.definition.key, book)
                if earlier is not book:  # not before, so that a crash leaves one of the two
                    self._end(earlier)
                self._by_key[book.definition.key] = book
            if interruption is not None:
                raise interruption

    def remove(self, book: Book) -> None:
        """Append that a queue or subscription has ended."""
        with self.log.lock:
            self._end(book)

    def _end(self, book: Book) -> None:
        if book.is_ended:
            return
        if book.number:
            self.log.append(Kind.REMOVE, book.number, b"")
            del self.defined[book.number]
        book.is_ended = True
        if book.definition is not None and self._by_key.get(book.definition.key) is book:
            del self._by_key[book.definition.key]
        for record in book.records.values():
            self.release(record)
        book.records.clear()
        book.marks.clear()
        self.books = {queue: other for queue, other in self.books.items() if other is not book}

    def forget_empty(self) -> None:
        """Append that the queues without records have ended. One that is named again is made again."""
        with self.log.lock:
            for book in list(self.defined.values()):
                is_queue = book.definition is not None and book.definition.topic is None
                if is_queue and not book.records and self.log.has_room(0):
                    self._end(book)

    def catalogue(self) -> list[tuple[int, int, bytes]]:
        """Return the entries (kind, number, payload) with which a segment begins (log locked)."""
        state = layout.Start(self._next_record, self._next_destination, tuple(self.defined))
        entries = [(int(Kind.START), 0, layout.start(state))]
        for number, book in self.defined.items():
            if book.definition is not None:
                entries += [(int(Kind.DEFINE), number, book.payload)] * 2
        return entries

    # -- records

    def make_room(self, length: int) -> None:
        """Make room for a payload of this length. Raises NoRoomError and OSError."""
        log = self.log
        while True:
            dropped = log.dropped
            try:
                return log.make_room(length)
            except NoRoomError:
                self._relieve()
                if log.dropped == dropped:  # also the upkeep's own thread may have dropped some meanwhile
                    raise

    def next_number(self) -> int:
        """Return the number of the next record (log locked)."""
        number = self._next_record
        self._next_record = number + 1
        return number

    def note(
        self, record: Stored, number: int, books: Sequence[Book], segment: Segment, offset: int, length: int
    ) -> None:
        """Note where a record that was just appended is, and who holds it (log locked).

        May be called again when a signal's handler raised: what counts is done without a call in between.
        """
        holders = [book.records for book in books if not book.is_ended]  # none if its subscriptions ended meanwhile
        count = len(holders)
        if not record.number:
            record.number, record.offset, record.length, record.segment = number, offset, length, segment
            record.references, record.data = count, None
            if count:
                segment.live += 1
                segment.live_bytes += length
            if count and self._kept + record.size <= IN_MEMORY:
                self._kept += record.size
            else:
                record.record = None
        for records in holders:
            records[number] = record

    def settle(self, book: Book, record: Stored) -> None:
        """Append that a record has left a queue, unless that is written."""
        log, number = self.log, record.number
        with log.lock:
            if self.leave(book, record):
                log.append(Kind.SETTLE, number, layout.numbers(book.number, number))

    def leave(self, book: Book, record: Stored) -> bool:
        """Note that a record has left a queue; False if that is known (log locked)."""
        if book.records.pop(record.number, None) is None:
            return False
        book.marks.pop(record.number, None)
        self.release(record)
        return True

    def mark(self, book: Book, record: Stored, attempts: int, until: int) -> None:
        """Append the attempts of a record, and until when it is postponed, unless that is written."""
        log, number = self.log, record.number
        with log.lock:
            if number in book.records and book.marks.get(number, (0, 0)) != (attempts, until):
                set_mark(book.marks, number, attempts, until)
                log.append(Kind.HANDED, number, layout.handed((book.number, attempts, until)))

    def release(self, record: Stored) -> None:
        """Count one holder less (log locked)."""
        record.references -= 1
        if record.references:
            return
        if record.record is not None:
            self._kept -= record.size
            record.record = None
        if record.segment is not None:
            self._let_die(record.segment, record.length)

    def move(self, record: Stored, segment: Segment, offset: int, length: int) -> None:
        """Note that a record that lives is written elsewhere, too, and read there from now on (log locked)."""
        before, freed = record.segment, record.length
        record.segment, record.offset, record.length = segment, offset, length
        segment.live += 1
        segment.live_bytes += length
        if before is not None:
            self._let_die(before, freed)

    def lose(self, record: Stored) -> None:
        """Report a record that cannot be read (log locked)."""
        segment = record.segment
        if segment is None:
            return
        what = f"message {record.number} cannot be read, and is lost"
        damage = Damage(segment.name, record.offset, layout.ENTRY_SIZE + record.length, what)
        self.damage.append(damage)
        logger.error("damaged journal: %s", damage)
        record.segment = None
        self._let_die(segment, record.length)

    def _let_die(self, segment: Segment, length: int) -> None:
        segment.live -= 1
        segment.live_bytes -= length
        if self.log.is_dead(segment):
            self._died()
