"""The targets of faults: each broker, by each protocol that has a transport."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tests.brokers import Broker

KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "artemis": ("artemis", "stomp"),
    "activemq": ("activemq", "stomp"),
    "rabbitmq": ("rabbitmq", "stomp"),
    "rabbitmq-amqp": ("rabbitmq", "amqp"),
}
"""The broker and the protocol of each target."""

LASTING: Final[Mapping[str, tuple[str, str]]] = {**KINDS, "kafka": ("kafka", "kafka")}
"""Those to which connections outlive a loss, with Kafka, whose client reconnects by itself."""

_SHORTEST_HEARTBEATS: Final[Mapping[str, float]] = {"stomp": 0.2, "amqp": 1.0}

_PARTITIONS: Final = 8


@dataclass(frozen=True)
class Target:
    """A broker, and the protocol by which it is reached."""

    broker: Broker
    protocol: str

    @property
    def url(self) -> str:
        return self.broker.url(self.protocol)

    @property
    def shared_url(self) -> str:
        """The URL with which several consumers share a queue."""
        return f"{self.url}?partitions={_PARTITIONS}" if self.protocol == "kafka" else self.url

    @property
    def heartbeat(self) -> float:
        """The shortest there is, in seconds."""
        return _SHORTEST_HEARTBEATS[self.protocol]
