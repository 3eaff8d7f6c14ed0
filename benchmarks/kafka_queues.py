"""The broker and the queues of `kafka_broker`, and how much is sent and received there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import urlsplit
from uuid import uuid4

from kafka import KafkaAdminClient

from benchmarks.brokers import Completions, MeasuredBroker, message, session_to

MESSAGES = 20_000
CONFIRMED = 1_000
"""Messages of which each waits for the broker."""
BATCH = 100
"""Messages of a transaction."""
BROKER = MeasuredBroker("kafka", "kafka")
url = BROKER.url


def servers() -> str:
    """Return the broker's address as Kafka's clients take it."""
    return urlsplit(url()).netloc


@contextmanager
def new_queue() -> Iterator[str]:
    """Yield the name of a queue, which is deleted afterwards."""
    name = f"benchmark-{uuid4()}"
    with closing(KafkaAdminClient(bootstrap_servers=servers())) as admin:
        admin.create_topics({name: {"num_partitions": 1, "replication_factor": 1}}, wait_for_metadata=True)
        try:
            yield name
        finally:
            admin.delete_topics([name])


@contextmanager
def filled_queue(messages: int) -> Iterator[str]:
    """Yield the name of a queue that holds that many messages, sent by jmslike."""
    with new_queue() as name:
        with session_to(url()) as session:
            producer = session.create_producer(session.create_queue(name))
            for number in range(messages):
                producer.send(message(session, number), completion_listener=Completions())
        yield name
