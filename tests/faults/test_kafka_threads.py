"""Objects whose creation fails leave no thread behind."""

from __future__ import annotations

import threading

import pytest

from jmslike import InvalidDestinationError
from jmslike_transports.kafka.topics import Topics
from tests.brokers import Broker
from tests.faults.steps import Connect


def test_a_consumer_of_a_topic_that_goes_meanwhile_leaves_no_thread(
    kafka: Broker, connect: Connect, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = connect(kafka.url("kafka")).create_session()
    topic = session.create_topic(name)
    session.create_consumer(topic).close()
    before = set(threading.enumerate())

    def refuse(_self: Topics, topic: str) -> None:
        raise InvalidDestinationError(f"{topic} was deleted")

    monkeypatch.setattr(Topics, "partitions", refuse)
    with pytest.raises(InvalidDestinationError):
        session.create_consumer(topic)
    assert set(threading.enumerate()) <= before
