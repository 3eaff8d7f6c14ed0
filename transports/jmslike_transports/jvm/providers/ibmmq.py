"""IBM MQ, through its client for Jakarta Messaging."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import jpype

from jmslike.capabilities import Feature, Support, partial
from jmslike_transports.jvm.address import Address
from jmslike_transports.jvm.beans import set_properties
from jmslike_transports.jvm.crossings import cross
from jmslike_transports.jvm.providers.base import EVERYTHING, LEFT_OPEN, Provider, made, of_version
from jmslike_transports.jvm.tls import require_verification, ssl_context

_FACTORY: Final = "com.ibm.mq.jakarta.jms.MQConnectionFactory"
_LOG: Final = "com.ibm.msg.client.commonservices.log.status"
_CLIENT: Final = 1  # WMQConstants.WMQ_CM_CLIENT
_RECONNECTS_NEVER: Final = 0x2000000  # WMQConstants.WMQ_CLIENT_RECONNECT_DISABLED
_CHANNEL: Final = "SYSTEM.DEF.SVRCONN"
_CIPHERS: Final = "*TLS12ORHIGHER"


class IbmMq(Provider):
    """Of its own settings, `sSLCipherSuite` and others are reached by `properties`."""

    product = "IBM MQ"
    coordinates = ("com.ibm.mq:com.ibm.mq.jakarta.client",)

    def connection_factory(self, loader: Any, address: Address) -> Any:
        """See Provider.connection_factory."""
        cross(_write_no_log)
        factory = made(self, loader, address, _FACTORY)
        cross(_configure, factory, address)
        return factory

    def features(self, major: int, minor: int) -> Mapping[Feature, Support]:
        """See Provider.features."""
        delay = partial("the queue manager needs its delay daemon")
        return of_version({**EVERYTHING, **LEFT_OPEN, Feature.DELAY: delay}, major)


def _write_no_log() -> None:
    """Keep the client from writing a log into the working directory, unless the program has decided on that."""
    system = jpype.JClass("java.lang.System")
    if system.getProperty(_LOG) is None:
        system.setProperty(_LOG, "OFF")


def _configure(factory: Any, address: Address) -> None:
    factory.setTransportType(_CLIENT)
    factory.setHostName(address.host.strip("[]"))
    factory.setPort(address.port)
    factory.setChannel(address.own.get("channel", _CHANNEL))
    factory.setQueueManager(address.own.get("queue_manager", ""))
    factory.setClientReconnectOptions(_RECONNECTS_NEVER)
    factory.setAppName("jmslike")
    if address.tls is not None:
        require_verification(address.tls, "the client of IBM MQ")
        factory.setSSLSocketFactory(ssl_context(address.tls).getSocketFactory())
        factory.setSSLCipherSuite(_CIPHERS)
    set_properties(factory, address.properties)
