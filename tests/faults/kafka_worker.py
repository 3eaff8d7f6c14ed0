"""A process that works with Kafka until it is ended, from outside and at any moment: `with worker("transform", ...)`.

python -m tests.faults.kafka_worker transform kafka://127.0.0.1:9092 source target
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Final

from jmslike import Connection, ConnectionFactory, Session, TransactionRolledBackError
from tests.brokers.software import ROOT
from tests.faults.kafka_load import LOOK, number_of, numbered, send_on


def transform(connection: Connection, source: str, target: str) -> None:
    """Forward what comes, in transactions."""
    session = connection.create_session(Session.SESSION_TRANSACTED)
    with (
        session.create_consumer(session.create_queue(source)) as consumer,
        session.create_producer(session.create_queue(target)) as producer,
    ):
        tell("ready")
        while True:
            send_on(session, consumer, producer)
            with suppress(TransactionRolledBackError):  # all is redelivered
                session.commit()


def consume(connection: Connection, queue: str) -> None:
    """Acknowledge messages one by one, and print what came."""
    session = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
    with session.create_consumer(session.create_queue(queue)) as consumer:
        tell("ready")
        while True:
            message = consumer.receive(LOOK)
            if message is not None:
                tell(str(number_of(message)))
                message.acknowledge()


def hold(connection: Connection, source: str, target: str) -> None:
    """Receive two messages; when told to end, acknowledge the first, then forward the second in a transaction."""
    acknowledging = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
    transacted = connection.create_session(Session.SESSION_TRANSACTED)
    first = acknowledging.create_consumer(acknowledging.create_queue(f"{source}-1")).receive()
    second = transacted.create_consumer(transacted.create_queue(f"{source}-2")).receive()
    assert first is not None
    assert second is not None
    tell("ready")
    sys.stdin.readline()
    first.acknowledge()
    transacted.create_producer(transacted.create_queue(target)).send(numbered(transacted, number_of(second)))
    try:
        transacted.commit()
    except TransactionRolledBackError:
        tell("rolled back")
    else:
        tell("committed")


def stall(connection: Connection, target: str) -> None:
    """Begin a transaction of Kafka, and do not end it."""
    session = connection.create_session(Session.SESSION_TRANSACTED)
    with session.create_producer(session.create_queue(target)) as producer:
        producer.send(numbered(session, 0))
        session.commit()
        (link,) = connection._state.transport.connection.inventory.links()  # type: ignore[attr-defined]
        kafkas = link._producer._open()
        kafkas.begin_transaction()
        kafkas.send(target, b"never committed").get(timeout=30)
        tell("ready")
        sys.stdin.readline()


WORK: Final[Mapping[str, object]] = {work.__name__: work for work in (transform, consume, hold, stall)}


def tell(line: str) -> None:
    """Print it for the process that started this one."""
    print(line, flush=True)


@contextmanager
def worker(work: str, url: str, *names: str) -> Iterator[subprocess.Popen[str]]:
    """Run one, which is ready when this returns, until the block ends: with SIGKILL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.kafka_worker", work, url, *names],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def main(work: str, url: str, *names: str) -> None:
    """Work."""
    with ConnectionFactory(url).create_connection() as connection:
        connection.start()
        WORK[work](connection, *names)  # type: ignore[operator]


if __name__ == "__main__":
    main(*sys.argv[1:])
