"""Counting what waits in a queue."""

from __future__ import annotations

from jmslike.capabilities import Feature
from jmslike.context import JMSContext
from jmslike.destinations import Destination, Queue, destination_of
from jmslike.errors import InvalidDestinationError
from jmslike.operating.browsing import browse
from jmslike.operating.providers import connect_to_source
from jmslike.statistics import QueueStatistics


def queue_of(name: Queue | str) -> Queue:
    """Return the queue of this name. Raises InvalidDestinationError, also for a topic."""
    found: Destination = destination_of(name)
    if not isinstance(found, Queue):
        raise InvalidDestinationError(f"{found} keeps no messages, only a queue does; name a queue")
    return found


def count(url: str, *queues: Queue | str, selector: str | None = None) -> list[QueueStatistics]:
    """Count what waits in each of these queues.

    The provider's own counts, where it tells them; else, and with a selector, the depth that browsing shows. Raises
    UnsupportedFeatureError where the provider has neither.
    """
    names = [queue_of(queue) for queue in queues]
    with connect_to_source(url) as context:
        return [counted(context, name, selector) for name in names]


def counted(context: JMSContext, queue: Queue, selector: str | None) -> QueueStatistics:
    """Count what waits in the queue. Raises as `count` does."""
    can = context.capabilities
    if selector is None and can.supports(Feature.STATISTICS):
        return context.statistics(queue)
    if not can.supports(Feature.BROWSE):
        can.require(Feature.STATISTICS if selector is None else Feature.BROWSE)
    with browse(context, queue, selector) as browser:
        return QueueStatistics(sum(1 for _ in browser))


def at_most(context: JMSContext, queue: Queue, selector: str | None, most: int | None) -> int:
    """Return how many messages wait, or `most` if they are more: for what only looks. Raises as `count` does."""
    depth = counted(context, queue, selector).depth
    return depth if most is None else min(depth, most)
