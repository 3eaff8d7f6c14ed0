"""A commit is cut at each of its steps: the error says the outcome, and no message is lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import pytest

from jmslike import ConnectionLostError, JMSError, Session, TransactionInDoubtError, TransactionRolledBackError
from tests.faults.proxy import Proxy
from tests.faults.steps import Connect, loss_of, put, take, take_until
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
}
"""With which octets each step begins."""

BEFORE_COMMIT = Cut("send", True, LARGE, ROLLED_BACK, sent=False)
BEFORE_COMMIT_AHEAD = Cut("send", True, LARGE, ROLLED_BACK | IN_DOUBT, sent=False)
AT_COMMIT = Cut("commit", True, 1, IN_DOUBT, sent=False)
AT_ITS_RECEIPT = Cut("receipt", False, 1, IN_DOUBT, sent=True)
AT_THE_ACKS = Cut("acks", True, 1, IN_DOUBT, sent=True)
AT_THE_ACKS_WITHIN = Cut("acks", True, 1, ROLLED_BACK | IN_DOUBT, sent=False)


@pytest.mark.parametrize("cut", [BEFORE_COMMIT, AT_COMMIT, AT_ITS_RECEIPT, AT_THE_ACKS])
def test_a_commit_is_cut(target: Target, proxy: Proxy, connect: Connect, name: str, cut: Cut) -> None:
    if target.broker.name == "activemq" and cut is AT_THE_ACKS:
        cut = AT_THE_ACKS_WITHIN  # they are part of its transaction
    if target.protocol == "amqp" and cut is BEFORE_COMMIT:
        cut = BEFORE_COMMIT_AHEAD  # the commit is written with the sends, and the outcome is unknown
    put(connect(target.url).create_session(), name, ["received 1", "received 2"])
    connection = connect(proxy.url)
    session = connection.create_session(Session.SESSION_TRANSACTED)
    consumer = session.create_consumer(session.create_queue(name))
    assert [take(consumer), take(consumer)] == ["received 1", "received 2"]
    put(session, f"{name}-out", [text * cut.size for text in "ab"])
    with loss_of(connection):
        proxy.cut_before(STEPS[target.protocol][cut.step], from_client=cut.from_client)
        with pytest.raises(tuple(cut.errors)):
            session.commit()
        assert proxy.sprung.is_set()
        with pytest.raises(ConnectionLostError):
            consumer.receive()
    # the broker redelivers when it has noticed the cut, perhaps after the marker
    received = left(target, connect, name, () if cut.sent else ("received 1", "received 2"))
    sent = left(target, connect, f"{name}-out")
    assert sent == (["a", "b"] if cut.sent else [])
    assert received == ["received 1", "received 2"] or (received == [] and sent)


def left(target: Target, connect: Connect, name: str, expected: Iterable[str] = ()) -> list[str]:
    """Return what can be received from the queue until a marker, and all that is expected, have come."""
    session = connect(target.url).create_session()
    put(session, name, ["last"])
    consumer = session.create_consumer(session.create_queue(name))
    return [text for text in take_until(consumer, [*expected, "last"]) if text != "last"]
