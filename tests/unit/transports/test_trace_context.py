"""A trace context travels as other programs write and read it, whatever carries the message."""

from __future__ import annotations

from typing import Any

import pytest
from kafka.consumer.fetcher import ConsumerRecord
from pika.spec import Basic, BasicProperties

from jmslike import Queue
from jmslike.spi import Envelope
from jmslike_transports.amqp.delivery_reader import read_envelope
from jmslike_transports.amqp.profiles import PROFILES
from jmslike_transports.kafka.records import read_record, write_record
from jmslike_transports.stomp.dialects.activemq import ActiveMQ
from jmslike_transports.stomp.dialects.artemis import Artemis
from jmslike_transports.stomp.dialects.rabbitmq import RabbitMQ

CARRIED = {
    "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "tracestate": "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE",
    "baggage": "shop=Berlin",
}
HERE = Queue("orders")
MESSAGE = Envelope.make(id="ID:a:1", destination=HERE, kind="text", body="two lamps", properties=CARRIED)


@pytest.mark.parametrize("profile", ["jms", "plain"])
def test_amqp_has_headers_of_these_names(profile: str) -> None:
    """Where pika's instrumentation writes and looks for them."""
    written, _ = PROFILES[profile].write(MESSAGE)
    headers: dict[str, Any] = written.headers
    assert CARRIED.items() <= headers.items()


def test_a_program_with_pika_is_understood() -> None:
    properties = BasicProperties(headers=dict(CARRIED))
    assert read_envelope(Basic.Deliver(), properties, b"two lamps", HERE).properties == CARRIED


def test_kafka_has_headers_of_these_names() -> None:
    record = write_record(MESSAGE)
    assert {(name, value.encode()) for name, value in CARRIED.items()} <= set(record.headers)


def test_a_program_with_a_kafka_client_is_understood() -> None:
    headers = [(name, value.encode()) for name, value in CARRIED.items()]
    record = ConsumerRecord("orders", 0, 0, 1, 7, 0, None, b"two lamps", headers, None, -1, -1, -1)
    assert read_record(record, HERE).properties == CARRIED


@pytest.mark.parametrize(
    "dialect", [Artemis("ActiveMQ-Artemis/2.44.0"), ActiveMQ("ActiveMQ/6.1.7"), RabbitMQ("RabbitMQ/3.10")]
)
def test_stomp_has_headers_of_these_names(dialect: Any) -> None:
    """Which the brokers turn into string properties for a Java client."""
    assert CARRIED.items() <= dialect.headers(MESSAGE).items()
