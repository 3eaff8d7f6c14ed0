"""Spring's JMS: what takes the place of its templates, its containers and its annotations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from jmslike.capabilities import Feature, Level
from jmslike.migration.arguments import Arguments, literal
from jmslike.migration.calls import Call
from jmslike.migration.demands import Demand, selector
from jmslike.migration.pages import (
    BROWSING,
    CONVERTERS,
    HEADERS,
    LISTENERS,
    RUNNING,
    SELECTORS,
    TEMPLATE,
    TOPIC_LISTENERS,
    TRANSACTIONS,
)
from jmslike.migration.replacement import Replacement, in_part, missing

_TEMPLATES: Final = ("JmsClient", "JmsMessageOperations", "JmsMessagingTemplate", "JmsOperations", "JmsTemplate")
_CONTAINERS: Final = frozenset(
    {
        "AbstractMessageListenerContainer",
        "DefaultJmsListenerContainerFactory",
        "DefaultMessageListenerContainer",
        "SimpleJmsListenerContainerFactory",
        "SimpleMessageListenerContainer",
    }
)
_POOLS: Final = frozenset(
    {
        "CachingConnectionFactory",
        "JmsPoolConnectionFactory",
        "PooledConnectionFactory",
        "SingleConnectionFactory",
        "UserCredentialsConnectionFactoryAdapter",
    }
)
_SEND: Final = Replacement("JmsTemplate.send of jmslike.listening", TEMPLATE)
_RECEIVE: Final = Replacement("JmsTemplate.receive of jmslike.listening", TEMPLATE)
_TEMPLATE: Final = Replacement("JmsTemplate of jmslike.listening", TEMPLATE)
_OF_EACH_CALL: Final = Replacement("an argument of the calls of jmslike.listening's JmsTemplate", TEMPLATE)
_PRODUCER: Final = "use a setting of a JMSProducer: JmsTemplate of jmslike.listening sends without it"
_PROCESSED: Final = in_part(
    "JmsTemplate.send of jmslike.listening takes properties by name, and no headers: use the settings of a JMSProducer "
    "for a type, a priority or a time to live",
    TEMPLATE,
)


def _not_by_template(reason: str, page: str, *demands: Demand) -> Replacement:
    """Return that the template has no such thing, and what else the program can use."""
    return Replacement(reason, page, Level.UNSUPPORTED, demands)


_OF_TEMPLATES: Final[Mapping[str, Replacement]] = {
    "new": _TEMPLATE,
    "setConnectionFactory": _TEMPLATE,
    "send": _SEND,
    "convertAndSend": _SEND,
    "receive": _RECEIVE,
    "receiveAndConvert": _RECEIVE,
    "receiveSelected": _not_by_template(
        "use a consumer with a selector: JmsTemplate of jmslike.listening receives without one",
        SELECTORS,
        Demand(Feature.QUEUE_SELECTOR, "if it is a queue"),
    ),
    "sendAndReceive": Replacement(
        "JmsTemplate.send_and_receive of jmslike.listening", TEMPLATE, demands=(Demand(Feature.TEMPORARY),)
    ),
    "browse": _not_by_template(
        "use a QueueBrowser: JmsTemplate of jmslike.listening does not browse", BROWSING, Demand(Feature.BROWSE)
    ),
    "execute": _not_by_template(
        "use a JMSContext, which is a session, too: JmsTemplate of jmslike.listening has none",
        "getting-started.md#send-and-receive",
    ),
    "setDefaultDestination": _OF_EACH_CALL,
    "setDefaultDestinationName": _OF_EACH_CALL,
    "setPubSubDomain": Replacement("the text topic://NAME is a topic", TEMPLATE),
    "setReceiveTimeout": _OF_EACH_CALL,
    "setMessageConverter": Replacement("the argument converter of jmslike.listening's JmsTemplate", CONVERTERS),
    "setExplicitQosEnabled": _not_by_template(_PRODUCER, HEADERS),
    "setPriority": _not_by_template(_PRODUCER, HEADERS, Demand(Feature.PRIORITY)),
    "setTimeToLive": _not_by_template(_PRODUCER, HEADERS, Demand(Feature.TTL)),
    "setDeliveryDelay": _not_by_template(_PRODUCER, HEADERS, Demand(Feature.DELAY)),
    "setSessionTransacted": _not_by_template(
        "use a transacted session: each call of jmslike.listening's JmsTemplate is done when it returns",
        TRANSACTIONS,
        Demand(Feature.TRANSACTION),
    ),
}
"""By the method; a longer name of Spring's for the same is cut (`_SYNONYMS`)."""
_POST_PROCESSOR: Final = re.compile(r"->|::|new MessagePostProcessor")
"""What an argument looks like that changes a message before it is sent."""
_SYNONYMS: Final = {
    "receiveSelectedAndConvert": "receiveSelected",
    "convertSendAndReceive": "sendAndReceive",
    "browseSelected": "browse",
}

