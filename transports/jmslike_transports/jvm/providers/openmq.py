"""Eclipse OpenMQ, through its own client."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import copy
from typing import Any, Final

from jmslike.capabilities import EMULATED, Feature, Support, partial, unsupported
from jmslike.selector import Selector, tree
from jmslike.spi import Envelope
from jmslike.values import modified_utf8
from jmslike_transports.jvm.address import Address, Tls
from jmslike_transports.jvm.crossings import cross
from jmslike_transports.jvm.machine import OPTIONS_VARIABLE
from jmslike_transports.jvm.marks import CORRELATION_TEXT, EMPTY_TEXT, TYPE
from jmslike_transports.jvm.names import NameRules
from jmslike_transports.jvm.providers.base import (
    CLIENT,
    COUNTED_WHEN_PUSHED,
    EVERYTHING,
    HEARTBEAT,
    Provider,
    made,
    milliseconds,
    of_version,
)
from jmslike_transports.jvm.texts import LONGEST, require_short
from jmslike_transports.shared.typed_selectors import TypedSelectors

_FACTORY: Final = "com.sun.messaging.ConnectionFactory"
_LONGEST_DESTINATION: Final = 254
"""Bytes: the name is that of a file of the broker, after a letter. A broker that cannot store a message ends."""
_LONGEST_HEADER: Final = 32_767
_UNLIKE: Final = (
    "the broker fails where it compares a number with another type: it does not select the message, and a send to a "
    "topic raises JMSError"
)
_UNITS: Final = "for the broker, _ is one UTF-16 unit: a character beyond U+FFFF has two"
_SELECTING: Final = partial(
    **dict.fromkeys(("SC_25", "SEL_06", "SEL_07", "SEL_32"), _UNLIKE), **dict.fromkeys(("SC_70", "SEL_24"), _UNITS)
)
_FEATURES: Final[Mapping[Feature, Support]] = {
    **EVERYTHING,
    Feature.COMPETING_CONSUMERS: partial(
        "the broker pushes to consumers in no turn: one may get nothing while messages wait behind others that are busy"
    ),
    Feature.MESSAGE_GROUP: unsupported("the broker has no groups: give each group a queue with one consumer"),
    Feature.REDELIVERY_COUNT: COUNTED_WHEN_PUSHED,
    Feature.QUEUE_SELECTOR: _SELECTING,
    Feature.TOPIC_SELECTOR: _SELECTING,
    Feature.NO_WAIT: EMULATED,
    Feature.TRANSACTION: partial(
        TX_13="the commit succeeds without what was sent to a temporary destination that is gone"
    ),
}
_MISCOUNTED: Final = re.compile("[\0\U00010000-\U0010ffff]")
"""In a header, the broker takes these for more or fewer bytes than its client has written."""


class OpenMq(Provider):
    """Its factory has no setter for each setting, but names for all: `properties` are `imqAckTimeout=...` and so on."""

    product = "Eclipse OpenMQ"
    coordinates = ("org.glassfish.mq:imq",)
    individual = CLIENT  # with a method of its own for one message
    counts_each_close = True
    asks = False
    names = NameRules(refused=("\0",), longest_destination=_LONGEST_DESTINATION)

    def connection_factory(self, loader: Any, address: Address) -> Any:
        """See Provider.connection_factory."""
        factory = made(self, loader, address, _FACTORY)
        cross(_configure, factory, address)
        return factory

    def features(self, major: int, minor: int) -> Mapping[Feature, Support]:
        """See Provider.features."""
        return of_version(_FEATURES, major)

    def sendable(self, envelope: Envelope) -> Envelope:
        """See Provider.sendable. What the broker cannot read in a header, or the client loses, goes as a property."""
        marks: dict[str, Any] = {}
        headers = envelope.headers
        if _is_unreadable(headers.correlation_id):
            marks[CORRELATION_TEXT] = headers.correlation_id
            headers = headers._replace(correlation_id=None)
        if _is_unreadable(headers.type):
            marks[TYPE] = headers.type
            headers = headers._replace(type=None)
        if envelope.kind == "text" and envelope.body == "":
            marks[EMPTY_TEXT] = True
        require_short((*envelope.properties, *envelope.properties.values(), *marks.values()), LONGEST, self.product)
        if not marks:
            return envelope
        sent = copy(envelope)
        sent.headers, sent.properties = headers, {**envelope.properties, **marks}
        return sent

    def selector(self, selector: Selector) -> str:
        """See Provider.selector."""
        return _SELECTORS.write(selector.tree)


class _Selectors(TypedSelectors):
    """The broker takes booleans for strings in LIKE and IN, and what is missing for unlike anything but a number.

    It fails at a number beside a value of another type, and at the empty string beside a pattern.
    """

    __slots__ = ()

    def _of_identifiers(self, operator: str, left: tree.Identifier, right: tree.Identifier) -> str:
        one, other = self._value(left), self._value(right)
        return f"({one} IS NOT NULL AND {other} IS NOT NULL AND {one} {operator} {other})"

    def _of_string(self, identifier: tree.Identifier, test: str) -> str:
        name = self._value(identifier)
        return f"({name} LIKE '%' AND {_is_not_boolean(name)} AND {test})"

    def _like(self, name: str, pattern: str, escape: str | None) -> str:
        if not pattern:
            return f"({name} = '')"
        if escape is not None:
            pattern, escape = _with_other_escape(pattern, escape)
        first = f"{name} <> '' AND " if pattern.strip("%") else ""
        return f"({first}{_is_not_boolean(name)} AND {super()._like(name, pattern, escape)})"


_SELECTORS: Final = _Selectors("OpenMQ")


def _is_not_boolean(name: str) -> str:
    return f"NOT ({name} = TRUE) AND NOT ({name} = FALSE)"


def _with_other_escape(pattern: str, escape: str) -> tuple[str, str | None]:
    """Write the pattern with an escape that is none of its characters: the broker knows no escaped escape."""
    other = next(each for each in map(chr, range(ord("a"), 0x10000)) if each not in pattern)
    parts = re.findall(f"{re.escape(escape)}(.)|(.)", pattern, re.DOTALL)
    plain = "".join(each or (other * (literal in "%_") + literal) for literal, each in parts)
    return plain, other if other in plain else None


def _is_unreadable(header: object) -> bool:
    """Whether the broker would refuse a message for a text in a header."""
    return isinstance(header, str) and (
        _MISCOUNTED.search(header) is not None or len(modified_utf8.encode(header)) > _LONGEST_HEADER
    )


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
