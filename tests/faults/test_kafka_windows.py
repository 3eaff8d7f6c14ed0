"""How much a session may hold while more is read."""

from __future__ import annotations

import pytest

from jmslike import Session
from jmslike_transports.kafka import progress
from tests.brokers import Broker
from tests.faults.steps import PATIENCE, Connect, text_of

WIDEST = 8


def test_a_session_that_holds_a_message_gets_the_next_selected_one_however_far_it_is(
    kafka: Broker, connect: Connect, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the selector leaves out counts as settled beyond the message that is held; no group has to store that."""
    monkeypatch.setattr(progress, "WIDEST", WIDEST)
    connection = connect(kafka.url("kafka"), window=4)
    session = connection.create_session(Session.SESSION_TRANSACTED)
    topic = session.create_topic(name)
    consumer = session.create_consumer(topic, "wanted = TRUE")
    with connection.create_session() as other, other.create_producer(topic) as publisher:
        for number in range(4 * WIDEST):
            message = other.create_text_message(str(number))
            message.set_boolean_property("wanted", number in (0, 4 * WIDEST - 1))
            publisher.send(message)
    assert [text_of(consumer.receive(PATIENCE)) for _ in range(2)] == ["0", str(4 * WIDEST - 1)]
    session.commit()
