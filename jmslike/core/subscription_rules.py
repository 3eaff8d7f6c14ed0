"""What is checked before a consumer is made, and which selecting is left to the core."""

from __future__ import annotations

from collections.abc import Callable

from jmslike.capabilities import Capabilities, Feature, Level
from jmslike.destinations import Destination, Topic, exact_destination
from jmslike.errors import InvalidDestinationError, JMSError
from jmslike.exact import exact_text
from jmslike.selector import Selector
from jmslike.spi import Envelope, SubscriptionSpec


def consumable(value: object, is_own: Callable[[Destination], bool]) -> Destination:
    """Return what is consumed from. Raises InvalidDestinationError; a temporary one must be the connection's own."""
    destination = exact_destination(value, "to consume from")
    if destination.is_temporary and not is_own(destination):
        raise InvalidDestinationError(f"{destination} can be consumed only by the connection that created it")
    return destination


def check_topic(topic: object, *, durable: bool) -> None:
    """Raise InvalidDestinationError unless it can have named subscriptions."""
    if not isinstance(topic, Topic):
        raise InvalidDestinationError(f"only a topic has subscriptions, not {topic!r}")
    if durable and topic.is_temporary:
        raise InvalidDestinationError("a temporary topic cannot have durable subscriptions")


def subscription_name(value: object) -> str:
    """Return the name of a subscription (section 4.2.4). Raises JMSError unless it is a str that is not empty."""
    if not isinstance(value, str) or not value:
        raise JMSError(f"a subscription needs a name, a non-empty str, not {value!r}")
    return exact_text(value)


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
    selects = selector.selects
    return selects if own is None else lambda envelope: envelope.origin != own and selects(envelope)


def _selecting(spec: SubscriptionSpec) -> Feature:
    return Feature.QUEUE_SELECTOR if spec.destination.is_queue else Feature.TOPIC_SELECTOR
