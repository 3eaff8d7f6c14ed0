"""What a queue counts: an extension of this library."""

from __future__ import annotations

from typing import NamedTuple


class QueueStatistics(NamedTuple):
    """Counts of one queue, as far as the provider tells them; None for those that it does not.

    `depth`, `in_flight` and `consumers` are as of now, the others since the queue was made. Other programs go on
    meanwhile.
    """

    depth: int
    """Messages that wait for a consumer. What a broker has pushed to one ahead of its `receive` may not count."""
    in_flight: int | None = None
    """Messages that consumers have and did not acknowledge."""
    consumers: int | None = None
    enqueued: int | None = None
    delivered: int | None = None
    """Deliveries, each redelivery included."""
    acknowledged: int | None = None
    expired: int | None = None
    dead_lettered: int | None = None
