"""Temporary destinations are deleted when they have to be, whatever is still held of them."""

from __future__ import annotations

from jmslike import Session
from jmslike_transports.kafka.transport import KafkaTransport
from tests.brokers import Broker
from tests.faults.steps import PATIENCE, Connect, text_of


def test_a_temporary_queue_is_deleted_though_a_closed_consumer_holds_something(kafka: Broker, connect: Connect) -> None:
    connection = connect(kafka.url("kafka"))
    session = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
    queue = session.create_temporary_queue()
    with session.create_producer(queue) as producer:
        producer.send(session.create_text_message("held"))
    with session.create_consumer(queue) as consumer:
        assert text_of(consumer.receive(PATIENCE)) == "held"
    queue.delete()
    transport = connection._state.transport
    assert isinstance(transport, KafkaTransport)
    assert not transport.connection.topics.exists(queue.name)
