"""A process that moves messages on a broker is killed: each message is at one end, or at both where the docs say so."""

from __future__ import annotations

import random
import sys
import time
import uuid

import pytest

import jmslike
from jmslike import ConnectionFactory, JMSConsumer, Queue, Session
from tests.brokers import Broker
from tests.operations.killed import instants, ran

TEXTS = [str(number) for number in range(220)]
"""More than two transactions."""
PATIENCE = 60.0
"""Kafka gives the partitions of a dead consumer to others after its session's time-out."""


@pytest.mark.skipif(sys.platform == "win32", reason="it has no kill -9")
@pytest.mark.parametrize(
    ("name", "protocol", "kills", "most_at_both"),
    [
        pytest.param("activemq", "stomp", 2, 0, marks=pytest.mark.broker("activemq")),
        pytest.param("rabbitmq", "amqp", 2, 100, marks=pytest.mark.broker("rabbitmq")),
        pytest.param("kafka", "kafka", 1, 0, marks=pytest.mark.broker("kafka")),
    ],
)
def test_killed_while_it_moves(
    name: str, protocol: str, kills: int, most_at_both: int, request: pytest.FixtureRequest
) -> None:
    """Artemis 2.44 is not killed here: docs/stomp.md says what it keeps then until it is restarted."""
    broker: Broker = request.getfixturevalue(name)
    url = broker.url(protocol)
    call = "move({0!r}, {1!r}, {2!r})"
    for instant in instants(call.format(url, *filled(url)), random.Random(protocol), kills + 1)[1:]:
        orders, archive = filled(url)
        assert ran(call.format(url, orders, archive), instant) is None
        found = all_of(url, orders, archive)
        assert set(found) == set(TEXTS), f"killed at {instant}"
        assert len(found) - len(TEXTS) <= most_at_both


def filled(url: str) -> tuple[str, str]:
    """Fill a new queue; return its name, and that of another one."""
    mark = uuid.uuid4().hex[:8]
    orders, archive = f"orders-{mark}", f"archive-{mark}"
    with ConnectionFactory(url).create_context(session_mode=Session.SESSION_TRANSACTED) as context:
        for text in TEXTS:
            context.create_producer().send(Queue(orders), text)
        context.commit()
    return orders, archive


def all_of(url: str, *queues: str) -> list[str]:
    """Receive from both queues until all texts are there, and then whatever else comes."""
    found: list[str] = []
    with jmslike.connect(url) as context:
        consumers = [context.create_consumer(Queue(queue)) for queue in queues]
        end = time.monotonic() + PATIENCE
        while set(found) != set(TEXTS) and time.monotonic() < end:
            for consumer in consumers:
                found += rest_of(consumer, 0.1)
        for consumer in consumers:
            found += rest_of(consumer, 0.3)
    return found


def rest_of(consumer: JMSConsumer, silence: float) -> list[str]:
    return [str(text) for text in iter(lambda: consumer.receive_body(str, silence), None)]
