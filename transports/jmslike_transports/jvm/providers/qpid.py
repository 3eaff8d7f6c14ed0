"""Brokers that speak AMQP 1.0, through Qpid JMS: Artemis, Qpid Broker-J, ActiveMQ, Azure Service Bus and others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import jpype

from jmslike.capabilities import Feature, Support, partial, unsupported
from jmslike.selector import Selector
from jmslike_transports.jvm.address import Address
from jmslike_transports.jvm.beans import set_properties
from jmslike_transports.jvm.crossings import cross
from jmslike_transports.jvm.names import LINE_ENDS, NameRules
from jmslike_transports.jvm.providers.base import (
    EVERYTHING,
    HEARTBEAT,
    LEFT_OPEN,
    LOST_WITH_DESTINATION,
    Provider,
    made,
    milliseconds,
)
from jmslike_transports.jvm.tls import ssl_context
from jmslike_transports.shared.typed_selectors import ASCII_NAMES, FRACTIONS, TypedSelectors

_FACTORY: Final = "org.apache.qpid.jms.JmsConnectionFactory"
_LONGEST: Final = 16_000
"""Bytes of a name: it stands twice in the frame that opens a consumer, and some brokers take 64 KiB in a frame."""
_SELECTORS: Final = TypedSelectors("the broker", joins_strings=True)
_SELECTING: Final = {
    **FRACTIONS,
    **dict.fromkeys(ASCII_NAMES, "Artemis and Broker-J know only ASCII in names: InvalidSelectorError"),
}
_TOPICS: Final = "amq.topic/"
"""Before the name of a topic: the exchange of topics that each virtual host of Broker-J has."""
_MAKES_AGAIN: Final = "the broker makes a destination that a message is sent to, also one that was temporary"


class Qpid(Provider):
    """Its metadata names the client and not the broker; that stands in the client's private objects."""

    product = "Qpid JMS"
    coordinates = ("org.apache.qpid:qpid-jms-client",)
    individual = 101
    names = NameRules(refused=("::", "?", *LINE_ENDS), longest=_LONGEST)

    def connection_factory(self, loader: Any, address: Address) -> Any:
        """See Provider.connection_factory."""
        factory = made(self, loader, address, _FACTORY, _url(address))
        cross(_configure, factory, address)
        return factory

    def features(self, major: int, minor: int) -> Mapping[Feature, Support]:
        """See Provider.features."""
        return {**_features(**_SELECTING), **LEFT_OPEN}

    def at(self, connection: Any) -> Provider:
        """See Provider.at."""
        return _BROKERS.get(cross(_product, connection), self)

    def selector(self, selector: Selector) -> str:
        """See Provider.selector."""
        return _SELECTORS.write(selector.tree)


class QpidOnArtemis(Qpid):
    """As Artemis understands it."""

    def features(self, major: int, minor: int) -> Mapping[Feature, Support]:
        """See Provider.features."""
        return {
            **_features(**_SELECTING),
            Feature.TEMPORARY: partial(CONN_19=_MAKES_AGAIN),
            Feature.TRANSACTION: partial(TX_13=LOST_WITH_DESTINATION),
            Feature.NAMES: partial(
                DST_02="an address of AMQP 1.0 is a queue or a topic: the second consumer is refused"
            ),
            Feature.DURABLE_SUBSCRIPTION: partial(
                SUB_17="the broker does not tell a shared subscription from one that is not"
            ),
        }