_CONTAINER: Final = Replacement("ListenerContainer of jmslike.listening", LISTENERS)
_CONCURRENCY: Final = Replacement("its argument concurrency", LISTENERS, demands=(Demand(Feature.COMPETING_CONSUMERS),))
_RANGE: Final = "concurrency is one number, and no range: give the highest"
_OF_CONTAINERS: Final[Mapping[str, Replacement]] = {
    **dict.fromkeys(
        ("new", "setConnectionFactory", "setDestination", "setDestinationName", "setMessageListener", "getContainer"),
        _CONTAINER,
    ),
    **dict.fromkeys(
        ("start", "stop", "shutdown", "destroy", "initialize", "isRunning", "isActive", "setAutoStartup", "setPhase"),
        Replacement("start(), stop() and run() of a ListenerContainer", RUNNING),
    ),
    **dict.fromkeys(
        ("setRecoveryInterval", "setBackOff"),
        Replacement("a ListenerContainer connects again by itself, with growing pauses", "listeners.md#outages"),
    ),
    **dict.fromkeys(("setConcurrentConsumers", "setMaxConcurrentConsumers"), _CONCURRENCY),
    "setPubSubDomain": Replacement("the text topic://NAME is a topic", TOPIC_LISTENERS),
    "setMessageSelector": Replacement("its argument selector", LISTENERS, demands=tuple(selector(None, '"selector"'))),
    "setSubscriptionDurable": Replacement(
        "its argument durable", TOPIC_LISTENERS, demands=(Demand(Feature.DURABLE_SUBSCRIPTION),)
    ),
    "setSubscriptionShared": Replacement(
        "its argument subscription", TOPIC_LISTENERS, demands=(Demand(Feature.SHARED_SUBSCRIPTION),)
    ),
    "setSubscriptionName": Replacement("its argument subscription", TOPIC_LISTENERS),
    "setDurableSubscriptionName": Replacement("its argument subscription", TOPIC_LISTENERS),
    "setClientId": Replacement("its argument client_id", TOPIC_LISTENERS, demands=(Demand(Feature.CLIENT_ID),)),
    "setMessageConverter": Replacement("its argument converter", CONVERTERS),
    "setSessionAcknowledgeMode": Replacement("its argument session_mode", LISTENERS),
    "setSessionTransacted": Replacement(
        "its default session_mode", "listeners.md#when-a-message-is-done", demands=(Demand(Feature.TRANSACTION),)
    ),
    "setErrorHandler": Replacement("what the function raises rolls back", "listeners.md#when-a-message-is-done"),
}


def _of_template(call: Call) -> Replacement:
    if call.member == "convertAndSend" and call.arguments and _POST_PROCESSOR.search(call.arguments[-1]):
        return _PROCESSED
    known = _OF_TEMPLATES.get(_SYNONYMS.get(call.member, call.member))
    return known or missing("JmsTemplate of jmslike.listening has no such method", TEMPLATE)


def _of_container(call: Call) -> Replacement:
    if call.member == "setConcurrency":
        return replace(_CONCURRENCY, reason=_RANGE, level=Level.PARTIAL) if _is_range(call, 0) else _CONCURRENCY
    known = _OF_CONTAINERS.get(call.member)
    return known or missing("ListenerContainer of jmslike.listening has no such setting", LISTENERS)


