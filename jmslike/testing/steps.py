"""Steps that many tests take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from threading import Event, get_ident
from typing import TypeVar

import pytest

from jmslike import (
    Destination,
    IllegalStateError,
    JMSConsumer,
    JMSError,
    Message,
    MessageConsumer,
    Session,
    TextMessage,
    UnsupportedFeatureError,
)
from jmslike.capabilities import Feature
from jmslike.testing.provider import Provider, Task

T = TypeVar("T")


def put(session: Session, destination: Destination, *texts: str) -> None:
    """Send these texts, in this order."""
    with session.create_producer(destination) as producer:
        for text in texts:
            producer.send(session.create_text_message(text))


@contextmanager
def refused() -> Iterator[None]:
    """Expect a JMSError; an UnsupportedFeatureError passes through, because it refuses for another reason."""
    with pytest.raises(JMSError) as error:
        yield
    if isinstance(error.value, UnsupportedFeatureError):
        raise error.value


def take(jms: Provider, consumer: MessageConsumer | JMSConsumer) -> Message:
    """Return the next message, which must come."""
    message = consumer.receive(jms.patience)
    assert message is not None, f"no message within {jms.patience} s"
    return message


def text_of(message: Message | None) -> str | None:
    """Return the text of a message that must be a TextMessage."""
    assert isinstance(message, TextMessage), f"not a TextMessage: {message!r}"
    return message.text


def take_text(jms: Provider, consumer: MessageConsumer | JMSConsumer) -> str | None:
    """Return the text of the next message, which must come."""
    return text_of(take(jms, consumer))


def take_texts(jms: Provider, consumer: MessageConsumer | JMSConsumer, count: int) -> list[str | None]:
    """Return the texts of the next messages, all of which must come."""
    return [take_text(jms, consumer) for _ in range(count)]


def texts_of(messages: Iterable[Message]) -> list[str | None]:
    """Return the texts of these messages."""
    return [text_of(message) for message in messages]


def counts_survive(jms: Provider) -> bool:
    """Whether delivery counts survive the consumer and the session that received the message."""
    return jms.capabilities.holds(Feature.REDELIVERY_COUNT)


def attempt_of(message: Message) -> tuple[bool, int]:
    """Return JMSRedelivered and JMSXDeliveryCount."""
    return message.redelivered, message.get_int_property("JMSXDeliveryCount")


def is_silent(jms: Provider, consumer: MessageConsumer | JMSConsumer) -> bool:
    """Whether no message comes for a while."""
    return consumer.receive(jms.silence) is None


def consumer_of(jms: Provider, destination: Destination) -> MessageConsumer:
    """Return a consumer of the destination on a connection of its own, which acknowledges automatically."""
    return jms.connection().create_session().create_consumer(destination)


def rest_of(jms: Provider, consumer: MessageConsumer) -> list[str | None]:
    """Receive until no message comes for a while; return the texts."""
    return texts_of(iter(lambda: consumer.receive(jms.silence), None))


def left_in(jms: Provider, queue: Destination) -> list[str | None]:
    """Receive all that another connection can get from the queue; return the texts."""
    with consumer_of(jms, queue) as consumer:
        return rest_of(jms, consumer)


def still_runs(jms: Provider, task: Task[T]) -> bool:
    """Whether the task still runs after a while."""
    try:
        task.result(jms.silence)
    except TimeoutError:
        return True
    return False


def error_of(call: Callable[[], object]) -> Exception | None:
    """Return what the call raised, or None: for a listener, whose errors reach no test."""
    try:
        call()
    except Exception as error:
        return error
    return None


def answering(calls: Mapping[str, Callable[[], object]]) -> list[str]:
    """Return the names of the calls that did not raise IllegalStateError, as every use of a closed object must do."""
    return [name for name, call in calls.items() if not isinstance(error_of(call), IllegalStateError)]


class Listener:
    """A message listener that keeps each message, then calls what the test passed."""

    def __init__(self, jms: Provider, then: Callable[[Message], object] | None = None) -> None:
        self.messages: list[Message] = []
        self._jms = jms
        self._then = then

    def __call__(self, message: Message) -> None:
        self.messages.append(message)
        if self._then is not None:
            self._then(message)

    @property
    def texts(self) -> list[str | None]:
        """The texts of the messages so far."""
        return texts_of(list(self.messages))

    def wait_for(self, count: int) -> None:
        """Wait until it has received so many messages."""
        self._jms.eventually(lambda: len(self.messages) >= count)

    def stays_at(self, count: int) -> bool:
        """Whether it has received exactly so many messages after a while."""
        Event().wait(self._jms.silence)
        return len(self.messages) == count


class Completions:
    """A completion listener that keeps the results, and calls what the test passed with each message."""

    def __init__(self, jms: Provider, then: Callable[[Message], None] = lambda message: None) -> None:
        self._patience = jms.patience
        self._silence = jms.silence
        self._then = then
        self._seen: SimpleQueue[tuple[Message, Exception | None]] = SimpleQueue()
        self.threads: set[int] = set()

    def on_completion(self, message: Message) -> None:
        """Keep a message that was sent."""
        self._keep(message, None)

    def on_exception(self, message: Message, error: Exception) -> None:
        """Keep a message that was not sent, with its error."""
        self._keep(message, error)

    def _keep(self, message: Message, error: Exception | None) -> None:
        self.threads.add(get_ident())
        try:
            self._then(message)
        finally:
            self._seen.put((message, error))

    def next(self) -> tuple[Message, Exception | None]:
        """Return the next completion, which must come."""
        return self._seen.get(timeout=self._patience)

    def count(self) -> int:
        """Return how many completions have come and were not returned by `next`."""
        return self._seen.qsize()

    def is_silent(self) -> bool:
        """Whether no further completion comes."""
        with suppress(Empty):
            self._seen.get(timeout=self._silence)
            return False
        return True


class Pause:
    """A call in which a listener waits until the test ends the pause."""

    def __init__(self, jms: Provider) -> None:
        self._patience = jms.patience
        self._reached = Event()
        self._over = Event()
        self.passed = False

    def __call__(self, _message: object = None) -> None:
        self._reached.set()
        self._over.wait(self._patience)
        self.passed = True

    def wait_until_reached(self) -> None:
        """Wait until a listener has called the pause."""
        assert self._reached.wait(self._patience), f"not reached within {self._patience} s"

    def end(self) -> None:
        """Let the listener continue."""
        self._over.set()
