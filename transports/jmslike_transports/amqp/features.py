"""The features of RabbitMQ over AMQP 0-9-1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from jmslike.capabilities import EMULATED, NATIVE, Feature, Level, Support, partial, unsupported
from jmslike_transports.amqp.address import Address
from jmslike_transports.amqp.profiles import Profile
from jmslike_transports.shared.rabbitmq import NO_MESSAGE_GROUP, NO_QUEUE_SELECTOR

_NO_DEFINITION: Final = "AMQP cannot ask how an existing subscription is defined: unsubscribe first"
_ALL_MARKED: Final = (
    "what was on its way to a closed or stopped consumer is marked redelivered, and the mark does not count"
)
_ALL_COUNTED: Final = "all that was on its way to a closed consumer is counted as delivered"

_FEATURES: Final[Mapping[Feature, Support]] = {
    **dict.fromkeys(Feature, NATIVE),
    Feature.TOPIC_SELECTOR: EMULATED,
    Feature.NO_LOCAL: EMULATED,
    Feature.REDELIVERY_DELAY: EMULATED,
    Feature.CLIENT_ID: EMULATED,
    Feature.QUEUE_SELECTOR: NO_QUEUE_SELECTOR,
    Feature.MESSAGE_GROUP: NO_MESSAGE_GROUP,
    Feature.TRANSACTION: partial(
        "if the broker is killed during a commit, some of its messages may be there and others not, "
        "and what was received may come again"
    ),
    Feature.DELAY: partial(
        "if the broker is killed, a publication that is due while it starts may miss subscriptions, "
        "and a message to a queue may come twice",
        ORD_07="a delayed publication goes to the subscriptions that there are when it is due",
    ),
    Feature.STATISTICS: partial("the depth, without what was pushed to consumers, and the number of consumers"),
    Feature.DURABLE_SUBSCRIPTION: partial(**dict.fromkeys(("SUB_12", "SUB_17", "SUB_29"), _NO_DEFINITION)),
    Feature.SHARED_SUBSCRIPTION: partial(**dict.fromkeys(("SUB_06", "SUB_16", "SUB_27", "SUB_28"), _NO_DEFINITION)),
}
_ONE_PRIORITY: Final = partial(
    ORD_02="a queue orders by priority only if it was declared so, which other clients may not expect: ?max_priority=9"
)
_CLASSIC: Final[Mapping[Feature, Support]] = {
    Feature.BROWSE: partial(QB_01="what was looked at is marked redelivered afterwards"),
    Feature.REDELIVERY_COUNT: partial(
        ACK_05=_ALL_MARKED,
        CONN_17=_ALL_MARKED,
        RED_02=_ALL_MARKED,
        RED_03=_ALL_MARKED,
        SUB_24=_ALL_MARKED,
    ),
}
_QUORUM: Final[Mapping[Feature, Support]] = {
    Feature.REDELIVERY_COUNT: partial(
        RED_02="what comes again within a session is counted by that session only",
        ACK_05=_ALL_COUNTED,
        CONN_17=_ALL_COUNTED,
        RED_03=_ALL_COUNTED,
        SUB_24=_ALL_COUNTED,
        CONN_28="a quorum queue would put it last: what was on its way to a consumer that is stopped stays with it",
    ),
    Feature.BROWSE: unsupported(
        "a quorum queue counts each look at a message as a delivery: use the broker's management page"
    ),
}


def features(address: Address, profile: Profile) -> Mapping[Feature, Support]:
    """Return the features of a connection with these options."""
    found = {
        **_FEATURES,
        **(_QUORUM if address.queue_type == "quorum" else _CLASSIC),
        Feature.PRIORITY: NATIVE if address.max_priority >= 9 else _ONE_PRIORITY,
    }
    for feature, gaps in profile.gaps.items():
        found[feature] = Support(Level.PARTIAL, {**found[feature].exceptions, **gaps})
    return found
