"""A sender on a connection that outlives the loss of its host."""

from __future__ import annotations

from typing import NamedTuple

from jmslike.errors import ConnectionLostError, IllegalStateError, JMSError
from jmslike.spi import Completion, Destination, Envelope, Sender
from jmslike_transports.failover.binding import Binding, Place
from jmslike_transports.shared.loss import perhaps_sent, reason_of


class _Opened(NamedTuple):
    place: Place
    sender: Sender


class FailoverSender:
    """See Sender. The first send after the link was restored opens it again, at the new host."""

    def __init__(self, binding: Binding, destination: Destination) -> None:
        """Open the sender, if the link is not away just now. Raises InvalidDestinationError."""
        self._binding = binding
        self._destination = destination
        self._is_closed = False
        self._opened: _Opened | None = None
        place = binding.place
        if place is not None:
            try:
                self._open(place)
            except JMSError as error:
                binding.reconnection.lose_or_raise(place.connection, error)
        else:
            binding.temporaries.check(destination)

    def send(self, envelope: Envelope, completion: Completion | None = None) -> None:
        """See Sender.send. Waits for the link, at most the request timeout. Never sends a message a second time."""
        opened = self._opened
        if opened is None or opened.place is not self._binding.place:
            opened = self._binding.reconnection.call(self._here, self._open)
        try:
            opened.sender.send(envelope, completion)
        except JMSError as error:
            connection = opened.place.connection
            reconnection = self._binding.reconnection
            reconnection.lose_or_raise(connection, error)
            if reconnection.given_up is not None:
                raise perhaps_sent(reconnection.given_up) from error
            raise ConnectionLostError(
                f"the link was lost before {connection.url} answered: the message may have been sent, and "
                f"is not sent again; the connection goes on trying to restore the link: {reason_of(error)}"
            ) from error

    def at(self, place: Place) -> Sender:
        """Return the sender at that place, also for a commit after `close`. Raises JMSError."""
        opened = self._opened
        if opened is None or opened.place is not place:
            opened = self._open(place)
        return opened.sender

    def _here(self) -> Place | None:
        if self._is_closed:
            raise IllegalStateError("the producer is closed")
        return self._binding.here(self._destination)

    def _open(self, place: Place) -> _Opened:
        self._binding.temporaries.check(self._destination)
        self._opened = opened = _Opened(place, place.link.sender(self._destination))
        return opened

    def close(self) -> None:
        """See Sender.close."""
        reconnection = self._binding.reconnection
        with reconnection.lock:
            self._is_closed = True
            reconnection.changed.notify_all()
        opened = self._opened
        if opened is not None and opened.place is self._binding.place:
            opened.sender.close()
