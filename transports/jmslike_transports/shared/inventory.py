"""What one connection to a broker has open: its sessions, their subscriptions, and its temporary destinations."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from jmslike.errors import IllegalStateError, InvalidDestinationError, JMSError
from jmslike.spi import Destination, SubscriptionSpec


class Consuming(Protocol):
    """What is asked of a subscription."""

    @property
    def is_exclusive(self) -> bool:
        """Whether nobody else may consume from the same subscription."""

    def reads(self, destination: object) -> bool:
        """Whether this is a live consumer of the destination."""

    def uses(self, name: str) -> bool:
        """Whether this keeps the durable subscription of that name busy: open, or holding something unsettled."""

    @property
    def is_in_use(self) -> bool:
        """Whether it is open, or holds something unsettled."""

    def lose(self, error: JMSError) -> None:
        """The connection is gone."""

    def end(self) -> None:
        """Close, and give back what is held, too."""


Subscribed = TypeVar("Subscribed", bound=Consuming)


class Subscriptions(Generic[Subscribed]):
    """What one session has subscribed, also if it is closed but still holds something."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: list[Subscribed] = []
        self._closed = False

    def add(self, subscription: Subscribed) -> None:
        """Keep it. After `close` it ends, and this raises IllegalStateError."""
        with self._lock:
            is_open = not self._closed
            if is_open:
                self._kept = [other for other in self._kept if other.is_in_use]
                self._kept.append(subscription)
        if not is_open:
            subscription.end()
            raise IllegalStateError("the session is closed")

    def all(self) -> list[Subscribed]:
        """Give those that are kept now."""
        with self._lock:
            return list(self._kept)

    def close(self) -> list[Subscribed]:
        """Keep nothing new; give what is to be ended."""
        with self._lock:
            self._closed = True
            return list(self._kept)


class Holding(Protocol):
    """What is asked of a session link."""

    subscriptions: Subscriptions[Any]


Link = TypeVar("Link", bound=Holding)


class Inventory(Generic[Link]):
    """Kept by a transport; used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._links: list[Link] = []
        self._temporaries: set[Destination] = set()
        self._closed = False

    # ---- sessions -------------------------------------------------------------------------------------------------

    def open(self, make: Callable[[], Link]) -> Link:
        """Make a session link and keep it. Raises IllegalStateError after `close`."""
        with self._lock:
            self._require_open()
            link = make()
            self._links.append(link)
        return link

    def forget(self, link: Link) -> None:
        """The session link has closed."""
        with self._lock:
            if link in self._links:
                self._links.remove(link)

    def links(self) -> list[Link]:
        """Give the session links that are open."""
        with self._lock:
            return list(self._links)

    def subscriptions(self) -> list[Consuming]:
        """Give the subscriptions of all open session links."""
        return [subscription for link in self.links() for subscription in link.subscriptions.all()]

    def lose(self, error: JMSError) -> None:
        """The connection is gone: tell every subscription."""
        for subscription in self.subscriptions():
            subscription.lose(error)

    def require_idle(self, name: str) -> None:
        """Raise JMSError if the durable subscription is in use here."""
        if any(subscription.uses(name) for subscription in self.subscriptions()):
            raise JMSError(f"the durable subscription {name!r} is in use")

    def require_free(self, spec: SubscriptionSpec) -> None:
        """Raise JMSError if what is asked for is in use here, and one of the two does not share it."""
        if spec.durable and spec.name is not None:
            for other in self.subscriptions():
                if other.uses(spec.name) and (other.is_exclusive or not spec.shared):
                    raise JMSError(f"the durable subscription {spec.name!r} is in use, and not shared")

    # ---- temporary destinations -----------------------------------------------------------------------------------

    def add(self, temporary: Destination) -> None:
        """Keep a temporary destination. Raises IllegalStateError after `close`."""
        with self._lock:
            self._require_open()
            self._temporaries.add(temporary)

    def temporaries(self) -> set[Destination]:
        """Give the temporary destinations that were made here, and not deleted."""
        with self._lock:
            return set(self._temporaries)

    def has(self, destination: Destination) -> bool:
        """Tell whether this is a temporary destination that was made here, and not deleted."""
        return destination in self._temporaries

    def take_out(self, temporary: Destination) -> None:
        """Let go of one that is to be deleted. Raises InvalidDestinationError, or JMSError while it has a consumer."""
        in_use = any(subscription.reads(temporary) for subscription in self.subscriptions())
        with self._lock:
            if temporary not in self._temporaries:
                raise InvalidDestinationError(f"{temporary} was deleted, or made by another connection")
            if in_use:
                raise JMSError(f"{temporary} has a consumer")
            self._temporaries.discard(temporary)

    # ---- the end --------------------------------------------------------------------------------------------------

    def close(self) -> tuple[list[Link], set[Destination]]:
        """Keep nothing new; give the session links and temporary destinations that are left."""
        with self._lock:
            self._closed = True
            temporaries, self._temporaries = self._temporaries, set()
            return list(self._links), temporaries

    def _require_open(self) -> None:
        if self._closed:
            raise IllegalStateError("the connection is closed")
