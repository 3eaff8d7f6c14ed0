"""A record that is sent outside a transaction, as one entry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from zlib import crc32

from native_engine.journal.book import Book
from native_engine.journal.layout import Kind
from native_engine.journal.stored import Stored, payload_of

if TYPE_CHECKING:
    from native_engine.journal.holdings import Holdings

__all__ = ["RecordEntry"]


class RecordEntry:
    """A record, and the books of the queues and subscriptions that it goes to."""

    __slots__ = ("_books", "_holdings", "_record")

    def __init__(self, holdings: Holdings, record: Stored, books: Sequence[Book]) -> None:
        self._holdings = holdings
        self._record = record
        self._books = books

    @property
    def is_appended(self) -> bool:
        """Whether it will be on the disk."""
        return self._record.segment is not None

    def append(self) -> int:
        """Append it, and return the position behind it. Raises NoRoomError with nothing done."""
        holdings, books = self._holdings, self._books
        for book in books:
            if not book.number:
                holdings.define(book)
        payload = payload_of(self._record, [book.number for book in books])
        length, check, log = len(payload), crc32(payload), holdings.log
        while True:
            with log.lock:
                if log.has_room(length):
                    number = holdings.next_number()
                    offset = log.append(Kind.SEND, number, payload, check)
                    holdings.note(self._record, number, books, log.active, offset, length)
                    return log.position
            holdings.make_room(length)
