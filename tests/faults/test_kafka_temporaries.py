"""Temporary destinations are deleted when they have to be, whatever is still held of them."""

from __future__ import annotations

from typing import Any

import pytest

from jmslike import InvalidDestinationError, Session
from jmslike_transports.kafka.library.administrator import Administrator
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


def test_no_message_is_sent_to_a_temporary_queue_whose_deletion_a_broker_hears_of_late(
    kafka: Broker, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CONN-19: the controller answers before the brokers know of it."""
    owner, other = connect(kafka.url("kafka")), connect(kafka.url("kafka")).create_session()
    queue = owner.create_session().create_temporary_queue()
    describe = Administrator.describe_topics
    late: list[Any] = []

    def describe_late(admin: Administrator, topics: Any = None) -> Any:
        return late.pop() if late else describe(admin, topics)

    monkeypatch.setattr(Administrator, "describe_topics", describe_late)
    transport = owner._state.transport
    assert isinstance(transport, KafkaTransport)
    late += [transport.connection.admin.describe_topics([queue.name])] * 3
    owner.close()
    with other.create_producer(queue) as producer, pytest.raises(InvalidDestinationError):
        producer.send(other.create_message())
