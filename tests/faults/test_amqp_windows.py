"""Prefetched messages: sessions that hold more than their window, and queues that are deleted meanwhile."""

from __future__ import annotations

import pytest

from jmslike import InvalidDestinationError, MessageConsumer, Session
from tests.brokers import Broker
from tests.faults.administrator import Administrator, Guest
from tests.faults.steps import PATIENCE, Connect, put, text_of, within_bounds

WINDOW = 10


def texts_of(consumer: MessageConsumer, count: int) -> list[str]:
    return [text_of(consumer.receive(PATIENCE)) for _ in range(count)]


@pytest.mark.parametrize("profile", ["jms", "plain"])
def test_a_durable_subscription_of_one_consumer_holds_more_than_the_window(
    rabbitmq: Broker, connect: Connect, name: str, profile: str
) -> None:
    """Its queue has no room for a second consumer."""
    connection = connect(rabbitmq.url("amqp"), window=WINDOW, profile=profile, client_id=name)
    session = connection.create_session(Session.SESSION_TRANSACTED)
    topic = session.create_topic(name)
    consumer = session.create_durable_consumer(topic, name)
    sent = [str(number) for number in range(5 * WINDOW)]
    with connection.create_session() as other, other.create_producer(topic) as publisher:
        for text in sent:
            publisher.send(other.create_text_message(text))
    assert texts_of(consumer, len(sent)) == sent
    session.rollback()
    assert texts_of(consumer, len(sent)) == sent
    session.commit()
    assert consumer.receive_no_wait() is None
    consumer.close()
    session.unsubscribe(name)


def test_what_was_held_beyond_the_window_changes_no_order(rabbitmq: Broker, connect: Connect, name: str) -> None:
    """No message that was on its way when a transaction ended is marked redelivered."""
    connection = connect(rabbitmq.url("amqp"), window=WINDOW)
    sent = [str(number) for number in range(2000)]
    put(connection.create_session(Session.DUPS_OK_ACKNOWLEDGE), name, sent)
    session = connection.create_session(Session.SESSION_TRANSACTED)
    consumer = session.create_consumer(session.create_queue(name))
    received: list[str | None] = []
    while len(received) < len(sent):
        for _ in range(20 * WINDOW):
            message = consumer.receive(PATIENCE)
            assert message is not None
            assert not message.redelivered
            received.append(text_of(message))
        session.commit()
    assert received == sent


def test_a_deleted_queue_is_asked_for_nothing(
    administrator: Administrator, guest: Guest, connect: Connect, name: str
) -> None:
    """The answer would end the channel, and the connection with it."""
    connection = connect(guest.url)
    session = connection.create_session()
    consumer = session.create_consumer(session.create_queue(name))
    administrator.ask("DELETE", "queues", guest.name, name)
    with pytest.raises(InvalidDestinationError):
        within_bounds(consumer.receive)
    with pytest.raises(InvalidDestinationError):
        consumer.receive_no_wait()
    consumer.close()
    put(session, name, ["again"])
    assert texts_of(session.create_consumer(session.create_queue(name)), 1) == ["again"]
