"""Over STOMP beside raw stomp.py, which does the same work: same headers, same receipts, same acknowledgements.

The broker is an ActiveMQ Artemis: the one at JMSLIKE_TEST_ARTEMIS_URL (stomp://user:password@host:port), else
one that is started.
"""

from __future__ import annotations

import queue
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import stomp

from benchmarks.brokers import MeasuredBroker
from benchmarks.harness import Comparison
from jmslike import Connection, ConnectionFactory, DeliveryMode, Message, Session

MESSAGES = 5_000
BODY = "x" * 1024
IN_FLIGHT = 1000
WINDOW_BYTES = "36000"
BROKER = MeasuredBroker("artemis", "stomp")
url = BROKER.url


def per_second(work: Callable[[], object]) -> float:
    """Time the work on all messages."""
    start = time.perf_counter()
    work()
    return MESSAGES / (time.perf_counter() - start)


class Completions:
    """Counts what was sent."""

    def __init__(self) -> None:
        self._done = threading.Semaphore(0)

    def on_completion(self, message: Message) -> None:
        self._done.release()

    def on_exception(self, message: Message, error: Exception) -> None:
        raise error

    def wait(self) -> None:
        for _ in range(MESSAGES):
            self._done.acquire()


@contextmanager
def opened() -> Iterator[tuple[Connection, Session, str]]:
    """Yield a started connection, a session and the name of a new queue."""
    with ConnectionFactory(url()).create_connection() as connection:
        connection.start()
        yield connection, connection.create_session(), f"benchmark-{uuid.uuid4()}"


def fill(name: str) -> None:
    """Put all messages into the queue."""
    with ConnectionFactory(url()).create_connection() as connection:
        session, completions = connection.create_session(), Completions()
        producer = session.create_producer(session.create_queue(name))
        for number in range(MESSAGES):
            producer.send(message(session, number), completion_listener=completions)
        completions.wait()


def drain(name: str) -> None:
    """Take all messages out of the queue."""
    with ConnectionFactory(url()).create_connection() as connection:
        connection.start()
        session = connection.create_session(Session.DUPS_OK_ACKNOWLEDGE)
        consumer = session.create_consumer(session.create_queue(name))
        while consumer.receive(0.5) is not None:
            pass


def message(session: Session, number: int) -> Message:
    """Make a message with two properties."""
    made = session.create_text_message(BODY)
    made.properties["number"] = number
    made.properties["colour"] = "red"
    return made


# ---- jmslike -------------------------------------------------------------------------------------------------------


def send_persistent() -> float:
    with opened() as (_, session, name):
        producer = session.create_producer(session.create_queue(name))
        result = per_second(lambda: [producer.send(message(session, number)) for number in range(MESSAGES)])
        drain(name)
        return result


def send_pipelined() -> float:
    with opened() as (_, session, name):
        producer, completions = session.create_producer(session.create_queue(name)), Completions()

        def work() -> None:
            for number in range(MESSAGES):
                producer.send(message(session, number), completion_listener=completions)
            completions.wait()

        result = per_second(work)
        drain(name)
        return result


def send_unconfirmed() -> float:
    with opened() as (_, session, name):
        producer = session.create_producer(session.create_queue(name))
        producer.delivery_mode = DeliveryMode.NON_PERSISTENT
        result = per_second(lambda: [producer.send(message(session, number)) for number in range(MESSAGES)])
        drain(name)
        return result


def receive() -> float:
    with opened() as (_, session, name):
        fill(name)
        consumer = session.create_consumer(session.create_queue(name))
        return per_second(lambda: [consumer.receive(10).text for _ in range(MESSAGES)])  # type: ignore[union-attr]


def listen() -> float:
    with opened() as (_, session, name):
        fill(name)
        done = threading.Semaphore(0)

        def work() -> None:
            session.create_consumer(session.create_queue(name)).message_listener = lambda _: done.release()
            for _ in range(MESSAGES):
                done.acquire()

        return per_second(work)


# ---- stomp.py ------------------------------------------------------------------------------------------------------


