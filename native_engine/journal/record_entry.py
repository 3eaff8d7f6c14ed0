"""A record that is sent outside a transaction, as one entry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from zlib import crc32

from native_engine.journal.book import Book
from native_engine.journal.layout import Kind
from native_engine.journal.segment import Segment
from native_engine.journal.stored import Stored, payload_of

if TYPE_CHECKING:
    from native_engine.journal.holdings import Holdings

__all__ = ["RecordEntry"]


class RecordEntry:
    """A record, and the books of the queues and subscriptions that it goes to."""

    __slots__ = ("_books", "_holdings", "_record", "position")

    def __init__(self, holdings: Holdings, record: Stored, books: Sequence[Book]) -> None:
        self._holdings = holdings
        self._record = record
        self._books = books
        self.position: int = 0  # behind it in the log, once it is appended

    def append(self) -> BaseException | None:
        """Append it. Raises NoRoomError with nothing done. Returns what a signal's handler raised meanwhile."""
        holdings, books = self._holdings, self._books
        for book in books:
            if not book.is_safe:
                holdings.define(book)
        payload = payload_of(self._record, [book.number for book in books])
        length, check, log = len(payload), crc32(payload), holdings.log
        while True:
            with log.lock:
                if log.has_room(length):
                    number = holdings.next_number()

                    def note(segment: Segment, offset: int) -> None:
                        self.position = log.position
                        holdings.note(self._record, number, books, segment, offset, length)  # noqa: B023

                    return log.append_noted(Kind.SEND, number, payload, check, note)
            holdings.make_room(length)
