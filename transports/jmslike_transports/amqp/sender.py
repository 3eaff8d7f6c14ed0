"""Sending to one destination."""

from __future__ import annotations

import time

from jmslike.errors import InvalidDestinationError, TransactionRolledBackError
from jmslike.spi import Completion, Destination, Envelope
from jmslike_transports.amqp.connection import AmqpConnection
from jmslike_transports.amqp.frames import publish_method
from jmslike_transports.amqp.publisher import Publication, Publisher
from jmslike_transports.shared.sender import unattended, watched


class AmqpSender:
    """Publishes. A persistent message is confirmed before `send` returns, or before its completion is called."""

    def __init__(self, connection: AmqpConnection, publisher: Publisher, destination: Destination) -> None:
        self._publisher = publisher
        self._profile = connection.profile
        self._topology = connection.topology
        self._inventory = connection.inventory
        self._destination = destination
        self._may_be_deleted = connection.owns_temporary(destination.name)
        self._exchange, self._key = self._profile.route(destination)
        self._must_arrive = self._profile.is_always_bound(destination)
        self._method = publish_method(self._exchange, self._key, mandatory=self._must_arrive)
        self._report = unattended(destination, connection.report)
        self._unattended = watched(self._report, self._invalidate)

    def send(self, envelope: Envelope, completion: Completion | None = None) -> None:
        """See Sender.send."""
        if self._may_be_deleted:
            self._inventory.require_present(self._destination)
        publication = self.publication(envelope)
        if completion is not None:
            invalidate = self._invalidate_delays if publication.is_delayed else self._invalidate
            self._publisher.post(publication, watched(completion, invalidate))
        elif envelope.delivery_mode == 1 and publication.is_delayed:
            self._publisher.post(publication, watched(self._report, self._invalidate_delays))
        elif envelope.delivery_mode == 1:
            self._publisher.post(publication, self._unattended)
        else:
            self._send_confirmed(publication, envelope)

    def _invalidate(self) -> None:
        self._topology.invalidate(self._destination)

    def _invalidate_delays(self) -> None:
        self._invalidate()
        self._topology.delays.invalidate()

    def send_confirmed(self, envelope: Envelope) -> None:
        """Send, and wait until the broker has confirmed the message, whatever its delivery mode."""
        self._send_confirmed(self.publication(envelope), envelope)

    def _send_confirmed(self, publication: Publication, envelope: Envelope) -> None:
        try:
            self._publisher.send(publication)
        except InvalidDestinationError:  # the queue or exchange has been deleted since it was declared
            self._invalidate()
            if publication.is_delayed:
                self._topology.delays.invalidate()
            if self._destination.is_temporary:
                raise
            self._publisher.send(self.publication(envelope))

    def publication(self, envelope: Envelope) -> Publication:
        """Return the message ready to be published, after declaring its destination where needed."""
        topology = self._topology
        topology.ensure(self._destination)
        reply_to = envelope.headers.reply_to
        if reply_to is not None and not reply_to.is_temporary:
            topology.ensure_reply_queue(reply_to)
        properties, body = self._profile.write(envelope)
        delay = envelope.due - int(time.time() * 1000) if envelope.due else 0
        if delay <= 0:
            return Publication(self._destination, self._method, properties, body)
        exchange, further_key = topology.delays.route(self._destination, delay)
        properties.headers["BCC"] = [further_key]
        properties.expiration = None  # in a level's queue it would end the delay
        method = publish_method(exchange, self._key, mandatory=True)
        return Publication(self._destination, method, properties, body, is_delayed=True)

    def check_before_commit(self) -> None:
        """Raise TransactionRolledBackError, from an InvalidDestinationError, if a message could not arrive."""
        destination = self._destination
        reason = None
        if self._may_be_deleted and self._inventory.is_deleted(destination):
            reason = f"{destination} was deleted"
        elif destination.is_temporary and self._must_arrive and not self._topology.exists(destination.name):
            reason = f"{destination} does not exist any more"
        if reason is not None:
            raise TransactionRolledBackError(f"transaction rolled back: {reason}") from InvalidDestinationError(reason)

    def close(self) -> None:
        """See Sender.close. Nothing is held: a send that waits for its confirmation has a bound."""
