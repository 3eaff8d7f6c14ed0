"""Topics: a record goes to every subscription that exists when it is sent."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

from native_engine.queue import Queue
from native_engine.records import Matches, Record
from native_engine.setting import Setting, State

__all__ = ["Interest", "Subscription", "Topic"]

logger = logging.getLogger("jmslike.engine")

Puts: TypeAlias = list[Callable[[Any], None]]


class Interest(NamedTuple):
    """What a subscription is about; two of the same name are the same only if this is."""

    topic: Topic
    selector_text: str | None
    excluded_origin: str | None


class Topic:
    """The subscriptions of one topic. They change under the engine's lock; senders read `audience` without any."""

    __slots__ = ("audience", "name", "setting", "state", "subscriptions")

    def __init__(self, name: str, setting: Setting) -> None:
        self.name = name
        self.setting = setting
        self.state = State.OPEN
        self.subscriptions: list[Subscription] = []
        self.audience: tuple[tuple[tuple[Puts, Queue], ...], tuple[Subscription, ...]] = ((), ())
        """Those who take everything, each with the ways into its queue, and those who do not."""

    def add(self, subscription: Subscription) -> None:
        """Let the subscription have what is sent from now on."""
        self.subscriptions = [*self.subscriptions, subscription]
        self._assemble()

    def remove(self, subscription: Subscription) -> None:
        """Let the subscription have no more."""
        self.subscriptions = [each for each in self.subscriptions if each is not subscription]
        self._assemble()

    def targets(self, record: Record) -> Sequence[Queue]:
        """Give the queues of the subscriptions that want the record."""
        if self.state is not State.OPEN:
            return (self._end(),)
        return [each.queue for each in self.subscriptions if each.wants(record)]

    def end(self, state: State) -> None:
        """Refuse what is sent from now on."""
        self.state = state
        end = self._end()
        self.audience = (((end.puts, end),), ())

    def _end(self) -> Queue:
        """Give a queue that refuses everything for the right reason."""
        queue = Queue(self.name, self.setting)
        queue.end(self.state)
        return queue

    def _assemble(self) -> None:
        if self.state is State.OPEN:
            self.audience = (
                tuple((each.queue.puts, each.queue) for each in self.subscriptions if not each.is_picky),
                tuple(each for each in self.subscriptions if each.is_picky),
            )


class Subscription:
    """A queue that is filled by a topic, and how long it lives."""

    __slots__ = ("durable", "interest", "is_picky", "label", "matches", "queue", "shared")

    def __init__(self, label: str, interest: Interest, matches: Matches | None, durable: bool, shared: bool) -> None:
        topic = interest.topic
        self.label = label
        self.interest = interest
        self.matches = matches
        self.durable = durable
        self.shared = shared
        self.is_picky = matches is not None or interest.excluded_origin is not None
        self.queue = Queue(f"{topic.name}/{label}", topic.setting, drops_oldest=not durable)
        topic.add(self)

    @property
    def is_active(self) -> bool:
        """Whether it has a receiver."""
        return bool(self.queue.receivers)

    def wants(self, record: Any) -> bool:
        """Tell whether the record is for this subscription."""
        excluded = self.interest.excluded_origin
        if excluded is not None and record.origin == excluded:
            return False
        if self.matches is None:
            return True
        try:
            return self.matches(record)
        except Exception:
            logger.exception("A selector failed; the record counts as not matching")
            return False

    def end(self) -> None:
        """Stop collecting, and drop what was collected."""
        self.interest.topic.remove(self)
        self.queue.end(State.GONE)
