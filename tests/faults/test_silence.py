"""A broker accepts and then answers nothing: every call ends in time, and the loss is reported once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jmslike import Connection, ConnectionFactory, ConnectionLostError, JMSError, Session, TransactionInDoubtError
from tests.faults.proxy import Proxy
from tests.faults.steps import Connect, loss_of, put, take, within_bounds
from tests.faults.targets import Target

SOON = 0.3


def test_it_is_silent_from_the_start(proxy: Proxy) -> None:
    proxy.freeze()
    factory = ConnectionFactory(proxy.url, connect_timeout=SOON)
    with pytest.raises(ConnectionLostError, match=r"no answer|did not answer"):
        within_bounds(factory.create_connection)


def sending(connection: Connection, name: str) -> Callable[[], object]:
    session = connection.create_session()
    return lambda: put(session, name, ["unanswered"])


def subscribing(connection: Connection, name: str) -> Callable[[], object]:
    session = connection.create_session()
    return lambda: session.create_consumer(session.create_queue(name))


def looking(connection: Connection, name: str) -> Callable[[], object]:
    session = connection.create_session()
    consumer = session.create_consumer(session.create_queue(name))
    return consumer.receive_no_wait


def acknowledging(connection: Connection, name: str) -> Callable[[], object]:
    session = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
    consumer = session.create_consumer(session.create_queue(name))
    put(session, name, ["received"])
    message = consumer.receive()
    assert message is not None
    return message.acknowledge


def committing(connection: Connection, name: str) -> Callable[[], object]:
    session = connection.create_session(Session.SESSION_TRANSACTED)
    for text in ("sent before", "sent"):
        session.commit()
        put(session, name, [text])
    return session.commit


@pytest.mark.parametrize(
    ("prepare", "error"),
    [
        (sending, ConnectionLostError),
        (subscribing, ConnectionLostError),
        (looking, ConnectionLostError),
        (acknowledging, ConnectionLostError),
        (committing, TransactionInDoubtError),
    ],
)
def test_it_answers_no_more(
    target: Target,
    proxy: Proxy,
    connect: Connect,
    name: str,
    prepare: Callable[[Connection, str], Callable[[], object]],
    error: type[JMSError],
) -> None:
    connection = connect(proxy.url, request_timeout=1, **target.heartbeats(0))
    call = prepare(connection, name)
    with loss_of(connection):
        proxy.freeze()
        with pytest.raises(error):
            within_bounds(call)


def test_closing_does_not_wait_for_it(target: Target, proxy: Proxy, connect: Connect, name: str) -> None:
    connection = connect(proxy.url, request_timeout=SOON, **target.heartbeats(0))
    session = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
    consumer = session.create_consumer(session.create_queue(name))
    put(session, name, ["held"])
    assert take(consumer) == "held"
    proxy.freeze()
    within_bounds(connection.close)
