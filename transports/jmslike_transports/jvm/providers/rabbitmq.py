"""RabbitMQ, through its JMS client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import jpype

from jmslike.capabilities import Feature, Support, partial, unsupported
from jmslike_transports.jvm.address import Address
from jmslike_transports.jvm.beans import set_properties
from jmslike_transports.jvm.crossings import cross
from jmslike_transports.jvm.providers.base import EVERYTHING, HEARTBEAT, Provider, client_class, made, milliseconds
from jmslike_transports.jvm.tls import ssl_context

_FACTORY: Final = "com.rabbitmq.jms.admin.RMQConnectionFactory"
_AMQP_FACTORY: Final = "com.rabbitmq.client.ConnectionFactory"
_TRUST_ALL: Final = "com.rabbitmq.client.TrustEverythingTrustManager"
_ALL: Final = 0
_ACKNOWLEDGED_AFTER: Final = 2_000


class RabbitMQ(Provider):
    """Its metadata says JMS 1.1, but it has shared subscriptions and, with a plugin of the broker, delays."""

    product = "RabbitMQ"
    coordinates = ("com.rabbitmq.jms:rabbitmq-jms",)
    individual = 4  # RMQSession.CLIENT_INDIVIDUAL_ACKNOWLEDGE
    confirms_sends = False

    def connection_factory(self, loader: Any, address: Address) -> Any:
        """See Provider.connection_factory."""
        factory = made(self, loader, address, _FACTORY)
        amqp = cross(client_class, self, loader, address, _AMQP_FACTORY)
        cross(_configure, factory, amqp, address)
        if address.tls is not None:
            trust = None
            if not address.tls.verify:
                manager = made(self, loader, address, _TRUST_ALL)
                trust = cross(lambda: jpype.JArray(jpype.JClass("javax.net.ssl.TrustManager"))([manager]))
            cross(_protect, factory, address, trust)
        return factory

    def features(self, major: int, minor: int) -> Mapping[Feature, Support]:
        """See Provider.features."""
        return {
            **EVERYTHING,
            Feature.QUEUE_SELECTOR: unsupported("RabbitMQ selects only for topics: use a topic's subscription"),
            Feature.REDELIVERY_COUNT: partial("RabbitMQ has only a mark for what was delivered before"),
            Feature.DELAY: partial("the broker needs its plugin rabbitmq_delayed_message_exchange"),
            Feature.PRIORITY: unsupported("its client declares queues without priorities"),
            Feature.MESSAGE_GROUP: unsupported("RabbitMQ does not heed JMSXGroupID: use a queue for each group"),
        }


def _configure(factory: Any, amqp: Any, address: Address) -> None:
    factory.setHost(address.host.strip("[]"))
    factory.setPort(address.port)
    factory.setVirtualHost(address.own.get("vhost", "/"))
    factory.setChannelsQos(address.window)
    factory.setQueueBrowserReadMax(_ALL)
    factory.setOnMessageTimeoutMs(_ACKNOWLEDGED_AFTER)
    factory.setTerminationTimeout(milliseconds(address.request_timeout))
    factory.setDeclareReplyToDestination(False)
    factory.setAmqpConnectionFactoryPostProcessor(
        _consumer(
            _setter(amqp, "setAutomaticRecoveryEnabled", jpype.JBoolean, False),
            _setter(amqp, "setConnectionTimeout", jpype.JInt, milliseconds(address.connect_timeout)),
            _setter(amqp, "setHandshakeTimeout", jpype.JInt, milliseconds(address.connect_timeout)),
            _setter(amqp, "setChannelRpcTimeout", jpype.JInt, milliseconds(address.request_timeout)),
            _setter(amqp, "setRequestedHeartbeat", jpype.JInt, HEARTBEAT // 1000),
        )
    )
    set_properties(factory, address.properties)


def _protect(factory: Any, address: Address, trust: Any) -> None:
    assert address.tls is not None
    factory.useSslProtocol(ssl_context(address.tls, trust))
    factory.setHostnameVerification(address.tls.verify)


def _setter(bean: Any, name: str, type_: Any, value: Any) -> Any:
    """Return a java.util.function.Consumer that calls the bean's setter with the value: no Java calls Python."""
    invoke = "java.lang.invoke"
    types = jpype.JClass(f"{invoke}.MethodType").methodType(jpype.JClass("java.lang.Void").TYPE, type_)
    method = jpype.JClass(f"{invoke}.MethodHandles").publicLookup().findVirtual(bean, name, types)
    bound = jpype.JClass(f"{invoke}.MethodHandles").insertArguments(method, 1, [type_(value)])
    kind = jpype.JClass("java.util.function.Consumer")
    return jpype.JClass(f"{invoke}.MethodHandleProxies").asInterfaceInstance(kind, bound)


def _consumer(first: Any, *others: Any) -> Any:
    """Return a Consumer that calls all of them."""
    for other in others:
        first = first.andThen(other)
    return first
