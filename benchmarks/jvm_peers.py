"""What `jvm:` is measured against: the Java client alone, JPype by hand, and stomp.py, over the same Artemis."""

from __future__ import annotations

import queue
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import jpype
import stomp

from benchmarks.brokers import MeasuredBroker, per_second
from tests.brokers.java import built, class_path
from tests.brokers.software import program
from tests.jvm import jars

BROKER = MeasuredBroker("artemis", "stomp")
BODY = b"x" * 1024
WARM = 20_000
MESSAGES = 10_000
GROUP = 100
"""Messages in a transaction, or in an acknowledgement of several."""
IN_FLIGHT = 1_000
PATIENCE = 10.0
WINDOW_BYTES = "1000000"
_LOOPS = Path(__file__).parent / "java" / "ClientLoops.java"
_INDIVIDUAL = 101

Loop = Callable[[int], object]
"""Sends or receives that many messages."""


def measured(loop: Loop) -> float:
    """Run the loop for messages that only warm what a JVM compiles, then time it."""
    loop(WARM)
    return per_second(lambda: loop(MESSAGES), MESSAGES)


def address() -> SplitResult:
    """Return where the broker listens for all its protocols."""
    return urlsplit(BROKER.url())


# ---- the Java client alone -------------------------------------------------------------------------------------------


def java(name: str, mode: str, persistent: bool) -> float:
    """Run the loop of a Java program."""
    folder = built("client-loops", Path(jars.__file__).parent / "poms" / "jakarta.xml", [_LOOPS])
    where = address()
    words = [f"tcp://{where.hostname}:{where.port}", str(where.username), str(where.password), name, mode]
    sizes = [str(persistent).lower(), str(WARM), str(MESSAGES), str(len(BODY))]
    command = [program("java"), "-XX:+UseSerialGC", "-Xmx256m", "-cp", class_path(folder), "ClientLoops"]
    result = subprocess.run([*command, *words, *sizes], capture_output=True, text=True, check=True, timeout=300)
    return float(result.stdout)


# ---- JPype by hand ---------------------------------------------------------------------------------------------------


def start_jvm() -> None:
    """Start the JVM as a program of JPype does, before anything else of the process."""
    options = ["-Xrs", "-Xmx256m", "-XX:+UseSerialGC"]
    jpype.startJVM(*options, classpath=[f"{jars.jakarta()}/*"], convertStrings=False, interrupt=False)


@contextmanager
def jpype_session(mode: int) -> Iterator[Any]:
    """Yield a session of a started connection; 0 is a transacted one."""
    where = address()
    factory = jpype.JClass("org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory")
    url = f"tcp://{where.hostname}:{where.port}"
    connection = factory(url, where.username, where.password).createConnection()
    connection.start()
    try:
        yield connection.createSession(mode == 0, mode)
    finally:
        connection.close()


def jpype_send(name: str, mode: str, persistent: bool) -> float:
    """Send by calls of JPype."""
    with jpype_session(0 if mode == "send transacted" else 1) as session:
        producer = session.createProducer(session.createQueue(name))
        producer.setDeliveryMode(2 if persistent else 1)

        def loop(messages: int) -> None:
            for number in range(1, messages + 1):
                message = session.createBytesMessage()
                message.writeBytes(jpype.JArray(jpype.JByte)(BODY))
                producer.send(message)
                if mode == "send transacted" and number % GROUP == 0:
                    session.commit()

        return measured(loop)


def jpype_receive(name: str, mode: str) -> float:
    """Receive by calls of JPype: the body, the id, and whether it was redelivered."""
    modes = {"transacted": 0, "auto": 1, "client": 2, "client 100": 2, "dups_ok": 3, "individual": _INDIVIDUAL}
    group = 1 if mode in ("client", "individual") else GROUP
    with jpype_session(modes[mode]) as session:
        consumer = session.createConsumer(session.createQueue(name))
        octets = jpype.JClass("byte[]")

        def loop(messages: int) -> None:
            for number in range(1, messages + 1):
                message = consumer.receive(10_000)
                bytes(message.getBody(octets))
                str(message.getJMSMessageID())
                bool(message.getJMSRedelivered())
                if mode not in ("auto", "dups_ok") and number % group == 0:
                    (session.commit if mode == "transacted" else message.acknowledge)()

        return measured(loop)


