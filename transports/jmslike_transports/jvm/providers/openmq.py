"""Eclipse OpenMQ, through its own client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from jmslike.capabilities import Feature, Support
from jmslike.spi import Envelope
from jmslike_transports.jvm.address import Address, Tls
from jmslike_transports.jvm.crossings import cross
from jmslike_transports.jvm.machine import OPTIONS_VARIABLE
from jmslike_transports.jvm.names import NameRules
from jmslike_transports.jvm.providers.base import EVERYTHING, HEARTBEAT, Provider, made, milliseconds, of_version
from jmslike_transports.jvm.texts import LONGEST, require_short

_FACTORY: Final = "com.sun.messaging.ConnectionFactory"
_LONGEST: Final = 254
"""Bytes of a name: it names a file of the broker, after a letter. A broker that cannot store a message ends."""


class OpenMq(Provider):
    """Its factory has no setter for each setting, but names for all: `properties` are `imqAckTimeout=...` and so on."""

    product = "Eclipse OpenMQ"
    coordinates = ("org.glassfish.mq:imq",)
    names = NameRules(longest=_LONGEST)

    def connection_factory(self, loader: Any, address: Address) -> Any:
        """See Provider.connection_factory."""
        factory = made(self, loader, address, _FACTORY)
        cross(_configure, factory, address)
        return factory

    def features(self, major: int, minor: int) -> Mapping[Feature, Support]:
        """See Provider.features."""
        return of_version(EVERYTHING, major)

    def require_sendable(self, envelope: Envelope) -> None:
        """See Provider.require_sendable. A property that is too long would lose the message, without an error."""
        properties, headers = envelope.properties, envelope.headers
        require_short((*properties, *properties.values(), headers.correlation_id, headers.type), LONGEST, self.product)


def _trust(tls: Tls | None) -> dict[str, str]:
    """Return the settings of TLS. Raises ValueError for files, which this client takes from the JVM's settings only."""
    if tls is None:
        return {}
    files = {"tls_ca": tls.authority, "tls_cert": tls.certificate, "tls_key": tls.key}
    given = next((name for name, file in files.items() if file is not None), None)
    if given is not None:
        raise ValueError(
            f"option {given}: the client of OpenMQ takes keystores of the JVM: set javax.net.ssl.trustStore or "
            f"javax.net.ssl.keyStore by -D in {OPTIONS_VARIABLE}"
        )
    return {"imqSSLIsHostTrusted": str(not tls.verify).lower()}


def _configure(factory: Any, address: Address) -> None:
    service = "jms" if address.tls is None else "ssljms"
    settings = {
        **_trust(address.tls),
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
