"""The one maker of queues, topics and subscriptions."""

from __future__ import annotations

from collections.abc import Callable

from native_engine.bounds import Bounds
from native_engine.calls import Call
from native_engine.queue import Queue
from native_engine.receiver import Receiver
from native_engine.records import Matches
from native_engine.services import Services, State
from native_engine.topic import Interest, Key, Subscription, Topic

__all__ = ["DestinationFactory"]


class DestinationFactory:
    """Makes all that an engine sends to. A durable engine brings one whose queues have the books of its journal."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def queue(self, name: str, is_temporary: bool = False) -> Queue:
        """Make a queue."""
        return self._queue(f"queue {name}")

    def topic(self, name: str) -> Topic:
        """Make a topic without subscriptions."""
        return Topic(name, self._services)

    def subscription(
        self,
        label: str,
        interest: Interest,
        matches: Matches | None,
        durable: bool = False,
        shared: bool = False,
        key: Key | None = None,
    ) -> Subscription:
        """Make a subscription, which collects what is sent to its topic from now on."""
        queue = self._queue(f"subscription {label} of topic {interest.topic.name}", drops_oldest=not durable)
        return Subscription(label, queue, interest, matches, durable, shared, key)

    def receiver(
        self,
        queue: Queue,
        matches: Matches | None = None,
        discard: Callable[[Receiver], list[Call]] | None = None,
        awaits_disk: bool = False,
    ) -> Receiver:
        """Make a receiver; `awaits_disk` is for those of a durable engine."""
        return Receiver(queue, matches, discard)

    def closed_queue(self, topic: Topic, state: State) -> Queue:
        """Make the queue that a closed topic sends to: it takes nothing, and raises the error of that state."""
        queue = Queue(f"topic {topic.name}", self._services)
        queue.close(state)
        return queue

    def _queue(self, title: str, drops_oldest: bool = False) -> Queue:
        limits = self._services.limits
        bounds = None if limits.is_unlimited else Bounds(limits)
        return Queue(title, self._services, bounds, books=bounds, drops_oldest=drops_oldest)
