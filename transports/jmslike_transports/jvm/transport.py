"""The SPI's face of one connection through a Java client."""

from __future__ import annotations

import logging

from jmslike.capabilities import Capabilities
from jmslike.errors import JMSError
from jmslike.spi import Destination, Events, SessionSpec, TemporaryQueue, TemporaryTopic
from jmslike_transports.jvm.address import Address
from jmslike_transports.jvm.connection import JvmConnection
from jmslike_transports.jvm.link import JvmLink
from jmslike_transports.jvm.names import require_client_id, require_subscription
from jmslike_transports.jvm.providers.base import Provider
from jmslike_transports.shared.flush import BrokerFlush

_log = logging.getLogger("jmslike.jvm")


class JvmTransport:
    """See Transport."""

    connection: JvmConnection
    """From `open` on; of use if that did not fail."""

    def __init__(self, address: Address, provider: Provider) -> None:
        self._address = address
        self._provider = provider

    def open(self, events: Events) -> Capabilities:
        """See Transport.open."""
        self.connection = JvmConnection(self._address, self._provider, events)
        name, version, major, minor = self.connection.connect()
        provider = self.connection.provider
        return Capabilities(provider.product or name, version, provider.features(major, minor))

    def identify(self, client_id: str) -> None:
        """See Transport.identify."""
        require_client_id(client_id, self.connection.provider.names)
        self.connection.identify(client_id)

    def session(self, spec: SessionSpec) -> JvmLink:
        """See Transport.session."""
        self.connection.check()
        link: JvmLink = self.connection.inventory.open(lambda: JvmLink(self.connection, spec))
        return link

    def create_temporary(self, kind: type[TemporaryQueue] | type[TemporaryTopic]) -> str:
        """See Transport.create_temporary."""
        name = self.connection.create_temporary(is_queue=kind.is_queue)
        self.connection.inventory.add(kind(name))
        return name

    def delete_temporary(self, destination: Destination) -> None:
        """See Transport.delete_temporary."""
        self.connection.inventory.take_out(destination)
        self.connection.delete_temporary(destination)

    def unsubscribe(self, name: str) -> None:
        """See Transport.unsubscribe."""
        connection = self.connection
        require_subscription(name, self.connection.provider.names)
        connection.inventory.require_idle(name)
        connection.unsubscribe(name)

    def flush(self) -> BrokerFlush:
        """See Flushing.flush."""
        return self.connection.flush()

    def close(self) -> None:
        """See Transport.close."""
        if not hasattr(self, "connection"):
            return
        connection = self.connection
        for temporary in connection.inventory.close():
            if connection.is_lost:
                break
            try:
                connection.delete_temporary(temporary)
            except JMSError as error:
                _log.warning("%s could not be deleted: %s", temporary, error)
        connection.close()
