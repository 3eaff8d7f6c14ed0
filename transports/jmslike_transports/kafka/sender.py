"""Sending to one destination."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jmslike.errors import ConnectionLostError, InvalidDestinationError, JMSError
from jmslike.spi import Completion, Destination, Envelope
from jmslike_transports.kafka.names import topic_of
from jmslike_transports.kafka.records import Record, write_record

if TYPE_CHECKING:
    from jmslike_transports.kafka.link import KafkaLink


class KafkaSender:
    """Writes to one topic; a persistent message waits until it is confirmed, or its completion does."""

    def __init__(self, link: KafkaLink, destination: Destination) -> None:
        self._link = link
        self._transport = link.transport
        self._destination = destination
        self.topic = topic_of(destination)

    def send(self, envelope: Envelope, completion: Completion | None = None) -> None:
        """See Sender.send."""
        record = self.record(envelope)
        publisher, timestamp = self._link.publisher, envelope.timestamp
        if completion is not None:
            publisher.post(self.topic, record, timestamp, self._watched(completion))
        elif envelope.delivery_mode == 1:
            publisher.post(self.topic, record, timestamp, self._watched(self._unexpected))
        else:
            try:
                publisher.send(self.topic, record, timestamp)
            except JMSError:
                self._transport.topics.forget(self.topic)
                raise

    def record(self, envelope: Envelope) -> Record:
        """Give the message as it is written, after seeing to it that there is a topic."""
        if self._transport.is_deleted(self._destination):
            raise InvalidDestinationError(f"{self._destination} was deleted")
        self._transport.topics.ensure(self._destination)
        return write_record(envelope)

    def _watched(self, completion: Completion) -> Completion:
        """Let the next message look again whether there is a topic, after one could not be written."""

        def completed(error: JMSError | None) -> None:
            if error is not None:
                self._transport.topics.forget(self.topic)
            completion(error)

        return completed

    def _unexpected(self, error: JMSError | None) -> None:
        if error is not None and not isinstance(error, ConnectionLostError):  # of which everybody hears
            self._transport.fail(type(error)(f"a message to {self._destination} is lost: {error}"))

    def close(self) -> None:
        """See Sender.close; a send that waits for its confirmation is bounded anyway."""
