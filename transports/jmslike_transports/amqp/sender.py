"""Sending to one destination."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jmslike.errors import ConnectionLostError, InvalidDestinationError, JMSError, TransactionRolledBackError
from jmslike.spi import Completion, Destination, Envelope
from jmslike_transports.amqp.frames import publish_method
from jmslike_transports.amqp.publisher import AbsentError, Letter

if TYPE_CHECKING:
    from jmslike_transports.amqp.link import AmqpLink


class AmqpSender:
    """Publishes; a persistent message waits for its confirmation, or its completion does."""

    def __init__(self, link: AmqpLink, destination: Destination) -> None:
        self._link = link
        self._transport = link.transport
        self._destination = destination
        self._exchange, self._key = self._transport.profile.route(destination)
        self._must_arrive = self._transport.profile.is_always_bound(destination)
        self._method = publish_method(self._exchange, self._key, mandatory=self._must_arrive)

    def send(self, envelope: Envelope, completion: Completion | None = None) -> None:
        """See Sender.send."""
        if self._transport.is_deleted(self._destination):
            raise InvalidDestinationError(f"{self._destination} was deleted")
        letter = self.letter(envelope)
        publisher = self._link.publisher
        if completion is not None:
            publisher.post(letter, self._watched(completion))
        elif envelope.delivery_mode == 1:
            publisher.post(letter, self._watched(self._unexpected))
        else:
            self._send_confirmed(letter, envelope)

    def send_confirmed(self, envelope: Envelope) -> None:
        """Send, and wait until the broker has the message, whatever its delivery mode."""
        self._send_confirmed(self.letter(envelope), envelope)

    def _send_confirmed(self, letter: Letter, envelope: Envelope) -> None:
        try:
            self._link.publisher.send(letter)
        except InvalidDestinationError:  # what was there, queue or exchange, has been deleted meanwhile
            self._transport.topology.forget(self._destination)
            if self._destination.is_temporary:
                raise
            self._link.publisher.send(self.letter(envelope))

    def letter(self, envelope: Envelope) -> Letter:
        """Give the message as it is published, after seeing to it that there is somewhere to go."""
        topology = self._transport.topology
        topology.ensure(self._destination)
        reply_to = envelope.headers.reply_to
        if reply_to is not None and not reply_to.is_temporary:
            topology.ensure_answers(reply_to)
        method = self._method
        if envelope.due:
            exchange = topology.delay(self._exchange, max(1, envelope.due - envelope.timestamp))
            method = publish_method(exchange, self._key, mandatory=self._must_arrive)
        return Letter(self._destination, method, *self._transport.profile.write(envelope))

    def _watched(self, completion: Completion) -> Completion:
        """Let the next message look again whether there is a queue, after one found none."""

        def completed(error: JMSError | None) -> None:
            if error is not None:
                self._transport.topology.forget(self._destination)
            completion(error)

        return completed

    def _unexpected(self, error: JMSError | None) -> None:
        if error is not None and not isinstance(error, ConnectionLostError):  # of which everybody hears
            kind = InvalidDestinationError if isinstance(error, AbsentError) else type(error)
            self._transport.fail(kind(f"a message to {self._destination} is lost: {error}"))

    def check_before_commit(self) -> None:
        """Raise TransactionRolledBackError if a send of a transaction could not be done."""
        destination = self._destination
        if self._transport.is_deleted(destination):
            raise TransactionRolledBackError(f"{destination} was deleted: all is undone")
        if destination.is_temporary and self._must_arrive and not self._transport.topology.exists(destination.name):
            raise TransactionRolledBackError(f"{destination} is not there any more: all is undone")

    def close(self) -> None:
        """See Sender.close; a send that waits for its confirmation is bounded anyway."""
