"""The SPI's face of one connection over STOMP."""

from __future__ import annotations

import logging

from jmslike.capabilities import Capabilities, Expectation
from jmslike.errors import InvalidClientIDError, JMSError
from jmslike.spi import Destination, Events, SessionSpec, TemporaryQueue, TemporaryTopic
from jmslike_transports.shared.flush import BrokerFlush
from jmslike_transports.stomp.address import Address
from jmslike_transports.stomp.connection import StompConnection
from jmslike_transports.stomp.dialects import find_dialect
from jmslike_transports.stomp.frames import fits_connect
from jmslike_transports.stomp.link import StompLink

_log = logging.getLogger("jmslike.stomp")


class StompTransport:
    """See Transport."""

    connection: StompConnection
    """From `open` on; of use if that did not fail."""

    def __init__(self, address: Address) -> None:
        self._address = address

    def open(self, events: Events) -> Capabilities:
        """See Transport.open."""
        self.connection = connection = StompConnection(self._address, events)
        connected = connection.connect()
        dialect = connection.dialect
        return Capabilities(dialect.product, dialect.version, dialect.features_of(connection.wire, connected))

    def expected(self) -> Expectation | None:
        """See Expecting.expected. Without the option `dialect`, only a connection tells which broker there is."""
        address = self._address
        if address.dialect is None:
            return None
        dialect = find_dialect(address.dialect, "", transforms=address.transformations)
        return Expectation(Capabilities(dialect.product, "", dialect.expected_features), dialect.assumption)

    def identify(self, client_id: str) -> None:
        """See Transport.identify."""
        if not fits_connect(client_id):
            raise InvalidClientIDError(f"the client id {client_id!r} has characters that STOMP cannot send")
        self.connection.identify(client_id)

    def session(self, spec: SessionSpec) -> StompLink:
        """See Transport.session."""
        link: StompLink = self.connection.inventory.open(lambda: StompLink(self.connection, spec))
        return link

    def create_temporary(self, kind: type[TemporaryQueue] | type[TemporaryTopic]) -> str:
        """See Transport.create_temporary."""
        connection = self.connection
        name = connection.dialect.create_temporary(connection.wire, kind)
        connection.inventory.add(kind(name))
        return name

    def delete_temporary(self, destination: Destination) -> None:
        """See Transport.delete_temporary."""
        self.connection.inventory.take_out(destination)
        self._delete(destination)

    def _delete(self, temporary: Destination) -> None:
        try:
            for request in self.connection.dialect.delete_requests(temporary):
                self.connection.run(request)
        except JMSError as error:
            _log.warning("%s could not be deleted: %s", temporary, error)

    def delete(self, destination: Destination) -> None:
        """See Deleting.delete."""
        connection = self.connection
        connection.inventory.require_unread(destination)
        for request in connection.dialect.delete_requests(destination):
            connection.run(request)

    def unsubscribe(self, name: str) -> None:
        """See Transport.unsubscribe."""
        connection = self.connection
        connection.inventory.require_idle(name)
        for request in connection.dialect.unsubscribe_requests(name, connection.client_id):
            connection.run(request)

    def flush(self) -> BrokerFlush:
        """See Flushing.flush."""
        return self.connection.flush()

    def close(self) -> None:
        """See Transport.close."""
        if not hasattr(self, "connection"):
            return
        for temporary in self.connection.inventory.close():
            if not self.connection.wire.is_lost:
                self._delete(temporary)
        self.connection.close()
