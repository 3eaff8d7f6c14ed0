"""The partitions that one consumer reads, and how far each is read and settled.

The thread of the consumer's connection calls `gain` and `lose` when the members of the group change. All else is called
by the thread that polls.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from kafka import TopicPartition

from jmslike_transports.kafka.library.consumer import Consumer
from jmslike_transports.kafka.library.group_member import Offsets
from jmslike_transports.kafka.progress import Notes, Progress, read_metadata

_NO_NOTES: Final = Notes("", frozenset(), {})


class Partitions:
    """The progress of a partition begins with its first record: then the notes of its last owner are read."""

    def __init__(self, consumer: Consumer, definition: str, timeout_ms: int) -> None:
        self._consumer = consumer
        self._definition = definition
        self._timeout_ms = timeout_ms
        self._lock = threading.Lock()
        self._owned: dict[TopicPartition, Progress | None] = {}
        self._arrived: dict[TopicPartition, int] = {}  # offsets before which all is known to have arrived

    def all(self) -> list[TopicPartition]:
        """Return the partitions that are read."""
        with self._lock:
            return list(self._owned)

    def begun(self) -> list[Progress]:
        """Return the progress of those of which anything has arrived."""
        with self._lock:
            return [progress for progress in self._owned.values() if progress is not None]

    def committable(self) -> Offsets:
        """Return what may be committed."""
        return {progress.partition: progress.committable() for progress in self.begun() if not progress.is_lost}

    # ---- which they are ---------------------------------------------------------------------------------------------

    def begin(self, partition: TopicPartition, start: int) -> None:
        """Read a partition from that offset on; it has no notes of an owner before."""
        with self._lock:
            self._owned[partition] = Progress(partition, start, _NO_NOTES, self._definition)

    def gain(self, partitions: Collection[TopicPartition]) -> None:
        """Read these, too."""
        with self._lock:
            for partition in partitions:
                self._owned.setdefault(partition)
                self._arrived.pop(partition, None)

    def leave(self, partitions: Collection[TopicPartition]) -> list[Progress]:
        """Hand out nothing of these any more, and return their progress: what is held can still be settled."""
        with self._lock:
            leaving = [progress for partition in partitions if (progress := self._owned.get(partition)) is not None]
        for progress in leaving:
            progress.leave()
        return leaving

    def lose(self, partitions: Collection[TopicPartition]) -> Offsets:
        """Hand out nothing of these any more, and return what may be committed of them."""
        with self._lock:
            mine = [progress for partition in partitions if (progress := self._owned.pop(partition, None)) is not None]
        return {progress.partition: progress.lose() for progress in mine if not progress.is_lost}

    # ---- how far they are -------------------------------------------------------------------------------------------

    def progress_of(self, records: Mapping[TopicPartition, Sequence[Any]]) -> dict[TopicPartition, Progress | None]:
        """Return the progress of each partition that has records; None if it is not read any more.

        After an error the consumer reads the records again.
        """
        try:
            return {partition: self._progress(partition, batch[0].offset) for partition, batch in records.items()}
        except Exception:
            for partition, batch in records.items():  # the consumer is past them, but nothing has them
                self._consumer.seek(partition, batch[0].offset)
            raise

    def _progress(self, partition: TopicPartition, first: int) -> Progress | None:
        progress = self._owned.get(partition)
        if progress is not None and first < self._arrived.get(partition, 0):
            progress.lose()  # the topic was deleted and created again: what is held is of another log
            self.begin(partition, first)
            return self._owned.get(partition)
        if progress is not None or partition not in self._owned:
            return progress
        committed = self._consumer.committed(partition, metadata=True, timeout_ms=self._timeout_ms)
        start = committed.offset if committed is not None and committed.offset >= 0 else 0
        progress = Progress(partition, start, read_metadata(committed), self._definition)
        with self._lock:
            if partition not in self._owned:
                return None
            self._owned[partition] = progress
        return progress

    def note_arrived(self, partition: TopicPartition, offset: int) -> None:
        """Note that all before the offset has arrived."""
        self._arrived[partition] = offset

    def have_arrived(self, ends: Mapping[TopicPartition, int]) -> bool:
        """Whether all records before these offsets are known to have arrived, of the partitions that are read here."""
        arrived = self._arrived
        return all(arrived.get(partition, -1) >= end for partition, end in ends.items() if partition in self._owned)

    def update(self) -> None:
        """Find out how far the consumer has read; the ends of transactions take offsets, too, and are no records."""
        for partition in self._consumer.assignment():
            self._arrived[partition] = self._consumer.position(partition, timeout_ms=0) or 0

    def read_again(self) -> None:
        """Read again what has arrived and was not handed out."""
        for progress in self.begun():
            if not progress.is_lost:
                self._consumer.seek(progress.partition, progress.next)
                self._arrived[progress.partition] = progress.next

    # ---- after a commit that is in doubt -----------------------------------------------------------------------------

    def lose_all(self) -> None:
        """Make all receipts stale; the thread that polls rewinds then."""
        for progress in self.begun():
            progress.lose()

    def rewind(self) -> None:
        """Rewind the partitions whose receipts are stale to their committed offsets."""
        for progress in self.begun():
            if progress.is_lost:
                partition = progress.partition
                committed = self._consumer.committed(partition, timeout_ms=self._timeout_ms)
                self._consumer.seek(partition, committed or 0)
                self._arrived.pop(partition, None)
                with self._lock:
                    if self._owned.get(partition) is progress:
                        self._owned[partition] = None
