"""What the queues of an engine have in common, and the states they can be in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, NamedTuple, Protocol

from native_engine.bounds import Limits
from native_engine.clock import Clock
from native_engine.errors import ErrorTypes
from native_engine.timers import Timers

__all__ = ["NoRoomError", "Services", "State", "Store"]


class NoRoomError(Exception):
    """There is no room for what was to be written; nothing was."""


class Store(Protocol):
    """Where a durable engine keeps what is to outlive its process. Called with no lock held."""

    def send(self, record: Any, queues: Sequence[Any], completion: Callable[[Exception | None], None] | None) -> None:
        """Put a record into queues (`native_engine.queue.Queue`), once it is safe. See `native_engine.sender.Send`."""

    def hold(self, record: Any, queues: Sequence[Any]) -> Sequence[Any]:
        """Return what each of these queues holds for a record of a transaction."""

    def write(self, parts: Sequence[Any], records: Sequence[Any]) -> BaseException | None:
        """Return when the parts (`native_engine.part.Part`) of a claimed transaction are safe, together.

        `records` are what `hold` returned for its sends, in their order, which the parts do not have.
        What a signal's handler raised when that was decided already is returned, to be raised in the end. Raises
        NoRoomError, or the error for the caller, if none of the parts will be safe. Others commit meanwhile, so that a
        journal may sync for all of them at once.
        """


class Services(NamedTuple):
    """What the queues of one engine share."""

    clock: Clock
    timers: Timers
    errors: ErrorTypes
    limits: Limits
    store: Store | None = None
    """None in memory, where nothing has to be written."""

    def refusal(self, state: State) -> Exception:
        """Return the error for any use of an engine in this state."""
        make = {State.FORKED: self.errors.forked, State.FAILED: self.errors.failed}.get(state, self.errors.closed)
        return make(state.value)


class State(Enum):
    """Whether a queue takes records."""

    OPEN = "it is open"
    GONE = "the subscription has ended"  # what is sent to it is dropped
    DELETED = "the destination was deleted"  # what is sent to it is refused, as in the following states
    CLOSED = "the engine is closed"
    FAILED = "the engine is closed, because its journal cannot be written"
    FORKED = "the engine belongs to the process that this one was forked from; make another one here"

    @property
    def is_of_engine(self) -> bool:
        """Whether the whole engine is in this state, so that nothing can be settled any more."""
        return self in (State.CLOSED, State.FAILED, State.FORKED)
