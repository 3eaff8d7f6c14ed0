"""The services that the parts of one STOMP connection share.

Sessions, senders, subscriptions and browsers get what they need from here and never see the transport, which is the
SPI's face only. A service may be called from any thread. `_lose` and `_fail` are called by the thread that finds out.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Mapping
from typing import Any

from jmslike.errors import (
    ConnectionLostError,
    InvalidClientIDError,
    InvalidDestinationError,
    JMSError,
    JMSSecurityError,
)
from jmslike.spi import Events
from jmslike_transports.shared.flush import BrokerFlush
from jmslike_transports.shared.inbox import Inbox
from jmslike_transports.shared.inventory import Inventory
from jmslike_transports.stomp.address import Address
from jmslike_transports.stomp.dialects import DIALECTS, find_dialect
from jmslike_transports.stomp.dialects.base import BrokerRequest, Dialect
from jmslike_transports.stomp.frames import escaped_for_connect, frame, header_lines
from jmslike_transports.stomp.wire import Request, Wire


class StompConnection:
    """The wire, the broker's dialect, and what is open."""

    wire: Wire
    """From a `connect` on that did not fail."""
    dialect: Dialect

    def __init__(self, address: Address, events: Events) -> None:
        self._address = address
        self._events = events
        self._subscription_ids = itertools.count(1)
        self._transaction_ids = itertools.count(1)
        self.inventory: Inventory[Any] = Inventory(lambda name: self.dialect.owns_temporary(name))
        self.browsers: set[Inbox[Any]] = set()
        self.client_id: str | None = None
        self._making = threading.Lock()
        self._spare: Wire | None = None
        self._attempts: set[Wire] = set()
        self._is_closed = False
        self._kind = DIALECTS.get(address.dialect or "")

    def connect(self, client_id: str | None = None) -> Mapping[str, str]:
        """Connect as that client, and return the headers of the broker's CONNECTED frame.

        Raises what Wire.connect raises, and JMSError for a broker without a dialect.
        """
        wire, connected = self._log_in(client_id)
        try:
            address = self._address
            dialect = find_dialect(address.dialect, connected.get("server", ""), transforms=address.transformations)
            if client_id is not None:
                _claim(client_id, wire, dialect)
        except JMSError:
            wire.close()
            raise
        wire.survives_errors = dialect.survives_errors
        wire.on_lost, wire.on_failed = self._lose, self._fail
        if wire.is_lost:  # perhaps before `on_lost` was set
            raise wire.loss()
        self.dialect, self.wire, self.client_id = dialect, wire, client_id
        self._kind = type(dialect)
        if self._is_closed:  # perhaps before this wire was the one to close
            wire.close()
            wire.check_open()
        return connected

    def _log_in(self, client_id: str | None) -> tuple[Wire, Mapping[str, str]]:
        """Connect, and return the wire with the headers of the CONNECTED frame.

        Some brokers unescape the CONNECT frame, and which broker this is says only its answer. So credentials with a
        backslash are sent as STOMP 1.2 says and then, if they are refused, escaped. Option `dialect` avoids that.
        """
        if self._kind is not None:
            return self._log_in_as(client_id, escapes=self._kind.unescapes_connect)
        try:
            return self._log_in_as(client_id, escapes=False)
        except JMSError as refusal:
            if not self._address.has_backslash:
                raise
            try:
                return self._log_in_as(client_id, escapes=True)
            except JMSError as error:
                raise (refusal if isinstance(refusal, JMSSecurityError) else error) from error

    def _log_in_as(self, client_id: str | None, *, escapes: bool) -> tuple[Wire, Mapping[str, str]]:
        wire = Wire(self._address.escaped() if escapes else self._address)
        self._attempts.add(wire)
        try:
            if self._is_closed:
                wire.close()
            return wire, wire.connect(escaped_for_connect(client_id) if escapes else client_id)
        finally:
            self._attempts.discard(wire)

    def identify(self, client_id: str) -> None:
        """Connect again as that client, because STOMP names it in the first frame, and close the previous wire."""
        longest = self.dialect.longest_header
        if longest is not None and len(f"client-id:{client_id}".encode()) > longest:
            raise InvalidClientIDError(
                f"the client id is too long: {self.dialect.product} takes headers of {longest:,} bytes"
            )
        predecessor = self.wire
        self.connect(client_id)
        predecessor.close()

    def wire_for_dead_letters(self) -> Wire:
        """Return a wire that the refusal of a dead letter may end. Raises what Wire.connect raises."""
        if self.dialect.survives_errors:
            return self.wire
        with self._making:
            if self._spare is None or self._spare.is_lost:
                self._spare, _ = self._log_in(None)
            return self._spare

    def close(self) -> None:
        """Close the wires, and end the attempts to connect."""
        self._is_closed = True
        for attempt in list(self._attempts):
            attempt.close()
        with self._making:
            spare, self._spare = self._spare, None
        if spare is not None:
            spare.close()
        if hasattr(self, "wire"):
            self.wire.close()

    def _lose(self, error: JMSError) -> None:
        spare = self._spare
        if spare is not None:
            spare.lose(error)
        self.inventory.lose(error)
        for inbox in list(self.browsers):
            inbox.lose(error)
        self._events.lost(error)

    def _fail(self, error: JMSError) -> None:
        self._events.failed(error)

    # ---- requests -------------------------------------------------------------------------------------------------

    def run(self, request: BrokerRequest) -> None:
        """Send the request and wait for the broker's answer. Raises JMSError."""
        if request.client_id is None:
            _run(self.wire, request)
            return
        if self.wire.is_lost:
            raise self.wire.loss()
        own, _ = self._log_in(request.client_id)
        try:
            _run(own, request)
        except ConnectionLostError as error:
            raise JMSError(f"the broker refused {request.command}: {error}") from error
        finally:
            own.close()

    def round_trip(self) -> None:
        """Wait until the broker has handled all that was written."""
        self.wire.wait(self._ask(), "ABORT")

    def _ask(self) -> Request:
        transaction = header_lines({"transaction": self.next_transaction_id()})
        return self.wire.request("ABORT", transaction, before=frame("BEGIN", transaction))

    def flush(self) -> BrokerFlush:
        """See Flushing.flush."""
        posted = [link.posted for link in self.inventory.links()]
        return BrokerFlush(self.wire, [self.wire.confirmations.open], lambda: self._ask().wait, posted)

    # ---- names ----------------------------------------------------------------------------------------------------

    def next_subscription_id(self) -> str:
        """Return a new id for a SUBSCRIBE."""
        return f"s{next(self._subscription_ids)}"

    def next_transaction_id(self) -> str:
        """Return a new id for a BEGIN."""
        return f"t{next(self._transaction_ids)}"


def _run(wire: Wire, request: BrokerRequest) -> None:
    before = b"".join(frame(command, header_lines(headers)) for command, headers in request.before)
    wire.call(request.command, request.headers, before)


def _claim(client_id: str, wire: Wire, dialect: Dialect) -> None:
    try:
        claim = dialect.client_id_claim(client_id)
    except InvalidDestinationError as error:
        raise InvalidClientIDError(f"no queue can claim the client id {client_id[:80]!r}: {error}") from error
    if claim is not None:
        try:
            _run(wire, claim)
        except JMSError as error:
            raise InvalidClientIDError(f"the client id {client_id!r} is in use: {error}") from error