class Receipts(stomp.ConnectionListener):  # type: ignore[misc]
    """Allows no more than that many unanswered sends."""

    def __init__(self, in_flight: int) -> None:
        self.in_flight = in_flight
        self.room = threading.Semaphore(in_flight)

    def on_receipt(self, frame: Any) -> None:
        self.room.release()

    def wait(self) -> None:
        for _ in range(self.in_flight):
            self.room.acquire()


class Arrivals(stomp.ConnectionListener):  # type: ignore[misc]
    """Puts what arrives into a queue."""

    def __init__(self) -> None:
        self.frames: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def on_message(self, frame: Any) -> None:
        self.frames.put(frame)


class Acknowledging(stomp.ConnectionListener):  # type: ignore[misc]
    """Acknowledges in the thread of stomp.py."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.done = threading.Semaphore(0)

    def on_message(self, frame: Any) -> None:
        self.connection.ack(frame.headers["ack"])
        self.done.release()


@contextmanager
def raw() -> Iterator[Any]:
    """Yield a connection of stomp.py."""
    address = urlsplit(url())
    connection = stomp.Connection12([(address.hostname, address.port)], auto_content_length=False)
    connection.connect(address.username, address.password, wait=True)
    yield connection
    connection.disconnect()


def headers(number: int, mode: str) -> dict[str, str]:
    """Return the headers that jmslike sends."""
    identifier = f"ID:0f0e0d0c-0b0a-0908-0706-050403020100:1:1:1:{number}"
    return {
        "destination-type": "ANYCAST",
        "JMSTimestamp": str(int(time.time() * 1000)),
        "persistent": mode,
        "priority": "4",
        "number": str(number),
        "colour": "red",
        "jmslike_types": "number=i",
        "NATIVE_MESSAGE_ID": identifier,
        "__HDR_MESSAGE_ID": identifier,
    }


def raw_send(in_flight: int) -> float:
    with raw() as connection:
        receipts = Receipts(in_flight)
        connection.set_listener("receipts", receipts)
        name = f"benchmark-{uuid.uuid4()}"

        def work() -> None:
            for number in range(MESSAGES):
                receipts.room.acquire()
                connection.send(name, BODY, headers={**headers(number, "true"), "receipt": f"r{number}"})
            receipts.wait()

        result = per_second(work)
        drain(name)
        return result


def raw_send_persistent() -> float:
    return raw_send(1)


def raw_send_pipelined() -> float:
    return raw_send(IN_FLIGHT)


def raw_send_unconfirmed() -> float:
    with raw() as connection:
        name = f"benchmark-{uuid.uuid4()}"
        result = per_second(
            lambda: [connection.send(name, BODY, headers=headers(number, "false")) for number in range(MESSAGES)]
        )
        drain(name)
        return result


def subscribe(connection: Any, name: str) -> None:
    """Subscribe as jmslike does."""
    extra = {"subscription-type": "ANYCAST", "consumer-window-size": WINDOW_BYTES}
    connection.subscribe(name, "1", "client-individual", headers=extra)


def raw_receive() -> float:
    with raw() as connection:
        name, arrivals = f"benchmark-{uuid.uuid4()}", Arrivals()
        fill(name)
        connection.set_listener("arrivals", arrivals)

        def work() -> None:
            subscribe(connection, name)
            for _ in range(MESSAGES):
                connection.ack(arrivals.frames.get().headers["ack"])

        return per_second(work)


def raw_listen() -> float:
    with raw() as connection:
        name, listener = f"benchmark-{uuid.uuid4()}", Acknowledging(connection)
        fill(name)
        connection.set_listener("acknowledging", listener)

        def work() -> None:
            subscribe(connection, name)
            for _ in range(MESSAGES):
                listener.done.acquire()

        return per_second(work)


COMPARISONS = [
    Comparison("receive, each acknowledged / stomp.py", receive, raw_receive, "messages/s", (0.9, 0.95)),
    Comparison("listener, each acknowledged / stomp.py", listen, raw_listen, "messages/s"),
    Comparison("send, each with a receipt / stomp.py", send_persistent, raw_send_persistent, "messages/s", (0.85, 0.9)),
    Comparison("send, pipelined receipts / stomp.py", send_pipelined, raw_send_pipelined, "messages/s", (0.85, 0.9)),
    Comparison("send, no receipts / stomp.py", send_unconfirmed, raw_send_unconfirmed, "messages/s", (0.85, 0.9)),
]
