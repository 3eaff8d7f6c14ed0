"""Sends outside transactions (C5): the connection has one producer, and each session keeps its open sends in order."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final

from jmslike.errors import ConnectionLostError, IllegalStateError, JMSError, ResourceAllocationError
from jmslike.spi import Completion, Destination
from jmslike_transports.kafka.errors import translated
from jmslike_transports.kafka.records import Record
from jmslike_transports.shared.loss import ANEW, LosableConnection, perhaps_sent
from jmslike_transports.shared.ordered_completions import OrderedCompletions, Unanswered

_MOST_UNCONFIRMED: Final = 2000
"""Open sends after which the next one waits: this bounds the memory, which kafka-python does not."""


class Publisher:
    """One session's way to the producer of its connection.

    Application threads call `send` and `post`; completions are called by the producer's thread.
    """

    def __init__(self, connection: LosableConnection, producer: Callable[[], Any], timeout: float) -> None:
        self._connection = connection
        self._producer = producer
        self._timeout = timeout
        self.unconfirmed: Final[OrderedCompletions[Unanswered]] = OrderedCompletions()
        self._order = threading.Lock()

    def send(self, topic: str, record: Record, timestamp: int) -> None:
        """Send, and wait until all replicas that are in sync have the record. Raises JMSError."""
        try:
            self._begin(topic, record, timestamp).get(self._timeout)
        except Exception as error:
            raise perhaps_sent(self._explained(error)) from error

    def post(
        self, destination: Destination, topic: str, record: Record, timestamp: int, completion: Completion
    ) -> None:
        """Send without waiting; completions are called in the order of sending (C5). Raises JMSError."""
        unconfirmed = self.unconfirmed
        if len(unconfirmed) >= _MOST_UNCONFIRMED and not unconfirmed.wait_for_fewer(_MOST_UNCONFIRMED, self._timeout):
            raise ResourceAllocationError(
                f"message not sent: no broker confirmed an earlier one within {self._timeout:g} s; send it again later"
            )
        sent = Unanswered(0, destination, completion)
        with self._order:
            future = self._begin(topic, record, timestamp)
            unconfirmed.add(sent)
        future.add_callback(lambda _: unconfirmed.answer(sent, None))
        future.add_errback(lambda error: unconfirmed.answer(sent, self._explained(error)))
        if self._connection.is_lost:  # perhaps after the others were told
            self.lose(self._connection.loss())

    def _begin(self, topic: str, record: Record, timestamp: int) -> Any:
        if self._connection.is_lost:
            raise self._connection.loss(ANEW)
        producer = self._producer()
        try:
            return producer.send(topic, record.value, record.key, record.headers, timestamp_ms=timestamp)
        except Exception as error:
            raise self._explained(error) from error

    def _explained(self, error: BaseException) -> JMSError:
        if self._connection.is_lost:
            return self._connection.loss()
        if self._connection.is_closing:
            return IllegalStateError("the connection is closed; the message was perhaps not sent")
        found = translated(error)
        if isinstance(found, ConnectionLostError) and found is not error:  # a broker was away for too long
            return ResourceAllocationError(
                f"no broker confirmed the message within {self._timeout:g} s; it may arrive nevertheless"
            )
        return found

    def lose(self, error: JMSError) -> None:
        """Be told that the connection is gone: complete all open sends with the error."""
        self.unconfirmed.answer_all(error)

    def close(self) -> None:
        """Wait until all open sends are confirmed, but not longer than the timeout."""
        self.unconfirmed.wait_for_fewer(1, self._timeout)
        self.unconfirmed.close()
