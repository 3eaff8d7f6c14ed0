"""Messages leave a queue, a transaction for each batch of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import Final, TypeAlias
from uuid import uuid4

from jmslike.capabilities import Feature
from jmslike.context_consumer import JMSConsumer
from jmslike.destinations import Queue
from jmslike.errors import JMSError
from jmslike.message import Message
from jmslike.operating.extent import BATCH, extent_of
from jmslike.operating.providers import Ends
from jmslike.selector import optional

_log = logging.getLogger("jmslike.operating")

_SELECTS_AMONG_THE_FIRST: Final = "CONS-22"
"""The behaviour that a selector finds a match wherever it is in its queue."""

MOST_PASSED: Final = 10 * BATCH
"""Messages of one transaction that has to pass over those that went back, to see what is behind them."""

PATIENCE: Final = 1.0
"""Seconds that the next message may take to come: a broker that pushes cannot always be asked."""

Disposal: TypeAlias = Callable[[Message], bool]
"""What becomes of a message, with the commit that follows. False: it goes back to its queue."""


class Tally:
    """How many messages are done with, for a note in an error."""

    def __init__(self, verb: str) -> None:
        self.done = 0
        self._verb: Final = verb

    @contextmanager
    def told(self) -> Iterator[None]:
        """Add a note with the number to what ends the block early."""
        try:
            yield
        except (JMSError, KeyboardInterrupt) as end:
            end.add_note(f"; {self._verb} before that: {self.done:,}")
            raise


class Removal:
    """Messages that leave a queue, until there are no more of those that waited, or `most` have left.

    What goes back is sent to the end of its queue: only so can the transaction around it be committed, also on a log.
    It may come again before others. Then it goes back again and does not count, so that all others are seen: in one
    transaction, because after a commit it would come first once more. Where MOST_PASSED or more come first, one turn
    of them ends the operation. They are then in their old order, and what is behind them is not seen.
    """

    def __init__(
        self,
        ends: Ends,
        queue: Queue,
        selector: str | None,
        dispose: Disposal,
        tally: Tally,
        *,
        most: int | None = None,
        interruption: Event | None = None,
    ) -> None:
        """Raises InvalidSelectorError, UnsupportedFeatureError for a selector, ConnectionLostError."""
        self._ends = ends
        self._source = ends.source
        self._queue = queue
        self._selector = optional(selector)
        self._dispose = dispose
        self._tally = tally
        self._most = most
        self._interruption = interruption or Event()
        self._put_back: set[str] = set()
        self._turn = 0
        """How many that went back have come again, since another message came."""
        if self._selector is not None:
            self._check_selector()
        self._extent = extent_of(self._source, queue)

    def _check_selector(self) -> None:
        capabilities = self._source.capabilities
        capabilities.require(Feature.QUEUE_SELECTOR)
        shortcoming = capabilities.exceptions.get(_SELECTS_AMONG_THE_FIRST)
        if shortcoming is not None:
            _log.warning("%s is read with a selector, and %s", self._queue, shortcoming)

    def run(self) -> None:
        """Take them. Raises what receiving and `Ends.commit` raise, and KeyboardInterrupt between two transactions."""
        if self._extent.is_over:
            return  # without a consumer, which on some brokers would make a queue of this name
        text = None if self._selector is None else self._selector.text
        with self._tally.told(), self._source.create_consumer(self._queue, text) as consumer:
            while not self._is_done(0) and self._take_batch(consumer):
                if self._interruption.is_set() and not self._is_done(0):
                    raise KeyboardInterrupt
        if self._has_turned:
            _log.warning(
                "%d messages that went back to %s come again before any other, so what may be behind them was not "
                "seen; name that with a selector, such as JMSPriority < 4, or move what comes first to another queue",
                len(self._put_back),
                self._queue,
            )
        elif self._selector is None and self._tally.done != self._most:
            self._tell_what_is_left()

    @property
    def _has_turned(self) -> bool:
        """Whether all that went back have come again, too many for one transaction, and nothing else has."""
        return self._turn >= MOST_PASSED and self._turn >= len(self._put_back)

    def _tell_what_is_left(self) -> None:
        """Log what the operation did not see, where the provider counts it."""
        if self._extent.left:
            _log.warning(
                "%d of the messages that waited in %s did not come: other consumers took or hold them, or read the "
                "partitions that they are in, or they are not due; stop those consumers, and repeat it",
                self._extent.left,
                self._queue,
            )
        elif self._source.capabilities.supports(Feature.STATISTICS):
            there = self._source.statistics(self._queue).depth - len(self._put_back)
            if there > 0:
                _log.warning("%d messages wait in %s now: they arrived or came back meanwhile", there, self._queue)

    def _is_done(self, disposed: int) -> bool:
        return self._extent.is_over or self._tally.done + disposed == self._most

    def _may_grow(self, seen: int, passed: int) -> bool:
        """Whether a transaction of so many messages may have another one."""
        return seen < BATCH and seen + passed < MOST_PASSED and not self._has_turned

    def _take_batch(self, consumer: JMSConsumer) -> bool:
        """Take and commit a batch; return whether there may be more."""
        seen = passed = disposed = 0
        message: Message | None = None
        while self._may_grow(seen, passed) and not self._is_done(disposed):
            message = consumer.receive(PATIENCE)  # what is pushed comes in order, and not always what is asked for
            if message is None:
                message = consumer.receive_no_wait()
            if message is None:
                break
            if message.message_id in self._put_back:
                self._source.forward(message, self._queue)
                passed += 1
                self._turn += 1
                continue
            seen += 1
            self._turn = 0
            self._extent.look_at(message)
            if self._dispose(message):
                disposed += 1
            else:
                self._send_back(message)
        self._ends.commit()
        if seen:
            self._extent.end_batch()
        self._tally.done += disposed
        return message is not None and not self._has_turned

    def _send_back(self, message: Message) -> None:
        name = message.message_id
        if name is None:  # it must be known when it comes again
            name = message.message_id = f"ID:{uuid4()}"
        self._put_back.add(name)
        self._source.forward(message, self._queue)
