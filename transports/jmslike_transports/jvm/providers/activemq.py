"""ActiveMQ Classic, through its own client, which speaks OpenWire."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from jmslike.capabilities import Feature, Support, partial
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
    LOST_WITH_DESTINATION,
    Provider,
    made,
    milliseconds,
    of_version,
)
from jmslike_transports.jvm.texts import LONGEST, items_of, require_short
from jmslike_transports.jvm.tls import key_managers, require_verification, trust_managers
from jmslike_transports.shared.typed_selectors import ASCII_NAMES, FRACTIONS, TypedSelectors

_FACTORY: Final = "org.apache.activemq.ActiveMQConnectionFactory"
_SELECTORS: Final = TypedSelectors("ActiveMQ", ascii_names=True, joins_strings=True)
_DAMAGED: Final = "U+0000 and characters beyond U+FFFF, such as emoji"
_LIVING: Final = re.compile("[\x01-\uffff]*\\Z")
_BEYOND: Final = f"it damages {_DAMAGED} in properties and in the items of maps: MessageFormatError"
_SELECTING: Final = partial(**ASCII_NAMES, **FRACTIONS, **dict.fromkeys(("SC_70", "SEL_17", "SEL_24"), _BEYOND))
_OTHER_CONNECTION: Final = "the broker compares connections, not client ids: an earlier one is another"
_FIRST_PAGE: Final = "the broker looks for a match only among the first messages of a queue (its maxPageSize, 200)"
_TLS_FACTORY: Final = "org.apache.activemq.ActiveMQSslConnectionFactory"
_UNLIMITED: Final = -1
_GROUP: Final = "JMSXGroupID"
_COUNTED_BY_CLIENT: Final = (
    "the broker counts no deliveries: its client does, and what another client gave back counts as first delivered"
)


class ActiveMQ(Provider):
    """Its jars of version 6 have the API of jakarta.jms, and those of 5 that of javax.jms, under the same names."""

    product = "ActiveMQ"
    coordinates = ("org.apache.activemq:activemq-client",)
    individual = 4  # ActiveMQSession.INDIVIDUAL_ACKNOWLEDGE
    returns_at_close = True
    closes_after_transaction = True
    completes_sends = False
    names = NameRules(refused=(",", "?"), longest=LONGEST - len("queue://") - 2, strips=True)

    def connection_factory(self, loader: Any, address: Address) -> Any:
        """See Provider.connection_factory."""
        name = _FACTORY if address.tls is None else _TLS_FACTORY
        factory = made(self, loader, address, name, _url(address))
        cross(_configure, factory, address)
        return factory

    def features(self, major: int, minor: int) -> Mapping[Feature, Support]:
        """See Provider.features. Its client of Jakarta Messaging 3.1 has neither shared subscriptions nor delays."""
        features = {
            **EVERYTHING,
            Feature.QUEUE_SELECTOR: replace(_SELECTING, exceptions={**_SELECTING.exceptions, "CONS-22": _FIRST_PAGE}),
            Feature.TOPIC_SELECTOR: _SELECTING,
            Feature.NO_LOCAL: partial(
                SUB_14="the broker compares connections, and not client ids: earlier ones are others"
            ),
            Feature.FOREIGN_MESSAGES: partial(PROP_22=_BEYOND),
            Feature.REDELIVERY_COUNT: partial(RED_02=_COUNTED_BY_CLIENT),
            Feature.TRANSACTION: partial(TX_13=LOST_WITH_DESTINATION),
        }
        return of_version(features, 1)

    def sendable(self, envelope: Envelope) -> Envelope:
        """See Provider.sendable."""
        properties, items, headers = envelope.properties, items_of(envelope), envelope.headers
        for name, value in (*properties.items(), *items.items()):
            if isinstance(value, str) and name != _GROUP and not _LIVING.match(value):
                raise MessageFormatError(f"message not sent: in the value of {name!r} ActiveMQ damages {_DAMAGED}")
        texts = (*properties, *items, headers.correlation_id, headers.type, properties.get(_GROUP))
        require_short(texts, LONGEST, self.product)
        return envelope

    def selector(self, selector: Selector) -> str:
        """See Provider.selector."""
        return _SELECTORS.write(selector.tree)


def _url(address: Address) -> str:
    settings = {
        "connectionTimeout": milliseconds(address.connect_timeout),
        "wireFormat.maxInactivityDuration": 2 * HEARTBEAT,
        "wireFormat.maxInactivityDurationInitalDelay": milliseconds(address.connect_timeout),  # its own spelling
    }
    query = "&".join(f"{name}={value}" for name, value in settings.items())
    return f"{'tcp' if address.tls is None else 'ssl'}://{address.host}:{address.port}?{query}"


def _configure(factory: Any, address: Address) -> None:
    factory.setConnectResponseTimeout(milliseconds(address.request_timeout))
    factory.setSendTimeout(milliseconds(address.request_timeout))
    factory.setCloseTimeout(milliseconds(address.request_timeout))
    factory.setWarnAboutUnstartedConnectionTimeout(-1)
    factory.getPrefetchPolicy().setAll(address.window)
    factory.setMessagePrioritySupported(True)
    redelivery = factory.getRedeliveryPolicy()
    redelivery.setMaximumRedeliveries(_UNLIMITED)
    redelivery.setInitialRedeliveryDelay(0)
    redelivery.setRedeliveryDelay(0)
    if address.tls is not None:
        require_verification(address.tls, "the client of ActiveMQ")
        factory.setKeyAndTrustManagers(key_managers(address.tls), trust_managers(address.tls), None)
    set_properties(factory, address.properties)
