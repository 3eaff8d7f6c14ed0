"""The transport of `kafka://`, as the SPI has it."""

from __future__ import annotations

from jmslike.capabilities import Capabilities, Expectation
from jmslike.errors import IllegalStateError, InvalidClientIDError, InvalidDestinationError, JMSError
from jmslike.spi import Destination, Events, SessionSpec, TemporaryQueue, TemporaryTopic
from jmslike_transports.kafka.address import Address
from jmslike_transports.kafka.connection import KafkaConnection
from jmslike_transports.kafka.features import features
from jmslike_transports.kafka.groups import GroupInUseError
from jmslike_transports.kafka.link import KafkaLink
from jmslike_transports.kafka.names import fits, topic_of
from jmslike_transports.shared.flush import BrokerFlush


class KafkaTransport:
    """See Transport."""

    connection: KafkaConnection
    """From an `open` on that did not fail."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._is_closed = False

    def open(self, events: Events) -> Capabilities:
        """See Transport.open. It heeds a `close` when a broker has answered, or the connect timeout is over."""
        self.connection = KafkaConnection(self._address, events)
        if self._is_closed:  # perhaps before this connection was the one to close
            self.connection.close()
            raise IllegalStateError("the connection is closed")
        version = self.connection.admin.version_of_broker
        return self._declared(version)

    def expected(self) -> Expectation:
        """See Expecting.expected."""
        return Expectation(self._declared(""))

    def _declared(self, version: str) -> Capabilities:
        return Capabilities("Apache Kafka", version, features(self._address))

    def identify(self, client_id: str) -> None:
        """See Transport.identify. Kafka knows no clients: the id becomes part of names."""
        if not fits(client_id):
            raise InvalidClientIDError(f"the client id {client_id[:80]!r} is too long for Kafka, or not UTF-8")
        self.connection.names.client_id = client_id

    def session(self, spec: SessionSpec) -> KafkaLink:
        """See Transport.session."""
        link: KafkaLink = self.connection.inventory.open(lambda: KafkaLink(self.connection, spec))
        return link

    def create_temporary(self, kind: type[TemporaryQueue] | type[TemporaryTopic]) -> str:
        """See Transport.create_temporary."""
        return self.connection.temporaries.create(kind)

    def delete_temporary(self, destination: Destination) -> None:
        """See Transport.delete_temporary."""
        self.connection.temporaries.delete(destination)

    def delete(self, destination: Destination) -> None:
        """See Deleting.delete. The consumers of a queue, of any connection, are the members of its group."""
        connection = self.connection
        connection.inventory.require_unread(destination)
        topic = topic_of(destination)
        if destination.is_queue:
            connection.groups.delete(connection.names.queue_group(destination))
        connection.topics.delete([topic])

    def unsubscribe(self, name: str) -> None:
        """See Transport.unsubscribe."""
        connection = self.connection
        connection.inventory.require_idle(name)
        try:
            was_there = connection.groups.delete(connection.names.durable_group(name))
        except GroupInUseError as error:
            raise JMSError(f"the durable subscription {name!r} is in use: {error}") from error
        if not was_there:
            raise InvalidDestinationError(f"there is no durable subscription {name!r}")

    def flush(self) -> BrokerFlush:
        """See Flushing.flush. Every send is confirmed by itself; `close` commits the offsets if a broker answers."""
        links = self.connection.inventory.links()
        return BrokerFlush(self.connection, [link.publisher.unconfirmed for link in links], self.connection.ask)

    def close(self) -> None:
        """See Transport.close."""
        self._is_closed = True
        if not hasattr(self, "connection"):
            return
        self.connection.close()
