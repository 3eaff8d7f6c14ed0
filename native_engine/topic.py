"""Topics: a record goes to every subscription that exists when it is sent."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

from native_engine.queue import Queue
from native_engine.records import Matches, Record
from native_engine.services import Services, State

__all__ = ["Interest", "Key", "Subscription", "Topic"]

logger = logging.getLogger("jmslike.engine")

Puts: TypeAlias = list[Callable[[Any], None]]

Audience: TypeAlias = "tuple[tuple[tuple[Puts, Queue], ...], tuple[Subscription, ...]]"
"""Those who take everything, each with the ways into its queue, and those who do not."""


Key: TypeAlias = "tuple[str | None, str]"
"""The owner of a named subscription (None if it has none), and the name."""


class Interest(NamedTuple):
    """What a subscription is about; two of the same name are the same only if this is."""

    topic: Topic
    selector_text: str | None
    excluded_origin: str | None


class Topic:
    """The subscriptions of one topic. They change under the engine's lock; senders read `audience` without any, and
    assemble it if it is None: the first send after a thousand subscriptions does it, and not each of those.
    """

    __slots__ = ("_lock", "audience", "name", "services", "state", "subscriptions")

    def __init__(self, name: str, services: Services) -> None:
        self.name = name
        self.services = services
        self.state = State.OPEN
        self.subscriptions: dict[Subscription, None] = {}
        self.audience: Audience | None = ((), ())
        self._lock = threading.Lock()  # for the two

    def add(self, subscription: Subscription) -> None:
        """Let the subscription have what is sent from now on."""
        with self._lock:
            self.subscriptions[subscription] = None
            self._outdate()

    def remove(self, subscription: Subscription) -> None:
        """Let the subscription have no more."""
        with self._lock:
            self.subscriptions.pop(subscription, None)
            self._outdate()

    def assemble(self) -> Audience:
        """Give the audience as it is now."""
        with self._lock:
            if self.audience is None:
                self.audience = (
                    tuple((each.queue.appenders, each.queue) for each in self.subscriptions if not each.is_selective),
                    tuple(each for each in self.subscriptions if each.is_selective),
                )
            return self.audience

    def targets(self, record: Record) -> Sequence[Queue]:
        """Give the queues of the subscriptions that want the record."""
        everybody, selective = self.audience or self.assemble()
        return [queue for _, queue in everybody] + [each.queue for each in selective if each.wants(record)]

    def close(self, state: State) -> None:
        """Refuse what is sent from now on: it goes to a queue that says why."""
        end = Queue(f"topic {self.name}", self.services)
        end.close(state)
        with self._lock:
            self.state = state
            self.audience = (((end.appenders, end),), ())

    def abandon(self) -> None:
        """Do without the lock of a thread that may be in the parent process only."""
        self._lock = threading.Lock()

    def _outdate(self) -> None:
        if self.state is State.OPEN:
            self.audience = None


class Subscription:
    """A queue that is filled by a topic, and how long it lives."""

    __slots__ = ("durable", "interest", "is_selective", "key", "label", "matches", "queue", "shared")

    def __init__(
        self,
        label: str,
        interest: Interest,
        matches: Matches | None,
        durable: bool = False,
        shared: bool = False,
        key: Key | None = None,
    ) -> None:
        topic = interest.topic
        self.label = label
        self.key = key  # what it is known by, if it has a name
        self.interest = interest
        self.matches = matches
        self.durable = durable
        self.shared = shared
        self.is_selective = matches is not None or interest.excluded_origin is not None
        self.queue = Queue(f"subscription {label} of topic {topic.name}", topic.services, drops_oldest=not durable)
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

    def close(self) -> None:
        """Stop collecting, and drop what was collected."""
        self.interest.topic.remove(self)
        self.queue.close(State.GONE)
