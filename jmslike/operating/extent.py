"""How far an operation goes: messages that arrive while it runs are not chased forever."""

from __future__ import annotations

import time
from typing import Final, Protocol

from jmslike.capabilities import Feature
from jmslike.context import JMSContext
from jmslike.destinations import Queue
from jmslike.message import Message

BATCH: Final = 100
"""Messages of one transaction."""


class Extent(Protocol):
    """The messages that an operation is about."""

    is_over: bool
    """Whether the operation has come to the last of them."""
    left: int
    """How many of them it has not seen, as far as that is known."""

    def look_at(self, message: Message) -> None:
        """Be told of the next message."""

    def end_batch(self) -> None:
        """Be told that a transaction ends."""


class Snapshot:
    """As many messages as waited at the beginning, where the provider counts them."""

    def __init__(self, depth: int) -> None:
        self.left: int = depth
        self.is_over: bool = depth <= 0

    def look_at(self, message: Message) -> None:
        """See Extent."""
        self.left -= 1
        self.is_over = self.left <= 0

    def end_batch(self) -> None:
        """See Extent."""


class Moment:
    """The messages that were sent before the operation began, by the clocks of those who sent them.

    It is over after a transaction in which all were sent later: a few with a high priority may come before earlier
    ones. It is also over when the first message of an earlier transaction comes again, because then the messages are
    sent to the queue that they come from, under another URL.
    """

    def __init__(self, started: int) -> None:
        self.is_over: bool = False
        self.left: int = 0
        self._started = started  # milliseconds since the epoch
        self._firsts: set[str] = set()
        self._begins = True
        self._found = False

    def look_at(self, message: Message) -> None:
        """See Extent."""
        name = message.message_id
        if name in self._firsts:
            self.is_over = True
        if self._begins and name is not None:
            self._firsts.add(name)
        self._begins = False
        self._found |= message.timestamp <= self._started

    def end_batch(self) -> None:
        """See Extent."""
        self.is_over |= not self._found
        self._begins, self._found = True, False


def extent_of(context: JMSContext, queue: Queue) -> Extent:
    """Return what is in the queue now. Raises ConnectionLostError."""
    if context.capabilities.supports(Feature.STATISTICS):
        return Snapshot(context.statistics(queue).depth)
    return Moment(int(time.time() * 1000))
