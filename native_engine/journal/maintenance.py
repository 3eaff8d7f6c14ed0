"""Changing a folder that no engine uses: putting records back, removing them, making the files smaller."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any, Final

from native_engine.errors import ErrorTypes, FullError
from native_engine.journal import layout
from native_engine.journal.book import Book
from native_engine.journal.files import Files
from native_engine.journal.format import RecordFormat
from native_engine.journal.journal import Journal
from native_engine.journal.layout import Definition, Kind
from native_engine.journal.record_entry import RecordEntry
from native_engine.journal.stored import Mark, Stored, stored
from native_engine.services import NoRoomError

__all__ = ["Maintenance"]

_AT_ONCE: Final = 1_000
"""Records that one entry removes."""
_UNWRITTEN: Final = 1 << 20
"""Bytes that wait in memory until they are written."""


class Maintenance:
    """A folder that is open for changes, with no engine. Used by one thread. All is safe when `close` returns."""

    def __init__(self, files: Files, record_format: RecordFormat) -> None:
        """Read the folder. Raises FolderError and OSError."""
        self._format: Final = record_format
        self._journal: Final = Journal(files, record_format)
        self._books: dict[Definition, Book] = self._journal.open(ErrorTypes(), _ignore)
        self._unwritten = 0

    @property
    def definitions(self) -> list[Definition]:
        """The queues and durable subscriptions that are there."""
        return list(self._books)

    def define(self, definition: Definition) -> None:
        """Make a queue or durable subscription, unless it is there. Raises FullError."""
        with _full():
            self._journal.define(self._book(definition))

    def put(self, record: Any, places: Sequence[tuple[Definition, Mark]]) -> None:
        """Put a record behind all others of these queues and subscriptions, with the mark that it has in each.

        Raises FullError with nothing done, and the error of the format."""
        data = self._format.encode(record)
        held = stored(record, data)
        holdings, books = self._journal.holdings, [self._book(definition) for definition, _ in places]
        with _full():
            for book in books:
                self._journal.define(book)
            RecordEntry(holdings, held, books).append()
        for book, (_, (attempts, until)) in zip(books, places, strict=True):
            if attempts or until:
                holdings.mark(book, held, attempts, until)
        self._unwritten += len(data)
        if self._unwritten > _UNWRITTEN:
            self._journal.flush()
            self._unwritten = 0

    def clear(self, definition: Definition) -> int:
        """Remove all records of a queue or subscription; return how many there were."""
        book = self._books[definition]
        records = list(book.records.values())
        for batch in _batches(records):
            self._settle(book, batch)
        self._journal.wait()
        return len(records)

    def compact(self) -> None:
        """Copy what lives into files that are no larger than it needs."""
        self._journal.upkeep.compact()

    def close(self) -> None:
        """Make everything safe, and let others have the folder. Raises the error of a disk that has failed."""
        try:
            self._journal.wait()
        finally:
            self._journal.close()

    def _book(self, definition: Definition) -> Book:
        book = self._books.get(definition)
        if book is None:
            book = self._books[definition] = Book(self._journal.holdings, definition)
        return book

    def _settle(self, book: Book, records: Sequence[Stored]) -> None:
        holdings, log = self._journal.holdings, self._journal.holdings.log
        payload = layout.numbers(book.number, *[each.number for each in records])
        with suppress(NoRoomError):  # on a full disk there is what is kept for settlements
            log.make_room(len(payload))
        with log.lock:
            log.append(Kind.SETTLE, records[0].number, payload)
            for record in records:
                holdings.leave(book, record)


@contextmanager
def _full() -> Iterator[None]:
    try:
        yield
    except NoRoomError as error:
        raise FullError(str(error)) from error


def _batches(records: Sequence[Stored]) -> Iterator[list[Stored]]:
    following = iter(records)
    while batch := list(islice(following, _AT_ONCE)):
        yield batch


def _ignore(error: Exception) -> None:
    """Do nothing: who uses the folder finds out by the error that is raised."""
