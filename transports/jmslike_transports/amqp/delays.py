"""What delayed messages need on the broker, declared when a connection first sends one.

Any thread may call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jmslike.errors import JMSError
from jmslike.spi import Destination
from jmslike_transports.amqp.channel import Reply
from jmslike_transports.amqp.errors import OTHERWISE_DEFINED, code_of
from jmslike_transports.amqp.profiles import Profile
from jmslike_transports.shared.rabbitmq_delays import (
    LEVELS,
    QUEUES,
    definitions,
    entrance,
    exit_to_exchange,
    exit_to_queue,
    level_name,
    routing_key,
)

if TYPE_CHECKING:
    from jmslike_transports.amqp.topology import Topology


class Delays:
    """The levels, and the exits to the destinations that this connection has sent to."""

    def __init__(self, topology: Topology, profile: Profile) -> None:
        self._topology = topology
        self._profile = profile
        self._has_levels = False
        self._were_deleted = False
        self._exits: set[Destination | str] = set()

    def route(self, destination: Destination, milliseconds: int) -> tuple[str, str]:
        """Return the exchange, and the routing key besides the destination's own, for a message with that delay.

        Raises UnsupportedFeatureError for too long a delay, and JMSError if the broker refuses a declaration.
        """
        first = entrance(milliseconds)
        return first, routing_key(milliseconds, self.ensure(destination))

    def ensure(self, destination: Destination) -> str:
        """Declare what is missing, and return the mark of messages to the destination, which is declared already."""
        if not self._has_levels:
            if self._were_deleted or not self._topology.exchange_exists(level_name(LEVELS - 1)):
                self._declare_levels()
            self._has_levels = True
        if not destination.is_queue:
            exchange = self._profile.route(destination)[0]
            if exchange not in self._exits:
                for binding in exit_to_exchange(exchange):
                    self._bind(binding)
                self._exits.add(exchange)
            return exchange
        if not destination.is_temporary and destination not in self._exits:
            try:
                self._bind(exit_to_queue(destination.name))
            except JMSError as refusal:  # the messages then take the way that needs no binding
                if code_of(refusal) not in OTHERWISE_DEFINED:
                    raise
            self._exits.add(destination)
        return QUEUES

    def invalidate(self) -> None:
        """Declare everything again the next time, because some of it was deleted."""
        self._has_levels = False
        self._were_deleted = True
        self._exits.clear()

    def forget(self, destination: Destination) -> None:
        """Bind the destination again the next time, because it was deleted."""
        self._exits.discard(destination)

    def _declare_levels(self) -> None:
        parts = definitions()
        for queue in parts["queues"]:
            self._topology.lasting_queue(queue["name"], queue["arguments"])
        for exchange in parts["exchanges"]:
            self._topology.exchange(exchange["name"], exchange["type"], exchange["arguments"])
        for binding in parts["bindings"]:
            self._bind(binding)

    def _bind(self, binding: dict[str, Any]) -> None:
        source, target, key = binding["source"], binding["destination"], binding["routing_key"]
        if binding["destination_type"] == "queue":
            self._topology.bind(target, source, key)
            return

        def start(raw: Any, reply: Reply) -> None:
            raw.exchange_bind(target, source, key, callback=reply)

        self._topology.call("bind an exchange", start)
