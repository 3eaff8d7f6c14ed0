"""What the sessions of one connection share: clients, topics and groups, the common producer, and the loss of it all.

Kafka's clients connect to as many brokers as they need, each with a thread of its own. A connection is lost when no
broker answers (see LivenessCheck), or when another session takes over its transactions.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

from jmslike.errors import ConnectionLostError, IllegalStateError, JMSError
from jmslike.spi import Events
from jmslike_transports.kafka.address import Address
from jmslike_transports.kafka.groups import Groups
from jmslike_transports.kafka.leases import Leases
from jmslike_transports.kafka.library.clients import CLOSING, Clients, close_producer
from jmslike_transports.kafka.library.retries import Retries
from jmslike_transports.kafka.library.retrying_admin import RetryingAdmin
from jmslike_transports.kafka.liveness import LivenessCheck
from jmslike_transports.kafka.names import Names
from jmslike_transports.kafka.session_numbers import SessionNumbers
from jmslike_transports.kafka.temporaries import Temporaries
from jmslike_transports.kafka.topics import Topics
from jmslike_transports.shared.flush import Answer
from jmslike_transports.shared.inventory import Inventory
from jmslike_transports.shared.loss import LosableConnection
from jmslike_transports.shared.strangers import what_answers


class KafkaConnection(LosableConnection):
    """Owns everything that lives as long as the connection; used from any thread."""

    def __init__(self, address: Address, events: Events) -> None:
        """Connect, and check from now on that a broker answers. Raises JMSError."""
        super().__init__()
        self.on_lost, self.fail = events.lost, events.failed
        self.interrupted, self._resumed = events.interrupted, events.resumed
        self.address = address
        timeout = address.request_timeout
        retries = Retries(timeout, self.check)
        self.clients = Clients(address, retries)
        self.names = Names(address.group)
        self.inventory: Inventory[Any] = Inventory(self.names.owns_temporary)
        self.session_numbers = SessionNumbers()
        self._lock = threading.Lock()
        self._closing = threading.Lock()
        self._producer: Any = None
        self._closed = False
        self.admin = self._connected()
        self.retrying_admin = RetryingAdmin(self.admin, retries)
        self.topics, self.groups = Topics(self.retrying_admin, address), Groups(self.retrying_admin)
        self.topics_once = Topics(self.admin, address)  # without retries
        self.temporaries = Temporaries(self.topics, self.groups, self.names, self.inventory)
        self._leases = Leases(self.topics, self.groups, self.names.mark, self.inventory.temporaries)
        self._liveness = LivenessCheck(self.admin, timeout, self, self._leases.renew)

    def _connected(self) -> Any:
        """Return the client of the first connection. The error says which protocol answers if it is not Kafka's."""
        try:
            return self.clients.admin()
        except ConnectionLostError as error:
            hosts = [(f"{host}:{port}", what_answers(host, port, "Kafka")) for host, port in self.address.hosts]
            shown = ", ".join(f"{name}{found}" for name, found in hosts)
            raise ConnectionLostError(f"no connection to {shown}: {error}") from error

    def producer(self) -> Any:
        """Return the producer of all sends outside transactions, made with the first of them."""
        producer = self._producer
        if producer is None:
            with self._lock:
                if self._closed:
                    raise IllegalStateError("the connection is closed")
                if self._producer is None:
                    self._producer = self.clients.producer()
                producer = self._producer
        return producer

    def resumed(self) -> None:
        """Report that a broker answers again: any of the cluster."""
        self._resumed(self.address.url)

    def ask(self) -> Answer:
        """Ask whether a broker answers. Raises ConnectionLostError."""
        self.check()
        return self._liveness.ask()

    # ---- the end ----------------------------------------------------------------------------------------------------

    def _abandon(self, reason: JMSError) -> None:
        self.inventory.lose(reason)
        for link in self.inventory.links():
            link.lose(reason)
        with self._lock:
            producer = self._producer
        if producer is not None:
            close_producer(producer, 0)

    def close(self) -> None:
        """Close the sessions, then the connection (C9)."""
        with self._closing:
            self._close()

    def _close(self) -> None:
        temporaries = self.inventory.close()
        if not self._begin_close():
            return
        with self._lock:
            self._closed = True
            producer = self._producer
        if producer is not None:
            close_producer(producer, 0 if self.is_lost else CLOSING)
        if not self.is_lost:
            with suppress(
                JMSError
            ):  # one wait is enough: another connection deletes what is left when the lease is over
                self.temporaries.delete_all(temporaries)
                self._leases.close()
        self._liveness.close()
        self.admin.close()
        self._liveness.join()
