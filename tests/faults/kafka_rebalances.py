"""Adds and ends consumers of one group again and again, every second one a process that is killed with -9, and counts
what becomes of the messages. For example:

python -m tests.faults.kafka_rebalances --seconds 60
"""

from __future__ import annotations

import argparse
import subprocess
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Final

from jmslike import Connection, ConnectionFactory, Queue, Session
from tests.brokers import broker
from tests.faults.kafka_load import (
    Flow,
    Part,
    program,
    reading_committed,
    receiving,
    sending_asynchronously,
    transforming,
)
from tests.faults.kafka_worker import worker

PARTITIONS: Final = 4
OPTIONS: Final = f"?partitions={PARTITIONS}&session_timeout=6"
EVERY: Final = 1.0
"""Seconds between two changes of the group."""
AT_ONCE: Final = 5
"""Messages that a consumer acknowledges together."""


class Outcome:
    """What became of the messages of one flow."""

    def __init__(self, flow: Flow, changes: int) -> None:
        self.flow = flow
        self.changes = changes

    @property
    def most_duplicates(self) -> int:
        """The most messages that were handed out and not acknowledged at the changes of the group."""
        return self.changes * PARTITIONS * AT_ONCE

    def __str__(self) -> str:
        return f"{self.changes} changes of the group, none lost, {self.flow}"


def consumers(url: str, seconds: float) -> Outcome:
    """Run consumers that acknowledge."""
    name = f"rebalanced-{uuid.uuid4()}"

    def consume(connection: Connection, flow: Flow) -> Part:
        return receiving(
            connection,
            lambda session: session.create_consumer(session.create_queue(name)),
            flow,
            Session.CLIENT_ACKNOWLEDGE,
            AT_ONCE,
        )

    return _run(url, seconds, Queue(name), consume, ("consume", name), None)


def transactions(url: str, seconds: float) -> Outcome:
    """Run transacted sessions that forward messages; count what a reader of committed records sees."""
    name, target = f"rebalanced-{uuid.uuid4()}", f"results-{uuid.uuid4()}"

    def transform(connection: Connection, _flow: Flow) -> Part:
        return transforming(connection, Queue(name), Queue(target), Counter())

    return _run(url, seconds, Queue(name), transform, ("transform", name, target), target)


def _run(
    url: str,
    seconds: float,
    source: Queue,
    work: Callable[[Connection, Flow], Part],
    process: tuple[str, ...],
    target: str | None,
) -> Outcome:
    changes = 0
    pace = threading.Event()
    with ExitStack() as opened, program() as working:

        def connect() -> Connection:
            connection = opened.enter_context(ConnectionFactory(f"{url}{OPTIONS}").create_connection())
            connection.start()
            return connection

        flow = working.flow()
        connection, other = connect(), connect()
        with connection.create_session() as session:
            for name in filter(None, (source.queue_name, target)):
                session.create_consumer(session.create_queue(name)).close()
        working.start(work(connection, flow))
        if target is not None:
            working.start(reading_committed(url, target, flow))
        end_sending = working.start(sending_asynchronously(connection, source, flow))
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            end_it = working.start(work(other, flow))
            pace.wait(EVERY)
            with worker(process[0], f"{url}{OPTIONS}", *process[1:]) as killed:
                end_listening = working.start(*([listening(killed, flow)] if target is None else []))
                pace.wait(EVERY)
                end_it()
                pace.wait(EVERY)
                killed.kill()
                end_listening()  # before its output is closed
            pace.wait(EVERY)
            changes += 4
        end_sending()
        flow.wait_for_all()
    return Outcome(flow, changes)


def listening(process: subprocess.Popen[str], flow: Flow) -> Part:
    """Record the output of a process until it is killed."""

    def listen(_over: threading.Event) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            flow.take(int(line))

    return listen


KINDS: Final[Mapping[str, Callable[[str, float], Outcome]]] = {"consumers": consumers, "transactions": transactions}


def main() -> int:
    """Run each kind on a broker of its own."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.kafka_rebalances", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    seconds = parser.parse_args().seconds
    with broker("kafka") as kafka:
        for name, run in KINDS.items():
            print(f"{name}, {seconds:g} s: {run(kafka.url('kafka'), seconds)}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
