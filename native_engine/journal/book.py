"""The books of a durable queue or subscription: the records that it holds on the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from native_engine.books import Books
from native_engine.journal import layout
from native_engine.journal.layout import Definition
from native_engine.journal.stored import Mark, Stored

if TYPE_CHECKING:
    from native_engine.journal.holdings import Holdings

__all__ = ["Book", "Pair"]


class Book:
    """What the journal knows of one queue or subscription, and what that tells it. See `native_engine.books.Books`.

    The attributes change under the lock of the log.
    """

    __slots__ = ("_holdings", "definition", "is_ended", "is_safe", "marks", "number", "payload", "records")

    def __init__(self, holdings: Holdings, definition: Definition | None) -> None:
        self._holdings = holdings
        self.definition: Definition | None = definition  # None: it cannot be read any more
        self.payload: bytes = b"" if definition is None else layout.definition(definition)
        self.number: int = 0  # in the files; 0 until it is defined there
        self.is_safe: bool = False  # before it is, no entry may name it
        self.records: dict[int, Stored] = {}  # by their numbers
        self.marks: dict[int, Mark] = {}  # of those that were handed over, or are postponed
        self.is_ended: bool = False

    def enter(self, record: Any) -> None:
        """Do nothing: a record is written before it enters."""

    def leave(self, record: Any) -> None:
        """Append that the record is settled, if it is on the disk and no transaction has said so."""
        if record.__class__ is Stored:
            self._holdings.settle(self, record)

    def handed(self, record: Any, attempts: int, until: int = 0) -> None:
        """Append the attempts that a crash must not forget."""
        if record.__class__ is Stored:
            self._holdings.mark(self, record, attempts, until)

    def end(self) -> None:
        """Append that the queue or subscription is deleted, with all its records."""
        self._holdings.remove(self)


class Pair:
    """The bounds of a queue and its book."""

    __slots__ = ("_first", "_second")

    def __init__(self, first: Books, second: Books) -> None:
        self._first = first
        self._second = second

    def enter(self, record: Any) -> None:
        """See Books."""
        self._first.enter(record)
        self._second.enter(record)

    def leave(self, record: Any) -> None:
        """See Books."""
        self._first.leave(record)
        self._second.leave(record)

    def handed(self, record: Any, attempts: int, until: int = 0) -> None:
        """See Books."""
        self._first.handed(record, attempts, until)
        self._second.handed(record, attempts, until)

    def end(self) -> None:
        """See Books."""
        self._first.end()
        self._second.end()
