"""Sending to one destination."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jmslike.errors import JMSError
from jmslike.spi import Completion, Destination, Envelope
from jmslike_transports.kafka.names import topic_of
from jmslike_transports.kafka.publisher import Publisher
from jmslike_transports.kafka.records import Record, write_record
from jmslike_transports.kafka.topics import Topics
from jmslike_transports.shared.inventory import Inventory
from jmslike_transports.shared.sender import unattended, watched


class KafkaSender:
    """Writes to one topic; a persistent message waits until it is confirmed, or its completion does."""

    def __init__(
        self,
        destination: Destination,
        publisher: Publisher,
        topics: Topics,
        inventory: Inventory[Any],
        fail: Callable[[JMSError], None],
    ) -> None:
        self.topic = topic_of(destination)
        self._destination = destination
        self._publisher = publisher
        self._topics = topics
        self._inventory = inventory
        self._unattended = unattended(destination, fail)

    def send(self, envelope: Envelope, completion: Completion | None = None) -> None:
        """See Sender.send."""
        record = self.record(envelope)
        publisher, timestamp, destination = self._publisher, envelope.timestamp, self._destination
        if completion is not None:
            publisher.post(destination, self.topic, record, timestamp, watched(completion, self._invalidate))
        elif envelope.delivery_mode == 1:
            publisher.post(
                self._destination, self.topic, record, timestamp, watched(self._unattended, self._invalidate)
            )
        else:
            try:
                publisher.send(self.topic, record, timestamp)
            except JMSError:
                self._invalidate()
                raise

    def record(self, envelope: Envelope) -> Record:
        """Return the record of the message, once the topic exists. Raises JMSError."""
        if self._destination.is_temporary:
            self._inventory.require_present(self._destination)
        self._topics.ensure(self._destination)
        return write_record(envelope)

    def _invalidate(self) -> None:
        self._topics.invalidate(self.topic)

    def close(self) -> None:
        """See Sender.close; a send that waits for its confirmation is bounded anyway."""
