"""The stage of a scenario: connections, destinations of its own, receivers that note what they get, and probes.

The thread that plays the scenario owns the stage. Each receiver's listener runs on the thread of its session, and meets
the other threads in `Arrivals` and in the answer to a probe.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from itertools import islice
from threading import Barrier, BrokenBarrierError, Semaphore
from types import TracebackType
from typing import Final, Protocol, TypeAlias

from jmslike import (
    Capabilities,
    Connection,
    ConnectionFactory,
    ConnectionLostError,
    DeliveryMode,
    Destination,
    Feature,
    InvalidDestinationError,
    JMSError,
    Level,
    Message,
    MessageConsumer,
    Queue,
    Session,
    TextMessage,
    Topic,
    UnsupportedFeatureError,
)
from jmslike.compare.measure import NO_KEY, PROBE, Arrivals, Journal, Sent, fingerprint
from jmslike.compare.plan import Setting
from jmslike.compare.source import Source

_log = logging.getLogger("jmslike.compare")

KEY: Final = "compare_key"
"""The property that carries a message's key."""
PAUSE: Final = 0.5
"""Seconds between two attempts where nothing tells when the next one can succeed."""
STEP: Final = 100
"""Messages between two reports of progress."""

Subscribe: TypeAlias = Callable[[Session, str], MessageConsumer]
"""Makes a receiver's consumer, from its session and its name."""

Work: TypeAlias = Callable[[Journal], None]


def nothing(journal: Journal) -> None:
    """Do no work."""


def ignore_probe() -> None:
    """Answer a probe that no thread waits for."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the receivers of a column listen, and how they subscribe."""

    destination: Destination
    subscribe: Subscribe
    is_durable: bool = False


class Probed(Protocol):
    """A receiver that calls `answer_probe` when it gets a probe."""

    answer_probe: Callable[[], object]


class Receiver:
    """A consumer with a connection of its own, whose listener notes every message in a journal, then does some work."""

    def __init__(self, name: str, connection: Connection, subscribe: Subscribe, arrivals: Arrivals, work: Work) -> None:
        self.journal: Final = Journal(name)
        self.connection = connection
        self.answer_probe: Callable[[], object] = ignore_probe
        self._arrivals = arrivals
        self._work = work
        consumer = subscribe(connection.create_session(), name)
        consumer.message_listener = self._on_message
        connection.start()

    def _on_message(self, message: Message) -> None:
        if key_of(message) == PROBE:
            try:
                self.answer_probe()
            except BrokenBarrierError:
                return  # the thread that waits for the probes reports it
        else:
            note(message, self.journal)
            self._work(self.journal)
            self._arrivals.add()


