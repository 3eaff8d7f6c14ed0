"""Message-driven beans of application servers: what takes the place of their annotations."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Final

from jmslike.capabilities import Feature
from jmslike.migration.absent import ABSENT
from jmslike.migration.arguments import Arguments, literal
from jmslike.migration.calls import Call
from jmslike.migration.demands import Demand, if_asked, selector
from jmslike.migration.pages import BEANS, LISTENERS, NAMING, TEMPLATE, TOPIC_LISTENERS
from jmslike.migration.replacement import Replacement, in_part, missing

_FUNCTION: Final = "a function with @jms_listener"
_BEAN: Final = Replacement(
    f"{_FUNCTION} of jmslike.listening, which jmslike run runs",
    LISTENERS,
    demands=(Demand(Feature.TRANSACTION), Demand(Feature.COMPETING_CONSUMERS)),
)
_LOCAL: Final = in_part(
    "each message is a transaction of its session, and what is done elsewhere is no part of it",
    "listeners.md#when-a-message-is-done",
)
_INJECTIONS: Final = ("@Autowired", "@Inject", "@Resource", "@Value")
_INJECTED_FACTORY: Final = Replacement("ConnectionFactory(url), or InitialContext of jmslike.naming", NAMING)
_INJECTED: Final = {
    "JMSContext": Replacement("ConnectionFactory(url).create_context()", BEANS),
    **dict.fromkeys(
        ("Destination", "Queue", "Topic"),
        Replacement("Queue(name) or Topic(name), or InitialContext of jmslike.naming", NAMING),
    ),
    **dict.fromkeys(
        ("JmsMessagingTemplate", "JmsTemplate"), Replacement("JmsTemplate(url) of jmslike.listening", TEMPLATE)
    ),
}
"""What takes the place of a value that a server or Spring sets, by its type."""
CONTEXT: Final = "MessageDrivenContext"
"""What a server tells a bean about its message."""
_OF_CONTEXT: Final = {
    "setRollbackOnly": Replacement(
        "raise in the function instead: the transaction is then rolled back",
        "listeners.md#when-a-message-is-done",
        demands=(Demand(Feature.TRANSACTION),),
    )
}
_PROPERTY: Final = "@ActivationConfigProperty"
_LISTENERS: Final = ("@JmsListener", "@MessageDriven")
_OF_TRANSACTIONS: Final = ("@Transactional", "@TransactionAttribute", "@TransactionManagement")
"""Annotations that concern messages where a listener is in the same program."""


def of_type(call: Call) -> Replacement | None:
    """Return what takes the place of a call on the context of a bean; None for a call on another type."""
    if call.owner != CONTEXT:
        return None
    return _OF_CONTEXT.get(call.member) or missing("the server's own, and no member of what a function gets", BEANS)


def of_annotation(call: Call, annotations: Sequence[Call]) -> Replacement | None:
    """Return what takes the place of an annotation, which is one of those in its program."""
    if call.member == "@MessageDriven":
        return _BEAN
    if call.member == _PROPERTY:
        return _activation(call, _kind(call, annotations))
    if call.member in _OF_TRANSACTIONS:
        return _LOCAL if any(each.member in _LISTENERS for each in annotations) else None
    if call.member in _INJECTIONS and call.owner is not None:
        return _INJECTED.get(call.owner, _INJECTED_FACTORY)
    name = call.member.removeprefix("@")
    return missing(f"{name} {ABSENT[name]}: make a ConnectionFactory(url)") if name in ABSENT else None


def _kind(call: Call, annotations: Sequence[Call]) -> str | None:
    """Return the type of the destination, which another property of the same bean says: "Queue" or "Topic"."""
    place = annotations.index(call)
    before = itertools.takewhile(lambda each: each.member == _PROPERTY, reversed(annotations[:place]))
    behind = itertools.takewhile(lambda each: each.member == _PROPERTY, annotations[place:])
    properties = dict(map(_property, (*before, *behind)))
    return (properties.get("destinationType") or "").rpartition(".")[2] or None


def _property(call: Call) -> tuple[str | None, str | None]:
    given = Arguments(call)
    return literal(given.text(None, "propertyName")), literal(given.text(None, "propertyValue"))


def _activation(call: Call, kind: str | None) -> Replacement:
    name, _ = _property(call)
    return _activations(Arguments(call).text(None, "propertyValue"), kind).get(name or "") or in_part(
        f"a setting of the application server, {name or 'whose name is not spelled out'}: see what @jms_listener has",
        LISTENERS,
    )


def _activations(value: str | None, kind: str | None) -> Mapping[str, Replacement]:
    """Return what the properties of a message-driven bean are here, with this value and type of destination."""
    is_durable = literal(value) != "NonDurable"
    container = Replacement(f"{_FUNCTION}: its destination", LISTENERS)
    return {
        "destination": container,
        "destinationLookup": container,
        "destinationType": container,
        "connectionFactoryLookup": Replacement("the URL of jmslike run, or jmslike.naming", NAMING),
        "messageSelector": Replacement(f"{_FUNCTION}: its selector", LISTENERS, demands=tuple(selector(kind, value))),
        "subscriptionDurability": Replacement(
            f"{_FUNCTION}: its argument durable",
            TOPIC_LISTENERS,
            demands=tuple(if_asked(Feature.DURABLE_SUBSCRIPTION, is_durable, "")),
        ),
        "subscriptionName": Replacement(f"{_FUNCTION}: its argument subscription", TOPIC_LISTENERS),
        "clientId": Replacement(
            f"{_FUNCTION}: its argument client_id", TOPIC_LISTENERS, demands=(Demand(Feature.CLIENT_ID),)
        ),
        "acknowledgeMode": Replacement(f"{_FUNCTION}: its argument session_mode", LISTENERS),
        "maxSession": Replacement(
            f"{_FUNCTION}: its argument concurrency", LISTENERS, demands=(Demand(Feature.COMPETING_CONSUMERS),)
        ),
    }
