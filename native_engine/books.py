"""The accounts of a queue: what is told of every record that enters it, is handed over, or leaves it."""

from __future__ import annotations

from typing import Any, Protocol

__all__ = ["Books"]


class Books(Protocol):
    """What keeps account of the records of one queue. In memory these are its bounds, if it has any.

    A queue without books may be plain; one with books never is, so that nothing enters or leaves it without its lock.
    All methods are called with that lock held. They must not wait, and must not call the queue.

    A journal's book would stand here, or a pair of it and the bounds. `enter` would note where the record is written,
    `leave` would append that it is settled, and `handed` would append the count that a crash must not lower. What it
    appends is written with the next group; a transaction waits for its own group in `Services.write`.
    """

    def enter(self, record: Any) -> None:
        """Note that the record is in the queue, waiting or in flight, until `leave`."""

    def leave(self, record: Any) -> None:
        """Note that the record was accepted, has expired, or was dropped for want of room."""

    def handed(self, record: Any, attempts: int) -> None:
        """Note with how many attempts the record would be delivered again: it was handed over, or released."""
