"""Deletes temporary destinations that outlived their connection: Kafka's topics stay until a client deletes them.

A connection with temporary destinations commits the time at intervals, as the metadata of offsets: this is its lease.
When it creates its first one it looks which leases of other connections are over, and deletes their destinations.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Final

from kafka import TopicPartition
from kafka.structs import OffsetAndMetadata

from jmslike.clock import Clock, SystemClock
from jmslike.spi import Destination
from jmslike_transports.kafka.groups import Groups
from jmslike_transports.kafka.names import created_at, lease_group, mark_of
from jmslike_transports.kafka.topics import Topics

_log = logging.getLogger("jmslike.kafka")

_SYSTEM: Final = SystemClock()
_RENEWED_EVERY: Final = 60.0
_OVER_AFTER: Final = 3600.0
"""Seconds: far more than clocks differ, and than a process is ever suspended."""


class Leases:
    """The lease of one connection, which the thread of its LivenessCheck renews, and the end of those of others."""

    def __init__(
        self,
        topics: Topics,
        groups: Groups,
        mark: str,
        current: Callable[[], Iterable[Destination]],
        clock: Clock = _SYSTEM,
    ) -> None:
        self._topics = topics
        self._groups = groups
        self._mark = mark
        self._current = current
        self._clock = clock
        self._renewed_at: float | None = None

    def renew(self) -> None:
        """Renew the lease if that is due and there are temporary destinations. Raises JMSError."""
        topics = [destination.name for destination in self._current()]
        last, now = self._renewed_at, self._clock.monotonic()
        if not topics or (last is not None and now - last < _RENEWED_EVERY):
            return
        renewal = OffsetAndMetadata(0, str(int(self._clock.now())), -1)
        self._groups.set_offsets(lease_group(self._mark), {TopicPartition(topic, 0): renewal for topic in topics})
        self._renewed_at = now
        if last is None:
            self._end_others()

    def _end_others(self) -> None:
        renewals: dict[str, float] = {}
        latest = self._clock.now() - _OVER_AFTER
        old = [topic for topic in self._topics.temporaries() if created_at(topic) < latest]
        for topic in old:
            mark = mark_of(topic)
            if mark not in renewals:
                renewals[mark] = self._last_renewal(mark)
        over = [topic for topic in old if renewals[mark_of(topic)] < latest]
        if over:
            _log.debug("deleting %d temporary destinations of connections whose lease is over", len(over))
            self._topics.delete(over)
        for mark, last_renewal in renewals.items():
            if last_renewal < latest:
                self._groups.delete(lease_group(mark))

    def _last_renewal(self, mark: str) -> float:
        times = [offset.metadata for offset in self._groups.offsets(lease_group(mark)).values()]
        return max((float(time) for time in times if time.isdecimal()), default=0.0)

    def close(self) -> None:
        """End the lease, because the connection closes. Raises JMSError."""
        if self._renewed_at is not None:
            self._groups.delete(lease_group(self._mark))
