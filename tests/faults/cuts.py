"""Where a commit can be cut, and what it raises then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import pytest

from jmslike import JMSError, TransactionInDoubtError, TransactionRolledBackError
from tests.faults.proxy import Proxy
from tests.faults.targets import Target

LARGE = 20_000_000
"""Characters of a message that a cut link cannot have taken as a whole."""

ROLLED_BACK = frozenset({TransactionRolledBackError})
IN_DOUBT = frozenset({TransactionInDoubtError})


class Cut(NamedTuple):
    """Where a commit is cut, what it raises then, and whether its messages were sent; None if that is not known."""

    step: str
    from_client: bool
    size: int
    errors: frozenset[type[JMSError]]
    sent: bool | None


STEPS: Final[Mapping[str, Mapping[str, bytes]]] = {
    "stomp": {"send": b"SEND\n", "commit": b"COMMIT\n", "receipt": b"RECEIPT\n", "acks": b"ACK\n"},
    "amqp": {
        "send": b"\0\x3c\0\x28",  # basic.publish: class and method
        "commit": b"\0\0\0\4\0\x5a\0\x14",  # tx.commit, after its size
        "receipt": b"\0\0\0\4\0\x5a\0\x15",
        "acks": b"\0\0\0\r\0\x3c\0\x50",
    },
    "jvm:artemis": {  # its core protocol: the size, the type, and the channel of a packet
        "send": b"\x49\0\0\0\0\0\0\0",  # a part of a large message
        "commit": b"\0\0\0\x11\x2b",
        "receipt": b"\xff\xff\xff\xff\xff\xff\xff",  # the number of a request that is no send
        "acks": b"\x29\0\0\0\0\0\0\0",
    },
}
"""With which octets each step begins."""

ANSWER_OF_ARTEMIS: Final = b"\0\0\0\x11\x15"
"""With which octets Artemis' answer to a send through its own client begins: the size and the type of a packet."""

BEFORE_COMMIT = Cut("send", True, LARGE, ROLLED_BACK, sent=False)
BEFORE_COMMIT_AHEAD = Cut("send", True, LARGE, ROLLED_BACK | IN_DOUBT, sent=False)
AT_COMMIT = Cut("commit", True, 1, IN_DOUBT, sent=False)
AT_ITS_RECEIPT = Cut("receipt", False, 1, IN_DOUBT, sent=True)
AT_THE_ACKS = Cut("acks", True, 1, IN_DOUBT, sent=True)
AT_THE_ACKS_WITHIN = Cut("acks", True, 1, ROLLED_BACK | IN_DOUBT, sent=False)
CUTS = BEFORE_COMMIT, AT_COMMIT, AT_ITS_RECEIPT, AT_THE_ACKS


def at(cut: Cut, target: Target) -> Cut:
    """Return what the cut means for that target."""
    if (target.broker.name == "activemq" or target.protocol == "jvm:artemis") and cut is AT_THE_ACKS:
        return AT_THE_ACKS_WITHIN  # they are part of its transaction
    if target.protocol == "jvm:artemis" and cut is AT_ITS_RECEIPT:
        pytest.skip("the answers to the sends of a transaction and to its commit begin alike")
    if target.protocol in ("amqp", "jvm:artemis") and cut is BEFORE_COMMIT:
        return BEFORE_COMMIT_AHEAD  # the commit follows the sends at once, and the outcome is unknown
    return cut


def set_trap(proxy: Proxy, cut: Cut, target: Target) -> None:
    """Let the proxy cut all links there, once."""
    proxy.cut_before(STEPS[target.protocol][cut.step], from_client=cut.from_client)
