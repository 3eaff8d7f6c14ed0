"""Temporary destinations that outlived their connection: Kafka's topics stay until somebody deletes them.

A connection with temporary destinations commits the time, again and again, as the metadata of offsets. When it has its
first one it looks which other connections have stopped doing so long ago, and deletes theirs.
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
from jmslike_transports.kafka.names import lease_group, made_at, mark_of
from jmslike_transports.kafka.topics import Topics

_log = logging.getLogger("jmslike.kafka")

_SYSTEM: Final = SystemClock()
_RENEWED_EVERY: Final = 60.0
_OVER_AFTER: Final = 3600.0
"""Seconds: far more than clocks differ, and than a process is ever held up."""


class Leases:
    """The lease of one connection, and the end of those of others; renewed by one thread."""

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
        """Tell that the temporary destinations that there are now are in use, if that is due. Raises JMSError."""
        topics = [destination.name for destination in self._current()]
        last, now = self._renewed_at, self._clock.monotonic()
        if not topics or (last is not None and now - last < _RENEWED_EVERY):
            return
        sign = OffsetAndMetadata(0, str(int(self._clock.now())), -1)
        self._groups.set_offsets(lease_group(self._mark), {TopicPartition(topic, 0): sign for topic in topics})
        self._renewed_at = now
        if last is None:
            self._end_others()

    def _end_others(self) -> None:
        last_signs: dict[str, float] = {}
        latest = self._clock.now() - _OVER_AFTER
        old = [topic for topic in self._topics.temporaries() if made_at(topic) < latest]
        for topic in old:
            mark = mark_of(topic)
            if mark not in last_signs:
                last_signs[mark] = self._last_sign(mark)
        over = [topic for topic in old if last_signs[mark_of(topic)] < latest]
        if over:
            _log.debug("deleting %d temporary destinations of connections that are gone", len(over))
            self._topics.delete(over)
        for mark, last_sign in last_signs.items():
            if last_sign < latest:
                self._groups.delete(lease_group(mark))

    def _last_sign(self, mark: str) -> float:
        signs = [offset.metadata for offset in self._groups.offsets(lease_group(mark)).values()]
        return max((float(sign) for sign in signs if sign.isdecimal()), default=0.0)

    def end(self) -> None:
        """Tell that this connection is gone. Raises JMSError."""
        if self._renewed_at is not None:
            self._groups.delete(lease_group(self._mark))
