"""The accounts of a queue: what is told of every record that enters it, is handed over, or leaves it."""

from __future__ import annotations

from typing import Any, Protocol

__all__ = ["Books"]


class Books(Protocol):
    """What keeps account of the records of one queue. In memory these are its bounds, if it has any.

    A queue without books may be plain; one with books never is, so that nothing enters or leaves it without its lock.
    All methods are called with that lock held. They must not wait, and must not call the queue.

    In a durable engine these are also a book of the journal (`native_engine.journal.book`). What it appends is written
    when the call that caused it ends.
    """

    def enter(self, record: Any) -> None:
        """Note that the record is in the queue, waiting or in flight, until `leave`."""

    def leave(self, record: Any) -> None:
        """Note that the record was accepted, has expired, or was dropped for want of room."""

    def handed(self, record: Any, attempts: int, until: int = 0) -> None:
        """Note with how many attempts the record would be delivered again: it was handed over, or released.

        `until` is when it may be taken again, in milliseconds since the epoch; 0 for at once.
        """

    def end(self) -> None:
        """Note that the queue is deleted, or the subscription has ended, with all that is in it."""
