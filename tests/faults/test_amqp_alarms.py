"""RabbitMQ is short of memory and reads nothing from publishers: every call is bounded, and later ones work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from jmslike import Connection, ConnectionLostError, MessageConsumer, Session, TransactionInDoubtError
from tests.faults.administrator import Administrator, Guest
from tests.faults.proxy import Proxy
from tests.faults.steps import PATIENCE, Answer, Connect, Losses, loss_of, put, take, take_until, text_of, within_bounds

BLOCKED = b"\0\x0a\0\x3c"
"""The method connection.blocked."""
TEXTS = ["1", "2", "3"]


@pytest.fixture
def proxy(guest: Guest) -> Iterator[Proxy]:
    with closing(Proxy(guest.url)) as it:
        yield it


def one_by_one(connection: Connection, name: str) -> None:
    put(connection.create_session(), name, TEXTS)


def all_at_once(connection: Connection, name: str) -> None:
    session = connection.create_session()
    answers = [Answer() for _ in TEXTS]
    with session.create_producer(session.create_queue(name)) as producer:
        for text, answer in zip(TEXTS, answers, strict=True):
            producer.send(session.create_text_message(text), completion_listener=answer)
        for answer in answers:
            answer.wait()


def in_a_transaction(connection: Connection, name: str) -> None:
    session = connection.create_session(Session.SESSION_TRANSACTED)
    put(session, name, TEXTS)
    session.commit()


sends = pytest.mark.parametrize("send", [one_by_one, all_at_once, in_a_transaction])
Send = Callable[[Connection, str], None]


def consumer_of(connection: Connection, name: str, mode: int = Session.AUTO_ACKNOWLEDGE) -> MessageConsumer:
    session = connection.create_session(mode)
    return session.create_consumer(session.create_queue(name))


@sends
def test_sending_continues_after_it(
    administrator: Administrator, guest: Guest, proxy: Proxy, connect: Connect, name: str, send: Send
) -> None:
    sender, receiver, losses = connect(proxy.url), connect(guest.url), Losses()
    sender.exception_listener = losses
    put(connect(guest.url).create_session(), f"{name}-in", ["a", "b"])
    with ThreadPoolExecutor(1) as pool:
        with administrator.alarm():
            blocked = proxy.notice(BLOCKED)
            sending = pool.submit(send, sender, name)
            assert blocked.wait(PATIENCE)
            assert not sending.done()
            message = consumer_of(receiver, f"{name}-in", Session.CLIENT_ACKNOWLEDGE).receive(PATIENCE)
            assert text_of(message) == "a"
            assert message is not None
            message.acknowledge()
        sending.result(PATIENCE)
    assert take_until(consumer_of(sender, name), TEXTS) == TEXTS
    assert losses.errors == []


@sends
def test_it_lasts_too_long(administrator: Administrator, guest: Guest, connect: Connect, name: str, send: Send) -> None:
    with administrator.alarm():
        connection = connect(guest.url, request_timeout=2)
        with loss_of(connection), pytest.raises((ConnectionLostError, TransactionInDoubtError)):
            within_bounds(lambda: send(connection, name))
    connection = connect(guest.url)
    put(connection.create_session(), name, ["after"])
    assert set(take_until(consumer_of(connection, name), ["after"])) <= {*TEXTS, "after"}


def test_a_blocked_publisher_receives_meanwhile(
    administrator: Administrator, guest: Guest, proxy: Proxy, connect: Connect, name: str
) -> None:
    connection = connect(proxy.url)
    consumer = consumer_of(connection, f"{name}-in")
    put(connection.create_session(), f"{name}-in", TEXTS)
    with ThreadPoolExecutor(1) as pool:
        with administrator.alarm():
            blocked = proxy.notice(BLOCKED)
            sending = pool.submit(one_by_one, connection, name)
            assert blocked.wait(PATIENCE)
            assert [take(consumer) for _ in TEXTS] == TEXTS
        sending.result(PATIENCE)


def test_closing_does_not_wait_for_its_end(
    administrator: Administrator, guest: Guest, proxy: Proxy, connect: Connect, name: str
) -> None:
    connection = connect(proxy.url, request_timeout=2)
    session = connection.create_session()
    producer = session.create_producer(session.create_queue(name))
    with administrator.alarm():
        blocked = proxy.notice(BLOCKED)
        answer = Answer()
        producer.send(session.create_message(), completion_listener=answer)  # the broker blocks at the first message
        assert blocked.wait(PATIENCE)
        within_bounds(connection.close)
    with pytest.raises(ConnectionLostError):
        answer.wait()
