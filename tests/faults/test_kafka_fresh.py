"""A Kafka that is used for the first time creates its own topics on demand: no call is refused meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from jmslike import Connection, InvalidDestinationError, Session
from tests.brokers import UnavailableError, broker
from tests.faults.steps import PATIENCE, Connect, put, take


@pytest.fixture
def fresh() -> Iterator[str]:
    """Return the URL of a Kafka that was started for this test."""
    if "JMSLIKE_TEST_KAFKA_URL" in os.environ:
        pytest.skip("the tests did not start this Kafka, and it was used before")
    try:
        with broker("kafka") as it:
            yield it.url("kafka")
    except UnavailableError as missing:
        pytest.skip(f"kafka: {missing}")


def subscribing(connection: Connection) -> None:
    session = connection.create_session()
    topic = session.create_topic("news")
    with session.create_durable_consumer(topic, "mine") as consumer:
        session.create_producer(topic).send(session.create_text_message("first"))
        assert take(consumer) == "first"


def committing(connection: Connection) -> None:
    session = connection.create_session(Session.SESSION_TRANSACTED)
    put(session, "committed", ["first"])
    session.commit()
    assert take(session.create_consumer(session.create_queue("committed"))) == "first"
    session.commit()


def browsing(connection: Connection) -> None:
    session = connection.create_session()
    with session.create_browser(session.create_queue("browsed")) as browser:
        assert list(browser) == []


def replying(connection: Connection) -> None:
    session = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
    queue = session.create_temporary_queue()
    consumer = session.create_consumer(queue)
    session.create_producer(queue).send(session.create_text_message("first"))
    assert take(consumer) == "first"
    session.recover()
    assert take(consumer) == "first"


def unsubscribing(connection: Connection) -> None:
    with pytest.raises(InvalidDestinationError):
        connection.create_session().unsubscribe("never subscribed")


FIRST: list[Callable[[Connection], None]] = [subscribing, committing, browsing, replying, unsubscribing]


def test_the_first_calls_of_all_kinds_succeed(fresh: str, connect: Connect) -> None:
    connections = [connect(fresh, client_id=work.__name__) for work in FIRST]
    with ThreadPoolExecutor(len(FIRST)) as pool:
        for ended in [pool.submit(work, connection) for work, connection in zip(FIRST, connections, strict=True)]:
            ended.result(3 * PATIENCE)
