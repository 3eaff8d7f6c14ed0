"""A commit is cut at each of its steps: the error says the outcome, and no message is lost."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from jmslike import ConnectionLostError, Session
from tests.faults.cuts import AT_ITS_RECEIPT, BEFORE_COMMIT, CUTS, Cut, at, set_trap
from tests.faults.proxy import Proxy
from tests.faults.steps import Connect, loss_of, put, take, take_until
from tests.faults.targets import Target


@pytest.mark.parametrize("cut", CUTS)
def test_a_commit_is_cut(target: Target, proxy: Proxy, connect: Connect, name: str, cut: Cut) -> None:
    if not sends_at_once(target):
        cut = at(cut, target)
    elif cut is BEFORE_COMMIT:
        pytest.skip("its sends do not wait for the commit")
    elif cut is not AT_ITS_RECEIPT:
        cut = at(cut, target)
    put(connect(target.url).create_session(), name, ["received 1", "received 2"])
    connection = connect(proxy.url)
    session = connection.create_session(Session.SESSION_TRANSACTED)
    consumer = session.create_consumer(session.create_queue(name))
    assert [take(consumer), take(consumer)] == ["received 1", "received 2"]
    put(session, f"{name}-out", [text * cut.size for text in "ab"])
    with loss_of(connection):
        set_trap(proxy, cut, target)
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


def sends_at_once(target: Target) -> bool:
    """Whether a transaction of a plain link sends before its commit (C16)."""
    return target.protocol == "jvm:artemis"


def left(target: Target, connect: Connect, name: str, expected: Iterable[str] = ()) -> list[str]:
    """Return what can be received from the queue until a marker, and all that is expected, have come."""
    session = connect(target.url).create_session()
    put(session, name, ["last"])
    consumer = session.create_consumer(session.create_queue(name))
    return [text for text in take_until(consumer, [*expected, "last"]) if text != "last"]
