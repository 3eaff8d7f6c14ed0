"""One connection over AMQP 0-9-1."""

from __future__ import annotations

import logging
import threading
import uuid
from typing import Any

from jmslike.capabilities import Capabilities
from jmslike.errors import IllegalStateError, InvalidClientIDError, InvalidDestinationError, JMSError
from jmslike.spi import Destination, Events, SessionSpec, TemporaryQueue, TemporaryTopic
from transports.amqp.address import Address
from transports.amqp.errors import ACCESS_REFUSED, NOT_FOUND, RESOURCE_LOCKED, code_of
from transports.amqp.features import features
from transports.amqp.link import AmqpLink
from transports.amqp.profiles import Profile, checked
from transports.amqp.subscription import AmqpSubscription
from transports.amqp.topology import Topology
from transports.amqp.wire import Wire

_log = logging.getLogger("jmslike.amqp")


class AmqpTransport:
    """See Transport."""

    def __init__(self, address: Address, profile: Profile) -> None:
        self._address = address
        self.profile = profile
        self.wire = Wire(address)
        self.topology = Topology(self.wire, profile, _arguments(address))
        self.client_id: str | None = None
        self.deleted: set[Destination] = set()
        self._events: Events | None = None
        self._lock = threading.Lock()
        self._temporaries: set[Destination] = set()
        self._links: list[AmqpLink] = []
        self._closed = False

    def open(self, events: Events) -> Capabilities:
        """See Transport.open."""
        self._events = events
        self.wire.on_lost = self._lose
        server = self.wire.connect()
        product, version = str(server.get("product", "AMQP 0-9-1")), str(server.get("version", "unknown"))
        return Capabilities(product, version, features(self._address, self.profile))

    def _lose(self, error: JMSError) -> None:
        for subscription in self.open_subscriptions():
            subscription.lose(error)
        assert self._events is not None, "only who is connected can lose"
        self._events.lost(error)

    def fail(self, error: JMSError) -> None:
        """Report what no caller is waiting for."""
        assert self._events is not None, "only who is connected can fail"
        self._events.failed(error)

    def identify(self, client_id: str) -> None:
        """See Transport.identify: an exclusive queue is had by one connection only."""
        try:
            self.topology.queue(checked(f"jmslike.client.{client_id}"), exclusive=True)
        except JMSError as error:
            if code_of(error) != RESOURCE_LOCKED:
                raise
            raise InvalidClientIDError(f"the client id {client_id!r} is in use: {error}") from error
        self.client_id = client_id

    def session(self, spec: SessionSpec) -> AmqpLink:
        """See Transport.session."""
        with self._lock:
            if self._closed:
                raise IllegalStateError("the connection is closed")
            link = AmqpLink(self, spec)
            self._links.append(link)
        return link

    def forget(self, link: AmqpLink) -> None:
        """A session link has closed."""
        with self._lock:
            if link in self._links:
                self._links.remove(link)

    def open_subscriptions(self) -> list[AmqpSubscription]:
        """Give the subscriptions of all open session links."""
        with self._lock:
            links = list(self._links)
        return [subscription for link in links for subscription in link.subscriptions()]

    # ---- destinations ---------------------------------------------------------------------------------------------

    def create_temporary(self, kind: type[TemporaryQueue] | type[TemporaryTopic]) -> str:
        """See Transport.create_temporary. An exclusive queue ends with the connection; that of a topic keeps nothing,
        and tells who publishes that the topic is there.
        """
        if kind is TemporaryQueue:
            name = f"{self.profile.temporary_queue}{uuid.uuid4()}"
            self.topology.queue(name, exclusive=True)
        else:
            topic = kind(f"{self.profile.temporary_topic}{uuid.uuid4()}")
            name = topic.name
            self.topology.ensure(topic)
            self.topology.queue(name, exclusive=True, arguments={"x-max-length": 0})
            self.topology.bind(name, *self.profile.route(topic))
        with self._lock:
            if self._closed:
                raise IllegalStateError("the connection is closed")
            self._temporaries.add(kind(name))
        return name

    def delete_temporary(self, destination: Destination) -> None:
        """See Transport.delete_temporary."""
        in_use = any(subscription.reads(destination) for subscription in self.open_subscriptions())
        with self._lock:
            if destination not in self._temporaries:
                raise InvalidDestinationError(f"{destination} was deleted, or made by another connection")
            if in_use:
                raise JMSError(f"{destination} has a consumer")
            self._temporaries.discard(destination)
            self.deleted.add(destination)
        self.topology.delete(destination.name)

    def unsubscribe(self, name: str) -> None:
        """See Transport.unsubscribe."""
        if any(subscription.uses(name) for subscription in self.open_subscriptions()):
            raise JMSError(f"the durable subscription {name!r} is in use")
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
        with self._lock:
            self._closed = True
            links = list(self._links)
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
