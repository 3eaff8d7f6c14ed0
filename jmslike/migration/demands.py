"""The features that a call of JMS asks a provider for, as its member and its arguments say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from jmslike.capabilities import Feature
from jmslike.migration.arguments import Arguments, is_constant, is_named, is_text, is_true, literal
from jmslike.migration.calls import Call


@dataclass(frozen=True, slots=True)
class Demand:
    """A feature that a call asks for."""

    feature: Feature
    condition: str = ""
    """What the source of the call does not say: "if `selector` is not empty"."""


_KINDS: Final[Mapping[str | None, Feature]] = {
    "Queue": Feature.QUEUE_SELECTOR,
    "TemporaryQueue": Feature.QUEUE_SELECTOR,
    "Topic": Feature.TOPIC_SELECTOR,
    "TemporaryTopic": Feature.TOPIC_SELECTOR,
}
_OF_RECEIVERS: Final = {"createReceiver": "Queue", "createSubscriber": "Topic"}
_PLACES_OF_DESTINATIONS: Final = {"listening.ListenerContainer": 1, "listening.jms_listener": 0}
_GROUP: Final = "JMSXGroupID"
_COUNT: Final = "JMSXDeliveryCount"
_PRODUCERS: Final = frozenset({"MessageProducer", "JMSProducer", "QueueSender", "TopicPublisher", "JmsTemplate"})


def demands(call: Call) -> tuple[Demand, ...]:
    """Return what a call of JMS asks for; nothing for one that every provider serves."""
    rule = _RULES.get(call.member)
    if rule is not None:
        return tuple(rule(call, Arguments(call)))
    if call.member.startswith("set") and call.member.endswith("Property"):
        return tuple(_property(call, _GROUP, Feature.MESSAGE_GROUP))
    if call.member.startswith("get") and call.member.endswith("Property"):
        return tuple(_property(call, _COUNT, Feature.REDELIVERY_COUNT))
    return ()


def _property(call: Call, name: str, feature: Feature) -> Iterator[Demand]:
    """Yield what the property of that name asks for."""
    source = Arguments(call).text(0, "name")
    return if_asked(feature, is_named(source, name), f"if {source} is {name}")


def if_asked(feature: Feature, asked: bool | None, condition: str) -> Iterator[Demand]:
    """Yield the demand if something asks for it, with the condition if the source does not say whether."""
    if asked is not False:
        yield Demand(feature, "" if asked else condition)


# ---- the rules ------------------------------------------------------------------------------------------------------


def _session(call: Call, given: Arguments) -> Iterator[Demand]:
    first = given.text(0, "transacted")
    if len(given) == 1 and first not in ("true", "True", "false", "False"):
        return _mode(first)
    return if_asked(Feature.TRANSACTION, is_true(first), f"if {first} is true")


def _context(call: Call, given: Arguments) -> Iterator[Demand]:
    yield from _mode(given.text({1: 0, 3: 2}.get(len(given)), "session_mode"))


def _mode(mode: str | None) -> Iterator[Demand]:
    transacted = is_constant(mode, "SESSION_TRANSACTED", "0")
    return if_asked(Feature.TRANSACTION, transacted, f"if {mode} is SESSION_TRANSACTED")


def _consumer(call: Call, given: Arguments) -> Iterator[Demand]:
    kind = _OF_RECEIVERS.get(call.member) or given.type(0, "destination")
    yield from selector(kind, given.text(1, "message_selector"))
    yield from _no_local(given.text(2, "no_local"))


def selector(kind: str | None, source: str | None) -> Iterator[Demand]:
    """Yield what a selector asks for on a destination of that type."""
    asked, condition = is_text(source), f"if {source} is not empty"
    if kind in _KINDS:
        yield from if_asked(_KINDS[kind], asked, condition)
        return
    for feature, name in ((Feature.QUEUE_SELECTOR, "queue"), (Feature.TOPIC_SELECTOR, "topic")):
        of_kind = f"if the destination is a {name}"
        if asked is not False:
            yield Demand(feature, of_kind if asked else f"{of_kind}, and {condition.removeprefix('if ')}")


def _no_local(source: str | None) -> Iterator[Demand]:
    return if_asked(Feature.NO_LOCAL, is_true(source), f"if {source} is true")


def _durable(call: Call, given: Arguments) -> Iterator[Demand]:
    yield Demand(Feature.DURABLE_SUBSCRIPTION)
    yield from selector("Topic", given.text(2, "message_selector"))
    yield from _no_local(given.text(3, "no_local"))


def _shared(call: Call, given: Arguments) -> Iterator[Demand]:
    yield Demand(Feature.SHARED_SUBSCRIPTION)
    yield from selector("Topic", given.text(2, "message_selector"))


def _shared_durable(call: Call, given: Arguments) -> Iterator[Demand]:
    yield Demand(Feature.DURABLE_SUBSCRIPTION)
    yield from _shared(call, given)


def _send(call: Call, given: Arguments) -> Iterator[Demand]:
    """Read the delivery mode, priority and time to live, which follow the message in the long forms."""
    first = _place_of_the_mode(given)
    yield from _delivery_mode(given.text(first, "delivery_mode"))
    yield from _priority(given.text(first + 1, "priority"))
    yield from _time_to_live(given.text(first + 2, "time_to_live"))


def _place_of_the_mode(given: Arguments) -> int:
    """Return where the delivery mode stands, if it is given: behind the message, before which a destination may be."""
    if given.type(0) in _KINDS or len(given) == 6:
        return 2
    if len(given) == 4 or is_constant(given.text(1), "PERSISTENT", "2"):
        return 1
    if len(given) == 5:
        return 1 if (given.type(0) or "").endswith("Message") else 2
    return len(given)


def _delivery_mode(source: str | None) -> Iterator[Demand]:
    asked = is_constant(source, "PERSISTENT", "2")
    return if_asked(Feature.PERSISTENCE, asked, f"if {source} is PERSISTENT")


def _priority(source: str | None) -> Iterator[Demand]:
    usual = True if source is None else is_constant(source, "DEFAULT_PRIORITY", "4")
    return if_asked(Feature.PRIORITY, None if usual is None else not usual, f"if {source} is not 4")


def _time_to_live(source: str | None) -> Iterator[Demand]:
    return _some(Feature.TTL, source)


def _some(feature: Feature, source: str | None) -> Iterator[Demand]:
    """Yield the demand for a time that is not 0."""
    none = True if source is None else _is_zero(source)
    return if_asked(feature, None if none is None else not none, f"if {source} is not 0")


def _is_zero(source: str) -> bool | None:
    number = source.rstrip("lL").replace("_", "")
    if number.replace(".", "", 1).isdigit():
        return float(number) == 0
    return True if source.endswith(("DEFAULT_TIME_TO_LIVE", "DEFAULT_DELIVERY_DELAY")) else None


def _of_producers(rule: Callable[[str | None], Iterator[Demand]]) -> Callable[[Call, Arguments], Iterator[Demand]]:
    """Return the rule for a setting of producers, which other types have, too."""

    def check(call: Call, given: Arguments) -> Iterator[Demand]:
        return rule(given.text(0)) if call.owner is None or call.owner in _PRODUCERS else iter(())

    return check


def _always(*features: Feature) -> Callable[[Call, Arguments], Iterator[Demand]]:
    """Return the rule of a call that asks for these features with any arguments."""

    def check(call: Call, given: Arguments) -> Iterator[Demand]:
        return map(Demand, features)

    return check


def _new(call: Call, given: Arguments) -> Iterator[Demand]:
    if call.owner in ("QueueRequestor", "TopicRequestor"):
        yield Demand(Feature.TEMPORARY)
    elif call.owner in _PLACES_OF_DESTINATIONS:
        yield from _container(given, _PLACES_OF_DESTINATIONS[call.owner])


def _container(given: Arguments, place: int) -> Iterator[Demand]:
    """Read the settings of a listener container of jmslike."""
    name = literal(given.text(place, "destination"))
    kind = given.type(place, "destination") if name is None else "Topic" if name.startswith("topic://") else "Queue"
    yield from selector(kind, given.text(None, "selector"))
    concurrency = given.text(None, "concurrency") or "1"
    if concurrency != "1":
        shares = Feature.SHARED_SUBSCRIPTION if kind == "Topic" else Feature.COMPETING_CONSUMERS
        yield Demand(shares, "" if concurrency.isdigit() else f"if {concurrency} is more than 1")
    elif given.text(None, "subscription") is not None and given.text(None, "client_id") is None:
        yield Demand(Feature.SHARED_SUBSCRIPTION)
    durable = given.text(None, "durable")
    yield from if_asked(Feature.DURABLE_SUBSCRIPTION, is_true(durable), f"if {durable} is true")
    mode = given.text(None, "session_mode")
    transacted = True if mode is None else is_constant(mode, "SESSION_TRANSACTED", "0")
    yield from if_asked(Feature.TRANSACTION, transacted, f"if {mode} is SESSION_TRANSACTED")


_RULES: Final[Mapping[str, Callable[[Call, Arguments], Iterator[Demand]]]] = {
    "createSession": _session,
    "createQueueSession": _session,
    "createTopicSession": _session,
    "createContext": _context,
    "commit": _always(Feature.TRANSACTION),
    "rollback": _always(Feature.TRANSACTION),
    "createConsumer": _consumer,
    "createReceiver": _consumer,
    "createSubscriber": _consumer,
    "createDurableSubscriber": _durable,
    "createDurableConsumer": _durable,
    "createSharedConsumer": _shared,
    "createSharedDurableConsumer": _shared_durable,
    "unsubscribe": _always(Feature.DURABLE_SUBSCRIPTION),
    "createBrowser": _always(Feature.BROWSE),
    "createTemporaryQueue": _always(Feature.TEMPORARY),
    "createTemporaryTopic": _always(Feature.TEMPORARY),
    "new": _new,
    "send": _send,
    "publish": _send,
    "setDeliveryMode": _of_producers(_delivery_mode),
    "setPriority": _of_producers(_priority),
    "setTimeToLive": _of_producers(_time_to_live),
    "setDeliveryDelay": _of_producers(lambda source: _some(Feature.DELAY, source)),
    "getJMSRedelivered": _always(Feature.REDELIVERY_COUNT),
    "sendAndReceive": _always(Feature.TEMPORARY),
    "receiveNoWait": _always(Feature.NO_WAIT),
    "receiveBodyNoWait": _always(Feature.NO_WAIT),
    "setClientID": _always(Feature.CLIENT_ID),
    "statistics": _always(Feature.STATISTICS),
}
