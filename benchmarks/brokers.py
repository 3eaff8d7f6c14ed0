"""What the measurements over brokers have in common: the broker, the messages, and the side of jmslike."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from jmslike import Connection, ConnectionFactory, Message, Session
from tests.brokers import broker

BODY = "x" * 1024
IN_FLIGHT = 1000
PINGS = 600
PINGS_PER_SECOND = 200


@dataclass(frozen=True, slots=True)
class MeasuredBroker:
    """The broker of a module, for one protocol. The environment tells its URL to the process of each sample."""

    name: str
    protocol: str

    @contextmanager
    def running(self) -> Iterator[None]:
        """Use the broker that the variable names, else one that runs until the block ends."""
        with broker(self.name) as it:
            os.environ[self._variable] = it.url(self.protocol)
            yield

    def url(self) -> str:
        """Return its URL, with user and password if it needs them."""
        return os.environ[self._variable]

    @property
    def _variable(self) -> str:
        return f"JMSLIKE_TEST_{self.name.upper()}_URL"


def per_second(work: Callable[[], object], messages: int) -> float:
    """Time the work on that many messages; return the messages per second."""
    start = time.perf_counter()
    work()
    return messages / (time.perf_counter() - start)


def median_latency(ping: Callable[[int], object]) -> float:
    """Ping at a fixed rate, and return the median in microseconds."""
    durations = []
    begin = time.perf_counter()
    for number in range(PINGS):
        time.sleep(max(0.0, begin + number / PINGS_PER_SECOND - time.perf_counter()))
        start = time.perf_counter()
        ping(number)
        durations.append(time.perf_counter() - start)
    return statistics.median(durations) * 1e6


class Completions:
    """Ignores what was sent: a session that closes waits for all of it."""

    def on_completion(self, message: Message) -> None:
        pass

    def on_exception(self, message: Message, error: Exception) -> None:
        raise error


def connected(url: str) -> Connection:
    """Connect and start."""
    connection = ConnectionFactory(url).create_connection()
    connection.start()
    return connection


@contextmanager
def session_to(url: str, mode: int = Session.AUTO_ACKNOWLEDGE) -> Iterator[Session]:
    """Yield a session of a started connection."""
    with connected(url) as connection:
        yield connection.create_session(mode)


def message(session: Session, number: int) -> Message:
    """Make a message with two properties."""
    made = session.create_text_message(BODY)
    made.properties["number"] = number
    made.properties["colour"] = "red"
    return made
