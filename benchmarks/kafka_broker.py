"""Over Kafka beside raw kafka-python, which does the same work: same headers and values, same promises, same commits.

The broker is a Kafka: the one at JMSLIKE_TEST_KAFKA_URL (kafka://host:port), else one that is started. What
kafka-python sends is encoded beforehand, except for what differs from message to message; what it receives, it decodes
as jmslike does: each header by its type. Joining a group takes as long as the broker likes: what is measured begins
with the first message. kafka-python has its default settings, of which batches of 16 KiB slow it down most; its figures
with batches as large as jmslike's are shown, too. Where confluent-kafka is installed, it shows what a client written in
C would do.
"""

from __future__ import annotations

import importlib.util
import itertools
import threading

from benchmarks import kafka_peers as peers
from benchmarks.brokers import Completions, median_latency, message, per_second, session_to
from benchmarks.harness import Comparison
from benchmarks.kafka_queues import BATCH, BROKER, CONFIRMED, MESSAGES, filled_queue, new_queue, url
from jmslike import DeliveryMode, Message, Session

__all__ = ["BROKER", "COMPARISONS"]


def send(delivery_mode: DeliveryMode, listener: Completions | None, messages: int) -> float:
    with new_queue() as name, session_to(url()) as session:
        producer = session.create_producer(session.create_queue(name))
        producer.delivery_mode = delivery_mode
        producer.send(message(session, -1))

        def work() -> None:
            for number in range(messages):
                producer.send(message(session, number), completion_listener=listener)
            session.close()

        return per_second(work, messages)


def send_confirmed() -> float:
    return send(DeliveryMode.PERSISTENT, None, CONFIRMED)


def send_pipelined() -> float:
    return send(DeliveryMode.PERSISTENT, Completions(), MESSAGES)


def send_non_persistent() -> float:
    return send(DeliveryMode.NON_PERSISTENT, None, MESSAGES)


def receive(mode: int, messages: int) -> float:
    with filled_queue(1 + messages) as name, session_to(url(), mode) as session:
        consumer = session.create_consumer(session.create_queue(name))

        def work(count: int) -> None:
            for _ in range(count):
                received = consumer.receive(10)
                assert received.text  # type: ignore[union-attr]
                if mode == Session.CLIENT_ACKNOWLEDGE:
                    received.acknowledge()  # type: ignore[union-attr]

        work(1)
        return per_second(lambda: work(messages), messages)


def receive_auto() -> float:
    return receive(Session.AUTO_ACKNOWLEDGE, MESSAGES)


def receive_dups_ok() -> float:
    return receive(Session.DUPS_OK_ACKNOWLEDGE, MESSAGES)


def receive_client() -> float:
    return receive(Session.CLIENT_ACKNOWLEDGE, CONFIRMED)


def listen() -> float:
    with filled_queue(1 + MESSAGES) as name, session_to(url()) as session:
        numbers = itertools.count()
        begun, done = threading.Event(), threading.Event()

        def on_message(message: Message) -> None:
            assert message.text  # type: ignore[attr-defined]
            number = next(numbers)
            if number == 0:
                begun.set()
            elif number == MESSAGES:
                done.set()

        session.create_consumer(session.create_queue(name)).message_listener = on_message
        assert begun.wait(10)
        return per_second(lambda: done.wait(60), MESSAGES)


def forward() -> float:
    with (
        filled_queue(BATCH + MESSAGES) as source,
        new_queue() as target,
        session_to(url(), Session.SESSION_TRANSACTED) as session,
    ):
        consumer = session.create_consumer(session.create_queue(source))
        producer = session.create_producer(session.create_queue(target))

        def work(count: int) -> None:
            for _ in range(count):
                for number in range(BATCH):
                    received = consumer.receive(10)
                    assert received.text  # type: ignore[union-attr]
                    producer.send(message(session, number))
                session.commit()

        work(1)
        return per_second(lambda: work(MESSAGES // BATCH), MESSAGES)


def latency() -> float:
    with new_queue() as name, session_to(url()) as session:
        there = session.create_queue(name)
        producer, consumer = session.create_producer(there), session.create_consumer(there)
        producer.delivery_mode = DeliveryMode.NON_PERSISTENT

        def ping(number: int) -> None:
            producer.send(message(session, number))
            assert consumer.receive(10).text  # type: ignore[union-attr]

        ping(-1)
        return median_latency(ping)


SEND, RECEIVE, LATENCY = (0.9, 0.95), (0.85, 0.92), (1.1, 1.05)

COMPARISONS = [
    Comparison("receive, AUTO / kafka-python", receive_auto, peers.raw_receive, "messages/s", RECEIVE),
    Comparison("receive, DUPS_OK / kafka-python", receive_dups_ok, peers.raw_receive, "messages/s", RECEIVE),
    Comparison("listener, AUTO / kafka-python", listen, peers.raw_receive, "messages/s", RECEIVE),
    Comparison(
        "receive, each acknowledged / kafka-python", receive_client, peers.raw_receive_client, "messages/s", RECEIVE
    ),
    Comparison("send, each confirmed / kafka-python", send_confirmed, peers.raw_send_confirmed, "messages/s", SEND),
    Comparison("send, pipelined / kafka-python", send_pipelined, peers.raw_send_pipelined, "messages/s", SEND),
    Comparison(
        "send, non-persistent / kafka-python", send_non_persistent, peers.raw_send_non_persistent, "messages/s", SEND
    ),
    Comparison(
        "send, pipelined / the same, batches alike", send_pipelined, peers.raw_send_pipelined_large, "messages/s"
    ),
    Comparison(
        "send, non-p. / the same, batches alike", send_non_persistent, peers.raw_send_non_persistent_large, "messages/s"
    ),
    Comparison("receive and send, transactions of 100", forward, peers.raw_forward, "messages/s", RECEIVE),
    Comparison("latency p50 at 200/s / kafka-python", latency, peers.raw_latency, "us", LATENCY),
]
if importlib.util.find_spec("confluent_kafka") is not None:
    COMPARISONS += [
        Comparison("send, pipelined / confluent-kafka", send_pipelined, peers.limit_send, "messages/s"),
        Comparison("receive, AUTO / confluent-kafka", receive_auto, peers.limit_receive, "messages/s"),
    ]
