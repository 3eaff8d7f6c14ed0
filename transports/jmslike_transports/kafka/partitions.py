"""The partitions that one consumer reads, and how far each is settled. Which those are is said by the thread of the
consumer's connection, when the members of its group change; all else happens in the thread that polls."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from typing import Any

from kafka import TopicPartition

from jmslike_transports.kafka.library.group_member import Offsets
from jmslike_transports.kafka.progress import Noted, Progress, read_metadata

_NOTHING_NOTED = Noted("", frozenset(), {})


class Partitions:
    """The progress of a partition begins with its first record, when what its last owner noted is asked for."""

    def __init__(self, consumer: Any, definition: str, patience_ms: int) -> None:
        self._consumer = consumer
        self._definition = definition
        self._patience_ms = patience_ms
        self._lock = threading.Lock()
        self._owned: dict[TopicPartition, Progress | None] = {}
        self._come: dict[TopicPartition, int] = {}  # the offsets up to which all has arrived, as far as is known

    def all(self) -> list[TopicPartition]:
        """Give the partitions that are read."""
        with self._lock:
            return list(self._owned)

    def begun(self) -> list[Progress]:
        """Give the progress of those of which anything has arrived."""
        with self._lock:
            return [progress for progress in self._owned.values() if progress is not None]

    def committable(self) -> Offsets:
        """Give what may be committed."""
        return {progress.partition: progress.committable() for progress in self.begun() if not progress.is_lost}

    # ---- which they are ---------------------------------------------------------------------------------------------

    def begin(self, partition: TopicPartition, start: int) -> None:
        """Read a partition from there on, of which nobody has noted anything."""
        with self._lock:
            self._owned[partition] = Progress(partition, start, _NOTHING_NOTED, self._definition)

    def gain(self, partitions: Collection[TopicPartition]) -> None:
        """Read these, too."""
        with self._lock:
            for partition in partitions:
                self._owned.setdefault(partition)
                self._come.pop(partition, None)

    def let_go(self, partitions: Collection[TopicPartition]) -> Offsets:
        """Hand out nothing of these any more, and give what may be committed of them."""
        with self._lock:
            mine = [progress for partition in partitions if (progress := self._owned.pop(partition, None)) is not None]
        return {progress.partition: progress.lose() for progress in mine if not progress.is_lost}

    # ---- how far they are -------------------------------------------------------------------------------------------

    def progress(self, partition: TopicPartition, first: int) -> Progress | None:
        """Give the progress of a partition whose next record has that offset; None if it is not read any more."""
        progress = self._owned.get(partition)
        if progress is not None and first < self._come.get(partition, 0):
            progress.lose()  # the topic was deleted and made again: what is held is of another log
            self.begin(partition, first)
            return self._owned.get(partition)
        if progress is not None or partition not in self._owned:
            return progress
        committed = self._consumer.committed(partition, metadata=True, timeout_ms=self._patience_ms)
        start = committed.offset if committed is not None and committed.offset >= 0 else 0
        progress = Progress(partition, start, read_metadata(committed), self._definition)
        with self._lock:
            if partition not in self._owned:
                return None
            self._owned[partition] = progress
        return progress

    def came(self, partition: TopicPartition, offset: int) -> None:
        """Note that all before the offset has arrived."""
        self._come[partition] = offset

    def have_come_to(self, ends: Mapping[TopicPartition, int]) -> bool:
        """Tell whether all before these offsets is known to have arrived, as far as it is to come here."""
        come = self._come
        return all(come.get(partition, -1) >= end for partition, end in ends.items() if partition in self._owned)

    def look(self) -> None:
        """Find out how far the consumer is, also beyond what is no record, such as the end of a transaction."""
        for partition in self._consumer.assignment():
            self._come[partition] = self._consumer.position(partition, timeout_ms=0) or 0

    # ---- after a commit that nobody knows the end of ----------------------------------------------------------------

    def lose_what_is_handed_out(self) -> None:
        """Let what was handed out be nobody's any more; `rewind` follows."""
        for progress in self.begun():
            progress.lose()

    def rewind(self) -> None:
        """Go back to what is committed where that is so."""
        for progress in self.begun():
            if progress.is_lost:
                partition = progress.partition
                committed = self._consumer.committed(partition, timeout_ms=self._patience_ms)
                self._consumer.seek(partition, committed or 0)
                self._come.pop(partition, None)
                with self._lock:
                    if self._owned.get(partition) is progress:
                        self._owned[partition] = None
