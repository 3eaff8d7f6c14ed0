"""Eclipse OpenMQ, through its own client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from jmslike.capabilities import Feature, Support
from jmslike_transports.jvm.address import Address
from jmslike_transports.jvm.crossings import cross
from jmslike_transports.jvm.providers.base import EVERYTHING, HEARTBEAT, Provider, made, milliseconds, of_version

_FACTORY: Final = "com.sun.messaging.ConnectionFactory"


class OpenMq(Provider):
    """Its factory has no setter for each setting, but names for all: `properties` are `imqAckTimeout=...` and so on."""

    product = "Eclipse OpenMQ"
    coordinates = ("org.glassfish.mq:imq",)

    def connection_factory(self, loader: Any, address: Address) -> Any:
        """See Provider.connection_factory."""
        factory = made(self, loader, address, _FACTORY)
        cross(_configure, factory, address)
        return factory

    def features(self, major: int, minor: int) -> Mapping[Feature, Support]:
        """See Provider.features."""
        return of_version(EVERYTHING, major)


def _configure(factory: Any, address: Address) -> None:
    service = "jms" if address.tls is None else "ssljms"
    settings = {
        "imqAddressList": f"mq://{address.host}:{address.port}/{service}",
        "imqAddressListIterations": "1",
        "imqReconnectEnabled": "false",
        "imqReconnectAttempts": "0",
        "imqPingInterval": str(HEARTBEAT // 1000),
        "imqAckTimeout": str(milliseconds(address.request_timeout)),
        "imqSocketConnectTimeout": str(milliseconds(address.connect_timeout)),
        "imqConsumerFlowLimit": str(address.window),
        "imqConsumerFlowThreshold": "50",
        "imqQueueBrowserMaxMessagesPerRetrieve": "1000",
        **dict(address.properties),
    }
    for name, value in settings.items():
        factory.setProperty(name, value)