class Stage:
    """The place of one column of a scenario; what it opened is closed at its end, and what it made is deleted.

    `source`, `receivers` and `patience`, in seconds, are those of its setting.
    """

    def __init__(self, url: str, setting: Setting) -> None:
        self.url = url
        self.setting = setting
        self.source: Source = setting.source
        self.receivers: int = setting.plan.receivers
        self.patience: float = setting.plan.patience
        self.sent: Final = Sent()
        self.name: Final = f"jmslike.compare.{uuid.uuid4().hex[:8]}"
        self._factory = ConnectionFactory(url)
        self._progress = setting.progress
        self._texts = iter(setting.source)
        self._arrivals = Arrivals()
        self._expected = 0
        self._durable = False
        self._destinations: set[Destination] = set()
        self._subscribers: set[str] = set()
        self._ends = ExitStack()
        self._connection = self._factory.create_connection()
        self._ends.callback(self._connection.close)
        self._ends.push(self._delete)  # the receivers have ended by then
        self.capabilities: Capabilities = self._connection.capabilities
        self._session = self._connection.create_session()
        self._producer = self._session.create_producer(None)

    def __enter__(self) -> Stage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ends.__exit__(kind, error, trace)

    def _delete(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        with nullcontext() if error is None else suppress(JMSError):  # the first error says what is wrong
            self.unsubscribe(sorted(self._subscribers))
            for destination in self._destinations:
                self._delete_destination(destination)

    def _delete_destination(self, destination: Destination) -> None:
        try:
            self._connection.delete_destination(destination)
        except (ConnectionLostError, UnsupportedFeatureError):  # the counts are there, or the documentation says it
            return
        except JMSError as error:
            _log.warning("%s stays on %s: %s", destination, self.capabilities.product, error)

    @property
    def queue(self) -> Queue:
        """The queue of this stage, which is deleted with it."""
        queue = Queue(self.name)
        self._destinations.add(queue)
        return queue

    @property
    def topic(self) -> Topic:
        """The topic of this stage, which is deleted with it."""
        topic = Topic(self.name)
        self._destinations.add(topic)
        return topic

    @property
    def shares_work(self) -> bool:
        """Whether any receiver of a queue that is free takes the next message."""
        return self.capabilities.level(Feature.COMPETING_CONSUMERS) in (Level.NATIVE, Level.EMULATED)

    def connect(self, name: str) -> Connection:
        """Open a receiver's connection, which is closed with the stage.

        It has a client id only for the sake of a durable subscription, as receivers with different ones share none.
        """
        connection = self._factory.create_connection()
        self._ends.callback(connection.close)
        if self._durable:
            with _closing_unless_it_works(connection):
                connection.client_id = self.client_id(name)
        return connection

    def client_id(self, name: str) -> str:
        """Return the client id of a receiver with a durable subscription, which is deleted with the stage.

        The subscription has the same name, because on some providers names of subscriptions and queues are shared by
        all clients.
        """
        self._subscribers.add(name)
        return f"{self.name}.{name.replace(' ', '-')}"

    def end_with(self, end: Callable[[], None]) -> None:
        """Call this when the stage ends."""
        self._ends.callback(end)

    @property
    def names(self) -> list[str]:
        """The names of the receivers."""
        return [f"receiver {number}" for number in range(1, self.receivers + 1)]

    def receiver(self, name: str, subscribe: Subscribe, work: Work = nothing) -> Receiver:
        """Start a receiver."""
        connection = self.connect(name)
        with _closing_unless_it_works(connection):
            return Receiver(name, connection, subscribe, self._arrivals, work)

    def successor(self, name: str, subscribe: Subscribe, takeover: float) -> Receiver:
        """Start a receiver in the place of one that has ended.

        `takeover` is how many seconds the provider may need to find out that its client id or subscription is free.
        """
        latest = time.monotonic() + takeover
        while True:
            try:
                return self.receiver(name, subscribe)
            except (ConnectionLostError, UnsupportedFeatureError):
                raise
            except JMSError:
                if time.monotonic() >= latest:
                    raise
                time.sleep(PAUSE)

    def team(self, subscribe: Subscribe, work: Work = nothing) -> list[Receiver]:
        """Start as many receivers as were asked for, all with the same kind of consumer."""
        return [self.receiver(name, subscribe, work) for name in self.names]

    def durably(self) -> Subscribe:
        """Return what makes a durable subscription for each receiver."""
        self._durable = True
        return lambda session, receiver: session.create_durable_consumer(self.topic, self.client_id(receiver))

    def at_queue(self) -> Place:
        """Return the queue as a place to listen at: its receivers share the messages."""
        return Place(self.queue, lambda session, _: session.create_consumer(self.queue))

    def at_topic(self) -> Place:
        """Return the topic as a place to listen at: each receiver gets all messages while it listens."""
        return Place(self.topic, lambda session, _: session.create_consumer(self.topic))

    def at_durable_subscription(self) -> Place:
        """Return the topic as a place to listen at where messages wait for a receiver that is away."""
        return Place(self.topic, self.durably(), is_durable=True)

    def unsubscribe(self, names: Iterable[str]) -> None:
        """Delete the durable subscriptions of these receivers, whose connections are closed."""
        for name in names:
            with self._factory.create_connection() as connection:
                connection.client_id = client_id = self.client_id(name)
                with suppress(InvalidDestinationError):  # its receiver never subscribed
                    connection.create_session().unsubscribe(client_id)
            self._subscribers.discard(name)

    def send(self, destination: Destination, count: int | None = None) -> int:
        """Send the next `count` messages of the source (None: all that are left), and return how many were sent."""
        unreported = 0
        before = len(self.sent)
        for text in islice(self._texts, count):
            message = self._session.create_text_message(text)
            message.set_int_property(KEY, self.sent.note(text))
            self._producer.send(message, destination=destination)
            unreported += 1
            if unreported == STEP:
                self._progress(unreported)
                unreported = 0
        self._progress(unreported)
        return len(self.sent) - before

    def sender(
        self, destination: Destination, texts: Sequence[str], delivery_mode: DeliveryMode = DeliveryMode.PERSISTENT
    ) -> Callable[[int], None]:
        """Return what sends a message with a key; the texts take turns."""
        session = self._session
        producer = session.create_producer(destination)
        producer.delivery_mode = delivery_mode

        def send(key: int) -> None:
            message = session.create_text_message(texts[key % len(texts)])
            message.set_int_property(KEY, key)
            producer.send(message)

        return send

    def probe(
        self,
        destination: Destination,
        receivers: Sequence[Probed],
        copies: int,
        also: Callable[[], None] | None = None,
    ) -> None:
        """Send probes and wait until every receiver holds one at the same time.

        By then each has processed what was sent to it before. `also` takes the probe of one more receiver. Where
        the provider does not promise a message to each free receiver, it is enough that all probes are taken.

        Raises JMSError when a probe does not come in time.
        """
        if copies > 1 and not self.shares_work:
            self._probe_together(destination, receivers, copies)
            return
        barrier = Barrier(len(receivers) + 1, timeout=self.patience)
        for receiver in receivers:
            receiver.answer_probe = barrier.wait
        self.send_probes(destination, copies)
        if also is not None:
            also()
        try:
            barrier.wait()
        except BrokenBarrierError:
            raise JMSError(
                f"not every receiver of {destination} got its probe within {self.patience:g} seconds: cannot measure"
            ) from None

    def _probe_together(self, destination: Destination, receivers: Sequence[Probed], copies: int) -> None:
        answers = Semaphore(0)
        for receiver in receivers:
            receiver.answer_probe = answers.release
        self.send_probes(destination, copies)
        if not all(answers.acquire(timeout=self.patience) for _ in range(copies)):
            raise JMSError(
                f"the receivers of {destination} missed a probe for {self.patience:g} seconds: cannot measure"
            )

    def send_probes(self, destination: Destination, copies: int) -> None:
        """Send probes, without waiting for an answer."""
        for _ in range(copies):
            message = self._session.create_message()
            message.set_int_property(KEY, PROBE)
            self._producer.send(message, destination=destination)

    def expect(self, count: int, takeover: float = 0.0) -> None:
        """Wait for `count` more messages at the receivers; if too few arrive, the counts show it.

        `takeover` is how many seconds longer to wait, where the provider must first find out that a receiver is dead.
        """
        self._expected += count
        self._arrivals.wait_for(self._expected, self.patience + takeover)


@contextmanager
def _closing_unless_it_works(connection: Connection) -> Iterator[None]:
    """Close the connection if the block raises: perhaps the block is tried again with another."""
    try:
        yield
    except BaseException:
        connection.close()
        raise


def key_of(message: Message) -> int:
    """Return the key of a message; NO_KEY if it has none."""
    key = message.get_object_property(KEY)
    return key if isinstance(key, int) else NO_KEY


def note(message: Message, journal: Journal) -> None:
    """Note a message in a journal."""
    text = message.text if isinstance(message, TextMessage) else None
    count = message.get_int_property("JMSXDeliveryCount")
    journal.note(key_of(message), fingerprint(text), count, message.redelivered)
