"""A consumer of kafka-python, with what it has at hand and knows without a request."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from kafka import KafkaConsumer, TopicPartition


class Consumer(KafkaConsumer):  # type: ignore[misc]
    """Adds to KafkaConsumer what its own methods do only on the way to something else."""

    def fetched_records(self, most: int) -> Mapping[TopicPartition, Sequence[Any]]:
        """Return records that have been fetched already; `poll` would ask its other thread twice."""
        records: Mapping[TopicPartition, Sequence[Any]] = self._fetcher.fetched_records(most)[0]
        return records

    def known_partitions(self, topic: str) -> Collection[int]:
        """Return the partitions of a topic as of the last metadata."""
        return self._cluster.partitions_for_topic(topic) or ()
