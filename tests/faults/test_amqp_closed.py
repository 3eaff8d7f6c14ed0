"""RabbitMQ closes a connection or a channel, or a destination is deleted: calls that need it raise, others work."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from jmslike import ConnectionLostError, InvalidDestinationError, JMSError, Session
from tests.faults.administrator import Administrator, Guest
from tests.faults.load import Load, check_that_nothing_is_lost
from tests.faults.steps import PATIENCE, Answer, Connect, Losses, loss_of, put, take, text_of, within_bounds

TOPICS = "jms.durable.topic"


def test_a_connection_is_closed(administrator: Administrator, guest: Guest, connect: Connect, name: str) -> None:
    connection = connect(guest.url)
    with loss_of(connection) as losses, Load(connection, name) as load:
        load.wait_until_it_flows()
        administrator.ask("DELETE", "connections", "username", guest.name)
    assert "management" in str(losses.errors[0])
    check_that_nothing_is_lost(load, connect(guest.url), name)


def test_a_message_is_not_acknowledged_in_time(
    administrator: Administrator, guest: Guest, connect: Connect, name: str
) -> None:
    with administrator.impatience():
        connection = connect(guest.url)
        put(connection.create_session(), name, ["held"])
        session = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
        consumer = session.create_consumer(session.create_queue(name))
        with loss_of(connection) as losses:
            assert take(consumer) == "held"
            with pytest.raises(ConnectionLostError):
                within_bounds(consumer.receive)
        assert "timed out" in str(losses.errors[0])
    session = connect(guest.url).create_session()
    message = session.create_consumer(session.create_queue(name)).receive(PATIENCE)
    assert text_of(message) == "held"
    assert message is not None
    assert message.redelivered


def test_a_queue_is_deleted_under_its_consumer(
    administrator: Administrator, guest: Guest, connect: Connect, name: str
) -> None:
    connection = connect(guest.url)
    losses = Losses()
    connection.exception_listener = losses
    session = connection.create_session()
    other = session.create_consumer(session.create_queue(f"{name}-other"))
    consumer = session.create_consumer(session.create_queue(name))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(consumer.receive)
        administrator.ask("DELETE", "queues", guest.name, name)
        with pytest.raises(InvalidDestinationError):
            waiting.result(PATIENCE)
    assert losses.reported.wait(PATIENCE)
    for look in (consumer.receive, consumer.receive_no_wait):
        with pytest.raises(InvalidDestinationError):
            look()
    consumer.close()
    put(session, f"{name}-other", ["to others"])
    assert take(other) == "to others"
    consumer = session.create_consumer(session.create_queue(name))
    put(connection.create_session(), name, ["to a new one"])
    assert take(consumer) == "to a new one"
    assert [type(error) for error in losses.errors] == [InvalidDestinationError]


def test_a_queue_is_deleted_under_its_producer(
    administrator: Administrator, guest: Guest, connect: Connect, name: str
) -> None:
    connection = connect(guest.url)
    session, transacted = connection.create_session(), connection.create_session(Session.SESSION_TRANSACTED)
    producer = session.create_producer(session.create_queue(name))
    put(transacted, name, ["before"])
    transacted.commit()

    administrator.ask("DELETE", "queues", guest.name, name)
    producer.send(session.create_text_message("sent"))

    administrator.ask("DELETE", "queues", guest.name, name)
    put(transacted, name, ["committed"])
    transacted.commit()

    administrator.ask("DELETE", "queues", guest.name, name)
    answer = Answer()
    producer.send(session.create_text_message("lost"), completion_listener=answer)
    with pytest.raises(InvalidDestinationError):
        answer.wait()
    answer = Answer()
    producer.send(session.create_text_message("completed"), completion_listener=answer)
    answer.wait()
    assert take(session.create_consumer(session.create_queue(name))) == "completed"


def test_an_exchange_is_deleted_under_its_publisher(
    administrator: Administrator, guest: Guest, connect: Connect, name: str
) -> None:
    """Existing subscriptions cannot learn of it."""
    connection = connect(guest.url)
    session, transacted = connection.create_session(), connection.create_session(Session.SESSION_TRANSACTED)
    topic = session.create_topic(name)
    publisher, in_a_transaction = session.create_producer(topic), transacted.create_producer(topic)
    publisher.send(session.create_text_message("before"))

    administrator.ask("DELETE", "exchanges", guest.name, TOPICS)
    publisher.send(session.create_text_message("unheard of"))

    administrator.ask("DELETE", "exchanges", guest.name, TOPICS)
    in_a_transaction.send(transacted.create_text_message("nowhere"))
    with pytest.raises(JMSError):
        transacted.commit()
    subscriber = session.create_consumer(topic)
    in_a_transaction.send(transacted.create_text_message("heard of"))
    transacted.commit()
    assert take(subscriber) == "heard of"
