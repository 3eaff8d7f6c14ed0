"""The targets of faults: each broker, by each protocol that has a transport."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import pytest

from tests.brokers import Broker, LocalBroker
from tests.harnesses import jvm_url

WIRES: Final[Mapping[str, tuple[str, str]]] = {
    "artemis": ("artemis", "stomp"),
    "activemq": ("activemq", "stomp"),
    "rabbitmq": ("rabbitmq", "stomp"),
    "rabbitmq-amqp": ("rabbitmq", "amqp"),
}
"""The broker and the protocol of each target that speaks one itself."""

KINDS: Final[Mapping[str, tuple[str, str]]] = {**WIRES, "jvm-artemis": ("artemis", "jvm:artemis")}
"""Those, and a Java client."""

LASTING: Final[Mapping[str, tuple[str, str]]] = {**KINDS, "kafka": ("kafka", "kafka")}
"""Those to which connections outlive a loss, with Kafka, whose client reconnects by itself."""

OTHER_JAVA_CLIENTS: Final[Mapping[str, tuple[str, str]]] = {
    "jvm-qpid": ("artemis", "jvm:qpid"),
    "jvm-activemq": ("activemq", "jvm:activemq"),
    "jvm-rabbitmq": ("rabbitmq", "jvm:rabbitmq"),
}
"""The other Java clients, which only some tests use."""

JAVA_CLIENTS: Final[Mapping[str, tuple[str, str]]] = {"jvm-artemis": KINDS["jvm-artemis"], **OTHER_JAVA_CLIENTS}
"""All of them."""

TARGETS: Final[Mapping[str, tuple[str, str]]] = {**LASTING, **OTHER_JAVA_CLIENTS}

_SHORTEST_HEARTBEATS: Final[Mapping[str, float]] = {"stomp": 0.2, "amqp": 1.0, "jvm:artemis": 0.5}

_PARTITIONS: Final = 8


def each(targets: Mapping[str, tuple[str, str]]) -> list[Any]:
    """Return their names as parameters, each with its broker as a mark."""
    return [pytest.param(name, marks=pytest.mark.broker(broker)) for name, (broker, _) in targets.items()]


def url_of(broker: Broker, protocol: str) -> str:
    """Return the URL of the broker for a protocol, or for a Java client of `jvm:`."""
    kind, _, provider = protocol.partition(":")
    return jvm_url(broker, provider) if kind == "jvm" else broker.url(protocol)


@dataclass(frozen=True)
class Target:
    """A broker, and the protocol by which it is reached."""

    broker: Broker
    protocol: str

    @property
    def url(self) -> str:
        return url_of(self.broker, self.protocol)

    @property
    def shared_url(self) -> str:
        """The URL with which several consumers share a queue."""
        return f"{self.url}?partitions={_PARTITIONS}" if self.protocol == "kafka" else self.url

    @property
    def heartbeat(self) -> float:
        """The shortest there is, in seconds."""
        return _SHORTEST_HEARTBEATS[self.protocol]

    def heartbeats(self, seconds: float) -> dict[str, object]:
        """Return the options of a connection that has heartbeats of so many seconds, or with 0 none."""
        if self.protocol != "jvm:artemis":
            return {"heartbeat": seconds}
        period = round(seconds * 1000) or -1
        return {"properties": f"clientFailureCheckPeriod={period};connectionTTL={4 * period if seconds else -1}"}

    def with_heartbeats(self, url: str, seconds: float) -> str:
        """Return the URL with the same options, for `failover:`."""
        options = "&".join(f"{name}={quote(str(value))}" for name, value in self.heartbeats(seconds).items())
        return f"{url}{'&' if '?' in url else '?'}{options}"

    def release(self) -> None:
        """Let it redeliver what it pushed to a link that was cut: Artemis 2.44 may keep that until it is restarted."""
        if isinstance(self.broker, LocalBroker) and self.broker.name == "artemis":
            self.broker.kill()
            self.broker.restart()

    def forgotten_soon(self, url: str) -> str:
        """Return the URL with which the broker soon gives up a link that was cut: Artemis waits for a Java client."""
        return self.with_heartbeats(url, 2 * self.heartbeat) if self.protocol == "jvm:artemis" else url
