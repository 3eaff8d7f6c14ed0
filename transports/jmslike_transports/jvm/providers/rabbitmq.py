"""RabbitMQ, through its JMS client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import jpype

from jmslike.capabilities import EMULATED, Feature, Support, partial, unsupported
from jmslike.errors import MessageFormatError
from jmslike.selector import Selector
from jmslike.spi import Envelope
from jmslike_transports.jvm.address import Address
from jmslike_transports.jvm.beans import set_properties
from jmslike_transports.jvm.crossings import cross
from jmslike_transports.jvm.names import NameRules
from jmslike_transports.jvm.providers.base import (
    EVERYTHING,
    HEARTBEAT,
    Provider,
    client_class,
    made,
    milliseconds,
)
from jmslike_transports.jvm.texts import LONGEST, items_of, require_short
from jmslike_transports.jvm.tls import ssl_context
from jmslike_transports.shared.rabbitmq import (
    LONGEST_SHORT,
    NO_MESSAGE_GROUP,
    NO_QUEUE_SELECTOR,
    ROUTING_HEADERS,
    check_headers,
    short,
)

_FACTORY: Final = "com.rabbitmq.jms.admin.RMQConnectionFactory"
_AMQP_FACTORY: Final = "com.rabbitmq.client.ConnectionFactory"
_TRUST_ALL: Final = "com.rabbitmq.client.TrustEverythingTrustManager"
_TRUSTED: Final = ("java.lang", "com.rabbitmq.jms.admin")
"""The packages of the values that a map or a stream may hold, and of destinations: the client makes no other objects of
what arrives."""
_ALL: Final = 0
_ACKNOWLEDGED_AFTER: Final = 2_000
_UNKNOWN_SELECTOR: Final = "jmslike selects, and the broker does not know by what: unsubscribe first"


class RabbitMQ(Provider):
    """Its metadata says JMS 1.1, but it has shared subscriptions and, with a plugin of the broker, delays."""

    product = "RabbitMQ"
    coordinates = ("com.rabbitmq.jms:rabbitmq-jms",)
    individual = 4  # RMQSession.CLIENT_INDIVIDUAL_ACKNOWLEDGE
    confirms_sends = False
    unsubscribes_others = False
    names = NameRules(refused=("\r", "\n"), refused_first="amq.", longest=255)  # the broker takes both away

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
            Feature.QUEUE_SELECTOR: NO_QUEUE_SELECTOR,
            Feature.TOPIC_SELECTOR: EMULATED,
            Feature.REDELIVERY_COUNT: partial(RED_02="RabbitMQ has only a mark for what was delivered before"),
            Feature.BROWSE: partial(QB_01="what was looked at is marked redelivered afterwards"),
            Feature.DELAY: unsupported(
                "its client needs the broker's plugin rabbitmq_delayed_message_exchange, and loses the connection if "
                "that is missing: use amqp://"
            ),
            Feature.PRIORITY: partial(ORD_02="its client declares queues without priorities"),
            Feature.NO_LOCAL: unsupported("its client delivers what the connection itself published all the same"),
            Feature.TEMPORARY: partial(
                CONN_19="a send from another connection to a deleted one is lost",
            ),
            Feature.SHARED_SUBSCRIPTION: partial(
                SUB_25="what was on its way to a closed consumer waits until its session closes",
                SUB_26="its client invents a client id for each connection that has none",
                SUB_27=_UNKNOWN_SELECTOR,
                SUB_28=_UNKNOWN_SELECTOR,
            ),
            Feature.TRANSACTION: partial(
                TX_13="what is sent to a deleted temporary destination is lost, and the commit succeeds",
            ),
            Feature.DURABLE_SUBSCRIPTION: partial(
                SUB_08="its client names the broker's queue by the subscription alone, and not by the client id, too",
                SUB_22="its client does not ask whether a subscription exists",
                SUB_29=_UNKNOWN_SELECTOR,
            ),
            Feature.MESSAGE_GROUP: NO_MESSAGE_GROUP,
        }

    def sendable(self, envelope: Envelope) -> Envelope:
        """See Provider.sendable. After a send that failed in the client, no other is confirmed."""
        properties, items, headers = envelope.properties, items_of(envelope), envelope.headers
        if isinstance(headers.correlation_id, str) and short(headers.correlation_id) is None:
            raise MessageFormatError(f"message not sent: RabbitMQ's correlation ids have at most {LONGEST_SHORT} bytes")
        require_short((*properties.values(), headers.type, *items, *items.values()), LONGEST, self.product)
        if properties:
            check_headers({**properties, "JMSType": headers.type or ""})
            if not ROUTING_HEADERS.isdisjoint(properties):
                raise MessageFormatError("message not sent: RabbitMQ routes by CC and BCC: name the property otherwise")
        return envelope

    def selector(self, selector: Selector) -> None:
        """See Provider.selector. The client needs a plugin of the broker, and its selectors are not those of JMS."""


def _configure(factory: Any, amqp: Any, address: Address) -> None:
    factory.setHost(address.host.strip("[]"))
    factory.setPort(address.port)
    factory.setVirtualHost(address.own.get("vhost", "/"))
    factory.setChannelsQos(address.window)
    factory.setQueueBrowserReadMax(_ALL)
    factory.setTrustedPackages(jpype.JClass("java.util.ArrayList")(list(_TRUSTED)))
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
