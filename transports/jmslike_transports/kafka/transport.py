"""One connection over Kafka: as many connections to brokers as its producers and consumers need."""

from __future__ import annotations

import itertools
import threading
import uuid
from contextlib import suppress
from typing import Any

from jmslike.capabilities import Capabilities
from jmslike.errors import (
    ConnectionLostError,
    IllegalStateError,
    InvalidClientIDError,
    InvalidDestinationError,
    JMSError,
)
from jmslike.spi import Destination, Events, SessionSpec, TemporaryQueue, TemporaryTopic
from jmslike_transports.kafka.address import Address
from jmslike_transports.kafka.features import features
from jmslike_transports.kafka.groups import GroupInUseError, Groups
from jmslike_transports.kafka.leases import Leases
from jmslike_transports.kafka.library.clients import CLOSING, Clients, close_producer
from jmslike_transports.kafka.library.retrying_admin import Asking
from jmslike_transports.kafka.link import KafkaLink
from jmslike_transports.kafka.liveness import Pulse
from jmslike_transports.kafka.names import durable_group, fits, mark_of, temporary
from jmslike_transports.kafka.session_numbers import Numbers
from jmslike_transports.kafka.topics import Topics
from jmslike_transports.shared.inventory import Inventory
from jmslike_transports.shared.loss import LosableConnection


class KafkaTransport(LosableConnection):
    """See Transport."""

    admin: Any
    topics: Topics
    glance: Topics
    """Asks only once."""
    groups: Groups

    def __init__(self, address: Address) -> None:
        super().__init__()
        self.address = address
        self.clients = Clients(address)
        self.client_id: str | None = None
        self.inventory: Inventory[KafkaLink] = Inventory(lambda name: mark_of(name) == self._mark)
        self.numbers = Numbers()
        self._mark = str(uuid.uuid4())
        self._temporary_numbers = itertools.count(1)
        self._events: Events | None = None
        self._lock = threading.Lock()
        self._closing = threading.Lock()
        self._producer: Any = None
        self._closed = False

    def open(self, events: Events) -> Capabilities:
        """See Transport.open."""
        self._events = events
        self.on_lost = events.lost
        self.admin = self.clients.admin()
        asking = Asking(self.admin, self.address.request_timeout, lambda: self.is_lost)
        self.topics, self.groups = Topics(asking, self.address), Groups(asking)
        self.glance = Topics(self.admin, self.address)
        self._leases = Leases(self.topics, self.groups, self._mark, self.inventory.temporaries)
        self._pulse = Pulse(self.admin, self.address.request_timeout, self.lose, self._leases.renew)
        version = ".".join(map(str, self.admin._manager.broker_version))
        return Capabilities("Apache Kafka", version, features(self.address))

    def identify(self, client_id: str) -> None:
        """See Transport.identify. Kafka knows no clients: the id names transactions and subscriptions."""
        if not fits(client_id):
            raise InvalidClientIDError(f"the client id {client_id[:80]!r} is too long for Kafka, or no UTF-8")
        self.client_id = client_id

    def session(self, spec: SessionSpec) -> KafkaLink:
        """See Transport.session."""
        return self.inventory.open(lambda: KafkaLink(self, spec))

    # ---- loss -----------------------------------------------------------------------------------------------------

    def lose(self, reason: JMSError) -> None:
        """The connection is gone: tell everybody, once (C10)."""
        super().lose(reason if isinstance(reason, ConnectionLostError) else ConnectionLostError(str(reason)))

    def _end(self, reason: JMSError) -> None:
        self.inventory.lose(reason)
        for link in self.inventory.links():
            link.publisher.lose(reason)
        with self._lock:
            producer = self._producer
        if producer is not None:
            close_producer(producer, 0)

    def fail(self, error: JMSError) -> None:
        """Report what no caller is waiting for."""
        assert self._events is not None, "only who is connected can fail"
        self._events.failed(error)

    # ---- what sessions share --------------------------------------------------------------------------------------

    def producer(self) -> Any:
        """Give the producer of all sends outside transactions."""
        producer = self._producer
        if producer is None:
            with self._lock:
                if self._closed:
                    raise IllegalStateError("the connection is closed")
                if self._producer is None:
                    self._producer = self.clients.producer()
                producer = self._producer
        return producer

    def transactional_id(self, number: int) -> str:
        """Name a session's transactions: if the client has an id, so that they end those of its former life.

        Sessions without a number, which move only dead letters so, end nobody's.
        """
        if not number:
            return f"jmslike-{uuid.uuid4()}"
        return f"{self.client_id or f'jmslike-{self._mark}'}-{number}"

    def group_of(self, queue: Destination) -> str:
        """Name the group that reads a queue."""
        return self.address.group.replace("{name}", queue.name)

    # ---- destinations and subscriptions ---------------------------------------------------------------------------

    def create_temporary(self, kind: type[TemporaryQueue] | type[TemporaryTopic]) -> str:
        """See Transport.create_temporary."""
        made = kind(temporary(self._mark, next(self._temporary_numbers)))
        self.topics.make(made.name, partitions=1)
        self.inventory.add(made)
        return made.name

    def delete_temporary(self, destination: Destination) -> None:
        """See Transport.delete_temporary."""
        self.inventory.take_out(destination)
        self._delete(destination)

    def _delete(self, temporary: Destination) -> None:
        self.topics.delete([temporary.name])
        if temporary.is_queue:
            with suppress(GroupInUseError):  # a closed consumer holds something; the broker drops groups without topics
                self.groups.delete(self.group_of(temporary))

    def is_deleted(self, destination: Destination) -> bool:
        """Whether this is a temporary destination that this connection made and deleted."""
        return self.inventory.is_deleted(destination)

    def unsubscribe(self, name: str) -> None:
        """See Transport.unsubscribe."""
        self.inventory.require_idle(name)
        try:
            was_there = self.groups.delete(durable_group(self.client_id, name))
        except GroupInUseError as error:
            raise JMSError(f"the durable subscription {name!r} is in use: {error}") from error
        if not was_there:
            raise InvalidDestinationError(f"there is no durable subscription {name!r}")

    # ---- the end --------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """See Transport.close."""
        with self._closing:
            self._close()

    def _close(self) -> None:
        temporaries = self.inventory.close()
        self._begin_close()
        with self._lock:
            if self._closed:
                return
            self._closed = True
            producer = self._producer
        if producer is not None:
            close_producer(producer, 0 if self.is_lost else CLOSING)
        if not self.is_lost:
            with suppress(JMSError):  # another connection's leases end what cannot be deleted: one wait is enough
                for each in temporaries:
                    self._delete(each)
                self._leases.end()
        self._pulse.close()
        self.admin.close()
        self._pulse.join()
