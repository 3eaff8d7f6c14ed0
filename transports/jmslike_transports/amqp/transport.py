"""One connection over AMQP 0-9-1."""

from __future__ import annotations

import itertools
import uuid
from typing import Any

from jmslike.capabilities import Capabilities
from jmslike.errors import InvalidClientIDError, InvalidDestinationError, JMSError
from jmslike.spi import Destination, Events, SessionSpec, TemporaryQueue, TemporaryTopic
from jmslike_transports.amqp.address import Address
from jmslike_transports.amqp.errors import ACCESS_REFUSED, NOT_FOUND, RESOURCE_LOCKED, code_of
from jmslike_transports.amqp.features import features
from jmslike_transports.amqp.link import AmqpLink
from jmslike_transports.amqp.profiles import Profile, checked
from jmslike_transports.amqp.topology import Topology
from jmslike_transports.amqp.wire import Wire
from jmslike_transports.shared.inventory import Inventory
from jmslike_transports.shared.rabbitmq import claim


class AmqpTransport:
    """See Transport."""

    def __init__(self, address: Address, profile: Profile) -> None:
        self._address = address
        self.profile = profile
        self.wire = Wire(address)
        self.topology = Topology(self.wire, profile, _arguments(address))
        self.client_id: str | None = None
        self.inventory: Inventory[AmqpLink] = Inventory()
        self._events: Events | None = None
        self._mark = str(uuid.uuid4())
        self._numbers = itertools.count(1)

    def open(self, events: Events) -> Capabilities:
        """See Transport.open."""
        self._events = events
        self.wire.on_lost = self._lose
        server = self.wire.connect()
        product, version = str(server.get("product", "AMQP 0-9-1")), str(server.get("version", "unknown"))
        return Capabilities(product, version, features(self._address, self.profile))

    def _lose(self, error: JMSError) -> None:
        self.inventory.lose(error)
        assert self._events is not None, "only who is connected can lose"
        self._events.lost(error)

    def fail(self, error: JMSError) -> None:
        """Report what no caller is waiting for."""
        assert self._events is not None, "only who is connected can fail"
        self._events.failed(error)

    def identify(self, client_id: str) -> None:
        """See Transport.identify: an exclusive queue is had by one connection only."""
        try:
            self.topology.queue(checked(claim(client_id)), exclusive=True)
        except InvalidDestinationError as error:
            raise InvalidClientIDError(f"no queue can claim the client id {client_id!r}: {error}") from error
        except JMSError as error:
            if code_of(error) != RESOURCE_LOCKED:
                raise
            raise InvalidClientIDError(f"the client id {client_id!r} is in use: {error}") from error
        self.client_id = client_id

    def session(self, spec: SessionSpec) -> AmqpLink:
        """See Transport.session."""
        return self.inventory.open(lambda: AmqpLink(self, spec))

    # ---- destinations ---------------------------------------------------------------------------------------------

    def create_temporary(self, kind: type[TemporaryQueue] | type[TemporaryTopic]) -> str:
        """See Transport.create_temporary. An exclusive queue ends with the connection; that of a topic keeps nothing,
        and tells who publishes that the topic is there.
        """
        prefix = self.profile.temporary_queue if kind is TemporaryQueue else self.profile.temporary_topic
        made = kind(f"{prefix}{self._mark}-{next(self._numbers)}")
        if made.is_queue:
            self.topology.queue(made.name, exclusive=True)
        else:
            self.topology.ensure(made)
            self.topology.queue(made.name, exclusive=True, arguments={"x-max-length": 0})
            self.topology.bind(made.name, *self.profile.route(made))
        self.inventory.add(made)
        return made.name

    def delete_temporary(self, destination: Destination) -> None:
        """See Transport.delete_temporary."""
        self.inventory.take_out(destination)
        self.topology.delete(destination.name)

    def is_deleted(self, destination: Destination) -> bool:
        """Tell whether this is a temporary destination that this connection made and deleted."""
        return destination.is_temporary and self._mark in destination.name and not self.inventory.has(destination)

    def unsubscribe(self, name: str) -> None:
        """See Transport.unsubscribe."""
        self.inventory.require_idle(name)
        queue = self.profile.durable(name, self.client_id)
        try:
            self.topology.delete_unused(queue)
        except JMSError as error:
            if code_of(error) == NOT_FOUND:
                raise InvalidDestinationError(f"there is no durable subscription {name!r}") from error
            if code_of(error) == ACCESS_REFUSED:
                raise JMSError(f"the durable subscription {name!r} is in use: {error}") from error
            raise

    def close(self) -> None:
        """See Transport.close."""
        links, _ = self.inventory.close()
        for link in links:
            link.close()
        self.wire.close()


def _arguments(address: Address) -> dict[str, Any]:
    """Give how lasting queues are declared: without a word where the default will do, as Java clients do."""
    arguments: dict[str, Any] = {}
    if address.queue_type != "classic":
        arguments["x-queue-type"] = address.queue_type
    if address.max_priority:
        arguments["x-max-priority"] = address.max_priority
    return arguments
