"""The engine in memory through the public API, beside the peers and limits of one process.

Every message carries 1 KiB, and each loop is what a user would write. kombu's messages are acknowledged one by one, as
AUTO_ACKNOWLEDGE does; the bare queues have neither messages nor acknowledgement: they are limits, not peers.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from kombu import Connection as KombuConnection
from kombu import Consumer, Exchange, Producer
from kombu import Queue as KombuQueue

from benchmarks.harness import Comparison
from jmslike import Connection, ConnectionFactory, MessageConsumer, MessageProducer, Session

BODY = b"x" * 1024
MANY = 200_000
FEW = 20_000  # kombu is slow enough for this to last about as long
SUBSCRIBERS = 10


def rate(count: int, work: Callable[[], None]) -> float:
    """Run the work once and return how many of `count` were done per second."""
    start = time.perf_counter()
    work()
    return count / (time.perf_counter() - start)


def in_two_threads(send: Callable[[], None], receive: Callable[[], None]) -> None:
    """Run both at once."""
    sender = threading.Thread(target=send)
    sender.start()
    receive()
    sender.join()


@contextmanager
def connected() -> Iterator[Connection]:
    """Yield a started connection to an engine of its own."""
    with ConnectionFactory("native://").create_connection() as connection:
        connection.start()
        yield connection


def send_bytes(session: Session, producer: MessageProducer, count: int) -> None:
    """Send `count` bytes messages."""
    for _ in range(count):
        message = session.create_bytes_message()
        message.write_bytes(BODY)
        producer.send(message)


def receive_all(consumer: MessageConsumer, count: int) -> None:
    """Receive `count` messages."""
    for _ in range(count):
        consumer.receive()


# ---- jmslike


def native_two_threads() -> float:
    with connected() as connection:
        sending, receiving = connection.create_session(), connection.create_session()
        there = sending.create_queue("q")
        producer, consumer = sending.create_producer(there), receiving.create_consumer(there)
        return rate(
            MANY,
            lambda: in_two_threads(lambda: send_bytes(sending, producer, MANY), lambda: receive_all(consumer, MANY)),
        )


def native_same_thread() -> float:
    with connected() as connection:
        session = connection.create_session()
        there = session.create_queue("q")
        producer, consumer = session.create_producer(there), session.create_consumer(there)

        def work() -> None:
            for _ in range(MANY):
                message = session.create_bytes_message()
                message.write_bytes(BODY)
                producer.send(message)
                consumer.receive()

        return rate(MANY, work)


def native_client_acknowledge() -> float:
    with connected() as connection:
        session = connection.create_session(False, Session.CLIENT_ACKNOWLEDGE)
        there = session.create_queue("q")
        producer, consumer = session.create_producer(there), session.create_consumer(there)

        def work() -> None:
            for _ in range(MANY):
                message = session.create_bytes_message()
                message.write_bytes(BODY)
                producer.send(message)
                received = consumer.receive()
                assert received is not None
                received.acknowledge()

        return rate(MANY, work)


def native_topic() -> float:
    with connected() as connection:
        session = connection.create_session()
        there = session.create_topic("t")
        producer = session.create_producer(there)
        consumers = [session.create_consumer(there) for _ in range(SUBSCRIBERS)]

        def work() -> None:
            for _ in range(FEW):
                send_bytes(session, producer, 1)
                for consumer in consumers:
                    consumer.receive()

        return rate(FEW, work)


# ---- kombu, in memory; message.ack() for each


class Kombu:
    """A connection with a producer and a consumer that acknowledges and counts what it receives."""

    def __init__(self, exchange: Exchange, queues: list[KombuQueue]) -> None:
        self.connection = KombuConnection("memory://", transport_options={"polling_interval": 0})
        self.producer = Producer(self.connection.channel(), exchange=exchange, routing_key="q")
        self.consumer = Consumer(self.connection.channel(), queues, on_message=self.received)
        self.count = 0

    def received(self, message: Any) -> None:
        message.ack()
        self.count += 1

    def send(self, count: int) -> None:
        for _ in range(count):
            self.producer.publish(BODY)

    def receive(self, count: int) -> None:
        wanted = self.count + count
        while self.count < wanted:
            self.connection.drain_events()


def kombu(kind: str = "direct", queues: int = 1) -> Kombu:
    exchange = Exchange("x", type=kind)
    peer = Kombu(exchange, [KombuQueue(f"q{n}", exchange, routing_key="q") for n in range(queues)])
    peer.consumer.consume()
    return peer


def kombu_two_threads() -> float:
    receiver, sender = kombu(), kombu()
    sender.consumer.cancel()
    return rate(FEW, lambda: in_two_threads(lambda: sender.send(FEW), lambda: receiver.receive(FEW)))


def kombu_same_thread() -> float:
    return kombu_turns(kombu(), 1)


def kombu_fanout() -> float:
    return kombu_turns(kombu("fanout", SUBSCRIBERS), SUBSCRIBERS)


def kombu_turns(peer: Kombu, copies: int) -> float:
    def work() -> None:
        for _ in range(FEW):
            peer.send(1)
            peer.receive(copies)

    return rate(FEW, work)


# ---- the limits: queues of the standard library, without messages


def queue_two_threads(line: Any = None) -> float:
    line = line or queue.Queue()

    def send() -> None:
        for _ in range(MANY):
            line.put(BODY)

    def receive() -> None:
        for _ in range(MANY):
            line.get()

    return rate(MANY, lambda: in_two_threads(send, receive))


def simple_queue_two_threads() -> float:
    return queue_two_threads(queue.SimpleQueue())


def simple_queue_same_thread() -> float:
    line: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def work() -> None:
        for _ in range(MANY):
            line.put(BODY)
            line.get()

    return rate(MANY, work)


COMPARISONS = [
    Comparison("2 threads / kombu memory", native_two_threads, kombu_two_threads, "messages/s", (13, 20)),
    Comparison("2 threads / queue.Queue", native_two_threads, queue_two_threads, "messages/s", (1.1, 1.5)),
    Comparison("2 threads / SimpleQueue (limit)", native_two_threads, simple_queue_two_threads, "messages/s"),
    Comparison("same thread / kombu memory", native_same_thread, kombu_same_thread, "messages/s", (12, 18)),
    Comparison("same thread / SimpleQueue (limit)", native_same_thread, simple_queue_same_thread, "messages/s"),
    Comparison(
        "CLIENT, acknowledged one by one / kombu", native_client_acknowledge, kombu_same_thread, "messages/s", (7, 12)
    ),
    Comparison("topic, 10 subscribers / kombu fanout", native_topic, kombu_fanout, "sends/s", (15, 20)),
]
