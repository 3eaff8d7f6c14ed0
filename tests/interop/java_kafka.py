"""A Java program with Apache Kafka's own client, which knows nothing of JMS.

kafka = JavaKafka(peer, broker)
partition, offset = kafka.send("orders", "hello", key="k", headers={"jms.int.n": 7})
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from tests.brokers import Broker
from tests.interop.peer import Opened, Peer
from tests.interop.spelling import decoded, encoded

Kind = TypeVar("Kind", bound=Opened)
Headers = Mapping[str, Any] | Iterable[tuple[str, Any]]


@dataclass(frozen=True)
class Record:
    """A record as Java sees it. Headers called `jms.type.name` are values of that type, others bytes."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, Any]]

    @property
    def text(self) -> str:
        """The value of a record that has a text."""
        assert self.value is not None
        return self.value.decode()


class JavaProducer(Opened):
    """A producer. It sends one record at a time."""

    def send(
        self, topic: str, value: bytes | str | None, key: bytes | str | None = None, headers: Headers = ()
    ) -> tuple[int, int]:
        """Send a record, with bytes by Kafka's serializer of each value's type; return its partition and offset."""
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        spelled = [(name, encoded(header)) for name, header in pairs]
        sent = self.call("send", topic=topic, value=encoded(value), key=encoded(key), headers=spelled)
        return sent[0], sent[1]

    def begin(self) -> None:
        """Begin a transaction."""
        self.call("begin")

    def send_offsets(self, consumer: JavaConsumer) -> None:
        """Commit, with the transaction, what the consumer has read of a group's records."""
        self.call("send_offsets", consumer=consumer.handle)

    def commit(self) -> None:
        """Commit the transaction."""
        self.call("commit")

    def abort(self) -> None:
        """Abort the transaction."""
        self.call("abort")


class JavaConsumer(Opened):
    """A member of a group."""

    def poll(self, timeout: float = 0.1) -> list[Record]:
        """Return the next records, or none if none come within that many seconds."""
        return _records(self.call("poll", timeout=round(timeout * 1000)))

    def assignment(self) -> list[int]:
        """Return the partitions that it reads now."""
        return list(self.call("assignment"))

    def commit(self) -> None:
        """Commit what it has read."""
        self.call("commit")


class JavaKafka:
    """A Java program: all that it opens at one broker is closed when the test ends."""

    def __init__(self, peer: Peer, broker: Broker) -> None:
        self._peer = peer
        self._servers = broker.url("kafka").removeprefix("kafka://")
        self._made: list[Opened] = []

    def producer(self, **settings: str) -> JavaProducer:
        """Make a producer with settings of Kafka's; one with a transactional id is ready to begin a transaction."""
        producer = self._open(JavaProducer, "producer", **settings)
        if "transactional_id" in settings:
            producer.call("init")
        return producer

    def member(self, group: str, topic: str) -> JavaConsumer:
        """Make a consumer that takes part in the group's reading of the topic, of what is committed."""
        consumer = self._open(
            JavaConsumer,
            "consumer",
            group_id=group,
            isolation_level="read_committed",
            partition_assignment_strategy="org.apache.kafka.clients.consumer.CooperativeStickyAssignor",
            enable_auto_commit="false",
            auto_offset_reset="earliest",
            heartbeat_interval_ms="100",
        )
        consumer.call("subscribe", topic=topic)
        return consumer

    def send(
        self, topic: str, value: bytes | str | None, key: bytes | str | None = None, headers: Headers = ()
    ) -> tuple[int, int]:
        """Send a record; see `JavaProducer.send`."""
        return self._producer.send(topic, value, key, headers)

    def read(self, topic: str, isolation_level: str = "read_committed") -> list[Record]:
        """Return all the records in the topic; those of one partition are in order."""
        with self._open(JavaConsumer, "consumer", isolation_level=isolation_level) as consumer:
            return _records(consumer.call("read", topic=topic))

    def create(self, topic: str, partitions: int = 1) -> None:
        """Create a topic."""
        self._admin.call("create", topic=topic, partitions=partitions)

    def committed(self, group: str) -> dict[tuple[str, int], int]:
        """Return the offsets that the group has committed, by topic and partition."""
        return {(topic, partition): offset for topic, partition, offset in self._admin.call("committed", group=group)}

    def close(self) -> None:
        """Close all that is open."""
        for opened in self._made:
            opened.close()

    @cached_property
    def _producer(self) -> JavaProducer:
        return self.producer()

    @cached_property
    def _admin(self) -> Opened:
        return self._open(Opened, "admin")

    def _open(self, kind: type[Kind], action: str, **settings: str) -> Kind:
        dotted = {name.replace("_", "."): value for name, value in settings.items()}
        opened = kind(self._peer, self._peer.call(action, settings={"bootstrap.servers": self._servers, **dotted}))
        self._made.append(opened)
        return opened


def _records(described: Iterable[Mapping[str, Any]]) -> list[Record]:
    return [
        Record(
            record["partition"],
            record["offset"],
            decoded(record["key"]),
            decoded(record["value"]),
            [(name, decoded(value)) for name, value in record["headers"]],
        )
        for record in described
    ]
