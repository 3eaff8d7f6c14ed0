"""The topics behind destinations: whether they are there, and how they are made."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable
from typing import Any, Final

from kafka import TopicPartition, errors
from kafka.admin import OffsetSpec
from kafka.protocol.consumer.offsets import IsolationLevel

from jmslike.errors import InvalidDestinationError
from jmslike.spi import Destination
from jmslike_transports.kafka.address import Address
from jmslike_transports.kafka.errors import border
from jmslike_transports.kafka.names import TEMPORARY, topic_of

_FOREVER: Final = "-1"


class Topics:
    """Asks and makes; what was found is remembered, but for what other connections may delete at any time."""

    def __init__(self, admin: Any, address: Address) -> None:
        self._admin = admin
        self._address = address
        self._known: set[str] = set()
        self._making = threading.Lock()

    def ensure(self, destination: Destination) -> str:
        """See to it that there is a topic, and give its name.

        Raises InvalidDestinationError if there is none and it may not be made, as for a temporary one.
        """
        topic = topic_of(destination)
        if topic in self._known:
            return topic
        if destination.is_temporary:
            if not self.exists(topic):
                raise InvalidDestinationError(
                    f"{destination} is not there: it was deleted, or its connection has ended"
                )
            return topic
        with self._making:
            if topic not in self._known and not self.exists(topic):
                if not self._address.auto_create:
                    raise InvalidDestinationError(f"there is no topic {topic!r}, and auto_create=false makes none")
                self.make(topic, keeps=destination.is_queue)
            self._known.add(topic)
        return topic

    def make(self, topic: str, *, keeps: bool = False, partitions: int | None = None) -> None:
        """Make a topic; `keeps` is for those that keep their messages until they are received."""
        retention = self._address.retention
        if retention is None and keeps:
            retention = math.inf
        options: dict[str, Any] = {
            "num_partitions": partitions or self._address.partitions,
            "replication_factor": self._address.replication,
        }
        if retention is not None:
            options["configs"] = {"retention.ms": _FOREVER if retention == math.inf else str(int(retention * 1000))}
        with border():
            try:
                self._admin.create_topics({topic: options}, wait_for_metadata=True)
            except errors.TopicAlreadyExistsError:
                self._admin.wait_for_topics([topic])  # somebody was quicker

    def exists(self, topic: str) -> bool:
        """Ask whether there is such a topic. Raises JMSSecurityError."""
        with border():
            found = self._admin.describe_topics([topic])[0]["error_code"]
            if found == errors.UnknownTopicOrPartitionError.errno:
                return False
            if found:
                raise errors.for_code(found)(topic)
            return True

    def forget(self, topic: str) -> None:
        """Look again before it is next used."""
        self._known.discard(topic)

    def delete(self, topics: Iterable[str]) -> None:
        """Delete topics with their messages; those that are not there are deleted already."""
        names = list(topics)
        self._known.difference_update(names)
        with border():
            for topic in names:
                try:
                    self._admin.delete_topics([topic])
                except errors.UnknownTopicOrPartitionError:
                    continue

    def temporaries(self) -> list[str]:
        """Give all topics of temporary destinations, whoever made them."""
        with border():
            return [topic for topic in self._admin.list_topics() if topic.startswith(TEMPORARY)]

    def partitions(self, topic: str) -> list[TopicPartition]:
        """Give the partitions of a topic."""
        with border():
            found = self._admin.describe_topics([topic])[0]["partitions"]
            return [TopicPartition(topic, number) for number in sorted(each["partition_index"] for each in found)]

    def ends(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """Give the offset behind the last message of each partition that is committed."""
        with border():
            found = self._admin.list_partition_offsets(
                dict.fromkeys(partitions, OffsetSpec.LATEST), isolation_level=IsolationLevel.READ_COMMITTED
            )
            return {partition: offset.offset for partition, offset in found.items()}
