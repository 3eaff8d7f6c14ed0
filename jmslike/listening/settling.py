"""How a session ends the work on one message: when its listener has returned, and when it has failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from jmslike.constants import SessionMode
from jmslike.context import JMSContext


class Settling(NamedTuple):
    """The mode of the session, and its two calls."""

    mode: SessionMode
    finish: Callable[[JMSContext], None]
    undo: Callable[[JMSContext], None]
    fate: str
    """What becomes of the message after `undo`, for the log."""


_TRANSACTED = Settling(
    SessionMode.SESSION_TRANSACTED, JMSContext.commit, JMSContext.rollback, "rolled back: the message is redelivered"
)
_ACKNOWLEDGED = Settling(
    SessionMode.CLIENT_ACKNOWLEDGE, JMSContext.acknowledge, JMSContext.recover, "the message is redelivered"
)


def settling_of(mode: SessionMode) -> Settling:
    """Return how a container works in that mode. All that are not transacted acknowledge each message when its listener
    has returned: an automatic receive would acknowledge it before.
    """
    return _TRANSACTED if mode is SessionMode.SESSION_TRANSACTED else _ACKNOWLEDGED
