"""Kills a process with -9 again and again that consumes, transforms and produces in transactions: how often does each
result come to a reader of what is committed? For example:

python -m tests.faults.kafka_exactly_once --messages 20000 --kills 10
"""

from __future__ import annotations

import argparse
import random
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from jmslike import ConnectionFactory
from tests.brokers import broker
from tests.faults.kafka_load import LONGEST_SILENCE, committed_reader, number_in, numbered
from tests.faults.kafka_worker import worker

OPTIONS = "?session_timeout=6"
"""The least that brokers allow: for so long the messages of a killed process stay with it."""
LONGEST_LIFE = 1.0
"""Seconds after its first commit within which a process is killed."""


@dataclass(frozen=True)
class Outcome:
    """What the reader saw of so many messages."""

    lost: int
    duplicates: int

    def __str__(self) -> str:
        return f"{self.lost} lost, {self.duplicates} duplicates"


def run(url: str, messages: int, kills: int, report: Callable[[str], None] = lambda line: None) -> Outcome:
    """Kill the process that often, each time at a random moment; the last one does what is left."""
    source, target = f"source-{uuid.uuid4()}", f"target-{uuid.uuid4()}"
    fill(url, source, messages)
    came: Counter[int] = Counter()
    address = f"{url}{OPTIONS}&client_id={target}"

    def has(wanted: int) -> bool:
        return len(came) >= wanted

    with committed_reader(url, target) as reader:
        for kill in range(1, kills + 1):
            with worker("transform", address, source, target) as process:
                read(reader, came, partial(has, kill * messages // (kills + 1)))
                time.sleep(random.uniform(0, LONGEST_LIFE))
                process.kill()
            report(f"kill {kill} of {kills}: {len(came)} results, {came.total() - len(came)} duplicates")
        with worker("transform", address, source, target):
            read(reader, came, partial(has, messages))
            fill(url, target, 1, first=messages)
            read(reader, came, lambda: messages in came)
    del came[messages]
    return Outcome(messages - len(came), came.total() - len(came))


def fill(url: str, queue: str, messages: int, first: int = 0) -> None:
    """Send so many messages with numbers."""
    with ConnectionFactory(url).create_connection() as connection:
        session = connection.create_session(True)
        with session.create_producer(session.create_queue(queue)) as producer:
            for number in range(first, first + messages):
                producer.send(numbered(session, number))
            session.commit()


def read(reader: object, came: Counter[int], is_enough: Callable[[], bool]) -> None:
    """Count the records that come, until all have come, or none for a long time."""
    deadline = time.monotonic() + LONGEST_SILENCE
    while not is_enough() and time.monotonic() < deadline:
        for records in reader.poll(timeout_ms=100).values():  # type: ignore[attr-defined]
            came.update(map(number_in, records))
            deadline = time.monotonic() + LONGEST_SILENCE


def main() -> int:
    """Run it on a broker of its own; exit code 1 if a result did not come exactly once."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.kafka_exactly_once", description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=10)
    options = parser.parse_args()
    with broker("kafka") as kafka:
        began = time.monotonic()
        outcome = run(kafka.url("kafka"), options.messages, options.kills, lambda line: print(line, flush=True))
    print(f"{options.messages:,} messages, {options.kills} kills, {time.monotonic() - began:.0f} s: {outcome}")
    return int(outcome != Outcome(0, 0))


if __name__ == "__main__":
    raise SystemExit(main())
