"""How a session ends the work on one message: when its listener has returned, and when it has failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from jmslike.constants import SessionMode
from jmslike.context import JMSContext
from jmslike.message import Message


class Settling(NamedTuple):
    """The mode of the session, and its two calls."""

    mode: SessionMode
    finish: Callable[[JMSContext], None]
    undo: Callable[[JMSContext], None]
    fate: str
    """What becomes of the message after `undo`, for the log."""
    prepare: Callable[[Message], None] = lambda _: None
    """What is done to a message before the listener gets it."""


_TRANSACTED = Settling(
    SessionMode.SESSION_TRANSACTED, JMSContext.commit, JMSContext.rollback, "rolled back: the message is redelivered"
)
_ACKNOWLEDGED = Settling(
    SessionMode.CLIENT_ACKNOWLEDGE, JMSContext.acknowledge, JMSContext.recover, "the message is redelivered"
)


_AUTOMATIC = _ACKNOWLEDGED._replace(prepare=Message._ignore_acknowledge)
"""In an automatic mode the listener acknowledges nothing itself: what failed would be lost (section 6.2.10)."""


def settling_of(mode: SessionMode) -> Settling:
    """Return how a container works in that mode. All that are not transacted acknowledge each message when its listener
    has returned: an automatic receive would acknowledge it before.
    """
    if mode is SessionMode.SESSION_TRANSACTED:
        return _TRANSACTED
    return _AUTOMATIC if mode in (SessionMode.AUTO_ACKNOWLEDGE, SessionMode.DUPS_OK_ACKNOWLEDGE) else _ACKNOWLEDGED
