"""What the measurements over brokers have in common: the messages, and the side of jmslike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from jmslike import Connection, ConnectionFactory, Message, Session

BODY = "x" * 1024
IN_FLIGHT = 1000
PINGS = 600
PINGS_PER_SECOND = 200


def per_second(work: Callable[[], object], messages: int) -> float:
    """Time the work on so many messages."""
    start = time.perf_counter()
    work()
    return messages / (time.perf_counter() - start)


def median_latency(ping: Callable[[int], object]) -> float:
    """Ping at a fixed rate, and give the median in microseconds."""
    durations = []
    begin = time.perf_counter()
    for number in range(PINGS):
        time.sleep(max(0.0, begin + number / PINGS_PER_SECOND - time.perf_counter()))
        start = time.perf_counter()
        ping(number)
        durations.append(time.perf_counter() - start)
    return statistics.median(durations) * 1e6


class Completions:
    """Takes no note of what was sent: a session that closes waits for all of it."""

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
    """Give a session of a started connection."""
    with connected(url) as connection:
        yield connection.create_session(mode)


def message(session: Session, number: int) -> Message:
    """Make a message with two properties."""
    made = session.create_text_message(BODY)
    made.properties["number"] = number
    made.properties["colour"] = "red"
    return made