class QpidOnBrokerJ(Qpid):
    """As Broker-J understands it."""

    _selectors = replace(_SELECTORS, product="Qpid Broker-J", unknown=frozenset(("JMSXGroupID", "JMSXGroupSeq")))
    _no_group = "the broker's selectors do not see the group of AMQP 1.0: UnsupportedFeatureError"

    def features(self, major: int, minor: int) -> Mapping[Feature, Support]:
        """See Provider.features."""
        return {
            **_features(**_SELECTING, SEL_29=self._no_group, SC_91=self._no_group),
            Feature.TEMPORARY: partial(CONN_19=_MAKES_AGAIN),
            Feature.MESSAGE_GROUP: unsupported(
                "its queues have none unless the administrator sets their `messageGroupType`: give each group a queue "
                "with one consumer"
            ),
            Feature.DURABLE_SUBSCRIPTION: partial(
                SUB_17="the other kind of the name is another subscription, or none: `Link not found`",
                SUB_14="with noLocal, it has nothing of what was sent while it had no consumer",
            ),
        }

    def prepare(self, connection: Any) -> None:
        """See Provider.prepare. Broker-J counts as delivered what it pushed and took back; a bare name is a queue's."""
        cross(_ask_for_each_message, connection)
        cross(_find_topics, connection)

    def selector(self, selector: Selector) -> str:
        """See Provider.selector."""
        return self._selectors.write(selector.tree)


_BROKERS: Final[Mapping[str, Provider]] = {
    "apache-activemq-artemis": QpidOnArtemis(),
    "Apache Qpid Broker-J Core": QpidOnBrokerJ(),
}
"""By the product that the broker names when the connection opens."""


def _features(**selecting: str) -> Mapping[Feature, Support]:
    support = partial(**selecting)
    return {**EVERYTHING, Feature.QUEUE_SELECTOR: support, Feature.TOPIC_SELECTOR: support}


def _product(connection: Any) -> str:
    """Return what the broker says that it is; the empty text if this version of the client hides that elsewhere."""
    try:
        provider = _private(connection, "provider")
        while str(provider.getClass().getSimpleName()) != "AmqpProvider":
            provider = _private(provider, "next")
        return next(
            str(pair.getValue())
            for pair in _private(provider, "protonConnection").getRemoteProperties().entrySet()
            if str(pair.getKey()) == "product"
        )
    except (jpype.JException, AttributeError, StopIteration):
        return ""


def _private(owner: Any, name: str) -> Any:
    field = owner.getClass().getDeclaredField(name)
    field.setAccessible(True)
    return field.get(owner)


def _ask_for_each_message(connection: Any) -> None:
    policy = connection.getPrefetchPolicy()  # of the sessions that are opened from now on
    policy.setQueuePrefetch(0)
    policy.setDurableTopicPrefetch(0)


def _find_topics(connection: Any) -> None:
    if connection.getTopicPrefix() is None:  # else `properties` has set it
        connection.setTopicPrefix(_TOPICS)


def _url(address: Address) -> str:
    settings = {
        "amqp.idleTimeout": str(2 * HEARTBEAT),
        "transport.connectTimeout": str(milliseconds(address.connect_timeout)),
    }
    if address.tls is not None and not address.tls.verify:
        settings |= {"transport.trustAll": "true", "transport.verifyHost": "false"}
    query = "&".join(f"{name}={value}" for name, value in settings.items())
    return f"{'amqp' if address.tls is None else 'amqps'}://{address.host}:{address.port}?{query}"


def _configure(factory: Any, address: Address) -> None:
    answer = milliseconds(address.request_timeout)
    factory.setConnectTimeout(milliseconds(address.connect_timeout))
    factory.setRequestTimeout(answer)
    factory.setSendTimeout(answer)
    factory.setCloseTimeout(answer)
    factory.getPrefetchPolicy().setAll(address.window)
    factory.setReceiveLocalOnly(True)
    factory.setLocalMessagePriority(True)
    factory.setUseDaemonThread(True)
    if address.tls is not None and not address.tls.verify and address.tls.certificate is not None:
        raise ValueError(
            "options tls_cert and tls_verify: Qpid JMS shows a certificate only where it verifies the server"
        )
    if address.tls is not None and address.tls.verify:
        factory.setSslContext(ssl_context(address.tls))
    set_properties(factory, address.properties)
