"""What waits in a durable engine: how fast a folder opens after a kill, and what a backlog costs in memory and in time.

A folder is filled once in a run by a process that is killed then; each sample opens it in a process of its own, with
nothing of it in the system's cache.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks import disk
from benchmarks.durable_stores import STORES, message_of
from benchmarks.harness import Comparison, command
from jmslike import Connection, ConnectionFactory, Message

BACKLOG: Final = disk.backlog()
BATCH: Final = 100


class Completions:
    """Raises what a send failed with, in the thread that calls it; the process prints it."""

    def on_completion(self, message: Message) -> None:
        """Nothing is left to do."""

    def on_exception(self, message: Message, error: Exception) -> None:
        os.write(2, f"a send failed: {error}\n".encode())
        os._exit(1)


def connected(folder: Path) -> Connection:
    return ConnectionFactory(f"native://{folder}").create_connection()


def send(connection: Connection, count: int, size: int) -> None:
    """Send messages, none of which waits for the one before; return when all are on the disk."""
    completions = Completions()
    with connection.create_session() as session:
        producer = session.create_producer(session.create_queue("q"))
        for number in range(count):
            producer.send(message_of(session, number.to_bytes(size)), completion_listener=completions)


# ---- opening


def fill_and_die(folder: str, count: int, size: int) -> float:
    connection = connected(Path(folder))
    send(connection, count, size)
    os.kill(os.getpid(), signal.SIGKILL)
    return 0.0


def filled(count: int, size: int) -> Path:
    """Return a folder with that many messages, of which the system holds nothing in memory."""
    folder = disk.kept_folder(f"{count}-of-{size}")
    if not folder.exists():
        filling = subprocess.run(command(partial(fill_and_die, str(folder), count, size)), timeout=600)
        assert filling.returncode == -signal.SIGKILL, "the folder was not filled"
    disk.forget_cached(folder)
    return folder


def seconds_to_open(count: int, size: int) -> float:
    folder = filled(count, size)
    start = time.perf_counter()
    connection = connected(folder)
    seconds = time.perf_counter() - start
    check_depth(connection, count)
    return seconds


def megabytes_to_open(count: int, size: int) -> float:
    """Return the most memory that the process ever had, with Python and all modules."""
    check_depth(connected(filled(count, size)), count)
    return disk.resident_megabytes("VmHWM")


def check_depth(connection: Connection, count: int) -> None:
    with connection.create_session() as session:
        found = session.statistics(session.create_queue("q")).depth
        assert found == count, f"{found} messages of {count}"


def milliseconds_of_new_folder() -> float:
    with disk.new_folder() as folder:
        start = time.perf_counter()
        with connected(folder):
            return (time.perf_counter() - start) * 1000


def milliseconds_of_new_database() -> float:
    with disk.new_folder() as folder:
        start = time.perf_counter()
        with closing(STORES["sqlite3"](folder)):
            return (time.perf_counter() - start) * 1000


def milliseconds_of_empty_folder() -> float:
    """Open a folder whose messages were all received."""
    with disk.new_folder() as folder:
        with closing(STORES["jmslike"](folder)) as store:
            cycle = store.cycle()
            for _ in range(BATCH):
                cycle()
        start = time.perf_counter()
        with connected(folder):
            return (time.perf_counter() - start) * 1000


# ---- a backlog


def kilobytes_per_message(count: int, size: int) -> float:
    with disk.new_folder() as folder, connected(folder) as connection:
        send(connection, BATCH, size)
        before = disk.resident_megabytes()
        send(connection, count, size)
        return (disk.resident_megabytes() - before) * 1000 / count


def microseconds_with_backlog(count: int) -> float:
    """Send all messages, then receive them, a hundred in a transaction."""
    return microseconds_in_rows_of(count, count)


def microseconds_without_backlog(count: int) -> float:
    """Receive each hundred right after it was sent."""
    return microseconds_in_rows_of(BATCH, count)


def microseconds_in_rows_of(row: int, count: int) -> float:
    with disk.new_folder() as folder, connected(folder) as connection:
        connection.start()
        session = connection.create_session(True)
        there = session.create_queue("q")
        producer, consumer = session.create_producer(there), session.create_consumer(there)
        start = time.perf_counter()
        for _ in range(0, count, row):
            for number in range(row):
                producer.send(message_of(session))
                if number % BATCH == BATCH - 1:
                    session.commit()
            for number in range(row):
                assert consumer.receive(60) is not None
                if number % BATCH == BATCH - 1:
                    session.commit()
        return (time.perf_counter() - start) / count * 1e6


def of_opening() -> Iterator[Comparison]:
    for size in (1024, 100):
        for count in (BACKLOG // 100, BACKLOG // 10, BACKLOG):
            what = f"opening {count:,} messages of {size:,} B"
            seconds, megabytes = ((10, 5), (600, 400)) if count == BACKLOG else (None, None)
            yield Comparison(what, partial(seconds_to_open, count, size), None, "s", seconds)
            yield Comparison(f"{what}: memory", partial(megabytes_to_open, count, size), None, "MB", megabytes)


COMPARISONS: Final = [
    Comparison(
        f"a backlog of {BACKLOG:,} / an empty queue",
        partial(microseconds_with_backlog, BACKLOG),
        partial(microseconds_without_backlog, BACKLOG),
        "us/message",
        (1.5, 1.1),
    ),
    Comparison(
        "memory of a waiting message, 100 B body",
        partial(kilobytes_per_message, BACKLOG // 5, 100),
        None,
        "kB",
        (1.0, 0.5),
    ),
    Comparison(
        "memory of a waiting message, 1 KiB body", partial(kilobytes_per_message, BACKLOG // 5, 1024), None, "kB"
    ),
    Comparison("a new folder / a new SQLite database", milliseconds_of_new_folder, milliseconds_of_new_database, "ms"),
    Comparison("opening an empty folder", milliseconds_of_empty_folder, None, "ms"),
    *of_opening(),
]
