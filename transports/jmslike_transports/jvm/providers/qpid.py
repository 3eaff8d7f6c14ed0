"""Brokers that speak AMQP 1.0, through Qpid JMS: Artemis, Qpid Broker-J, ActiveMQ, Azure Service Bus and others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from jmslike.capabilities import Feature, Support, partial
from jmslike.selector import Selector
from jmslike_transports.jvm.address import Address
from jmslike_transports.jvm.beans import set_properties
from jmslike_transports.jvm.crossings import cross
from jmslike_transports.jvm.providers.base import EVERYTHING, HEARTBEAT, Provider, made, milliseconds
from jmslike_transports.jvm.tls import ssl_context
from jmslike_transports.shared.typed_selectors import ASCII_NAMES, FRACTIONS, TypedSelectors

_FACTORY: Final = "org.apache.qpid.jms.JmsConnectionFactory"
_SELECTORS: Final = TypedSelectors("the broker", joins_strings=True)
_SELECTING: Final = partial(
    **FRACTIONS, **dict.fromkeys(ASCII_NAMES, "Artemis and Broker-J know only ASCII in names: InvalidSelectorError")
)


class Qpid(Provider):
    """Its metadata names the client and not the broker."""

    product = "Qpid JMS"
    coordinates = ("org.apache.qpid:qpid-jms-client",)
    individual = 101

    def connection_factory(self, loader: Any, address: Address) -> Any:
        """See Provider.connection_factory."""
        factory = made(self, loader, address, _FACTORY, _url(address))
        cross(_configure, factory, address)
        return factory

    def features(self, major: int, minor: int) -> Mapping[Feature, Support]:
        """See Provider.features."""
        return {**EVERYTHING, Feature.QUEUE_SELECTOR: _SELECTING, Feature.TOPIC_SELECTOR: _SELECTING}

    def selector(self, selector: Selector) -> str:
        """See Provider.selector."""
        return _SELECTORS.write(selector.tree)


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
    if address.tls is not None and address.tls.verify:
        factory.setSslContext(ssl_context(address.tls))
    set_properties(factory, address.properties)
