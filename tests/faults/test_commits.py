"""A commit is cut at each of its steps: the error says what is known, and no message is lost."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from jmslike import ConnectionLostError, JMSError, Session, TransactionInDoubtError, TransactionRolledBackError
from tests.brokers import Broker
from tests.faults.proxy import Proxy
from tests.faults.steps import Connect, loss_of, put, take, take_until

LARGE = 20_000_000
"""Characters of a message that a cut link cannot have taken as a whole."""

ROLLED_BACK = frozenset({TransactionRolledBackError})
IN_DOUBT = frozenset({TransactionInDoubtError})


class Cut(NamedTuple):
    """Where a commit is cut, what it raises then, and whether its messages were sent; None if that is not known."""

    octets: bytes
    from_client: bool
    size: int
    errors: frozenset[type[JMSError]]
    sent: bool | None


BEFORE_COMMIT = Cut(b"SEND\n", True, LARGE, ROLLED_BACK, sent=False)
AT_COMMIT = Cut(b"COMMIT\n", True, 1, IN_DOUBT, sent=False)
AT_ITS_RECEIPT = Cut(b"RECEIPT\n", False, 1, IN_DOUBT, sent=True)
AT_THE_ACKS = Cut(b"ACK\n", True, 1, IN_DOUBT, sent=True)
AT_THE_ACKS_WITHIN = Cut(b"ACK\n", True, 1, ROLLED_BACK | IN_DOUBT, sent=False)


@pytest.mark.parametrize("cut", [BEFORE_COMMIT, AT_COMMIT, AT_ITS_RECEIPT, AT_THE_ACKS])
def test_a_commit_is_cut(target: Broker, proxy: Proxy, connect: Connect, name: str, cut: Cut) -> None:
    if target.name == "activemq" and cut is AT_THE_ACKS:
        cut = AT_THE_ACKS_WITHIN  # they are part of its transaction
    put(connect(target.stomp_url).create_session(), name, ["received 1", "received 2"])
    connection = connect(proxy.url)
    session = connection.create_session(Session.SESSION_TRANSACTED)
    consumer = session.create_consumer(session.create_queue(name))
    assert [take(consumer), take(consumer)] == ["received 1", "received 2"]
    put(session, f"{name}-out", [text * cut.size for text in "ab"])
    with loss_of(connection):
        proxy.cut_before(cut.octets, from_client=cut.from_client)
        with pytest.raises(tuple(cut.errors)):
            session.commit()
        assert proxy.sprung.is_set()
        with pytest.raises(ConnectionLostError):
            consumer.receive()
    received, sent = left(target, connect, name), left(target, connect, f"{name}-out")
    assert sent == (["a", "b"] if cut.sent else [])
    assert received == ["received 1", "received 2"] or (received == [] and sent)


def left(target: Broker, connect: Connect, name: str) -> list[str]:
    """Give what can be received from the queue, which is asked by a message that comes last."""
    session = connect(target.stomp_url).create_session()
    put(session, name, ["last"])
    consumer = session.create_consumer(session.create_queue(name))
    return take_until(consumer, ["last"])[:-1]
