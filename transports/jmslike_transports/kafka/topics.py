"""The topics behind destinations: whether they exist, and their creation and deletion."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterable
from typing import Any, Final

from kafka import TopicPartition, errors
from kafka.admin import OffsetSpec
from kafka.protocol.consumer.offsets import IsolationLevel

from jmslike.errors import InvalidDestinationError
from jmslike.spi import Destination
from jmslike_transports.kafka.address import Address
from jmslike_transports.kafka.errors import border
from jmslike_transports.kafka.library.administrator import Administrator
from jmslike_transports.kafka.library.retrying_admin import RetryingAdmin
from jmslike_transports.kafka.names import TEMPORARY, topic_of

_FOREVER: Final = "-1"
_PAUSE: Final = 0.005
"""Seconds between two questions whether a topic is gone."""


class Topics:
    """Remembers topics that exist, except temporary ones, which other connections may delete at any time."""

    def __init__(self, admin: RetryingAdmin | Administrator, address: Address) -> None:
        self._admin = admin
        self._address = address
        self._known: set[str] = set()
        self._creating = threading.Lock()

    def ensure(self, destination: Destination) -> str:
        """Return the name of the destination's topic, after creating it if it does not exist.

        Raises InvalidDestinationError for one that may not be created: a temporary one, or any with auto_create=false.
        """
        topic = topic_of(destination)
        if topic in self._known:
            return topic
        if destination.is_temporary:
            if not self.exists(topic):
                raise InvalidDestinationError(
                    f"{destination} does not exist: it was deleted, or its connection has ended"
                )
            return topic
        with self._creating:
            if topic not in self._known and not self.exists(topic):
                if not self._address.auto_create:
                    raise InvalidDestinationError(f"there is no topic {topic!r}, and auto_create=false creates none")
                self.create(topic, is_for_queue=destination.is_queue)
            self._known.add(topic)
        return topic

    def create(self, topic: str, *, is_for_queue: bool = False, partitions: int | None = None) -> None:
        """Create a topic; that of a queue keeps its messages forever if the URL does not say otherwise."""
        retention = self._address.retention
        if retention is None and is_for_queue:
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
                self._admin.wait_for_topics([topic])  # another client was quicker

    def exists(self, topic: str) -> bool:
        """Whether there is such a topic, as a broker says now. Raises JMSSecurityError."""
        with border():
            found = self._admin.describe_topics([topic])[0]["error_code"]
            if found == errors.UnknownTopicOrPartitionError.errno:
                return False
            if found:
                raise errors.for_code(found)(topic)
            return True

    def invalidate(self, topic: str) -> None:
        """Forget that the topic exists, so that `ensure` looks for it again."""
        self._known.discard(topic)

    def delete(self, topics: Iterable[str]) -> None:
        """Delete topics with their messages; those that do not exist are ignored."""
        names = list(topics)
        self._known.difference_update(names)
        with border():
            for topic in names:
                try:
                    deleted = self._admin.delete_topics([topic])["topics"][0]["topic_id"]
                except errors.UnknownTopicOrPartitionError:
                    continue
                self._wait_until_gone(topic, deleted)

    def _wait_until_gone(self, topic: str, deleted: str) -> None:
        """Wait until a broker knows of the deletion, which the controller does not wait for: until then it takes sends.

        A topic that has the name by now is another one.
        """
        deadline = time.monotonic() + self._address.request_timeout
        while self._admin.describe_topics([topic])[0]["topic_id"] == deleted and time.monotonic() < deadline:
            time.sleep(_PAUSE)

    def temporaries(self) -> list[str]:
        """Return all topics of temporary destinations, of any connection."""
        with border():
            return [topic for topic in self._admin.list_topics() if topic.startswith(TEMPORARY)]

    def partitions(self, topic: str) -> list[TopicPartition]:
        """Return the partitions of a topic."""
        with border():
            found = self._admin.describe_topics([topic])[0]["partitions"]
            return [TopicPartition(topic, number) for number in sorted(each["partition_index"] for each in found)]

    def ends(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the offset behind the last committed message of each partition."""
        with border():
            found = self._admin.list_partition_offsets(
                dict.fromkeys(partitions, OffsetSpec.LATEST), isolation_level=IsolationLevel.READ_COMMITTED
            )
            return {partition: offset.offset for partition, offset in found.items()}
