"""Kafka's clients go on by themselves: what a broker's absence costs a program is time, unless it lasts too long."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager

import pytest

from jmslike import (
    Connection,
    ConnectionLostError,
    JMSError,
    Session,
    TransactionInDoubtError,
    TransactionRolledBackError,
)
from tests.brokers import Broker
from tests.brokers.kafka import Kafka
from tests.faults.kafka_broker import cut_links, frozen, killed, own
from tests.faults.kafka_load import (
    Flow,
    browsing,
    program,
    reading_committed,
    receiving,
    sending,
    sending_asynchronously,
    transforming,
)
from tests.faults.steps import PATIENCE, Connect, Losses, loss_of, put, take, within_bounds

ENOUGH = 200
"""Messages of each kind after which they flow."""
CUTS = 3
SHORT_WHILE = 2.0


def cut_again_and_again(kafka: Kafka, flow: Flow) -> None:
    for _ in range(CUTS):
        cut_links(kafka)
        flow.wait_for(ENOUGH)


def freeze_for_a_while(kafka: Kafka, _flow: Flow) -> None:
    with frozen(kafka):
        threading.Event().wait(SHORT_WHILE)


def kill_and_restart(kafka: Kafka, _flow: Flow) -> None:
    with killed(kafka):
        pass


@pytest.mark.parametrize("trouble", [cut_again_and_again, freeze_for_a_while, kill_and_restart])
def test_all_goes_on(kafka: Broker, connect: Connect, name: str, trouble: Callable[[Kafka, Flow], None]) -> None:
    it = own(kafka)
    connection = connect(it.url("kafka"), client_id=name)
    losses = Losses()
    connection.exception_listener = losses
    with connection.create_session() as session:
        automatic, acknowledged, source, target = (
            session.create_queue(f"{name}-{part}") for part in ("automatic", "acknowledged", "source", "target")
        )
        topic = session.create_topic(f"{name}-topic")
        session.create_durable_subscriber(topic, "subscription").close()
        session.create_producer(target).close()
    rollbacks: Counter[str] = Counter()
    looks: list[int] = []
    with program() as working:
        flows = automatic_flow, acknowledged_flow, topic_flow, results = [working.flow() for _ in range(4)]
        working.start(
            receiving(connection, lambda session: session.create_consumer(automatic), automatic_flow),
            receiving(
                connection,
                lambda session: session.create_consumer(acknowledged),
                acknowledged_flow,
                Session.CLIENT_ACKNOWLEDGE,
            ),
            receiving(connection, lambda session: session.create_durable_subscriber(topic, "subscription"), topic_flow),
            transforming(connection, source, target, rollbacks),
            browsing(connection, automatic, looks),
        )
        end_sending = working.start(
            sending(connection, automatic, automatic_flow),
            sending_asynchronously(connection, acknowledged, acknowledged_flow),
            sending(connection, topic, topic_flow),
            sending_asynchronously(connection, source, results),
        )
        for flow in flows[:3]:
            flow.wait_for(ENOUGH)
        working.start(reading_committed(it.url("kafka"), target.queue_name, results))
        results.wait_for(ENOUGH)
        trouble(it, automatic_flow)
        for flow in flows:
            flow.wait_for(ENOUGH)
        end_sending()
        for flow in flows:
            flow.wait_for_all()
    assert not losses.errors
    assert looks
    assert results.duplicates == 0, "of what a transaction did"
    print(*flows, rollbacks, sep="\n")
    for flow in flows:
        assert flow.duplicates == 0, "none was given to anybody else"
