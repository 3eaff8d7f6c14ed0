"""Errors of RabbitMQ's permissions name what is not permitted; the first of several hosts may be down."""

from __future__ import annotations

import socket
from contextlib import closing

import pika
import pytest

from jmslike import (
    ConnectionFactory,
    ConnectionLostError,
    JMSError,
    JMSSecurityError,
    ResourceAllocationError,
    Session,
    TransactionRolledBackError,
)
from tests.brokers.broker import free_ports
from tests.faults.administrator import Administrator, Guest, Permissions
from tests.faults.steps import Connect, Losses, put, take, within_bounds

NOTHING = "^$"
TOPICS = "jms.durable.topic"


def test_a_user_that_may_declare_nothing_uses_what_exists(
    administrator: Administrator, guest: Guest, connect: Connect, name: str
) -> None:
    session = connect(guest.url).create_session()
    put(session, name, ["before"])
    session.create_producer(session.create_topic(name)).send(session.create_message())
    administrator.permit(guest.name, Permissions(configure=NOTHING))
    connection = connect(guest.url)
    session, transacted = connection.create_session(), connection.create_session(Session.SESSION_TRANSACTED)
    put(session, name, ["sent"])
    put(transacted, name, ["committed"])
    transacted.commit()
    consumer = session.create_consumer(session.create_queue(name))
    assert [take(consumer) for _ in range(3)] == ["before", "sent", "committed"]
    session.create_producer(session.create_topic(name)).send(session.create_message())
    with pytest.raises(JMSSecurityError):
        put(session, f"{name}-new", ["nowhere"])
    with pytest.raises(JMSSecurityError):
        session.create_consumer(session.create_queue(f"{name}-new"))
    with pytest.raises(JMSSecurityError):
        session.create_consumer(session.create_topic(name))
    with pytest.raises(JMSSecurityError):
        session.create_temporary_queue()
    put(session, name, ["last"])
    assert take(consumer) == "last"


def test_a_user_that_may_not_send(administrator: Administrator, guest: Guest, connect: Connect, name: str) -> None:
    put(connect(guest.url).create_session(), name, ["before"])
    administrator.permit(guest.name, Permissions(write=NOTHING))
    connection = connect(guest.url)
    session, transacted = connection.create_session(), connection.create_session(Session.SESSION_TRANSACTED)
    for _ in range(2):
        with pytest.raises(JMSSecurityError):
            put(session, name, ["refused"])
        put(transacted, name, ["refused"])
        with pytest.raises(TransactionRolledBackError):
            transacted.commit()
    assert take(session.create_consumer(session.create_queue(name))) == "before"


def test_a_user_that_may_not_receive(administrator: Administrator, guest: Guest, connect: Connect, name: str) -> None:
    administrator.permit(guest.name, Permissions(read="open.*"))
    connection, losses = connect(guest.url), Losses()
    connection.exception_listener = losses
    session = connection.create_session()
    put(session, name, ["not for me"])
    for _ in range(2):
        with pytest.raises(JMSSecurityError):
            session.create_consumer(session.create_queue(name))
    put(session, f"open-{name}", ["for me"])
    assert take(session.create_consumer(session.create_queue(f"open-{name}"))) == "for me"
    assert losses.errors == []


def test_a_queue_that_another_has_alone(guest: Guest, connect: Connect, name: str) -> None:
    connection, losses = connect(guest.url), Losses()
    connection.exception_listener = losses
    session = connection.create_session()
    put(session, name, ["for later"])
    with closing(pika.BlockingConnection(pika.URLParameters(guest.url))) as other:
        other.channel().basic_consume(name, lambda *_: None, exclusive=True)
        for _ in range(2):
            with pytest.raises(JMSError, match="in use"):
                session.create_consumer(session.create_queue(name))
    assert take(session.create_consumer(session.create_queue(name))) == "for later"
    assert losses.errors == []


def test_what_the_broker_does_not_take(guest: Guest, connect: Connect, name: str) -> None:
    with closing(pika.BlockingConnection(pika.URLParameters(guest.url))) as other:
        full = {"x-max-length": 1, "x-overflow": "reject-publish"}
        other.channel().queue_declare(name, durable=True, arguments=full)
    connection = connect(guest.url)
    session, transacted = connection.create_session(), connection.create_session(Session.SESSION_TRANSACTED)
    put(session, name, ["taken"])
    for _ in range(2):
        with pytest.raises(ResourceAllocationError):
            put(session, name, ["refused"])
        put(transacted, name, ["refused"])
        with pytest.raises(TransactionRolledBackError):
            transacted.commit()
    consumer = session.create_consumer(session.create_queue(name))
    assert take(consumer) == "taken"
    put(transacted, name, ["committed"])
    transacted.commit()
    assert take(consumer) == "committed"


def closed_port() -> int:
    return free_ports(1)[0]


def test_the_first_host_is_dead(guest: Guest, connect: Connect, name: str) -> None:
    session = connect(first(guest.url, closed_port())).create_session()
    put(session, name, ["sent"])
    assert take(session.create_consumer(session.create_queue(name))) == "sent"


def test_the_first_host_is_silent(guest: Guest, connect: Connect, name: str) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        url = first(guest.url, silent.getsockname()[1])
        put(connect(url, connect_timeout=1).create_session(), name, ["sent"])


def test_all_hosts_are_dead() -> None:
    ports = free_ports(2)
    factory = ConnectionFactory(f"amqp://127.0.0.1:{ports[0]},127.0.0.1:{ports[1]}")
    with pytest.raises(ConnectionLostError, match=f"{ports[0]}.*{ports[1]}"):
        within_bounds(factory.create_connection)


def test_the_first_host_refuses_the_user(guest: Guest) -> None:
    """The others are the same broker, and would count one more failure."""
    factory = ConnectionFactory(first(guest.url, closed_port()))
    with pytest.raises(JMSSecurityError):
        within_bounds(lambda: factory.create_connection(guest.name, "wrong"))


def first(url: str, port: int) -> str:
    """Return the URL with another port of this machine before its own."""
    login, at, rest = url.rpartition("@")
    return f"{login}{at}127.0.0.1:{port},{rest}"
