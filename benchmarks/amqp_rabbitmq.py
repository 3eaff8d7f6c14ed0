"""Over AMQP beside raw pika, which does the same work: same headers and bodies, same confirms, same acknowledgements.

The broker is a RabbitMQ: the one at JMSLIKE_TEST_RABBITMQ_URL (amqp://user:password@host:port/%2F), else one that is
started. Pika is used in the fastest
way it has for each work, which hands nothing to another thread: a BlockingConnection, and for pipelined confirms, which
that lacks, a SelectConnection that publishes in its own callbacks. Its bodies are encoded beforehand.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from uuid import uuid4

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.compat import long

from benchmarks.brokers import IN_FLIGHT, Completions, MeasuredBroker, median_latency, message, per_second, session_to
from benchmarks.harness import Comparison
from jmslike import DeliveryMode, Message, Session

MESSAGES = 5_000
WINDOW = 100
BROKER = MeasuredBroker("rabbitmq", "amqp")
url = BROKER.url


@contextmanager
def new_queue() -> Iterator[str]:
    """Yield the name of a durable queue, which is deleted afterwards."""
    name = f"benchmark-{uuid4()}"
    with raw() as channel:
        channel.queue_declare(name, durable=True)
    try:
        yield name
    finally:
        with raw() as channel:
            channel.queue_delete(name)


@contextmanager
def filled_queue() -> Iterator[str]:
    """Yield the name of a queue that holds all messages, sent by jmslike."""
    with new_queue() as name:
        with session_to(url()) as session:
            producer = session.create_producer(session.create_queue(name))
            for number in range(MESSAGES):
                producer.send(message(session, number), completion_listener=Completions())
        yield name


# ---- jmslike -------------------------------------------------------------------------------------------------------


def send(delivery_mode: DeliveryMode, listener: Completions | None = None) -> float:
    with new_queue() as name, session_to(url()) as session:
        producer = session.create_producer(session.create_queue(name))
        producer.delivery_mode = delivery_mode

        def work() -> None:
            for number in range(MESSAGES):
                producer.send(message(session, number), completion_listener=listener)
            session.close()

        return per_second(work, MESSAGES)


def send_confirmed() -> float:
    return send(DeliveryMode.PERSISTENT)


def send_pipelined() -> float:
    return send(DeliveryMode.PERSISTENT, Completions())


def send_non_persistent() -> float:
    return send(DeliveryMode.NON_PERSISTENT)


def receive(mode: int = Session.AUTO_ACKNOWLEDGE) -> float:
    with filled_queue() as name, session_to(url(), mode) as session:

        def work() -> None:
            consumer = session.create_consumer(session.create_queue(name))
            for _ in range(MESSAGES):
                assert consumer.receive(10).text  # type: ignore[union-attr]

        return per_second(work, MESSAGES)


def receive_dups_ok() -> float:
    return receive(Session.DUPS_OK_ACKNOWLEDGE)


def listen() -> float:
    with filled_queue() as name, session_to(url()) as session:
        left = iter(range(MESSAGES - 1))
        done = threading.Event()

        def on_message(message: Message) -> None:
            assert message.text  # type: ignore[attr-defined]
            if next(left, None) is None:
                done.set()

        def work() -> None:
            session.create_consumer(session.create_queue(name)).message_listener = on_message
            assert done.wait(60)

        return per_second(work, MESSAGES)


def latency() -> float:
    with new_queue() as name, session_to(url()) as session:
        there = session.create_queue(name)
        producer, consumer = session.create_producer(there), session.create_consumer(there)
        producer.delivery_mode = DeliveryMode.NON_PERSISTENT

        def ping(number: int) -> None:
            producer.send(message(session, number))
            assert consumer.receive(10) is not None

        return median_latency(ping)


# ---- pika ----------------------------------------------------------------------------------------------------------


@contextmanager
def raw() -> Iterator[BlockingChannel]:
    """Yield a channel of a connection of its own."""
    with pika.BlockingConnection(pika.URLParameters(url())) as connected:
        yield connected.channel()


@cache
def sample(delivery_mode: DeliveryMode) -> tuple[pika.BasicProperties, bytes]:
    """Return what jmslike puts on the wire."""
    with new_queue() as name, session_to(url()) as session, raw() as channel:
        producer = session.create_producer(session.create_queue(name))
        producer.delivery_mode = delivery_mode
        producer.send(message(session, 0))
        session.close()
        _, properties, body = channel.basic_get(name, auto_ack=True)
    return properties, body


def properties(number: int, mode: DeliveryMode) -> pika.BasicProperties:
    """Return the properties and headers that jmslike sends."""
    like, _ = sample(mode)
    identifier = f"ID:0f0e0d0c-0b0a-0908-0706-050403020100:1:1:1:{number}"
    timestamp = long(time.time() * 1000)
    return pika.BasicProperties(
        content_type=like.content_type,
        headers={**like.headers, "JMSMessageID": identifier, "JMSTimestamp": timestamp, "number": number},
        delivery_mode=like.delivery_mode,
        priority=like.priority,
        message_id=identifier,
    )


def raw_send(mode: DeliveryMode, *, confirmed: bool) -> float:
    _, body = sample(mode)
    with new_queue() as name, raw() as channel:
        if confirmed:
            channel.confirm_delivery()

        def work() -> None:
            for number in range(MESSAGES):
                channel.basic_publish("", name, body, properties(number, mode), mandatory=True)
            channel.close()

        return per_second(work, MESSAGES)


def raw_send_confirmed() -> float:
    return raw_send(DeliveryMode.PERSISTENT, confirmed=True)


def raw_send_non_persistent() -> float:
    return raw_send(DeliveryMode.NON_PERSISTENT, confirmed=False)


class Pipeline:
    """Publishes all messages, with at most that many unconfirmed, and stops the connection."""

    def __init__(self, queue: str) -> None:
        self.queue = queue
        _, self.body = sample(DeliveryMode.PERSISTENT)
        self.sent = 0
        self.unconfirmed: deque[int] = deque()
        self.connection = pika.SelectConnection(pika.URLParameters(url()), on_open_callback=self.open)

    def open(self, connected: pika.SelectConnection) -> None:
        connected.channel(on_open_callback=self.confirm)

    def confirm(self, channel: Any) -> None:
        self.channel = channel
        channel.confirm_delivery(self.on_confirm, callback=self.begin)

    def begin(self, _: object) -> None:
        self.start = time.perf_counter()
        self.publish()

    def publish(self) -> None:
        while self.sent < MESSAGES and len(self.unconfirmed) < IN_FLIGHT:
            like = properties(self.sent, DeliveryMode.PERSISTENT)
            self.channel.basic_publish("", self.queue, self.body, like, mandatory=True)
            self.sent += 1
            self.unconfirmed.append(self.sent)

    def on_confirm(self, frame: Any) -> None:
        unconfirmed, tag = self.unconfirmed, frame.method.delivery_tag
        if not frame.method.multiple:
            unconfirmed.remove(tag)
        while frame.method.multiple and unconfirmed and unconfirmed[0] <= tag:
            unconfirmed.popleft()
        self.publish()
        if not unconfirmed:
            self.rate = MESSAGES / (time.perf_counter() - self.start)
            self.connection.ioloop.stop()


def raw_send_pipelined() -> float:
    with new_queue() as name:
        pipeline = Pipeline(name)
        pipeline.connection.ioloop.start()
        return pipeline.rate


def raw_receive() -> float:
    with filled_queue() as name, raw() as channel:
        channel.basic_qos(prefetch_count=WINDOW)

        def work() -> None:
            arrivals = channel.consume(name)
            for _ in range(MESSAGES):
                method, _, body = next(arrivals)
                assert body
                channel.basic_ack(method.delivery_tag)

        return per_second(work, MESSAGES)


def raw_listen() -> float:
    with filled_queue() as name, raw() as channel:
        channel.basic_qos(prefetch_count=WINDOW)
        left = iter(range(MESSAGES - 1))

        def on_message(_: BlockingChannel, method: Any, properties: pika.BasicProperties, body: bytes) -> None:
            assert body
            channel.basic_ack(method.delivery_tag)
            if next(left, None) is None:
                channel.stop_consuming()

        def work() -> None:
            channel.basic_consume(name, on_message)
            channel.start_consuming()

        return per_second(work, MESSAGES)


def raw_latency() -> float:
    mode = DeliveryMode.NON_PERSISTENT
    _, body = sample(mode)
    with new_queue() as name, raw() as channel:
        arrivals = channel.consume(name, inactivity_timeout=10)

        def ping(number: int) -> None:
            channel.basic_publish("", name, body, properties(number, mode), mandatory=True)
            method, _, _ = next(arrivals)
            channel.basic_ack(method.delivery_tag)

        return median_latency(ping)


COMPARISONS = [
    Comparison("receive, each acknowledged / pika", receive, raw_receive, "messages/s", (0.9, 0.95)),
    Comparison("listener, each acknowledged / pika", listen, raw_listen, "messages/s", (0.9, 0.95)),
    Comparison("receive, DUPS_OK / pika, each ack.", receive_dups_ok, raw_receive, "messages/s", (1.5, 1.8)),
    Comparison("send, each confirmed / pika", send_confirmed, raw_send_confirmed, "messages/s", (0.9, 0.95)),
    Comparison("send, pipelined confirms / pika", send_pipelined, raw_send_pipelined, "messages/s", (0.9, 0.95)),
    Comparison("send, non-persistent / pika", send_non_persistent, raw_send_non_persistent, "messages/s", (0.9, 0.95)),
    Comparison("latency p50 at 200/s / pika", latency, raw_latency, "us", (1.1, 1.05)),
]
