"""Books that a test can read, and a factory whose queues have them."""

from __future__ import annotations

from typing import Any

from native_engine import Engine, Receiver
from native_engine.books import Books
from native_engine.bounds import Bounds
from native_engine.destination_factory import DestinationFactory
from native_engine.queue import Queue


class OpenBooks:
    """The records of one queue by their bodies, each with the attempts that it would be delivered again with.

    Passes everything on to the bounds of the queue, as a journal's books would.
    """

    def __init__(self, others: Books | None) -> None:
        self._others = others
        self.attempts: dict[Any, int] = {}

    def enter(self, record: Any) -> None:
        assert record.body not in self.attempts
        self.attempts[record.body] = 0
        if self._others is not None:
            self._others.enter(record)

    def leave(self, record: Any) -> None:
        del self.attempts[record.body]
        if self._others is not None:
            self._others.leave(record)

    def handed(self, record: Any, attempts: int, until: int = 0) -> None:
        assert record.body in self.attempts
        self.attempts[record.body] = attempts
        if self._others is not None:
            self._others.handed(record, attempts, until)

    def end(self) -> None:
        self.attempts.clear()


class FactoryWithBooks(DestinationFactory):
    """Makes queues whose books are open."""

    def _queue(self, title: str, drops_oldest: bool = False) -> Queue:
        limits = self._services.limits
        bounds = None if limits.is_unlimited else Bounds(limits)
        return Queue(title, self._services, bounds, books=OpenBooks(bounds), drops_oldest=drops_oldest)


def with_books(engine: Engine) -> None:
    """Have the engine make queues and subscriptions with open books."""
    engine._factory = engine._subscriptions._factory = FactoryWithBooks(engine._services)


def open_books(engine: Engine, queue: str) -> OpenBooks:
    """Make a queue with open books; return these."""
    with_books(engine)
    receiver = engine.receiver(queue)
    receiver.close()
    return books_of(receiver)


def books_of(receiver: Receiver) -> OpenBooks:
    """Return the books of the receiver's queue or subscription."""
    books = receiver._queue.books
    assert isinstance(books, OpenBooks)
    return books
