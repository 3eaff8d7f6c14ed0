"""Programs at work with Kafka, which reconnect by themselves, and the messages that arrive."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final, TypeAlias

from kafka import KafkaConsumer

from jmslike import (
    Connection,
    Destination,
    JMSError,
    Message,
    MessageConsumer,
    MessageProducer,
    Session,
    TransactionInDoubtError,
    TransactionRolledBackError,
)

PACE: Final = 0.002
"""Seconds between two messages of one sender."""
LOOK: Final = 0.1
"""Seconds after which a part looks whether it is to end."""
LONGEST_SILENCE: Final = 60.0
"""Seconds without anything new after which what is missing counts as lost."""
PROPERTY: Final = "number"


def numbered(session: Session, number: int) -> Message:
    """Make a message that carries its number."""
    message = session.create_message()
    message.set_int_property(PROPERTY, number)
    return message


def number_of(message: Message) -> int:
    """Return the number of a message."""
    return message.get_int_property(PROPERTY)


class Flow:
    """What was confirmed to a sender, and what came at the other end."""

    def __init__(self) -> None:
        self.came: Counter[int] = Counter()
        self._confirmed: set[int] = set()
        self._progress = threading.Condition()
        self._failure: BaseException | None = None

    def confirm(self, number: int) -> None:
        """Note that the broker confirmed the message."""
        with self._progress:
            self._confirmed.add(number)

    def take(self, number: int) -> None:
        """Note that the message has come."""
        with self._progress:
            self.came[number] += 1
            self._progress.notify_all()

    def fail(self, failure: BaseException) -> None:
        """Note the failure, which ends every wait."""
        with self._progress:
            self._failure = failure
            self._progress.notify_all()

    def wait_for(self, more: int) -> None:
        """Wait until so many more have come that had not come before."""
        with self._progress:
            wanted = len(self.came) + more
            self._wait(lambda: len(self.came) >= wanted)

    def wait_for_all(self) -> None:
        """Wait until everything has come that is confirmed."""
        with self._progress:
            self._wait(lambda: self._confirmed <= self.came.keys())

    def _wait(self, is_done: Callable[[], bool]) -> None:
        while not is_done():
            if self._failure is not None:
                raise self._failure
            if not self._progress.wait(LONGEST_SILENCE):
                missing = sorted(self._confirmed - self.came.keys())
                raise AssertionError(f"{len(missing)} did not come, such as {missing[:20]}")

    @property
    def duplicates(self) -> int:
        """How often a message came that had come before."""
        return self.came.total() - len(self.came)

    def __str__(self) -> str:
        return f"{len(self._confirmed)} sent, {self.duplicates} duplicates"


Part: TypeAlias = Callable[[threading.Event], object]
"""Works until the event is set."""


class Program:
    """Parts that run, each in a thread of its own, until they are told to end."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self._running: list[tuple[threading.Event, Future[None]]] = []
        self._flows: list[Flow] = []

    def flow(self) -> Flow:
        """Return a flow whose waits end when a part fails."""
        self._flows.append(Flow())
        return self._flows[-1]

    def start(self, *parts: Part) -> Callable[[], None]:
        """Start these parts; return a call that ends them and raises the error of one that failed."""
        started = []
        for part in parts:
            over = threading.Event()
            started.append((over, self._pool.submit(self._run, part, over)))
        self._running += started
        return lambda: self._end(started)

    def _run(self, part: Part, over: threading.Event) -> None:
        try:
            part(over)
        except BaseException as failure:
            for flow in self._flows:
                flow.fail(failure)
            raise

    def _end(self, parts: list[tuple[threading.Event, Future[None]]]) -> None:
        for over, _ in parts:
            over.set()
        for _, part in parts:
            part.result(LONGEST_SILENCE)

    def end(self) -> None:
        """End all that run."""
        self._end(self._running)


@contextmanager
def program() -> Iterator[Program]:
    """Run parts until the block ends."""
    pool = ThreadPoolExecutor(32)
    it = Program(pool)
    try:
        yield it
        it.end()
    finally:
        for over, _ in it._running:
            over.set()
        pool.shutdown(wait=False)


# ---- parts ------------------------------------------------------------------------------------------------------


