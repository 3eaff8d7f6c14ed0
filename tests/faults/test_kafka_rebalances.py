"""A group is rebalanced while messages are in flight, and members lose what they hold: no message is lost."""

from __future__ import annotations

import threading

import pytest

from jmslike import Message, Session
from jmslike_transports.kafka import topic_reader
from tests.brokers import Broker
from tests.faults.kafka_load import number_of, numbered
from tests.faults.kafka_rebalances import consumers, transactions
from tests.faults.kafka_worker import worker
from tests.faults.steps import PATIENCE, Connect, put, take, text_of
from tests.faults.suspension import suspended

A_WHILE = 8
POLL_INTERVAL = 2


def test_consumers_come_and_are_killed(kafka: Broker) -> None:
    outcome = consumers(kafka.url("kafka"), A_WHILE)
    assert outcome.flow.duplicates <= outcome.most_duplicates


def test_transactions_are_done_once_while_others_come_and_are_killed(kafka: Broker) -> None:
    assert transactions(kafka.url("kafka"), A_WHILE).flow.duplicates == 0


def test_a_slow_listener_keeps_what_it_has(kafka: Broker, connect: Connect, name: str) -> None:
    connection = connect(kafka.url("kafka"), max_poll_interval=POLL_INTERVAL)
    texts = [str(number) for number in range(20)]
    heard: list[str] = []
    all_heard = threading.Event()

    def listen(message: Message) -> None:
        heard.append(text_of(message))
        if len(heard) == 1:
            threading.Event().wait(3 * POLL_INTERVAL)
        if len(heard) == len(texts):
            all_heard.set()

    session = connection.create_session()
    session.create_consumer(session.create_queue(name)).message_listener = listen
    idle = connect(kafka.url("kafka")).create_session()
    waiting = idle.create_consumer(idle.create_queue(name))
    put(connection.create_session(), name, texts)
    assert all_heard.wait(PATIENCE)
    session.close()
    assert heard == texts
    put(idle, name, ["last"])
    assert take(waiting) == "last"


def test_what_a_suspended_process_holds_goes_to_another(kafka: Broker, connect: Connect, name: str) -> None:
    url = f"{kafka.url('kafka')}?session_timeout=6"
    session = connect(url).create_session(Session.SESSION_TRANSACTED)
    queues = [session.create_queue(f"{name}-{number}") for number in (1, 2)]
    target = session.create_producer(session.create_queue(f"{name}-target"))
    for queue in queues:
        session.create_producer(queue).send(numbered(session, 1))
    session.commit()
    with worker("hold", url, name, f"{name}-target") as process:
        with suspended(process.pid):
            consumers = [session.create_consumer(queue) for queue in queues]
            for consumer in consumers:
                message = consumer.receive(PATIENCE)
                assert message is not None
                target.send(numbered(session, 10 + number_of(message)))
            session.commit()
        out, _ = process.communicate("go on\n", PATIENCE)
    assert out == "rolled back\n"
    for queue in queues:
        put(session, queue.queue_name, ["last"])
    put(session, f"{name}-target", ["last"])
    session.commit()
    assert [take(consumer) for consumer in consumers] == ["last", "last"]
    results = session.create_consumer(session.create_queue(f"{name}-target"))
    came = [results.receive(PATIENCE) for _ in range(3)]
    assert [message is not None and message.property_exists("number") for message in came] == [True, True, False]


PARTITIONS = 2
A_MOMENT = 0.5
"""Seconds in which a consumer would get what another one holds."""
KEYS = ("a", "d")
"""Of different partitions."""


def send_to(session: Session, name: str, partition: int, text: str) -> None:
    """Send a text to one of the partitions."""
    message = session.create_text_message(text)
    message.set_string_property("JMSXGroupID", KEYS[partition])
    with session.create_producer(session.create_queue(name)) as producer:
        producer.send(message)


def held_of_each_partition(session: Session, name: str) -> list[Message]:
    """Receive messages until one of each partition is held, and return all."""
    consumer = session.create_consumer(session.create_queue(name))
    held: list[Message] = []
    while len({message.get_string_property("JMSXGroupID") for message in held}) < PARTITIONS:
        for number in range(PARTITIONS):  # "0" and "1" are keys of different partitions
            send_to(session, name, number, f"held {len(held)}")
            received = consumer.receive(PATIENCE)
            assert received is not None
            held.append(received)
    return held


def test_a_partition_goes_to_another_consumer_when_what_is_held_of_it_is_settled(
    kafka: Broker, connect: Connect, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topic_reader, "_SETTLING", 3 * PATIENCE)
    url = f"{kafka.url('kafka')}?partitions={PARTITIONS}"
    session, other = (connect(url).create_session(Session.CLIENT_ACKNOWLEDGE) for _ in range(2))
    held = held_of_each_partition(session, name)
    joined = other.create_consumer(other.create_queue(name))
    assert joined.receive(A_MOMENT) is None
    held[-1].acknowledge()
    for number in range(PARTITIONS):
        send_to(other, name, number, "new")
    assert take(joined) == "new"


def test_what_is_held_too_long_comes_again_marked(
    kafka: Broker, connect: Connect, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topic_reader, "_SETTLING", 0.1)
    url = f"{kafka.url('kafka')}?partitions={PARTITIONS}"
    session, other = (connect(url).create_session(Session.CLIENT_ACKNOWLEDGE) for _ in range(2))
    held = {text_of(message) for message in held_of_each_partition(session, name)}
    joined = other.create_consumer(other.create_queue(name))
    message = joined.receive(PATIENCE)
    assert message is not None
    assert text_of(message) in held
    assert (message.redelivered, message.get_int_property("JMSXDeliveryCount")) == (True, 2)
