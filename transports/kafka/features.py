"""What a log can do of what queues and topics do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from jmslike.capabilities import EMULATED, NATIVE, Feature, Support, unsupported
from transports.kafka.address import Address

_FEATURES: Final[Mapping[Feature, Support]] = {
    **dict.fromkeys(Feature, NATIVE),
    Feature.TOPIC_SELECTOR: EMULATED,
    Feature.NO_LOCAL: EMULATED,
    Feature.BROWSE: EMULATED,
    Feature.TEMPORARY: EMULATED,
    Feature.TTL: EMULATED,
    Feature.NO_WAIT: EMULATED,
    Feature.DURABLE_SUBSCRIPTION: EMULATED,
    Feature.SHARED_SUBSCRIPTION: EMULATED,
    Feature.QUEUE_SELECTOR: unsupported(
        "a consumer of a queue reads every record of its partitions: use a topic's subscription, where jmslike selects"
    ),
    Feature.DELAY: unsupported("a log has one order, that of arrival: send when it is due"),
}


def features(address: Address) -> Mapping[Feature, Support]:
    """Give what a connection with these options can do."""
    return dict(_FEATURES)
