"""The services that the parts of one AMQP connection share.

Session links, senders, subscriptions and browsers get what they need from here and never see the transport, which is
the SPI's face only. A service may be called from any thread. The wire calls `_lose` on the thread that finds the loss.
"""

from __future__ import annotations

import itertools
import uuid
from typing import Any

from jmslike.errors import JMSError
from jmslike.spi import Events, TemporaryQueue, TemporaryTopic
from jmslike_transports.amqp.address import Address
from jmslike_transports.amqp.profiles import Profile
from jmslike_transports.amqp.topology import Topology
from jmslike_transports.amqp.wire import Wire
from jmslike_transports.shared.inventory import Inventory


class AmqpConnection:
    """The wire, the declarations on the broker, and what is open."""

    def __init__(self, address: Address, profile: Profile, events: Events) -> None:
        self._events = events
        self.profile = profile
        self.wire = Wire(address)
        self.wire.on_lost = self._lose
        self.topology = Topology(self.wire, profile, _arguments(address))
        self.client_id: str | None = None
        self._temporary_names = {
            kind: f"{prefix}{uuid.uuid4()}-"
            for kind, prefix in ((TemporaryQueue, profile.temporary_queue), (TemporaryTopic, profile.temporary_topic))
        }
        self._temporary_numbers = itertools.count(1)
        self.inventory: Inventory[Any] = Inventory(self.owns_temporary)

    def new_temporary_name(self, kind: type[TemporaryQueue] | type[TemporaryTopic]) -> str:
        """Return a name that no other temporary destination has, here or elsewhere."""
        return f"{self._temporary_names[kind]}{next(self._temporary_numbers)}"

    def owns_temporary(self, name: str) -> bool:
        """Whether the name is that of a temporary destination which this connection made, deleted or not."""
        return name.startswith(tuple(self._temporary_names.values()))

    def _lose(self, error: JMSError) -> None:
        self.inventory.lose(error)
        self._events.lost(error)

    def report(self, error: JMSError) -> None:
        """Report an error that no caller waits for."""
        self._events.failed(error)


def _arguments(address: Address) -> dict[str, Any]:
    """Return the arguments of lasting queues. Java clients declare none, so the broker's defaults are left out."""
    arguments: dict[str, Any] = {}
    if address.queue_type != "classic":
        arguments["x-queue-type"] = address.queue_type
    if address.max_priority:
        arguments["x-max-priority"] = address.max_priority
    return arguments
