"""ActiveMQ Artemis, through its own client, which speaks its core protocol."""

from __future__ import annotations

import atexit
import os
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final
from urllib.parse import quote
from uuid import uuid4

from jmslike.capabilities import Feature, Support, partial
from jmslike.selector import Selector
from jmslike_transports.jvm.address import Address, Tls
from jmslike_transports.jvm.beans import set_properties
from jmslike_transports.jvm.crossings import cross
from jmslike_transports.jvm.names import LINE_ENDS, NameRules
from jmslike_transports.jvm.providers.base import (
    COUNTED_WHEN_PUSHED,
    EVERYTHING,
    HEARTBEAT,
    Provider,
    made,
    milliseconds,
)
from jmslike_transports.shared.typed_selectors import ASCII_NAMES, FRACTIONS, TypedSelectors

_FACTORY: Final = "org.apache.activemq.artemis.jms.client.ActiveMQJMSConnectionFactory"
_SELECTORS: Final = TypedSelectors(
    "ActiveMQ Artemis", {"JMSXGroupSeq": "_AMQ_GROUP_SEQUENCE"}, ascii_names=True, joins_strings=True
)
_SELECTING: Final = partial(**ASCII_NAMES, **FRACTIONS)
_UNCHANGED: Final = "Artemis refuses to change a durable one that has no consumer: unsubscribe first"
_FEATURES: Final[Mapping[Feature, Support]] = {
    **EVERYTHING,
    Feature.QUEUE_SELECTOR: _SELECTING,
    Feature.TOPIC_SELECTOR: _SELECTING,
    Feature.TRANSACTION: partial(
        TX_13="the commit creates a temporary destination again that another connection deleted"
    ),
    Feature.TEMPORARY: partial(CONN_19="a send from another connection creates the deleted destination again"),
    Feature.REDELIVERY_COUNT: COUNTED_WHEN_PUSHED,
    Feature.DURABLE_SUBSCRIPTION: partial(SUB_17="Artemis does not tell a shared subscription from one that is not"),
    Feature.SHARED_SUBSCRIPTION: partial(SUB_16=_UNCHANGED, SUB_28=_UNCHANGED),
}
"""Where its own client and the broker leave the specification."""


_BYTES_OF_A_MESSAGE: Final = 200
"""Bytes that the window has for each message, as the client counts in bytes: no message is smaller."""
_CONFIRMATIONS: Final = 1 << 20
"""Bytes that wait for the broker's confirmation; without it, asynchronous sends count as confirmed at once."""


class Artemis(Provider):
    """The client's URL has the transport's settings, and setters have the rest."""

    product = "ActiveMQ Artemis"
    coordinates = ("org.apache.activemq:artemis-jakarta-client",)
    individual = 101  # ActiveMQJMSConstants.INDIVIDUAL_ACKNOWLEDGE
    returns_at_close = True
    names = NameRules(refused=("::", "?", *LINE_ENDS))

    def connection_factory(self, loader: Any, address: Address) -> Any:
        """See Provider.connection_factory."""
        factory = made(self, loader, address, _FACTORY, _url(address))
        cross(_configure, factory, address)
        return factory

    def features(self, major: int, minor: int) -> Mapping[Feature, Support]:
        """See Provider.features."""
        return _FEATURES

    def selector(self, selector: Selector) -> str:
        """See Provider.selector."""
        return _SELECTORS.write(selector.tree)


def _url(address: Address) -> str:
    settings = {"connect-timeout-millis": str(milliseconds(address.connect_timeout)), "tcpNoDelay": "true"}
    if address.tls is not None:
        settings |= _tls(address.tls)
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in settings.items())
    return f"tcp://{address.host}:{address.port}?{query}"


def _tls(tls: Tls) -> dict[str, str]:
    """Return the settings of a client that reads PEM files itself, and a pair of them by a file that names both."""
    settings = {"sslEnabled": "true", "verifyHost": str(tls.verify).lower(), "trustAll": str(not tls.verify).lower()}
    if tls.authority is not None:
        settings |= {"trustStoreType": "PEM", "trustStorePath": os.path.abspath(tls.authority)}
    if tls.certificate is not None:
        pair = (os.path.abspath(tls.key or tls.certificate), os.path.abspath(tls.certificate))
        settings |= {"keyStoreType": "PEMCFG", "keyStorePath": str(_pair(*pair))}
    return settings


@cache
def _pair(key: str, certificate: str) -> Path:
    file = _folder() / f"{uuid4().hex}.pemcfg"
    lines = {"source.key": key, "source.cert": certificate}
    file.write_text("".join(f"{name}={_escaped(value)}\n" for name, value in lines.items()), encoding="iso-8859-1")
    return file


@cache
def _folder() -> Path:
    """Return a folder that lasts as long as the process that made it, and not only as long as a forked child."""
    folder, owner = Path(mkdtemp(prefix="jmslike-")), os.getpid()

    def remove() -> None:
        if os.getpid() == owner:
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    return folder


def _escaped(path: str) -> str:
    """Escape a value of Java's properties."""
    plain = path.replace("\\", "\\\\")
    return "".join(each if " " < each < "\x7f" else f"\\u{ord(each):04x}" for each in plain)


def _configure(factory: Any, address: Address) -> None:
    call = milliseconds(address.request_timeout)
    factory.setReconnectAttempts(0)
    factory.setInitialConnectAttempts(1)
    factory.setUseTopologyForLoadBalancing(False)
    factory.setCallTimeout(call)
    factory.setCallFailoverTimeout(call)
    factory.setClientFailureCheckPeriod(HEARTBEAT // 2)
    factory.setConnectionTTL(HEARTBEAT * 3 // 2)  # a silent broker is noticed after that long, or after twice that
    factory.setConsumerWindowSize(0 if address.window == 1 else min(address.window * _BYTES_OF_A_MESSAGE, 2**31 - 1))
    factory.setConfirmationWindowSize(_CONFIRMATIONS)
    factory.setBlockOnDurableSend(True)
    factory.setBlockOnNonDurableSend(False)
    factory.setBlockOnAcknowledge(False)
    set_properties(factory, address.properties)
