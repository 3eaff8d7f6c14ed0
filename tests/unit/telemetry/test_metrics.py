"""The four metrics of OpenTelemetry's conventions for messaging."""

from __future__ import annotations

from queue import SimpleQueue

import pytest

import jmslike
from jmslike import ConnectionFactory, ConnectionLostError, JMSError, Session
from jmslike.telemetry.conventions import system_of
from tests.unit.core.fake import FakeBroker
from tests.unit.telemetry.recording import Recording

SENT = "messaging.client.sent.messages"
CONSUMED = "messaging.client.consumed.messages"
OPERATION = "messaging.client.operation.duration"
PROCESS = "messaging.process.duration"


def test_sends_and_receives(recording: Recording, url: str) -> None:
    with jmslike.connect(url, telemetry=recording.telemetry) as jms:
        queue = jms.create_queue("orders")
        for _ in range(3):
            jms.create_producer().send(queue, "x")
        consumer = jms.create_consumer(queue)
        for _ in range(2):
            consumer.receive(1)
        consumer.close()
    assert recording.counts(SENT) == {("send", "orders"): 3}
    assert recording.counts(CONSUMED) == {("receive", "orders"): 2}
    assert recording.counts(OPERATION) == {("send", "orders"): 3, ("receive", "orders"): 2}
    assert recording.attributes(SENT) == {
        "messaging.system": "jms",
        "messaging.operation.name": "send",
        "messaging.operation.type": "send",
        "messaging.destination.name": "orders",
    }


def test_a_subscription_has_its_name(recording: Recording, url: str) -> None:
    with jmslike.connect(url, telemetry=recording.telemetry) as jms:
        prices = jms.create_topic("prices")
        consumer = jms.create_shared_durable_consumer(prices, "daily")
        jms.create_producer().send(prices, "x")
        consumer.receive(1)
    assert recording.attributes(CONSUMED)["messaging.destination.subscription.name"] == "daily"


def test_a_listener_counts_once(recording: Recording, url: str) -> None:
    done: SimpleQueue[object] = SimpleQueue()
    with jmslike.connect(url, telemetry=recording.telemetry) as jms:
        queue = jms.create_queue("orders")
        jms.create_producer().send(queue, "x")
        jms.create_consumer(queue).message_listener = done.put
        done.get(timeout=10)
    assert recording.counts(CONSUMED) == recording.counts(PROCESS) == {("process", "orders"): 1}
    assert recording.counts(OPERATION) == {("send", "orders"): 1}


def test_a_transaction_counts_at_its_commit(recording: Recording, url: str) -> None:
    with ConnectionFactory(url, telemetry=recording.telemetry).create_connection() as connection:
        session = connection.create_session(True)
        producer = session.create_producer()

        def send(*names: str) -> None:
            for name in names:
                producer.send(session.create_queue(name), session.create_message())

        send("orders", "bills")
        session.rollback()
        assert recording.counts(SENT) == {}
        send("orders", "orders", "bills")
        session.commit()
    assert recording.counts(SENT) == {("commit", "orders"): 2, ("commit", "bills"): 1}
    assert recording.counts(OPERATION) == {("commit",): 1}


def test_failures_are_told_apart(recording: Recording, broker: FakeBroker) -> None:
    session = broker.session(telemetry=recording.telemetry)
    producer = session.create_producer(session.create_queue("q"))
    consumer = session.create_consumer(session.create_queue("q"))
    broker.at("send", JMSError("refused"))
    with pytest.raises(JMSError, match="refused"):
        producer.send(session.create_message())
    broker.cut()
    with pytest.raises(ConnectionLostError):
        consumer.receive(1)
    assert recording.counts(SENT) == {("send", "q", "jmslike.errors.JMSError"): 1}
    assert recording.counts(OPERATION) == {
        ("send", "q", "jmslike.errors.JMSError"): 1,
        ("receive", "q", "jmslike.errors.ConnectionLostError"): 1,
    }
    assert recording.counts(CONSUMED) == {}


@pytest.mark.parametrize("mode", [Session.DUPS_OK_ACKNOWLEDGE, Session.CLIENT_ACKNOWLEDGE, Session.AUTO_ACKNOWLEDGE])
def test_each_delivery_counts(recording: Recording, broker: FakeBroker, mode: int) -> None:
    session = broker.session(mode, telemetry=recording.telemetry)
    session.create_producer(session.create_queue("q")).send(session.create_message())
    consumer = session.create_consumer(session.create_queue("q"))
    assert consumer.receive(1) is not None
    again = mode == Session.CLIENT_ACKNOWLEDGE
    if again:
        session.recover()
        assert consumer.receive(1) is not None
    assert recording.counts(CONSUMED) == {("receive", "q"): 1 + again}


@pytest.mark.parametrize(
    ("product", "system"),
    [
        ("ActiveMQ Artemis", "activemq"),
        ("ActiveMQ Classic", "activemq"),
        ("RabbitMQ", "rabbitmq"),
        ("Apache Kafka", "kafka"),
        ("native engine", "jms"),
    ],
)
def test_well_known_systems(product: str, system: str) -> None:
    assert system_of(product) == system
