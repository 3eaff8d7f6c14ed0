"""The services that the parts of one STOMP connection share.

Sessions, senders, subscriptions and browsers get what they need from here and never see the transport, which is the
SPI's face only. A service may be called from any thread. `_lose` and `_fail` are called by the thread that finds out.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Mapping
from typing import Any

from jmslike.errors import ConnectionLostError, InvalidClientIDError, JMSError
from jmslike.spi import Events
from jmslike_transports.shared.inbox import Inbox
from jmslike_transports.shared.inventory import Inventory
from jmslike_transports.stomp.address import Address
from jmslike_transports.stomp.dialects import find_dialect
from jmslike_transports.stomp.dialects.base import BrokerRequest, Dialect
from jmslike_transports.stomp.frames import frame, header_lines
from jmslike_transports.stomp.wire import Wire


class StompConnection:
    """The wire, the broker's dialect, and what is open."""

    wire: Wire
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

    def connect(self, client_id: str | None = None) -> Mapping[str, str]:
        """Connect as that client, and return the headers of the broker's CONNECTED frame.

        Raises what Wire.connect raises, and JMSError for a broker without a dialect.
        """
        wire = Wire(self._address)
        connected = wire.connect(client_id)
        try:
            dialect = find_dialect(self._address.dialect, connected.get("server", ""))
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
        return connected

    def identify(self, client_id: str) -> None:
        """Connect again as that client, because STOMP names it in the first frame, and close the previous wire."""
        predecessor = self.wire
        self.connect(client_id)
        predecessor.close()

    def wire_for_dead_letters(self) -> Wire:
        """Return a wire that the refusal of a dead letter may end. Raises what Wire.connect raises."""
        if self.dialect.survives_errors:
            return self.wire
        with self._making:
            if self._spare is None or self._spare.is_lost:
                spare = Wire(self._address)
                spare.connect(None)
                self._spare = spare
            return self._spare

    def close(self) -> None:
        """Close the wires."""
        with self._making:
            spare, self._spare = self._spare, None
        if spare is not None:
            spare.close()
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
        own = Wire(self._address)
        own.connect(request.client_id)
        try:
            _run(own, request)
        except ConnectionLostError as error:
            raise JMSError(f"the broker refused {request.command}: {error}") from error
        finally:
            own.close()

    def round_trip(self) -> None:
        """Wait until the broker has handled all that was written."""
        transaction = {"transaction": self.next_transaction_id()}
        self.wire.call("ABORT", transaction, frame("BEGIN", header_lines(transaction)))

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
    claim = dialect.client_id_claim(client_id)
    if claim is not None:
        try:
            _run(wire, claim)
        except JMSError as error:
            raise InvalidClientIDError(f"the client id {client_id!r} is in use: {error}") from error
