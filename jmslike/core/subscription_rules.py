"""What is checked before a consumer is made, and which selecting is left to the core."""

from __future__ import annotations

from collections.abc import Callable

from jmslike.capabilities import Capabilities, Feature, Level
from jmslike.destinations import Destination, Queue, Topic
from jmslike.errors import InvalidDestinationError, JMSError
from jmslike.selector import Selector
from jmslike.spi import Envelope, SubscriptionSpec


def check_consumable(destination: object, is_own: Callable[[Destination], bool]) -> None:
    """Raise InvalidDestinationError unless it can be consumed from; a temporary one must be the connection's own."""
    if not isinstance(destination, (Queue, Topic)):
        raise InvalidDestinationError(f"a queue or topic is needed to consume from, not {destination!r}")
    if destination.is_temporary and not is_own(destination):
        raise InvalidDestinationError(f"{destination} can be consumed only by the connection that created it")


def check_topic(topic: object, *, durable: bool) -> None:
    """Raise InvalidDestinationError unless it can have named subscriptions."""
    if not isinstance(topic, Topic):
        raise InvalidDestinationError(f"only a topic has subscriptions, not {topic!r}")
    if durable and topic.is_temporary:
        raise InvalidDestinationError("a temporary topic cannot have durable subscriptions")


def check_name(name: object) -> None:
    """Raise JMSError unless it can name a subscription (section 4.2.4)."""
    if not isinstance(name, str) or not name:
        raise JMSError(f"a subscription needs a name, a non-empty str, not {name!r}")


def require_features(capabilities: Capabilities, spec: SubscriptionSpec) -> None:
    """Raise UnsupportedFeatureError for the first thing in it that the transport cannot do."""
    if spec.durable:
        capabilities.require(Feature.DURABLE_SUBSCRIPTION)
    if spec.shared:
        capabilities.require(Feature.SHARED_SUBSCRIPTION)
    if spec.selector is not None:
        capabilities.require(_selecting(spec))
    if spec.excluded_origin is not None:
        capabilities.require(Feature.NO_LOCAL)


def left_to_the_core(capabilities: Capabilities, spec: SubscriptionSpec) -> Callable[[Envelope], bool] | None:
    """Return the predicate that the core evaluates where the transport declares EMULATED; None takes every message."""
    selector: Selector | None = spec.selector if capabilities.level(_selecting(spec)) is Level.EMULATED else None
    own = spec.excluded_origin if capabilities.level(Feature.NO_LOCAL) is Level.EMULATED else None
    if selector is None:
        return None if own is None else lambda envelope: envelope.origin != own
    matches = selector.matches
    return matches if own is None else lambda envelope: envelope.origin != own and matches(envelope)


def _selecting(spec: SubscriptionSpec) -> Feature:
    return Feature.QUEUE_SELECTOR if spec.destination.is_queue else Feature.TOPIC_SELECTOR
