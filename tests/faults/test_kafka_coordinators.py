"""A coordinator that is away or moves while a consumer needs it loses no message, and no acknowledgement."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import pytest
from kafka import KafkaConsumer, errors
from kafka.coordinator.consumer import ConsumerCoordinator

from jmslike import (
    Connection,
    JMSError,
    MessageConsumer,
    Session,
    TransactionInDoubtError,
    TransactionRolledBackError,
)
from jmslike_transports.kafka.address import DEFAULT_GROUP
from jmslike_transports.kafka.transport import KafkaTransport
from tests.brokers import Broker
from tests.faults.steps import PATIENCE, Connect, put, text_of

TEXTS = [str(number) for number in range(5)]


def transport_of(connection: Connection) -> KafkaTransport:
    transport = connection._state.transport
    assert isinstance(transport, KafkaTransport)
    return transport


def committed(connection: Connection, name: str) -> list[int]:
    found: Mapping[Any, Any] = transport_of(connection).connection.groups.offsets(DEFAULT_GROUP.replace("{name}", name))
    return [offset.offset for offset in found.values()]


def texts_of(consumer: MessageConsumer, count: int) -> list[str]:
    return [text_of(consumer.receive(PATIENCE)) for _ in range(count)]


def test_what_was_read_before_it_was_known_what_is_settled_comes_nevertheless(
    kafka: Broker, connect: Connect, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The records came from one broker, and another one does not say in time what the group has committed."""
    connection = connect(kafka.url("kafka"))
    session = connection.create_session()
    put(session, name, TEXTS)
    refused: list[object] = []
    ask = KafkaConsumer.committed

    def refuse_once(self: Any, partition: Any, **how: Any) -> Any:
        if not refused:
            refused.append(partition)
            raise errors.KafkaTimeoutError("the coordinator is away")
        return ask(self, partition, **how)

    monkeypatch.setattr(KafkaConsumer, "committed", refuse_once)
    assert texts_of(session.create_consumer(session.create_queue(name)), len(TEXTS)) == TEXTS
    assert refused


def test_an_acknowledgement_is_committed_when_it_returns_though_the_coordinator_has_moved(
    kafka: Broker, connect: Connect, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = connect(kafka.url("kafka"))
    session = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
    put(session, name, TEXTS)
    consumer = session.create_consumer(session.create_queue(name))
    message = consumer.receive(PATIENCE)
    assert message is not None
    refused: list[object] = []
    send = ConsumerCoordinator._send_offset_commit_request

    async def refuse_once(self: Any, offsets: Any) -> None:
        if not refused:
            refused.append(offsets)
            self.coordinator_dead("it has moved")
            raise errors.NotCoordinatorError("it has moved")
        await send(self, offsets)

    monkeypatch.setattr(ConsumerCoordinator, "_send_offset_commit_request", refuse_once)
    message.acknowledge()
    assert refused
    assert committed(connection, name) == [1]


def test_a_commit_is_in_doubt_when_the_coordinator_fails_after_it(
    kafka: Broker, connect: Connect, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kafka says UNKNOWN_SERVER_ERROR for any failure of its own, whatever it has done until then."""
    connection = connect(kafka.url("kafka"))
    session = connection.create_session(Session.SESSION_TRANSACTED)
    put(connection.create_session(), name, TEXTS)
    consumer = session.create_consumer(session.create_queue(name))
    assert texts_of(consumer, 2) == TEXTS[:2]
    process = ConsumerCoordinator._handle_offset_commit_response

    def fail(self: Any, *answered: Any) -> None:
        process(self, *answered)
        raise errors.UnknownError

    with monkeypatch.context() as patch:
        patch.setattr(ConsumerCoordinator, "_handle_offset_commit_response", fail)
        with pytest.raises(TransactionInDoubtError, match="no broker confirmed the commit"):
            session.commit()
    assert committed(connection, name) == [2]
    assert texts_of(consumer, 3) == TEXTS[2:]
    session.commit()
    assert committed(connection, name) == [len(TEXTS)]


@pytest.mark.parametrize("mode", [Session.CLIENT_ACKNOWLEDGE, Session.SESSION_TRANSACTED])
def test_what_a_closed_consumer_holds_can_be_settled_after_its_successor_has_closed(
    kafka: Broker, connect: Connect, name: str, mode: Any
) -> None:
    connection = connect(kafka.url("kafka"))
    put(connection.create_session(), name, TEXTS)
    session = connection.create_session(mode)
    queue = session.create_queue(name)
    with session.create_consumer(queue) as first:
        message = first.receive(PATIENCE)
    assert message is not None
    with session.create_consumer(queue) as second:
        assert texts_of(second, 2) == TEXTS[1:3]
    if mode is Session.SESSION_TRANSACTED:
        session.commit()
    else:
        message.acknowledge()
    assert committed(connection, name) == [3]
    assert texts_of(connection.create_session().create_consumer(queue), 2) == TEXTS[3:]


def test_a_successor_selects_what_its_predecessor_did(kafka: Broker, connect: Connect, name: str) -> None:
    """SUB-28: what has come already was for a subscription with another selector, which is still in use."""
    connection = connect(kafka.url("kafka"))
    session = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
    topic = session.create_topic(name)
    with session.create_shared_durable_consumer(topic, name) as first:
        session.create_producer(topic).send(session.create_text_message("held"))
        assert text_of(first.receive(PATIENCE)) == "held"
    with pytest.raises(JMSError, match="another topic or selector"):
        session.create_shared_durable_consumer(topic, name, "a = 1")
    session.close()
    with connection.create_session() as last:
        last.unsubscribe(name)


def test_a_member_that_is_expelled_while_rejoining_commits_nothing_that_others_may_have(
    kafka: Broker, connect: Connect, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = connect(kafka.url("kafka"))
    session = connection.create_session(Session.SESSION_TRANSACTED)
    put(connection.create_session(), name, TEXTS)
    consumer = session.create_consumer(session.create_queue(name))
    assert texts_of(consumer, 2) == TEXTS[:2]
    told = threading.Event()
    process = ConsumerCoordinator._process_sync_group_response

    def refuse_once(self: Any, response: Any, sent_at: float) -> Any:
        if not told.is_set():
            told.set()
            self.reset_generation()
            raise errors.UnknownMemberIdError("the session has timed out")
        return process(self, response, sent_at)

    monkeypatch.setattr(ConsumerCoordinator, "_process_sync_group_response", refuse_once)
    consumer._intake.subscription.reader._consumer._coordinator.request_rejoin()  # type: ignore[attr-defined]
    assert told.wait(PATIENCE)
    while text_of(consumer.receive(PATIENCE)) != TEXTS[0]:
        continue  # it is redelivered as soon as all is read again
    with pytest.raises(TransactionRolledBackError):
        session.commit()
    assert texts_of(consumer, len(TEXTS)) == TEXTS
    session.commit()
    assert committed(connection, name) == [len(TEXTS)]
