"""The SPI's face of one connection over AMQP 0-9-1."""

from __future__ import annotations

from jmslike.capabilities import Capabilities, Expectation
from jmslike.errors import InvalidClientIDError, InvalidDestinationError, JMSError
from jmslike.spi import Destination, Events, SessionSpec, TemporaryQueue, TemporaryTopic
from jmslike_transports.amqp.address import Address
from jmslike_transports.amqp.connection import AmqpConnection
from jmslike_transports.amqp.errors import ACCESS_REFUSED, NOT_FOUND, RESOURCE_LOCKED, code_of
from jmslike_transports.amqp.features import features
from jmslike_transports.amqp.link import AmqpLink
from jmslike_transports.amqp.profiles import Profile
from jmslike_transports.shared.flush import BrokerFlush
from jmslike_transports.shared.rabbitmq import checked, claim


class AmqpTransport:
    """See Transport."""

    connection: AmqpConnection
    """From `open` on; of use if that did not fail."""

    def __init__(self, address: Address, profile: Profile) -> None:
        self._address = address
        self._profile = profile

    def open(self, events: Events) -> Capabilities:
        """See Transport.open."""
        self.connection = connection = AmqpConnection(self._address, self._profile, events)
        server = connection.wire.connect()
        product, version = str(server.get("product", "AMQP 0-9-1")), str(server.get("version", "unknown"))
        return Capabilities(product, version, features(self._address, self._profile))

    def expected(self) -> Expectation:
        """See Expecting.expected."""
        return Expectation(Capabilities("RabbitMQ", "", features(self._address, self._profile)))

    def identify(self, client_id: str) -> None:
        """See Transport.identify. The claim is an exclusive queue, which only one connection can have."""
        try:
            self.connection.topology.queue(checked(claim(client_id)), exclusive=True)
        except InvalidDestinationError as error:
            raise InvalidClientIDError(f"no queue can claim the client id {client_id[:80]!r}: {error}") from error
        except JMSError as error:
            if code_of(error) != RESOURCE_LOCKED:
                raise
            raise InvalidClientIDError(f"the client id {client_id!r} is in use: {error}") from error
        self.connection.client_id = client_id

    def session(self, spec: SessionSpec) -> AmqpLink:
        """See Transport.session."""
        link: AmqpLink = self.connection.inventory.open(lambda: AmqpLink(self.connection, spec))
        return link

    # ---- destinations ---------------------------------------------------------------------------------------------

    def create_temporary(self, kind: type[TemporaryQueue] | type[TemporaryTopic]) -> str:
        """See Transport.create_temporary. An exclusive queue ends with its connection. The queue of a topic keeps no
        messages; it shows senders that the topic exists.
        """
        connection = self.connection
        topology = connection.topology
        made = kind(connection.new_temporary_name(kind))
        if made.is_queue:
            topology.queue(made.name, exclusive=True)
        else:
            topology.ensure(made)
            topology.queue(made.name, exclusive=True, arguments={"x-max-length": 0})
            topology.bind(made.name, *connection.profile.route(made))
        connection.inventory.add(made)
        return made.name

    def delete_temporary(self, destination: Destination) -> None:
        """See Transport.delete_temporary."""
        self.connection.inventory.take_out(destination)
        self.connection.topology.delete(destination.name)

    def delete(self, destination: Destination) -> None:
        """See Deleting.delete. A topic is a routing key: with its subscriptions there is nothing left of it."""
        connection = self.connection
        connection.inventory.require_unread(destination)
        if destination.is_queue:
            try:
                connection.topology.delete_unused(checked(destination.name))
            except JMSError as error:
                if code_of(error) == ACCESS_REFUSED:
                    raise JMSError(f"{destination} has a consumer of another connection: {error}") from error
                if code_of(error) != NOT_FOUND:
                    raise
        connection.topology.invalidate(destination)

    def unsubscribe(self, name: str) -> None:
        """See Transport.unsubscribe."""
        connection = self.connection
        connection.inventory.require_idle(name)
        queue = connection.profile.durable(name, connection.client_id)
        try:
            connection.topology.delete_unused(queue)
        except JMSError as error:
            if code_of(error) == NOT_FOUND:
                raise InvalidDestinationError(f"there is no durable subscription {name!r}") from error
            if code_of(error) == ACCESS_REFUSED:
                raise JMSError(f"the durable subscription {name!r} is in use: {error}") from error
            raise

    def flush(self) -> BrokerFlush:
        """See Flushing.flush."""
        wire, links = self.connection.wire, self.connection.inventory.links()
        return BrokerFlush(wire, [sends for link in links for sends in link.unconfirmed()], wire.ask)

    def close(self) -> None:
        """See Transport.close. The broker deletes temporary destinations when the connection ends."""
        if not hasattr(self, "connection"):
            return
        self.connection.inventory.close()
        self.connection.wire.close()
