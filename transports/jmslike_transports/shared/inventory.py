"""What one connection to a broker has open: its session links, their subscriptions, and its temporary destinations.

A transport's connection has one `Inventory`, each of its session links one `Subscriptions`. All methods may be called
by any thread.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from jmslike.errors import IllegalStateError, InvalidDestinationError, JMSError
from jmslike.spi import Destination, SubscriptionSpec
from jmslike_transports.shared.loss import LosableConnection

_log = logging.getLogger("jmslike.transports")


class OpenSubscription(Protocol):
    """What is asked of a subscription; see PushSubscription."""

    @property
    def is_exclusive(self) -> bool:
        """Whether no other consumer may have the same subscription."""

    @property
    def is_in_use(self) -> bool:
        """Whether it is open, or holds an unsettled receipt."""

    def reads(self, destination: object) -> bool:
        """Whether this is an open consumer of the destination."""

    def uses(self, name: str) -> bool:
        """Whether this keeps the durable subscription of that name in use."""

    def lose(self, error: JMSError) -> None:
        """Be told that the connection is gone."""

    def release(self) -> None:
        """Close, and give back the unsettled receipts for redelivery."""


Subscribed = TypeVar("Subscribed", bound=OpenSubscription)


class Subscriptions(Generic[Subscribed]):
    """The subscriptions of one session link: those that are open, and those that are closed but hold receipts."""

    def __init__(self, connection: LosableConnection) -> None:
        self.settling = threading.Lock()
        """Held by a commit and by `close`, so that no receipt is released that the commit is about to acknowledge."""
        self._connection = connection
        self._lock = threading.Lock()
        self._kept: list[Subscribed] = []
        self._closed = False

    def add(self, subscription: Subscribed) -> None:
        """Keep a new subscription. After `close` this releases it, and raises IllegalStateError."""
        with self._lock:
            is_open = not self._closed
            if is_open:
                self._kept = [other for other in self._kept if other.is_in_use]
                self._kept.append(subscription)
        if not is_open:
            subscription.release()
            self.check()
        reason = self._connection.reason
        if reason is not None:  # perhaps the connection was lost before this could be told with the others
            subscription.lose(reason)

    def all(self) -> list[Subscribed]:
        """Return those that are kept now."""
        with self._lock:
            return list(self._kept)

    @property
    def are_in_use(self) -> bool:
        """Whether one of them is open, or holds an unsettled receipt."""
        return any(subscription.is_in_use for subscription in self.all())

    def check(self) -> None:
        """Raise IllegalStateError after `close`."""
        if self._closed:
            raise IllegalStateError("the session is closed")

    def close(self) -> None:
        """Keep nothing new, and release all that are kept, once no commit is in progress."""
        with self._lock:
            self._closed = True
            kept = list(self._kept)
        with self.settling:
            for subscription in kept:
                try:
                    subscription.release()
                except JMSError as error:  # the broker takes back what a lost session held; the others are released
                    _log.debug("closing a session: %s", error)


class OpenLink(Protocol):
    """What is asked of a session link."""

    subscriptions: Subscriptions[Any]

    def close(self) -> None:
        """See SessionLink.close."""


Link = TypeVar("Link", bound=OpenLink)


class Inventory(Generic[Link]):
    """The registry of one connection.

    `owns_temporary` says whether a name is that of a temporary destination which this connection made, deleted or not.
    """

    def __init__(self, owns_temporary: Callable[[str], bool]) -> None:
        self.owns_temporary = owns_temporary
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

    def discard(self, link: Link) -> None:
        """Drop a session link that has closed."""
        with self._lock:
            if link in self._links:
                self._links.remove(link)

    def links(self) -> list[Link]:
        """Return the session links that are open."""
        with self._lock:
            return list(self._links)

    def subscriptions(self) -> list[OpenSubscription]:
        """Return the subscriptions of all open session links."""
        return [subscription for link in self.links() for subscription in link.subscriptions.all()]

    def lose(self, error: JMSError) -> None:
        """Report to every subscription that the connection is gone."""
        for subscription in self.subscriptions():
            subscription.lose(error)

    def require_idle(self, name: str) -> None:
        """Raise JMSError if the durable subscription is in use here."""
        if any(subscription.uses(name) for subscription in self.subscriptions()):
            raise JMSError(f"the durable subscription {name!r} is in use")

    def require_subscribable(self, spec: SubscriptionSpec) -> None:
        """Raise InvalidDestinationError for a deleted destination, JMSError for a durable subscription that another
        consumer has and one of the two does not share.
        """
        self.require_present(spec.destination)
        if spec.durable and spec.name is not None:
            for other in self.subscriptions():
                if other.uses(spec.name) and (other.is_exclusive or not spec.shared):
                    raise JMSError(f"the durable subscription {spec.name!r} is not shared and already has a consumer")

    def require_unread(self, destination: Destination) -> None:
        """Raise JMSError if the destination has a consumer here."""
        if self._is_read(destination):
            raise _read(destination)

    def _is_read(self, destination: Destination) -> bool:
        return any(subscription.reads(destination) for subscription in self.subscriptions())

    # ---- temporary destinations -----------------------------------------------------------------------------------

    def add(self, temporary: Destination) -> None:
        """Keep a temporary destination. Raises IllegalStateError after `close`."""
        with self._lock:
            self._require_open()
            self._temporaries.add(temporary)

    def temporaries(self) -> set[Destination]:
        """Return the temporary destinations that were made here, and not deleted."""
        with self._lock:
            return set(self._temporaries)

    def is_deleted(self, destination: Destination) -> bool:
        """Whether this is a temporary destination that was made here and deleted."""
        return self.owns_temporary(destination.name) and destination not in self._temporaries

    def require_present(self, destination: Destination) -> None:
        """Raise InvalidDestinationError for a temporary destination that was made here and deleted."""
        if self.is_deleted(destination):
            raise InvalidDestinationError(f"{destination} was deleted")

    def take_out(self, temporary: Destination) -> None:
        """Drop one that is to be deleted. Raises InvalidDestinationError, or JMSError while it has a consumer."""
        is_read = self._is_read(temporary)
        with self._lock:
            if temporary not in self._temporaries:
                raise InvalidDestinationError(f"{temporary} was deleted, or made by another connection")
            if is_read:
                raise _read(temporary)
            self._temporaries.discard(temporary)

    # ---- the end --------------------------------------------------------------------------------------------------

    def close(self) -> set[Destination]:
        """Keep nothing new, close the session links, and return the temporary destinations that are left."""
        with self._lock:
            self._closed = True
            temporaries, self._temporaries = self._temporaries, set()
            links = list(self._links)
        for link in links:
            link.close()
        return temporaries

    def _require_open(self) -> None:
        if self._closed:
            raise IllegalStateError("the connection is closed")


def _read(destination: Destination) -> JMSError:
    return JMSError(f"{destination} has a consumer: close that consumer first")