class _Confirmation:
    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self.errors: list[JMSError] = []

    def on_completion(self, message: Message) -> None:
        self._flow.confirm(number_of(message))

    def on_exception(self, _message: Message, error: JMSError) -> None:
        self.errors.append(error)


def sending(connection: Connection, destination: Destination, flow: Flow) -> Part:
    """Send persistent messages one by one."""

    def send(over: threading.Event) -> None:
        with connection.create_session() as session, session.create_producer(destination) as producer:
            for number in _numbers(over):
                producer.send(numbered(session, number))
                flow.confirm(number)

    return send


def sending_asynchronously(connection: Connection, destination: Destination, flow: Flow) -> Part:
    """Send without waiting; every completion has to be without error."""

    def send(over: threading.Event) -> None:
        told = _Confirmation(flow)
        with connection.create_session() as session, session.create_producer(destination) as producer:
            for number in _numbers(over):
                producer.send(numbered(session, number), completion_listener=told)
        if told.errors:
            raise told.errors[0]

    return send


def _numbers(over: threading.Event) -> Iterator[int]:
    number = 0
    while not over.wait(PACE):
        yield number
        number += 1


def receiving(
    connection: Connection,
    subscribe: Callable[[Session], MessageConsumer],
    flow: Flow,
    mode: int = Session.AUTO_ACKNOWLEDGE,
    at_once: int = 5,
) -> Part:
    """Receive, and acknowledge so many at once where the mode requires it."""

    def receive(over: threading.Event) -> None:
        unacknowledged: list[Message] = []
        with connection.create_session(mode) as session, subscribe(session) as consumer:
            while not over.is_set():
                message = consumer.receive(LOOK)
                if message is not None:
                    flow.take(number_of(message))
                    unacknowledged.append(message)
                if unacknowledged and (message is None or len(unacknowledged) == at_once):
                    unacknowledged.pop().acknowledge()
                    unacknowledged.clear()

    return receive


def transforming(connection: Connection, source: Destination, target: Destination, rollbacks: Counter[str]) -> Part:
    """Forward what is received, some messages in each transaction; what was not committed comes again."""

    def transform(over: threading.Event) -> None:
        with (
            connection.create_session(Session.SESSION_TRANSACTED) as session,
            session.create_consumer(source) as consumer,
            session.create_producer(target) as producer,
        ):
            while not over.is_set():
                send_on(session, consumer, producer)
                try:
                    session.commit()
                except (TransactionRolledBackError, TransactionInDoubtError) as error:
                    rollbacks[str(error)] += 1

    return transform


def send_on(session: Session, consumer: MessageConsumer, producer: MessageProducer, at_most: int = 20) -> int:
    """Forward what waits; return the number of messages."""
    message = consumer.receive(LOOK)
    count = 0
    while message is not None:
        producer.send(numbered(session, number_of(message)))
        count += 1
        message = consumer.receive_no_wait() if count < at_most else None
    return count


def reading_committed(url: str, topic: str, flow: Flow) -> Part:
    """Read the topic from its beginning with Kafka's own client, which sees committed transactions only."""

    def read(over: threading.Event) -> None:
        with committed_reader(url, topic) as consumer:
            while not over.is_set():
                for records in consumer.poll(timeout_ms=int(LOOK * 1000)).values():
                    for record in records:
                        flow.take(number_in(record))

    return read


def committed_reader(url: str, topic: str) -> Any:
    """Return Kafka's own client, which reads from the beginning what is committed."""
    return KafkaConsumer(
        topic,
        bootstrap_servers=url.removeprefix("kafka://").partition("?")[0].split(","),
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )


def number_in(record: Any) -> int:
    """Read the number of a message in its record."""
    (number,) = (value for header, value in record.headers if header.endswith(f".{PROPERTY}"))
    return int.from_bytes(number, "big")


def browsing(connection: Connection, destination: Any, looks: list[int]) -> Part:
    """Browse the queue repeatedly."""

    def browse(over: threading.Event) -> None:
        with connection.create_session() as session:
            while not over.wait(LOOK):
                with session.create_browser(destination) as browser:
                    looks.append(sum(1 for _ in browser))

    return browse


def took(call: Callable[[], object]) -> float:
    """Return the seconds since then."""
    began = time.monotonic()
    call()
    return time.monotonic() - began
