"""Topics: a record goes to every subscription that exists when it is sent."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from native_engine.lanes import Appenders
from native_engine.queue import Queue
from native_engine.records import Matches, Record
from native_engine.services import Services, State

__all__ = ["Interest", "Key", "Subscription", "Topic"]

logger: Final = logging.getLogger("jmslike.engine")

Audience: TypeAlias = "tuple[tuple[tuple[Appenders, Queue], ...], tuple[Subscription, ...]]"
"""The subscriptions that take everything, each as its appenders and its queue; and the selective ones."""

Key: TypeAlias = "tuple[str | None, str]"
"""The owner of a named subscription (None if it has none), and the name."""


class Interest(NamedTuple):
    """What a subscription is about; two of one name are the same subscription only if this is equal."""

    topic: Topic
    selector_text: str | None
    excluded_origin: str | None


class Topic:
    """The subscriptions of one topic. They change under the engine's lock, senders read `audience` without any.

    The audience is assembled when it is None: once by the first send after a thousand subscriptions, not by each of
    those.
    """

    __slots__ = ("_lock", "audience", "name", "services", "state", "subscriptions")

    def __init__(self, name: str, services: Services) -> None:
        self.name: Final = name
        self.services: Final = services
        self.state: State = State.OPEN
        self.subscriptions: dict[Subscription, None] = {}
        self.audience: Audience | None = ((), ())
        self._lock = threading.Lock()  # for the two

    def add(self, subscription: Subscription) -> None:
        """Send to the subscription from now on."""
        with self._lock:
            self.subscriptions[subscription] = None
            self._invalidate()

    def discard(self, subscription: Subscription) -> None:
        """Send to the subscription no more."""
        with self._lock:
            self.subscriptions.pop(subscription, None)
            self._invalidate()

    def assemble(self) -> Audience:
        """Return the audience as it is now."""
        with self._lock:
            if self.audience is None:
                self.audience = (
                    tuple((each.queue.appenders, each.queue) for each in self.subscriptions if not each.is_selective),
                    tuple(each for each in self.subscriptions if each.is_selective),
                )
            return self.audience

    def targets(self, record: Record) -> Sequence[Queue]:
        """Return the queues of the subscriptions that want the record."""
        everybody, selective = self.audience or self.assemble()
        return [queue for _, queue in everybody] + [each.queue for each in selective if each.wants(record)]

    def close(self, closed: Queue) -> None:
        """Refuse what is sent from now on: it goes to this closed queue, which raises the error."""
        with self._lock:
            self.state = closed.state
            self.audience = (((closed.appenders, closed),), ())

    def abandon(self) -> None:
        """Replace the lock in a forked child: a thread of the parent may hold it."""
        self._lock = threading.Lock()

    def _invalidate(self) -> None:
        if self.state is State.OPEN:
            self.audience = None


class Subscription:
    """A queue that is filled by a topic, and how long it lives."""

    __slots__ = ("durable", "interest", "is_selective", "key", "label", "matches", "queue", "shared")

    def __init__(
        self,
        label: str,
        queue: Queue,
        interest: Interest,
        matches: Matches | None,
        durable: bool,
        shared: bool,
        key: Key | None,
    ) -> None:
        self.label: Final = label
        self.key: Final = key  # what it is known by, if it has a name
        self.queue: Final = queue
        self.interest: Final = interest
        self.matches: Final = matches
        self.durable: Final = durable
        self.shared: Final = shared
        self.is_selective: Final = matches is not None or interest.excluded_origin is not None
        interest.topic.add(self)

    @property
    def is_active(self) -> bool:
        """Whether it has a receiver."""
        return bool(self.queue.receivers)

    def wants(self, record: Any) -> bool:
        """Whether the record is for this subscription."""
        excluded = self.interest.excluded_origin
        if excluded is not None and record.origin == excluded:
            return False
        if self.matches is None:
            return True
        try:
            return self.matches(record)
        except Exception:
            logger.exception("a selector failed; the record counts as not matching")
            return False

    def close(self) -> None:
        """Stop collecting, and drop what was collected."""
        self.interest.topic.discard(self)
        self.queue.close(State.GONE)
