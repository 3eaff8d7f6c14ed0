"""Steps that many tests of faults take."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Protocol, TypeVar

from jmslike import Connection, JMSContext, JMSError, Message, MessageConsumer, Session, TextMessage

T = TypeVar("T")
PATIENCE = 20.0
"""Seconds within which everything has to come or to end."""


class Connect(Protocol):
    """Opens and starts a connection."""

    def __call__(self, url: str, **options: object) -> Connection: ...


class Losses:
    """An exception listener that keeps the errors."""

    def __init__(self) -> None:
        self.errors: list[JMSError] = []
        self.reported = threading.Event()

    def __call__(self, error: JMSError) -> None:
        self.errors.append(error)
        self.reported.set()


class Answer:
    """A completion listener for one message."""

    def __init__(self) -> None:
        self._told: Future[None] = Future()

    def on_completion(self, _message: Message) -> None:
        self._told.set_result(None)

    def on_exception(self, _message: Message, error: JMSError) -> None:
        self._told.set_exception(error)

    def wait(self) -> None:
        """Wait for the answer, and raise the error if it is one."""
        self._told.result(PATIENCE)


@contextmanager
def loss_of(connection: Connection | JMSContext) -> Iterator[Losses]:
    """Run a block in which the connection is lost: the loss is reported once, and close is silent and quick."""
    losses = Losses()
    connection.exception_listener = losses
    yield losses
    assert losses.reported.wait(PATIENCE), "the loss was not reported"
    within_bounds(connection.close)
    assert len(losses.errors) == 1


def within_bounds(call: Callable[[], T]) -> T:
    """Call it, and fail if it takes too long."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call).result(PATIENCE)


def put(session: Session, name: str, texts: Iterable[str]) -> None:
    """Send these texts to the queue of that name."""
    with session.create_producer(session.create_queue(name)) as producer:
        for text in texts:
            producer.send(session.create_text_message(text))


def text_of(message: Message | None) -> str:
    """Return the text of a message that must be a TextMessage."""
    assert isinstance(message, TextMessage), f"not a TextMessage: {message!r}"
    assert message.text is not None
    return message.text


def take(consumer: MessageConsumer) -> str:
    """Return the text of the next message, which must come."""
    return text_of(consumer.receive(PATIENCE))


def take_until(consumer: MessageConsumer, wanted: Iterable[str]) -> list[str]:
    """Receive until all wanted texts have come; return all that came."""
    missing = set(wanted)
    taken: list[str] = []
    while missing:
        message = consumer.receive(PATIENCE)
        assert message is not None, f"{sorted(missing)} did not come, {taken} did"
        taken.append(text_of(message))
        missing.discard(taken[-1])
    return taken
