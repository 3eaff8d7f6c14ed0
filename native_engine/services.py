"""What the queues of an engine have in common, and the states they can be in."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from native_engine.bounds import Limits
from native_engine.clock import Clock
from native_engine.errors import ErrorTypes
from native_engine.timers import Timers

__all__ = ["Services", "State"]


class Services(NamedTuple):
    """What the queues of one engine share."""

    clock: Clock
    timers: Timers
    errors: ErrorTypes
    limits: Limits

    def refusal(self, state: State) -> Exception:
        """Give the error for whoever uses an engine in this state."""
        make = self.errors.forked if state is State.FORKED else self.errors.closed
        return make(state.value)


class State(Enum):
    """Whether a queue takes records."""

    OPEN = "It is open"
    GONE = "The subscription has ended"  # what is sent to it is dropped
    DELETED = "The destination was deleted"  # what is sent to it is refused, as with the following
    CLOSED = "The engine is closed"
    FORKED = "The engine belongs to the process that this one was forked from; make another one here"
