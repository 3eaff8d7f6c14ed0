"""A folder that is closed again and again while threads send and receive: nothing is lost, doubled or torn."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

import jmslike
from jmslike import Connection, ConnectionFactory, JMSError, Message, Session

pytestmark = pytest.mark.slow

SECONDS = 5.0
QUEUE = "q"


class Account:
    """What the threads know: every answer that they got, and what they cannot know."""

    def __init__(self) -> None:
        self.sent: set[str] = set()
        self.tried: set[str] = set()
        self.received: Counter[str] = Counter()
        self.unclear: set[str] = set()
        """Received, and lost the connection while it was acknowledged."""
        self.answers: Counter[str] = Counter()
        self.expected: Counter[str] = Counter()


class Answer:
    """The completion listener of one message."""

    def __init__(self, account: Account, name: str) -> None:
        self._account = account
        self._name = name

    def on_completion(self, message: Message) -> None:
        self._account.answers[self._name] += 1
        self._account.sent.add(self._name)

    def on_exception(self, message: Message, error: Exception) -> None:
        self._account.answers[self._name] += 1
        assert isinstance(error, JMSError)


def send(account: Account, connection: Connection, names: Callable[[], str]) -> None:
    session = connection.create_session()
    producer = session.create_producer(session.create_queue(QUEUE))
    for _ in range(50):
        name = names()
        account.tried.add(name)
        producer.send(session.create_text_message(name))
        account.sent.add(name)


def send_without_waiting(account: Account, connection: Connection, names: Callable[[], str]) -> None:
    session = connection.create_session()
    producer = session.create_producer(session.create_queue(QUEUE))
    for _ in range(50):
        name = names()
        account.tried.add(name)
        producer.send(session.create_text_message(name), completion_listener=Answer(account, name))
        account.expected[name] += 1


def send_in_pairs(account: Account, connection: Connection, names: Callable[[], str]) -> None:
    session = connection.create_session(True)
    producer = session.create_producer(session.create_queue(QUEUE))
    for _ in range(25):
        left = f"{names()} left"
        pair = [left, other_half(left)]
        account.tried.update(pair)
        for name in pair:
            producer.send(session.create_text_message(name))
        session.commit()
        account.sent.update(pair)


def receive(account: Account, connection: Connection, names: Callable[[], str]) -> None:
    consumer = connection.create_session().create_consumer(jmslike.Queue(QUEUE))
    for _ in range(25):
        message = consumer.receive(0.01)
        if isinstance(message, jmslike.TextMessage):
            account.received[message.text or ""] += 1


def receive_in_transactions(account: Account, connection: Connection, names: Callable[[], str]) -> None:
    receive_and(account, connection.create_session(True), lambda session, message: session.commit())


def receive_and_acknowledge(account: Account, connection: Connection, names: Callable[[], str]) -> None:
    session = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
    receive_and(account, session, lambda session, message: message.acknowledge())


def receive_and(account: Account, session: Session, settle: Callable[[Session, Message], None]) -> None:
    consumer = session.create_consumer(jmslike.Queue(QUEUE))
    for _ in range(25):
        message = consumer.receive(0.01)
        if isinstance(message, jmslike.TextMessage):
            name = message.text or ""
            account.unclear.add(name)
            settle(session, message)
            account.unclear.discard(name)
            account.received[name] += 1


WORK = [send, send_without_waiting, send_in_pairs, receive, receive_in_transactions, receive_and_acknowledge]


def test_a_folder_is_forgotten_while_it_is_used(tmp_path: Path) -> None:
    """C9, C10, TX-13, PROD-26: only the connections are lost."""
    url = f"native://{tmp_path}/folder"
    account = Account()
    is_over = threading.Event()
    surprises: list[BaseException] = []

    def work(number: int) -> None:
        chance, count = random.Random(number), 0

        def name() -> str:
            nonlocal count
            count += 1
            return f"{number}:{count}"

        while not is_over.is_set():
            try:
                with ConnectionFactory(url).create_connection() as connection:
                    connection.start()
                    chance.choice(WORK)(account, connection, name)
            except JMSError:
                pass
            except BaseException as error:
                surprises.append(error)
                return

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    chance, end = random.Random(0), time.monotonic() + SECONDS
    while time.monotonic() < end:
        is_over.wait(chance.random() / 20)
        jmslike.forget(url)
    is_over.set()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert surprises == []

    left: Counter[str] = Counter()
    with jmslike.connect(url) as context, context.create_consumer(jmslike.Queue(QUEUE)) as consumer:
        while (name := consumer.receive_body(str, 0.1)) is not None:
            left[name] += 1
    there = account.received + left
    assert account.sent, "nothing was sent"
    assert [name for name in account.sent if not there[name] and name not in account.unclear] == []
    assert [name for name, count in there.items() if count > 1] == []
    assert there.keys() - account.tried == set()
    halves = {name for name in account.tried if " " in name and not account.unclear & {name, other_half(name)}}
    assert [name for name in halves if there[name] != there[other_half(name)]] == []
    assert [name for name in account.expected if account.answers[name] != 1] == []


def other_half(name: str) -> str:
    return name.replace("left", "right") if "left" in name else name.replace("right", "left")
