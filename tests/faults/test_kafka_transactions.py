"""A transaction whose process is killed, or whose transactional id is taken over: all of it is done, or nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from copy import copy
from typing import Any
from urllib.parse import urlsplit

import pytest
from kafka import KafkaAdminClient
from kafka.admin import TransactionState
from kafka.cluster import ClusterMetadata
from kafka.producer.transaction_manager import EndTxnHandler

from jmslike import ConnectionLostError, Session, TransactionInDoubtError, TransactionRolledBackError
from jmslike_transports.kafka.library.transaction_requests import TransactionRequests
from tests.brokers import Broker
from tests.faults.kafka_exactly_once import Outcome, run
from tests.faults.kafka_load import committed_reader
from tests.faults.kafka_worker import worker
from tests.faults.proxy import Proxy
from tests.faults.steps import PATIENCE, Connect, loss_of, put, take

END_TXN = b"\0\x1a\0\x03"
"""How the request for a commit begins, after its size: its number and version."""
ITS_ANSWER = b"\0\0\0\x0c"
"""How the answer begins: its size."""


@pytest.fixture
def proxied(kafka: Broker, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """Return a proxy to which all clients of this process connect, though the broker tells them its own address."""
    with closing(Proxy(kafka.url("kafka"))) as it:
        port = urlsplit(it.url).port
        known = ClusterMetadata.broker_metadata

        def address(cluster: Any, number: Any) -> Any:
            found = known(cluster, number)
            if found is not None:
                found = copy(found)
                found.port = port
            return found

        monkeypatch.setattr(ClusterMetadata, "broker_metadata", address)
        yield it


def test_a_later_session_with_the_same_client_id_takes_over(kafka: Broker, connect: Connect, name: str) -> None:
    url = kafka.url("kafka")
    earlier, later = connect(url, client_id=name), connect(url, client_id=name)
    put(connect(url).create_session(), f"{name}-source", ["received"])
    first = earlier.create_session(Session.SESSION_TRANSACTED)
    put(first, name, ["1"])
    first.commit()
    assert take(first.create_consumer(first.create_queue(f"{name}-source"))) == "received"
    put(first, name, ["never seen"])
    second = later.create_session(Session.SESSION_TRANSACTED)
    put(second, name, ["2"])
    second.commit()
    with loss_of(earlier):
        with pytest.raises(TransactionRolledBackError, match="a later session has the same client id"):
            first.commit()
        with pytest.raises(ConnectionLostError):
            put(earlier.create_session(), name, ["not sent"])
    put(second, name, ["3"])
    assert take(second.create_consumer(second.create_queue(f"{name}-source"))) == "received"
    second.commit()
    consumer = second.create_consumer(second.create_queue(name))
    assert [take(consumer) for _ in range(3)] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("step", "from_client", "is_sent"), [(END_TXN, True, False), (ITS_ANSWER, False, True)], ids=["request", "answer"]
)
def test_a_commit_without_an_answer_is_in_doubt_when_a_later_session_takes_over(
    kafka: Broker,
    connect: Connect,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    proxied: Proxy,
    step: bytes,
    from_client: bool,
    is_sent: bool,
) -> None:
    """The connection breaks at the commit. kafka-python asks for it again when the later session has taken over."""
    url = kafka.url("kafka")
    earlier, later = connect(url, client_id=name), connect(url, client_id=name)
    first, second = (one.create_session(Session.SESSION_TRANSACTED) for one in (earlier, later))
    put(first, name, ["1"])
    first.commit()
    put(first, name, ["2"])
    put(second, name, ["3"])
    commit, ask_again = TransactionRequests.commit, EndTxnHandler.reenqueue

    def cut(requests: TransactionRequests) -> Any:
        proxied.cut_before(step, from_client=from_client)
        return commit(requests)

    def when_taken_over(handler: Any) -> None:
        assert proxied.sprung.is_set()
        patch.undo()
        second.commit()
        ask_again(handler)

    with monkeypatch.context() as patch, loss_of(earlier):
        patch.setattr(TransactionRequests, "commit", cut)
        patch.setattr(EndTxnHandler, "reenqueue", when_taken_over)
        with pytest.raises(TransactionInDoubtError, match="a later session has the same client id"):
            first.commit()
    consumer = second.create_consumer(second.create_queue(name))
    sent = ["1", "2", "3"] if is_sent else ["1", "3"]
    assert [take(consumer) for _ in sent] == sent


@pytest.mark.parametrize("step", ["send_offsets", "commit"])
def test_a_commit_that_takes_longer_than_the_transaction_timeout_is_rolled_back(
    kafka: Broker, connect: Connect, name: str, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """TX-13: the connection and the session go on: no other session has taken over."""
    connection = connect(kafka.url("kafka"), client_id=name, transaction_timeout=3)
    put(connection.create_session(), f"{name}-source", ["received"])
    session = connection.create_session(Session.SESSION_TRANSACTED)
    consumer = session.create_consumer(session.create_queue(f"{name}-source"))
    assert take(consumer) == "received"
    put(session, name, ["never seen"])
    go_on = getattr(TransactionRequests, step)
    with KafkaAdminClient(bootstrap_servers=kafka.url("kafka").removeprefix("kafka://")) as admin:

        def when_aborted(requests: TransactionRequests, *arguments: Any) -> Any:
            while admin.describe_transactions([f"{name}-1"])[f"{name}-1"].state is not TransactionState.COMPLETE_ABORT:
                pass
            return go_on(requests, *arguments)

        with monkeypatch.context() as patch:
            patch.setattr(TransactionRequests, step, when_aborted)
            with pytest.raises(TransactionRolledBackError, match="took longer than"):
                session.commit()
    assert take(consumer) == "received"
    put(session, name, ["sent again"])
    session.commit()
    assert take(session.create_consumer(session.create_queue(name))) == "sent again"


@pytest.mark.parametrize("options", ["?transaction_timeout=600&client_id={name}", "?transaction_timeout=3"])
def test_a_killed_process_blocks_others_briefly(kafka: Broker, connect: Connect, name: str, options: str) -> None:
    url, options = kafka.url("kafka"), options.format(name=name)
    with worker("stall", f"{url}{options}", name):
        pass
    killed_at = time.monotonic()
    session = connect(f"{url}{options}").create_session(Session.SESSION_TRANSACTED)
    session.create_producer(session.create_queue(name)).send(session.create_text_message("after it"))
    session.commit()
    with committed_reader(url, name) as reader:
        values: list[bytes] = []
        while b"after it" not in values:
            values += [record.value for records in reader.poll(timeout_ms=100).values() for record in records]
            assert time.monotonic() < killed_at + PATIENCE
    assert values == [b"", b"after it"]


def test_each_result_comes_once_whatever_is_killed(kafka: Broker) -> None:
    assert run(kafka.url("kafka"), messages=1000, kills=3) == Outcome(0, 0)
