"""What the queues of an engine have in common, and the states they can be in."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any, NamedTuple, Protocol

from native_engine.bounds import Limits
from native_engine.clock import Clock
from native_engine.errors import ErrorTypes
from native_engine.timers import Timers

__all__ = ["Services", "State", "Write"]


class Write(Protocol):
    """How a claimed transaction is made safe."""

    def __call__(self, parts: Sequence[Any]) -> None:
        """Return when the parts (`native_engine.part.Part`) are safe, together.

        Raises the error for the caller if none of them will be. Called with no lock held: others commit meanwhile, so
        that a journal may sync for all of them at once.
        """


class Services(NamedTuple):
    """What the queues of one engine share."""

    clock: Clock
    timers: Timers
    errors: ErrorTypes
    limits: Limits
    write: Write | None = None
    """Makes transactions safe. None in memory, where nothing has to be written."""

    def refusal(self, state: State) -> Exception:
        """Return the error for any use of an engine in this state."""
        make = self.errors.forked if state is State.FORKED else self.errors.closed
        return make(state.value)


class State(Enum):
    """Whether a queue takes records."""

    OPEN = "it is open"
    GONE = "the subscription has ended"  # what is sent to it is dropped
    DELETED = "the destination was deleted"  # what is sent to it is refused, as in the following states
    CLOSED = "the engine is closed"
    FORKED = "the engine belongs to the process that this one was forked from; make another one here"
