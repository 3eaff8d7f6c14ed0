"""Subscriptions that a provider pushes to start and stop with their connection (C14)."""

from __future__ import annotations

import pytest

from jmslike.constants import SessionMode
from jmslike.errors import ConnectionLostError, JMSSecurityError
from jmslike.message import Message
from tests.unit.core.fake import OTHER, QUEUE, FakeBroker, Task, texts

CHANGES = ("start subscription", "stop subscription")


def specs(broker: FakeBroker) -> list[bool]:
    return [spec.stopped for _, spec in broker.named("subscribe")]


def test_a_consumer_begins_as_its_connection_is(broker: FakeBroker) -> None:
    """CONN-01: nothing is asked for before start()."""
    connection = broker.connect(start=False)
    session = connection.create_session()
    session.create_consumer(QUEUE)
    connection.start()
    session.create_consumer(OTHER)
    assert specs(broker) == [True, False]
    assert broker.named(*CHANGES) == [("start subscription", QUEUE)]


def test_stop_and_start_reach_each_consumer_once(broker: FakeBroker) -> None:
    """CONN-02, CONN-03: a second call changes nothing."""
    connection = broker.connect()
    for destination in (QUEUE, OTHER):
        connection.create_session().create_consumer(destination)
    for _ in range(2):
        connection.stop()
    for _ in range(2):
        connection.start()
    assert broker.named(*CHANGES) == [(name, place) for name in reversed(CHANGES) for place in (QUEUE, OTHER)]


def test_a_receive_is_parked_when_its_subscription_stops(broker: FakeBroker) -> None:
    """CONN-05: the subscription stops after the take that was in progress."""
    connection = broker.connect()
    consumer = connection.create_session().create_consumer(QUEUE)
    receiving = Task(consumer.receive)
    broker.until(lambda: broker.named("take"))
    connection.stop()
    taken = len(broker.named("take"))
    broker.put(*texts("a"))
    assert receiving.goes_on()
    assert len(broker.named("take")) == taken
    connection.start()
    assert_text(receiving.end(), "a")


def test_a_listener_goes_on_after_a_stop(broker: FakeBroker) -> None:
    """CONN-08: with what came meanwhile."""
    connection = broker.connect()
    heard: list[str | None] = []
    consumer = connection.create_session().create_consumer(QUEUE)
    consumer.message_listener = lambda message: heard.append(message.get_body(str))
    connection.stop()
    broker.put(*texts("ab"))
    connection.start()
    broker.until(lambda: heard == ["a", "b"])


def test_a_connection_that_starts_while_a_consumer_is_made(broker: FakeBroker) -> None:
    """CONN-01: the consumer is started, too."""
    connection = broker.connect(start=False)
    session = connection.create_session()
    broker.at("subscribe", connection.start)
    consumer = session.create_consumer(QUEUE)
    broker.put(*texts("a"))
    assert_text(consumer.receive(), "a")


def test_a_connection_that_stops_while_a_consumer_is_made(broker: FakeBroker) -> None:
    """CONN-05: the consumer is stopped, too."""
    connection = broker.connect()
    session = connection.create_session()
    broker.at("subscribe", connection.stop)
    session.create_consumer(QUEUE)
    assert broker.named(*CHANGES) == [("stop subscription", QUEUE)]


def test_a_batch_is_acknowledged_before_its_subscription_stops(broker: FakeBroker) -> None:
    """CONN-28: some providers give nothing back while anything is unsettled."""
    connection = broker.connect()
    consumer = connection.create_session(SessionMode.DUPS_OK_ACKNOWLEDGE).create_consumer(QUEUE)
    broker.put(*texts("a"))
    assert_text(consumer.receive(), "a")
    assert broker.named("settle") == []
    connection.stop()
    assert broker.named("settle", "stop subscription") == [("settle", ["ID:a"], None), ("stop subscription", QUEUE)]


def test_a_stop_needs_no_provider_for_a_batch(broker: FakeBroker) -> None:
    """EXL-02: after a loss the batch cannot be acknowledged, and stop() raises nothing."""
    connection = broker.connect()
    consumer = connection.create_session(SessionMode.DUPS_OK_ACKNOWLEDGE).create_consumer(QUEUE)
    broker.put(*texts("a"))
    assert_text(consumer.receive(), "a")
    broker.at("settle", ConnectionLostError("the link is gone"))
    connection.stop()


def test_a_consumer_that_cannot_be_started(broker: FakeBroker) -> None:
    """CONN-01: start() raises the refusal, and starts the others."""
    connection = broker.connect(start=False)
    connection.create_session().create_consumer(QUEUE)
    other = connection.create_session().create_consumer(OTHER)
    broker.at("start subscription", JMSSecurityError("not for you"))
    with pytest.raises(JMSSecurityError):
        connection.start()
    broker.put(*texts("a", OTHER))
    assert_text(other.receive(), "a")


def test_a_loss_while_a_connection_starts_is_reported_by_receive(broker: FakeBroker) -> None:
    """EXL-02: not by the start that meets it; a later start raises, and stop() needs no provider."""
    connection = broker.connect(start=False)
    consumer = connection.create_session().create_consumer(QUEUE)
    broker.at("start subscription", ConnectionLostError("the link is gone"))
    connection.start()
    broker.transports[0].lose()
    for call in (consumer.receive, connection.start):
        with pytest.raises(ConnectionLostError):
            call()
    connection.stop()


def test_a_start_beside_a_stop_lets_no_receive_in_too_early(broker: FakeBroker) -> None:
    """CONN-05: what a subscription gives back must not be taken at the same time."""
    connection = broker.connect()
    consumer = connection.create_session().create_consumer(QUEUE)
    broker.put(*texts("a"))
    starting: list[Task[None]] = []

    def start_and_receive() -> None:
        starting.append(Task(connection.start))
        assert starting[0].goes_on()
        assert consumer.receive_no_wait() is None

    broker.at("stop subscription", start_and_receive)
    connection.stop()
    starting[0].end()
    assert_text(consumer.receive(), "a")
    assert broker.named(*CHANGES) == [(name, QUEUE) for name in reversed(CHANGES)]


def test_a_receive_is_let_in_once_its_subscription_has_started(broker: FakeBroker) -> None:
    """CONN-01: not while it starts."""
    connection = broker.connect(start=False)
    consumer = connection.create_session().create_consumer(QUEUE)
    broker.put(*texts("a"))

    def receive() -> None:
        assert consumer.receive_no_wait() is None
        assert not broker.named("take")

    broker.at("start subscription", receive)
    connection.start()
    assert_text(consumer.receive(), "a")


def assert_text(message: Message | None, text: str) -> None:
    assert message is not None
    assert message.get_body(str) == text
