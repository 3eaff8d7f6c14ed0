"""What a queue or subscription counts."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["FileStatistics", "QueueAddress", "Statistics"]


class QueueAddress(NamedTuple):
    """Names a queue, or a subscription of a topic, in the statistics."""

    kind: str
    """"queue" or "topic"."""
    name: str
    subscription: str | None = None
    """The subscription's name, with its owner before it ("owner:name"); "#" and a number if it has none."""


class Statistics(NamedTuple):
    """Counts since the queue or subscription was made; `depth`, `in_flight` and `consumers` are as of now.

    While threads are at work the counts may differ by what happened between two of them.
    """

    depth: int
    """Records that wait, also until they are due."""
    in_flight: int
    """Records handed over and not settled."""
    enqueued: int
    delivered: int
    """Hand-overs, each redelivery included."""
    acknowledged: int
    expired: int
    dropped: int
    """Records that a full non-durable subscription lost."""
    dead_lettered: int
    consumers: int


class FileStatistics(NamedTuple):
    """The files of a journal as of now; sizes in bytes."""

    files: int
    size: int
    """The size of all files, that of the segment included which is kept ready."""
    live: int
    """What the records that some queue or subscription holds take of it."""
