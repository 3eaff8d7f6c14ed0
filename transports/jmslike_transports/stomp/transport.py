"""One connection over STOMP."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator
from typing import Any

from jmslike.capabilities import Capabilities
from jmslike.errors import (
    ConnectionLostError,
    InvalidClientIDError,
    JMSError,
)
from jmslike.selector import Selector
from jmslike.spi import Destination, Envelope, Events, SessionSpec, TemporaryQueue, TemporaryTopic
from jmslike_transports.shared.inbox import Inbox
from jmslike_transports.shared.inventory import Inventory
from jmslike_transports.stomp.address import Address
from jmslike_transports.stomp.browser import browse
from jmslike_transports.stomp.dialects import find_dialect
from jmslike_transports.stomp.dialects.base import BrokerRequest, Dialect
from jmslike_transports.stomp.frames import fits_connect, frame, header_lines
from jmslike_transports.stomp.link import StompLink
from jmslike_transports.stomp.wire import Wire

_log = logging.getLogger("jmslike.stomp")


class StompTransport:
    """See Transport."""

    wire: Wire
    dialect: Dialect

    def __init__(self, address: Address) -> None:
        self._address = address
        self._events: Events | None = None
        self._subscription_ids = itertools.count(1)
        self._transaction_ids = itertools.count(1)
        self.inventory: Inventory[StompLink] = Inventory()
        self.client_id: str | None = None
        self.browsing: set[Inbox[Any]] = set()

    def open(self, events: Events) -> Capabilities:
        """See Transport.open."""
        self._events = events
        connected = self._connect(None)
        features = self.dialect.features_of(self.wire, connected)
        return Capabilities(self.dialect.product, self.dialect.version, features)

    def _connect(self, client_id: str | None) -> dict[str, str]:
        wire = Wire(self._address)
        headers = wire.connect(client_id)
        try:
            dialect = find_dialect(self._address.dialect, headers.get("server", ""))
            if client_id is not None:
                _claim(client_id, wire, dialect)
        except JMSError:
            wire.close()
            raise
        wire.survives_errors = dialect.survives_errors
        wire.on_lost, wire.on_failed = self._lose, self._fail
        self.dialect, self.wire = dialect, wire
        if wire.is_lost:
            raise wire.loss()
        return headers

    def _lose(self, error: JMSError) -> None:
        self.inventory.lose(error)
        for inbox in list(self.browsing):
            inbox.lose(error)
        assert self._events is not None, "only who is connected can lose"
        self._events.lost(error)

    def _fail(self, error: JMSError) -> None:
        assert self._events is not None, "only who is connected can fail"
        self._events.failed(error)

    def identify(self, client_id: str) -> None:
        """See Transport.identify. STOMP names the client when it connects, so this connects anew."""
        if not fits_connect(client_id):
            raise InvalidClientIDError(f"the client id {client_id!r} has characters that STOMP cannot send")
        former = self.wire
        self._connect(client_id)
        self.client_id = client_id
        former.close()

    def session(self, spec: SessionSpec) -> StompLink:
        """See Transport.session."""
        return self.inventory.open(lambda: StompLink(self, spec))

    def run(self, errand: BrokerRequest) -> None:
        """Ask the broker for it and wait for the answer. Raises JMSError."""
        if errand.aside is None:
            _ask(self.wire, errand)
            return
        if self.wire.is_lost:
            raise self.wire.loss()
        aside = Wire(self._address)
        aside.connect(errand.aside)
        try:
            _ask(aside, errand)
        except ConnectionLostError as error:
            raise JMSError(f"{errand.command} failed: {error}") from error
        finally:
            aside.close()

    def next_subscription_id(self) -> str:
        """Give a new id for a SUBSCRIBE."""
        return f"s{next(self._subscription_ids)}"

    def next_transaction_id(self) -> str:
        """Give a new id for a BEGIN."""
        return f"t{next(self._transaction_ids)}"

    def round_trip(self) -> None:
        """Wait until the broker has handled all that was written."""
        transaction = {"transaction": self.next_transaction_id()}
        self.wire.call("ABORT", transaction, frame("BEGIN", header_lines(transaction)))

    def browse(self, queue: Destination, selector: Selector | None) -> Iterator[Envelope]:
        """Look at a queue, where the dialect can."""
        return browse(self, queue, selector)

    def create_temporary(self, kind: type[TemporaryQueue] | type[TemporaryTopic]) -> str:
        """See Transport.create_temporary: a name that nobody else has."""
        name = self.dialect.create_temporary(self.wire, kind)
        self.inventory.add(kind(name))
        return name

    def delete_temporary(self, destination: Destination) -> None:
        """See Transport.delete_temporary."""
        self.inventory.take_out(destination)
        self._delete(destination)

    def is_deleted(self, destination: Destination) -> bool:
        """Tell whether this is a temporary destination that this connection made and deleted."""
        return self.dialect.owns_temporary(destination.name) and not self.inventory.has(destination)

    def _delete(self, temporary: Destination) -> None:
        try:
            for errand in self.dialect.delete_requests(temporary):
                self.run(errand)
        except JMSError as error:
            _log.warning("%s is not deleted in the broker: %s", temporary, error)

    def unsubscribe(self, name: str) -> None:
        """See Transport.unsubscribe."""
        self.inventory.require_idle(name)
        for errand in self.dialect.unsubscribe_requests(name, self.client_id):
            self.run(errand)

    def close(self) -> None:
        """See Transport.close."""
        links, temporaries = self.inventory.close()
        for link in links:
            link.close()
        if not self.wire.is_lost:
            for temporary in temporaries:
                self._delete(temporary)
        self.wire.close()


def _ask(wire: Wire, errand: BrokerRequest) -> None:
    before = b"".join(frame(command, header_lines(headers)) for command, headers in errand.before)
    wire.call(errand.command, errand.headers, before)


def _claim(client_id: str, wire: Wire, dialect: Dialect) -> None:
    claim = dialect.client_id_claim(client_id)
    if claim is not None:
        try:
            _ask(wire, claim)
        except JMSError as error:
            raise InvalidClientIDError(f"the client id {client_id!r} is in use: {error}") from error
