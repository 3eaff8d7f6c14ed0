"""The subscriptions of an engine: which exist, and when a receiver may use them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from native_engine.calls import Call
from native_engine.destination_factory import DestinationFactory
from native_engine.errors import ErrorTypes
from native_engine.receiver import Receiver
from native_engine.records import Matches
from native_engine.topic import Interest, Key, Subscription

__all__ = ["Subscriptions"]


class Subscriptions:
    """The named subscriptions of an engine. Used under the engine's lock."""

    def __init__(self, factory: DestinationFactory, errors: ErrorTypes) -> None:
        self._factory = factory
        self._errors = errors
        self._durable: dict[Key, Subscription] = {}
        self._shared: dict[Key, Subscription] = {}  # the non-durable ones
        self._numbers = itertools.count(1)

    def unnamed(self, interest: Interest, matches: Matches | None) -> Subscription:
        """Return a new subscription for one receiver."""
        return self._factory.subscription(f"#{next(self._numbers)}", interest, matches)

    def named(self, key: Key, interest: Interest, matches: Matches | None, durable: bool, shared: bool) -> Subscription:
        """Return the subscription of this name: the one that exists if its interest is the same, else a new one.

        Raises the in-use error if the name is in use with another interest, or of the other kind.
        """
        known = self._durable if durable else self._shared
        subscription = known.get(key)
        if subscription is not None:
            if subscription.shared != shared:
                raise self._errors.in_use(
                    f"subscription {key[1]!r} exists and is {'' if subscription.shared else 'not '}shared: "
                    "use it as that, take another name, or unsubscribe it first"
                )
            if subscription.is_active and not shared:
                raise self._errors.in_use(
                    f"subscription {key[1]!r} has a consumer, and is not shared: close that consumer first"
                )
            if subscription.interest == interest:
                return subscription
            self._check_unused(key, subscription)
        owner, name = key
        label = name if owner is None else f"{owner}:{name}"
        known[key] = self._factory.subscription(label, interest, matches, durable, shared, key)
        if subscription is not None:  # it is kept if there was no room for the new one
            subscription.close()
        return known[key]

    def unsubscribe(self, key: Key) -> None:
        """Delete a durable subscription. Raises the no-destination error, or the in-use error."""
        subscription = self._durable.get(key)
        if subscription is None:
            raise self._errors.no_destination(f"there is no durable subscription {key[1]!r}")
        self._check_unused(key, subscription)
        del self._durable[key]
        subscription.close()

    def discard(self, subscription: Subscription, receiver: Receiver) -> list[Call]:
        """Part a receiver from its subscription, which ends with its last one if it is not durable.

        Returns the calls to make.
        """
        calls = subscription.queue.discard(receiver)
        if not subscription.durable and not subscription.is_active:
            subscription.close()
            _discard(self._shared, subscription)
        return calls

    def discard_topic(self, subscriptions: Iterable[Subscription]) -> None:
        """Delete the subscriptions of a topic that is deleted."""
        for subscription in tuple(subscriptions):
            subscription.close()
            _discard(self._durable, subscription)

    def _check_unused(self, key: Key, subscription: Subscription) -> None:
        if subscription.is_active:
            raise self._errors.in_use(f"subscription {key[1]!r} has a consumer: close that consumer first")
        unsettled = subscription.queue.statistics().in_flight
        if unsettled:
            raise self._errors.in_use(
                f"subscription {key[1]!r} has no consumer, but {unsettled} of its messages were received and not "
                "acknowledged: acknowledge or commit them, or close the session that received them"
            )


def _discard(known: dict[Key, Subscription], subscription: Subscription) -> None:
    key = subscription.key
    if key is not None and known.get(key) is subscription:  # it may be another's by now
        del known[key]
