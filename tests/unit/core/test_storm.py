"""Many threads, stopped, started and closed at random moments: nothing is lost, nothing comes twice, no call hangs."""

from __future__ import annotations

import random
import sys
import threading
from collections import Counter
from collections.abc import Iterator

import pytest

from jmslike.clock import SystemClock
from jmslike.connection import Connection
from jmslike.constants import SessionMode
from jmslike.consumer import MessageConsumer
from jmslike.errors import IllegalStateError
from jmslike.message import Message
from jmslike.session import Session
from tests.unit.core.conftest import shut
from tests.unit.core.fake import PATIENCE, QUEUE, FakeBroker, Task, text

MESSAGES = 150


@pytest.fixture(autouse=True)
def frequent_switches() -> Iterator[None]:
    """Make the interpreter switch threads as often as it can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


class Tally:
    """What was delivered, by id, without those deliveries that failed."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._changed = threading.Condition()
        self.seen: Counter[str | None] = Counter()

    def listener(self, message: Message) -> None:
        if self._chance.random() < 0.1:
            raise RuntimeError("now and then")
        self.note(message)

    def note(self, message: Message) -> None:
        with self._changed:
            self.seen[message.message_id] += 1
            self._changed.notify_all()

    def until_complete(self) -> None:
        with self._changed:
            complete = self._changed.wait_for(lambda: len(self.seen) == MESSAGES, PATIENCE)
        assert complete, f"{MESSAGES - len(self.seen)} messages did not come"


def receiving(consumer: MessageConsumer, tally: Tally) -> None:
    """Receive until the consumer is closed."""
    chance = random.Random(0)
    while consumer._intake.is_open:
        try:
            message = consumer.receive(chance.choice([0, 0.001, None]))
        except IllegalStateError:
            return
        if message is not None:
            tally.note(message)


def listening(connection: Connection, mode: int, tally: Tally) -> Session:
    session = connection._open_session(SessionMode(mode))
    session.create_consumer(QUEUE).message_listener = tally.listener
    return session


class Storm:
    """Two connections with sessions that listen or receive, and what happens to them."""

    def __init__(self, seed: int, mode: int) -> None:
        self.broker = FakeBroker(SystemClock())
        self.tally = Tally(seed)
        self.tasks: list[Task[None]] = []
        self._brief: list[Task[None]] = []
        self._mode = SessionMode(mode)
        self._chance = random.Random(seed)
        self._connections = [self.broker.connect(max_redeliveries=-1, window=8) for _ in range(2)]
        self._sessions: list[Session] = []

    def _listen(self, connection: Connection) -> None:
        session = connection._open_session(self._mode)
        session.create_consumer(QUEUE).message_listener = self.tally.listener
        self._sessions.append(session)

    def _receive(self, connection: Connection) -> None:
        session = connection._open_session(self._mode)
        self._sessions.append(session)
        self.tasks.append(Task(receiving, session.create_consumer(QUEUE), self.tally))

    def join_in(self) -> None:
        self._chance.choice([self._listen, self._receive])(self._chance.choice(self._connections))

    def gust(self) -> None:
        """Stop, start or close at random."""
        connection = self._chance.choice(self._connections)
        match self._chance.randrange(5):
            case 0:
                connection.stop()
            case 1 | 2:
                connection.start()
            case 3:
                self._brief += [Task(connection.stop), Task(connection.start)]
            case 4:
                self._sessions.pop(self._chance.randrange(len(self._sessions))).close()
                self.join_in()

    def calm(self) -> None:
        """Start everything, and add a listener for each connection, so that nothing is left."""
        for connection in self._connections:
            self._listen(connection)
        for task in self._brief:
            task.end()
        for connection in self._connections:
            connection.start()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("mode", [Session.AUTO_ACKNOWLEDGE, Session.DUPS_OK_ACKNOWLEDGE])
def test_a_storm(seed: int, mode: int) -> None:
    storm = Storm(seed, mode)
    for _ in range(4):
        storm.join_in()
    for number in range(MESSAGES):
        storm.broker.put(text(str(number)))
        if number % 2:
            storm.gust()
    storm.calm()
    storm.tally.until_complete()
    shut(storm.broker)
    for task in storm.tasks:
        task.end()
    assert set(storm.tally.seen.values()) == {1}
    assert storm.broker.bodies(QUEUE) == []
