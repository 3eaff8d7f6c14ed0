"""A commit is cut at each of its steps: the error says the outcome, and no message is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import pytest

from jmslike import ConnectionLostError, Message, Session, TransactionInDoubtError, TransactionRolledBackError
from tests.faults.cuts import ANSWER_OF_ARTEMIS, AT_ITS_RECEIPT, BEFORE_COMMIT, CUTS, Cut, at, set_trap
from tests.faults.proxy import Proxy
from tests.faults.steps import PATIENCE, Connect, loss_of, put, take, take_until
from tests.faults.targets import JAVA_CLIENTS, Target, each

HALF = bytes(2_500_000)
MIDST = b"<the midst>"
"""What stands between the halves of a large message, often enough for one to come in one piece."""


@pytest.mark.parametrize("cut", CUTS)
def test_a_commit_is_cut(target: Target, proxy: Proxy, connect: Connect, name: str, cut: Cut) -> None:
    if not sends_at_once(target):
        cut = at(cut, target)
    elif cut is BEFORE_COMMIT:
        pytest.skip("its sends do not wait for the commit")
    elif cut is not AT_ITS_RECEIPT:
        cut = at(cut, target)
    put(connect(target.url).create_session(), name, ["received 1", "received 2"])
    connection = connect(target.forgotten_soon(proxy.url))
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


def test_a_send_within_a_transaction_is_cut(target: Target, proxy: Proxy, connect: Connect, name: str) -> None:
    """C16: the send raises, and so does the commit."""
    if not sends_at_once(target):
        pytest.skip("its sends wait for the commit")
    with transaction_that_is_lost(target, proxy, connect, name) as session:
        set_trap(proxy, BEFORE_COMMIT, target)
        with pytest.raises(ConnectionLostError):
            put(session, f"{name}-out", ["b" * BEFORE_COMMIT.size])
        assert proxy.sprung.is_set()
        with pytest.raises(ConnectionLostError):
            session.commit()


def test_the_answer_to_a_send_within_a_transaction_is_cut(
    target: Target, proxy: Proxy, connect: Connect, name: str
) -> None:
    """C16: the commit raises, as the send does not wait for the answer."""
    if not sends_at_once(target):
        pytest.skip("its sends wait for the commit")
    with transaction_that_is_lost(target, proxy, connect, name) as session:
        message = session.create_text_message("b")
        proxy.cut_before(ANSWER_OF_ARTEMIS, from_client=False)
        with pytest.raises((ConnectionLostError, TransactionInDoubtError)):
            send_and_commit(session, f"{name}-out", message, lambda: proxy.sprung.wait(PATIENCE))
        assert proxy.sprung.is_set()


@pytest.mark.parametrize("target", each(JAVA_CLIENTS), indirect=True)
def test_a_large_send_within_a_transaction_is_cut(target: Target, proxy: Proxy, connect: Connect, name: str) -> None:
    """C16: the send raises, or the commit for a client that does not wait."""
    with transaction_that_is_lost(target, proxy, connect, name) as session:
        message = session.create_bytes_message()
        message.write_bytes(HALF + MIDST * 100 + HALF)
        proxy.cut_before(MIDST, from_client=True)
        with pytest.raises((ConnectionLostError, TransactionRolledBackError, TransactionInDoubtError)):
            send_and_commit(session, f"{name}-out", message)
        assert proxy.sprung.is_set()


@contextmanager
def transaction_that_is_lost(target: Target, proxy: Proxy, connect: Connect, name: str) -> Iterator[Session]:
    """Run a block in which a transaction's link is cut: what it had received comes again, and what it sent is gone."""
    put(connect(target.url).create_session(), name, ["received"])
    connection = connect(target.forgotten_soon(proxy.url))
    session = connection.create_session(Session.SESSION_TRANSACTED)
    assert take(session.create_consumer(session.create_queue(name))) == "received"
    put(session, f"{name}-out", ["a"])
    with loss_of(connection):
        yield session
    assert left(target, connect, name, ["received"]) == ["received"]
    assert left(target, connect, f"{name}-out") == []


def sends_at_once(target: Target) -> bool:
    """Whether a transaction of a plain link sends before its commit (C16)."""
    return target.protocol == "jvm:artemis"


def send_and_commit(
    session: Session, name: str, message: Message, between: Callable[[], object] = lambda: None
) -> None:
    with session.create_producer(session.create_queue(name)) as producer:
        producer.send(message)
    between()
    session.commit()


def left(target: Target, connect: Connect, name: str, expected: Iterable[str] = ()) -> list[str]:
    """Return what can be received from the queue until a marker, and all that is expected, have come."""
    session = connect(target.url).create_session()
    put(session, name, ["last"])
    consumer = session.create_consumer(session.create_queue(name))
    return [text for text in take_until(consumer, [*expected, "last"]) if text != "last"]
