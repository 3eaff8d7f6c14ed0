"""Sending without a transaction: one producer for the connection, and for each session its open sends in order."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

from jmslike.errors import ConnectionLostError, JMSError, ResourceAllocationError
from jmslike.spi import Completion
from jmslike_transports.kafka.errors import translated
from jmslike_transports.kafka.records import Record
from jmslike_transports.shared.ordered_completions import OrderedCompletions, Unanswered

if TYPE_CHECKING:
    from jmslike_transports.kafka.transport import KafkaTransport

_MOST_UNCONFIRMED: Final = 2000
"""Sends that may be open; the next one waits, so that memory has a bound, which kafka-python has not."""


class Publisher:
    """One session's way to the producer."""

    def __init__(self, transport: KafkaTransport) -> None:
        self._transport = transport
        self._patience = transport.address.request_timeout
        self._unconfirmed: OrderedCompletions[Unanswered] = OrderedCompletions()
        self._order = threading.Lock()

    def send(self, topic: str, record: Record, timestamp: int) -> None:
        """Send, and wait until all replicas that are in sync have it. Raises JMSError."""
        try:
            self._begin(topic, record, timestamp).get(self._patience)
        except Exception as error:
            raise self._explained(error) from error

    def post(self, topic: str, record: Record, timestamp: int, completion: Completion) -> None:
        """Send; the completion is called in its turn. Raises JMSError."""
        unconfirmed = self._unconfirmed
        if len(unconfirmed) >= _MOST_UNCONFIRMED and not unconfirmed.wait_for_fewer(_MOST_UNCONFIRMED, self._patience):
            raise ResourceAllocationError(f"no broker has confirmed a message within {self._patience:g} seconds")
        sent = Unanswered(0, completion)
        with self._order:  # completions go in the order of sending
            future = self._begin(topic, record, timestamp)
            unconfirmed.add(sent)
        future.add_callback(lambda _: unconfirmed.answer(sent, None))
        future.add_errback(lambda error: unconfirmed.answer(sent, self._explained(error)))
        if self._transport.is_lost:  # perhaps after the others were told
            self.lose(self._transport.loss())

    def _begin(self, topic: str, record: Record, timestamp: int) -> Any:
        if self._transport.is_lost:
            raise self._transport.loss()
        producer = self._transport.producer()
        try:
            return producer.send(topic, record.value, record.key, record.headers, timestamp_ms=timestamp)
        except Exception as error:
            raise self._explained(error) from error

    def _explained(self, error: BaseException) -> JMSError:
        if self._transport.is_lost:
            return self._transport.loss()
        found = translated(error)
        if isinstance(found, ConnectionLostError) and found is not error:  # a broker was away for too long
            return ResourceAllocationError(
                f"no broker has confirmed the message within {self._patience:g} seconds; it may arrive nevertheless"
            )
        return found

    def lose(self, error: JMSError) -> None:
        """The connection is gone: answer all that is open."""
        self._unconfirmed.answer_all(error)

    def close(self) -> None:
        """Wait until the broker has everything."""
        self._unconfirmed.wait_for_fewer(1, self._patience)
        self._unconfirmed.close()
