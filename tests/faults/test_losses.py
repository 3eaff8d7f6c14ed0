"""A connection is lost under load: the loss is reported once and in time, and no message is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from jmslike import ConnectionFactory, ConnectionLostError, JMSContext, Session
from tests.faults.load import Load, check_that_nothing_is_lost
from tests.faults.proxy import Proxy
from tests.faults.steps import PATIENCE, Connect, loss_of, put, take, take_until, text_of
from tests.faults.targets import Target


def test_the_broker_is_killed(ours: Target, connect: Connect, name: str) -> None:
    connection = connect(ours.url)
    held = f"marked.{name}"
    put(connection.create_session(), held, ["1", "2"])
    session = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
    consumer = session.create_consumer(session.create_queue(held))
    assert [take(consumer), take(consumer)] == ["1", "2"]
    with loss_of(connection):
        with Load(connection, name) as load:
            load.wait_until_it_flows()
            ours.broker.kill()
        with pytest.raises(ConnectionLostError):
            ConnectionFactory(ours.url).create_connection()
    ours.broker.restart()
    connection = connect(ours.url)
    check_that_nothing_is_lost(load, connection, name)
    session = connection.create_session()
    consumer = session.create_consumer(session.create_queue(held))
    again = [consumer.receive(PATIENCE), consumer.receive(PATIENCE)]
    assert [(text_of(message), message is not None and message.redelivered) for message in again] == [
        ("1", True),
        ("2", True),
    ]


@pytest.mark.parametrize("fail", [Proxy.cut, Proxy.freeze])
def test_the_network_fails(
    target: Target, proxy: Proxy, connect: Connect, name: str, fail: Callable[[Proxy], None]
) -> None:
    connection = connect(proxy.url, **target.heartbeats(2 * target.heartbeat))
    with loss_of(connection), Load(connection, name) as load:
        load.wait_until_it_flows()
        fail(proxy)
    proxy.thaw()
    if fail is Proxy.cut:
        target.release()
    check_that_nothing_is_lost(load, connect(target.url), name)


def test_more_than_the_window_is_unacknowledged(target: Target, proxy: Proxy, connect: Connect, name: str) -> None:
    connection = connect(proxy.url, window=10)
    texts = [str(number) for number in range(50)]
    put(connection.create_session(), name, texts)
    session = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
    consumer = session.create_consumer(session.create_queue(name))
    with loss_of(connection) as losses:
        assert [take(consumer) for _ in texts[:35]] == texts[:35]
        proxy.cut()
        assert losses.reported.wait(PATIENCE)
        with pytest.raises(ConnectionLostError):
            consumer.receive()
    target.release()
    session = connect(target.url).create_session()
    consumer = session.create_consumer(session.create_queue(name))
    assert sorted(take_until(consumer, texts)) == sorted(texts)


def test_no_acknowledgement_is_said_to_be_done_after_a_loss(
    target: Target, proxy: Proxy, connect: Connect, name: str
) -> None:
    put(connect(target.url).create_session(), name, ["1"])
    with ConnectionFactory(proxy.url).create_context(session_mode=JMSContext.CLIENT_ACKNOWLEDGE) as context:
        message = context.create_consumer(context.create_queue(name)).receive(PATIENCE)
        assert text_of(message) == "1"
        assert message is not None
        with loss_of(context) as losses:
            proxy.cut()
            assert losses.reported.wait(PATIENCE)
            for acknowledge in (context.acknowledge, message.acknowledge) * 2:
                with pytest.raises(ConnectionLostError):
                    acknowledge()
    target.release()
    session = connect(target.url).create_session()
    assert take(session.create_consumer(session.create_queue(name))) == "1"


def test_a_slow_listener_does_not_cost_the_connection(
    target: Target, proxy: Proxy, connect: Connect, name: str
) -> None:
    connection = connect(proxy.url, window=2, **target.heartbeats(target.heartbeat))
    lost, heard, go_on = threading.Event(), threading.Semaphore(0), threading.Event()
    connection.exception_listener = lambda _: lost.set()

    def listen(message: object) -> None:
        heard.release()
        go_on.wait(PATIENCE)

    session = connection.create_session()
    session.create_consumer(session.create_queue(name)).message_listener = listen
    put(connection.create_session(), name, map(str, range(20)))
    assert heard.acquire(timeout=PATIENCE)
    assert not lost.wait(5 * target.heartbeat)
    go_on.set()
    for _ in range(19):
        assert heard.acquire(timeout=PATIENCE)


def test_a_slow_network_costs_time_only(target: Target, proxy: Proxy, connect: Connect, name: str) -> None:
    proxy.delay = 0.02
    connection = connect(proxy.url, **target.heartbeats(2 * target.heartbeat))
    session = connection.create_session(Session.SESSION_TRANSACTED)
    consumer = session.create_consumer(session.create_queue(name))
    put(session, name, ["a", "b"])
    session.commit()
    assert [take(consumer), take(consumer)] == ["a", "b"]
    session.commit()
