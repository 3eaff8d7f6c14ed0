"""Steps of the tests of containers: waiting for what must happen, and listeners that can be held."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

import jmslike
from jmslike import Connection, ConnectionFactory, Message, Queue
from tests.unit.core.fake import PATIENCE, FakeBroker
from tests.unit.failover.world import World


def eventually(condition: Callable[[], object], patience: float = PATIENCE) -> None:
    """Wait until the condition holds, at most so many seconds."""
    deadline = time.monotonic() + patience
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline
        pause.wait(0.002)


class Heard:
    """A listener that keeps what it gets."""

    def __init__(self) -> None:
        self._got: SimpleQueue[Any] = SimpleQueue()

    def __call__(self, given: Any) -> None:
        self._got.put(given)

    def next(self) -> Any:
        return self._got.get(timeout=PATIENCE)

    def texts(self, count: int) -> list[str]:
        return sorted(self.next().get_body(str) for _ in range(count))

    @property
    def is_empty(self) -> bool:
        return self._got.empty()


class Held:
    """A listener that works until it is let go."""

    def __init__(self) -> None:
        self.begun: SimpleQueue[str] = SimpleQueue()
        self.go = threading.Event()
        self.finished: list[str] = []

    def __call__(self, message: Message) -> None:
        text = message.get_body(str)
        assert text is not None
        self.begun.put(text)
        assert self.go.wait(PATIENCE)
        self.finished.append(text)


class FakeConnections(ConnectionFactory):
    """Connections to a fake broker, or to several behind the transport that reconnects."""

    def __init__(self, broker: FakeBroker | World, **options: Any) -> None:
        self._broker = broker
        self._options = options

    def __repr__(self) -> str:
        return "FakeConnections()"

    def create_connection(self, user_name: str | None = None, password: str | None = None) -> Connection:
        return self._broker.connect(start=False, **self._options)


def put(url: str, destination: str, *bodies: Any) -> None:
    """Send these bodies to a queue."""
    with jmslike.connect(url) as context:
        for body in bodies:
            context.create_producer().send(Queue(destination), body)


def rest(url: str, destination: str) -> list[Any]:
    """Return the texts that wait in a queue."""
    with jmslike.connect(url) as context, context.create_browser(Queue(destination)) as browser:
        return [message.get_body(object) for message in browser]
