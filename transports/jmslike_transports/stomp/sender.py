"""A sender: SEND frames to one destination."""

from __future__ import annotations

import time
from collections import Counter
from typing import Final

from jmslike.codec import connection_of
from jmslike.errors import ConnectionLostError, InvalidDestinationError, TransactionRolledBackError
from jmslike.spi import NO_HEADERS, Completion, Destination, Envelope, Terms
from jmslike_transports.shared.flush import shown
from jmslike_transports.shared.loss import perhaps_sent, reason_of
from jmslike_transports.stomp.connection import StompConnection
from jmslike_transports.stomp.frames import escape, frame, header_lines

_BLANK: Final = "\0"
"""Where a message's own id or time goes in lines that are written once."""


class StompSender:
    """Writes SEND frames. A persistent message waits for its receipt, or its completion does."""

    def __init__(self, connection: StompConnection, destination: Destination, posted: Counter[str]) -> None:
        self._wire = connection.wire
        self._dialect = dialect = connection.dialect
        self._inventory = connection.inventory
        self._run = connection.run
        self._destination = destination
        self._posted = posted
        self._shown = shown(destination)
        self._encode_body = dialect.encoder_of_bodies(destination)
        self._may_be_deleted = dialect.owns_temporary(destination.name)
        self._id_lines = "".join(f"{name}:{_BLANK}\n" for name in dialect.id_headers)
        self._time_lines = "".join(f"{name}:{_BLANK}\n" for name in dialect.timestamp_headers)
        self._terms: Terms | None = None

    def send(self, envelope: Envelope, completion: Completion | None = None) -> None:
        """See Sender.send."""
        if self._may_be_deleted:
            self._inventory.require_present(self._destination)
        lines, body = self.encode(envelope)
        if completion is not None:
            self._wire.confirmations.send(self._destination, lines, body, completion)
        elif envelope.delivery_mode == 1:
            self._wire.write(frame("SEND", lines, body))
            self._posted[self._shown] += 1
        else:
            request = self._wire.request("SEND", lines, body)
            try:
                self._wire.wait(request, "SEND")
            except ConnectionLostError as error:
                raise perhaps_sent(error) from reason_of(error)
            self._posted.clear()  # the broker reads in order, so it has those, too

    def encode(self, envelope: Envelope) -> tuple[str, bytes]:
        """Return the header lines and the body of a SEND. Raises JMSError for a message that the broker cannot take."""
        octets, is_text, marks = self._encode_body(envelope)
        if envelope.terms is not self._terms:
            self._prepare(envelope.terms)
        number = envelope.id_or_number
        if number.__class__ is int:
            id_lines = self._id_lines.replace(_BLANK, f"{self._id_prefix}{number}")
        else:
            id_lines = header_lines(dict.fromkeys(self._dialect.headers_of_kept_id(envelope.id), envelope.id))
        lines = (
            f"{self._head}priority:{envelope.priority}\n"
            f"{id_lines}"
            f"{self._time_lines.replace(_BLANK, str(envelope.timestamp))}"
        )
        if envelope.properties or envelope.headers is not NO_HEADERS or envelope.constraints is not None:
            marks.update(self._dialect.headers(envelope))
            if envelope.due:
                lines = self._delayed_address(envelope) + lines
        marks.update(self._dialect.length_headers(octets, is_text=is_text))
        if marks:
            lines += header_lines(marks)
        return self._dialect.checked(lines), octets

    def _delayed_address(self, envelope: Envelope) -> str:
        """Return the lines that name another destination for a message that is not due: the first such line counts."""
        delay = envelope.due - int(time.time() * 1000)
        address = self._dialect.delayed_address(self._destination, delay, self._run) if delay > 0 else None
        return "" if address is None else header_lines(address)

    def _prepare(self, terms: Terms) -> None:
        """Write once the lines that all messages of one producer share."""
        head = self._dialect.address(terms.destination)
        mode = self._dialect.modes.get(terms.delivery_mode)
        if mode is not None:
            head["persistent"] = mode
        if terms.origin is not None and terms.origin != connection_of(terms.id_prefix):
            head[self._dialect.origin_header] = terms.origin
        self._head = header_lines(head)
        self._id_prefix = escape(terms.id_prefix)
        self._terms = terms

    def check_before_commit(self) -> None:
        """Raise TransactionRolledBackError, from an InvalidDestinationError, if a message could not arrive."""
        if self._may_be_deleted and self._inventory.is_deleted(self._destination):
            reason = f"{self._destination} was deleted"
            raise TransactionRolledBackError(f"transaction rolled back: {reason}") from InvalidDestinationError(reason)

    def close(self) -> None:
        """See Sender.close. Nothing is left to wait for: a send that waits for its receipt has its own bound."""
