"""Sending to one destination."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jmslike.codec import encode_body
from jmslike.errors import InvalidDestinationError, TransactionRolledBackError
from jmslike.spi import Completion, Destination, Envelope
from transports.stomp.frames import frame, header_lines

if TYPE_CHECKING:
    from transports.stomp.transport import StompTransport


class StompSender:
    """Writes SEND frames; a persistent message waits for its receipt, or its completion does."""

    def __init__(self, transport: StompTransport, destination: Destination) -> None:
        self._transport = transport
        self._wire = transport.wire
        self._dialect = transport.dialect
        self._destination = destination
        self._address = header_lines(self._dialect.address(destination))

    def send(self, envelope: Envelope, completion: Completion | None = None) -> None:
        """See Sender.send."""
        if self._destination in self._transport.deleted:
            raise InvalidDestinationError(f"{self._destination} was deleted")
        lines, body = self.encode(envelope)
        if completion is not None:
            self._transport.confirmations.send(self._wire, lines, body, completion)
        elif envelope.delivery_mode == 1:
            self._wire.write(frame("SEND", lines, body))
        else:
            self._wire.wait(self._wire.request("SEND", lines, body), "SEND")

    def encode(self, envelope: Envelope) -> tuple[str, bytes]:
        """Give the header lines and the body of a SEND."""
        octets, is_text, marks = encode_body(envelope.kind, envelope.body)
        lines = self._address + self._dialect.lines(envelope)
        marks.update(self._dialect.length_headers(octets, is_text=is_text))
        if marks:
            lines += header_lines(marks)
        return lines, octets

    def check_before_commit(self) -> None:
        """Raise TransactionRolledBackError if a send of a transaction could not be done."""
        if self._destination in self._transport.deleted:
            raise TransactionRolledBackError(f"{self._destination} was deleted: all is undone")

    def close(self) -> None:
        """See Sender.close; a send that waits for its receipt is bounded anyway."""