# ---- stomp.py --------------------------------------------------------------------------------------------------------


class Answers(stomp.ConnectionListener):  # type: ignore[misc]
    """Keeps what arrives, and counts receipts. It acknowledges in the thread of stomp.py if it has a connection."""

    def __init__(self, in_flight: int, acknowledges_on: Any = None) -> None:
        self.in_flight = in_flight
        self.room = threading.Semaphore(in_flight)
        self.frames: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._connection = acknowledges_on

    def on_receipt(self, frame: Any) -> None:
        self.room.release()

    def on_message(self, frame: Any) -> None:
        if self._connection is not None:
            self._connection.ack(frame.headers["ack"])
        self.frames.put(frame)

    def wait(self) -> None:
        """Wait until nothing is without its receipt."""
        for _ in range(self.in_flight):
            self.room.acquire()
        for _ in range(self.in_flight):
            self.room.release()


@contextmanager
def stomp_connection() -> Iterator[Any]:
    """Yield a connection."""
    where = address()
    connection = stomp.Connection12([(where.hostname, where.port)])
    connection.connect(where.username, where.password, wait=True)
    yield connection
    connection.disconnect()


def stomp_send(name: str, mode: str, persistent: bool) -> float:
    """Send; a persistent message has a receipt, and so has each transaction."""
    with stomp_connection() as connection:
        answers = Answers(IN_FLIGHT if mode == "send async" else 1)
        connection.set_listener("answers", answers)
        headers = {"destination-type": "ANYCAST", "persistent": str(persistent).lower(), "priority": "4"}
        confirmed = mode == "send async" or (mode == "send" and persistent)

        def loop(messages: int) -> None:
            transaction: str | None = None
            for number in range(1, messages + 1):
                if mode == "send transacted" and transaction is None:
                    transaction = connection.begin()
                given = {**headers, "transaction": transaction} if transaction else dict(headers)
                if confirmed:
                    answers.room.acquire()
                    given["receipt"] = f"r{number}"
                connection.send(name, BODY, headers=given)
                if transaction and number % GROUP == 0:
                    connection.commit(transaction, receipt=f"c{number}")
                    answers.room.acquire()
                    transaction = None
                elif mode == "send" and confirmed:
                    answers.room.acquire()
                    answers.room.release()
            if mode == "send async":
                answers.wait()

        return measured(loop)


def stomp_receive(name: str, mode: str) -> float:
    """Receive; `client` waits for a receipt of each acknowledgement, and a transaction for that of its commit."""
    with stomp_connection() as connection:
        answers = Answers(0, connection if mode == "listener" else None)
        connection.set_listener("answers", answers)
        cumulative = mode in ("dups_ok", "client 100")
        extra = {"subscription-type": "ANYCAST", "consumer-window-size": WINDOW_BYTES}
        connection.subscribe(name, "1", "client" if cumulative else "client-individual", headers=extra)

        def loop(messages: int) -> None:
            transaction: str | None = None
            for number in range(1, messages + 1):
                identifier = answers.frames.get(timeout=PATIENCE).headers["ack"]
                is_last = number % GROUP == 0
                if mode in ("auto", "individual"):
                    connection.ack(identifier)
                elif mode == "client" or (is_last and mode == "client 100"):
                    connection.ack(identifier, receipt=f"a{number}")
                    answers.room.acquire()
                elif is_last and mode == "dups_ok":
                    connection.ack(identifier)
                elif mode == "transacted":
                    transaction = transaction or connection.begin()
                    connection.ack(identifier, transaction=transaction)
                    if is_last:
                        connection.commit(transaction, receipt=f"c{number}")
                        answers.room.acquire()
                        transaction = None

        return measured(loop)
