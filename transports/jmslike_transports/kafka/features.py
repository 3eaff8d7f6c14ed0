"""The features of JMS that a log has, and those that jmslike emulates on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from jmslike.capabilities import EMULATED, NATIVE, Feature, Support, partial, unsupported
from jmslike_transports.kafka.address import Address

_FEATURES: Final[Mapping[Feature, Support]] = {
    **dict.fromkeys(Feature, NATIVE),
    Feature.TOPIC_SELECTOR: EMULATED,
    Feature.NO_LOCAL: EMULATED,
    Feature.REDELIVERY_DELAY: EMULATED,
    Feature.BROWSE: EMULATED,
    Feature.STATISTICS: partial("the depth alone, counted by reading all records that wait"),
    Feature.TEMPORARY: EMULATED,
    Feature.TTL: EMULATED,
    Feature.NO_WAIT: EMULATED,
    Feature.DURABLE_SUBSCRIPTION: EMULATED,
    Feature.SHARED_SUBSCRIPTION: partial(
        SUB_25="what follows an unsettled message of a closed consumer waits until its session has settled that"
    ),
    Feature.COMPETING_CONSUMERS: partial(
        "each partition of a queue is read by one consumer alone: ?partitions= says how many may share the work; "
        "that of a stopped consumer goes to others when its session has settled what it received",
        SESS_04="the second of two consumers gets nothing of a queue with one partition",
    ),
    Feature.MESSAGE_GROUP: EMULATED,
    Feature.PRIORITY: partial(ORD_02="a log has one order, that of arrival: use a queue for what is urgent"),
    Feature.NAMES: partial(DST_02="a queue and a topic of one name are the same topic of Kafka"),
    Feature.CLIENT_ID: partial(
        CID_06="Kafka does not know who else has a client id: a later transacted session ends the earlier one's"
    ),
    Feature.REDELIVERY_COUNT: partial("messages that a killed process held are redelivered as if for the first time"),
    Feature.QUEUE_SELECTOR: unsupported(
        "a consumer of a queue reads every record of its partitions: use a topic's subscription, where jmslike selects"
    ),
    Feature.DELAY: unsupported("a log has one order, that of arrival: send when it is due"),
}

_ORDER_OF_PARTITIONS: Final = partial(
    "order is kept in each partition, as for messages with one JMSXGroupID; those without one go to any partition"
)


def features(address: Address) -> Mapping[Feature, Support]:
    """Return what a connection with these options can do."""
    found = dict(_FEATURES)
    if address.partitions > 1:
        found[Feature.ORDER] = _ORDER_OF_PARTITIONS
    return found
