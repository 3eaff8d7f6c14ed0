"""What a backlog in memory costs: bytes for each waiting message, and time against a queue that is always empty."""

from __future__ import annotations

import os
import time
from pathlib import Path

from benchmarks.harness import Comparison
from jmslike import ConnectionFactory, MessageProducer, Session

BODY_SIZE = 100
HELD = 300_000
MILLION = 1_000_000


def send(session: Session, producer: MessageProducer, number: int) -> None:
    """Send a message whose body is its own."""
    message = session.create_bytes_message()
    message.write_bytes(number.to_bytes(BODY_SIZE))
    producer.send(message)


def resident_bytes() -> int:
    """Return the physical memory of this process (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def kilobytes_per_message() -> float:
    with ConnectionFactory("native://").create_connection() as connection:
        session = connection.create_session()
        producer = session.create_producer(session.create_queue("q"))
        send(session, producer, 0)
        before = resident_bytes()
        for number in range(HELD):
            send(session, producer, number)
        return (resident_bytes() - before) / HELD / 1000


def microseconds_with_backlog() -> float:
    """Send a million messages, then receive them."""
    return microseconds_in_batches_of(MILLION)


def microseconds_without_backlog() -> float:
    """Receive each of a million messages right after it was sent."""
    return microseconds_in_batches_of(1)


def microseconds_in_batches_of(size: int) -> float:
    with ConnectionFactory("native://").create_connection() as connection:
        connection.start()
        session = connection.create_session()
        there = session.create_queue("q")
        producer, consumer = session.create_producer(there), session.create_consumer(there)
        start = time.perf_counter()
        for first in range(0, MILLION, size):
            for number in range(first, first + size):
                send(session, producer, number)
            for _ in range(size):
                consumer.receive()
        return (time.perf_counter() - start) / MILLION * 1e6


COMPARISONS = [
    Comparison("memory of a waiting message, 100 B body", kilobytes_per_message, None, "kB", (1.0, 0.5)),
    Comparison(
        "a backlog of a million / an empty queue",
        microseconds_with_backlog,
        microseconds_without_backlog,
        "us/message",
        (1.5, 1.1),
    ),
]
