"""A transaction as one entry: all of it is there after a crash, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from zlib import crc32

from native_engine.journal import layout
from native_engine.journal.book import Book
from native_engine.journal.layout import Kind
from native_engine.journal.segment import Segment
from native_engine.journal.stored import Stored, payload_of, set_mark
from native_engine.part import Part

if TYPE_CHECKING:
    from native_engine.journal.holdings import Holdings

__all__ = ["TransactionEntry"]


class TransactionEntry:
    """What the parts of a transaction change on the disk. `records` are those that it sends, in their order."""

    def __init__(self, holdings: Holdings, parts: Sequence[Part], records: Sequence[Any]) -> None:
        self._holdings = holdings
        sent: dict[Stored, list[Book]] = {record: [] for record in records if record.__class__ is Stored}
        self._settled: list[tuple[Book, Stored]] = []
        self._released: list[tuple[Book, Stored, int]] = []
        self.position: int = 0  # behind it in the log, once it is appended
        for part in parts:
            book = holdings.books.get(part.queue)
            if book is not None:
                for record in part.records:
                    if record.__class__ is Stored:
                        sent[record].append(book)
                self._add_settlements(part, book)
        self._sent = {record: books for record, books in sent.items() if books}

    def _add_settlements(self, part: Part, book: Book) -> None:
        for _, receipts, outcome in part.settlements:
            held = [receipt.record for receipt in receipts if receipt.record.__class__ is Stored]
            if outcome is None:
                self._settled += [(book, record) for record in held]
            else:
                self._released += [(book, record, outcome) for record in held]

    @property
    def is_empty(self) -> bool:
        """Whether nothing of it has to be on the disk."""
        return not (self._sent or self._settled or self._released)

    def append(self) -> BaseException | None:
        """Append it. Raises NoRoomError with nothing done. Returns what a signal's handler raised meanwhile."""
        holdings, log = self._holdings, self._holdings.log
        for books in self._sent.values():
            for book in books:
                if not book.is_safe:
                    holdings.define(book)
        operations: list[tuple[int, int, bytes]] = [
            (Kind.SETTLE, record.number, layout.numbers(book.number, record.number)) for book, record in self._settled
        ]
        operations += [
            (Kind.HANDED, record.number, layout.handed((book.number, attempts, 0)))
            for book, record, attempts in self._released
        ]
        sends = [payload_of(record, [book.number for book in books]) for record, books in self._sent.items()]
        length = sum(layout.ENTRY_SIZE + len(payload) for _, _, payload in operations)
        length += sum(layout.ENTRY_SIZE + len(payload) for payload in sends)
        while True:
            with log.lock:
                if not sends or log.has_room(length):
                    operations += [(Kind.SEND, holdings.next_number(), payload) for payload in sends]
                    return self._append(operations, length)
            holdings.make_room(length)

    def _append(self, operations: Sequence[tuple[int, int, bytes]], length: int) -> BaseException | None:
        """Append the entry, and note what it does (log locked)."""
        log = self._holdings.log
        start = log.place_for(length)
        mark = layout.inner_mark(log.active.mark)
        chunks: list[bytes] = []
        offsets: list[int] = []
        offset = start + layout.ENTRY_SIZE
        for kind, number, payload in operations:
            offsets.append(offset)
            header = layout.entry_header(mark, offset, kind, number, len(payload), crc32(payload))
            chunks += (header, payload)
            offset += len(header) + len(payload)
        data, first = b"".join(chunks), len(operations) - len(self._sent)

        def note(segment: Segment, _: int) -> None:
            self.position = log.position
            for (record, books), (_, number, payload), at in zip(
                self._sent.items(), operations[first:], offsets[first:], strict=True
            ):
                self._holdings.note(record, number, books, segment, at, len(payload))
            for book, record in self._settled:
                self._holdings.leave(book, record)
            for book, record, attempts in self._released:
                if record.number in book.records:
                    set_mark(book.marks, record.number, attempts, 0)

        return log.append_noted(Kind.TRANSACTION, 0, data, crc32(data), note)
