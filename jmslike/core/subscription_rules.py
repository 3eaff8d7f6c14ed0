"""What is checked before a consumer is made, and which selecting is left to the core."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from jmslike.capabilities import Capabilities, Feature, Level
from jmslike.core.session_state import SessionState
from jmslike.destinations import Destination, Topic, exact_destination
from jmslike.errors import IllegalStateError, InvalidDestinationError, JMSError
from jmslike.exact import exact_boolean, exact_text
from jmslike.selector import Selector, optional
from jmslike.spi import Envelope, SubscriptionSpec


def checked_spec(
    session: SessionState,
    destination: object,
    selector_text: str | None,
    *,
    name: str | None,
    durable: bool,
    shared: bool,
    no_local: bool,
) -> SubscriptionSpec:
    """Return what the transport is asked for. Raises what `Session.create_consumer` and its kin document."""
    connection = session.connection
    destination = _consumable(destination, connection.owns_temporary)
    if durable or shared:
        _check_topic(destination, durable=durable)
        if durable and not shared and connection.client_id is None:
            raise IllegalStateError("a durable subscription that is not shared needs a client id on the connection")
    selector = optional(selector_text)
    excludes_own = exact_boolean(no_local, "no_local")
    origin = connection.origin() if excludes_own and not destination.is_queue else None
    stopped = not session.gate.running
    window = connection.settings.window
    dead_letters = session.redelivery.dead_letters_of(destination)
    spec = SubscriptionSpec(destination, selector, name, durable, shared, origin, window, stopped, dead_letters)
    _require_features(connection.capabilities, spec)
    return replace(spec, name=subscription_name(name)) if durable or shared else spec


def _consumable(value: object, is_own: Callable[[Destination], bool]) -> Destination:
    """Return what is consumed from. Raises InvalidDestinationError; a temporary one must be the connection's own."""
    destination = exact_destination(value, "to consume from")
    if destination.is_temporary and not is_own(destination):
        raise InvalidDestinationError(f"{destination} can be consumed only by the connection that created it")
    return destination


def _check_topic(topic: object, *, durable: bool) -> None:
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


def _require_features(capabilities: Capabilities, spec: SubscriptionSpec) -> None:
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