def _is_range(call: Call, position: int | None) -> bool:
    return "-" in (literal(Arguments(call).text(position, "concurrency")) or "")


def _of_pool(call: Call) -> Replacement | None:
    if call.member.startswith("create"):
        return None
    return Replacement("not needed: JmsTemplate and ListenerContainer keep their connections", TEMPLATE)


_CONVERTER: Final = Replacement("a converter of jmslike.converters", CONVERTERS)
_CALLBACKS: Final = ("BrowserCallback", "MessageCreator", "MessagePostProcessor", "ProducerCallback", "SessionCallback")
_CALLBACK: Final = Replacement("not needed: JmsTemplate.send takes the message, and properties by name", TEMPLATE)
_ADAPTER: Final = Replacement("the function itself, with a converter: @jms_listener(..., converter=...)", LISTENERS)
_TRANSACTIONS: Final = Replacement(
    "the default session_mode of a ListenerContainer",
    "listeners.md#when-a-message-is-done",
    demands=(Demand(Feature.TRANSACTION),),
)


def of_type(call: Call) -> Replacement | None:
    """Return what takes the place of a call on one of Spring's types; None for another type, or for a call of JMS."""
    owner = call.owner or ""
    if owner in _TEMPLATES:
        return _of_template(call)
    if owner in _CONTAINERS:
        return _of_container(call)
    if owner in _POOLS:
        return _of_pool(call)
    if owner == "JmsTransactionManager":
        return _TRANSACTIONS
    if owner in _CALLBACKS:
        return _CALLBACK
    if owner == "MessageListenerAdapter":
        return _ADAPTER
    return _CONVERTER if owner.endswith("MessageConverter") else None


# ---- annotations ----------------------------------------------------------------------------------------------------


def _listener(call: Call) -> Replacement:
    given = Arguments(call)
    is_topic = given.text(None, "subscription") is not None
    found = [*selector("Topic" if is_topic else None, given.text(None, "selector"))]
    concurrency = literal(given.text(None, "concurrency"))
    if concurrency is not None and concurrency.rpartition("-")[2] not in ("0", "1"):
        found.append(Demand(Feature.COMPETING_CONSUMERS))
    if is_topic:
        found.append(Demand(Feature.DURABLE_SUBSCRIPTION))
    limits = tuple(_limits(call))
    level = Level.PARTIAL if limits else Level.EMULATED
    return Replacement("; ".join(("@jms_listener of jmslike.listening", *limits)), LISTENERS, level, tuple(found))


def _limits(call: Call) -> Iterator[str]:
    """Yield what Spring's mark says, and the replacement refuses."""
    if _is_range(call, None):
        yield _RANGE
    if len(call.parameters) > 1:
        yield "the function takes one argument, the message or what a converter makes of it: read the headers from it"
    if any("${" in each or "#{" in each for each in call.arguments):
        yield "${...} is not filled in: read the setting yourself"


_REPLY: Final = in_part("what the function returns goes to the message's reply_to: send to others yourself", LISTENERS)
_HEADER: Final = in_part("the function gets the message: read its headers and properties from it", LISTENERS)
_ANNOTATIONS: Final[Mapping[str, Replacement]] = {
    "@EnableJms": Replacement("listen() of jmslike.listening, or jmslike run", RUNNING),
    "@Header": _HEADER,
    "@Headers": _HEADER,
    "@Payload": Replacement("what the function gets, with a converter", CONVERTERS),
    "@JmsListeners": Replacement("several marks @jms_listener of jmslike.listening", LISTENERS),
    "@SendTo": _REPLY,
}
_OF_OTHER_MESSAGING: Final = ("@Header", "@Headers", "@Payload", "@SendTo")
"""Annotations that Spring has for other messaging, too."""


def of_annotation(call: Call, annotations: Sequence[Call]) -> Replacement | None:
    """Return what takes the place of one of Spring's annotations, which is one of those in its program."""
    if call.member in _OF_OTHER_MESSAGING and all(each.member != "@JmsListener" for each in annotations):
        return None
    return _listener(call) if call.member == "@JmsListener" else _ANNOTATIONS.get(call.member)
