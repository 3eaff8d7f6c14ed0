"""Messages leave a queue, a transaction for each batch of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import Final, TypeAlias
from uuid import uuid4

from jmslike.destinations import Queue
from jmslike.errors import JMSError
from jmslike.message import Message
from jmslike.operating.extent import BATCH, extent_of
from jmslike.operating.providers import Ends

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


def remove(
    ends: Ends,
    queue: Queue,
    selector: str | None,
    dispose: Disposal,
    tally: Tally,
    *,
    most: int | None = None,
    interruption: Event | None = None,
) -> None:
    """Dispose of what waits in the queue, at most `most` messages. Raises what receiving and `Ends.commit` raise.

    What goes back is sent to the end of its queue: only so can the transaction around it be committed, also on a log.
    It may come again before others. Then it goes back again and does not count, so that all others are seen.
    """
    source, extent = ends.source, extent_of(ends.source, queue)
    put_back: set[str | None] = set()
    if extent.is_over:
        return  # without a consumer, which on some brokers would make a queue of this name
    with tally.told(), source.create_consumer(queue, selector) as consumer:
        message: Message | None
        while not extent.is_over and tally.done != most:
            if interruption is not None and interruption.is_set():
                raise KeyboardInterrupt
            seen = disposed = 0
            while seen < BATCH and tally.done + disposed != most and not extent.is_over:
                message = consumer.receive_no_wait()
                if message is None:
                    break
                if message.message_id in put_back:
                    source.forward(message, queue)
                    continue
                seen += 1
                extent.look_at(message)
                if dispose(message):
                    disposed += 1
                else:
                    message.message_id = (
                        message.message_id or f"ID:{uuid4()}"
                    )  # so that it is known when it comes again
                    put_back.add(message.message_id)
                    source.forward(message, queue)
            ends.commit()
            extent.end_batch()
            tally.done += disposed
            if message is None:
                return
