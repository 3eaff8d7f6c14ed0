"""A table of a database that workers poll: the third way in which orders get from one system to another."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, Event, Thread
from types import TracebackType
from typing import Final

from jmslike.compare.flows.service import Service, Worker
from jmslike.compare.timing.driver import Time
from jmslike.compare.timing.schedule import SECOND

PATIENCE: Final = 60.0
"""Seconds that a statement waits for the writers before it: a database of SQLite has one at a time."""

SCHEMA: Final = """
CREATE TABLE orders (
    key INTEGER PRIMARY KEY,
    text TEXT NOT NULL,
    done INTEGER NOT NULL DEFAULT 0,
    claims INTEGER NOT NULL DEFAULT 0,
    free_from INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX waiting ON orders (key) WHERE done = 0;
"""
"""An order is free while its time `free_from` is over; a claim moves that to the end of the lease."""

ADD: Final = "INSERT INTO orders (key, text) VALUES (?, ?)"
CLAIM: Final = """
UPDATE orders SET claims = claims + 1, free_from = ? WHERE key = (
    SELECT key FROM orders WHERE done = 0 AND free_from <= ? ORDER BY key LIMIT 1
) RETURNING key, claims
"""
FINISH: Final = "UPDATE orders SET done = 1 WHERE key = ? AND claims = ? AND done = 0"


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim of an order, and which claim of it that is."""

    key: int
    number: int


class Turns:
    """Turns of threads, first come, first served, as a database server gives them to transactions.

    SQLite has a writer try again after a pause instead, and one that has bad luck waits for more than a second.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._taken = 0
        self._over = 0

    def __enter__(self) -> None:
        with self._changed:
            turn = self._taken
            self._taken += 1
            while self._over != turn:
                self._changed.wait()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._over += 1
            self._changed.notify_all()


class OrderTable:
    """A connection to the table in the SQLite file of a folder, of the thread that made it. Each call is a transaction.

    What a call has written is on the disk when it returns. Connections of one process may have their turns in common.
    """

    def __init__(self, folder: Path, time: Time, turns: Turns | None = None) -> None:
        self._time = time
        self._turns = turns or Turns()
        self._connection = sqlite3.connect(folder / "orders.db", timeout=PATIENCE, isolation_level=None)
        self._connection.execute("PRAGMA synchronous = FULL")

    def create(self) -> None:
        """Create the table, before any other connection is made."""
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.executescript(SCHEMA)

    def add(self, key: int, text: str) -> None:
        """Add an order."""
        self._write(ADD, (key, text))

    def claim(self, lease: float) -> Claim | None:
        """Claim the first order that is free, for `lease` seconds; None if there is none."""
        now = self._time.now()
        found, _ = self._write(CLAIM, (now + round(lease * SECOND), now))
        return Claim(*found[0]) if found else None

    def finish(self, claim: Claim) -> bool:
        """Mark an order as done. Return False if its lease had ended, and another worker has claimed it since."""
        _, changed = self._write(FINISH, (claim.key, claim.number))
        return changed == 1

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _write(self, statement: str, values: Sequence[int | str]) -> tuple[list[tuple[int, int]], int]:
        """Return the rows of a statement, and how many it changed."""
        with self._turns:
            cursor = self._connection.execute(statement, values)
            return cursor.fetchall(), cursor.rowcount


class PolledService:
    """The workers of a service, each a thread that claims the next order of the table, and looks again when none is.

    `poll` are the seconds until it looks again, `lease` those after which the order of a dead worker is free.
    """

    def __init__(self, service: Service, folder: Path, workers: int, *, poll: float, lease: float) -> None:
        self.workers: Final[list[Worker]] = []
        """All workers, of all lives of the service."""
        self._service = service
        self._folder = folder
        self._number = workers
        self._poll = round(poll * SECOND)
        self._lease = lease
        self._turns = Turns()
        self._ending = Event()
        self._threads: list[Thread] = []

    def connect(self) -> OrderTable:
        """Return a connection to the table for the calling thread."""
        return OrderTable(self._folder, self._service.time, self._turns)

    def start(self) -> None:
        """Start the workers, at first and after a crash."""
        self._service.restart()
        for _ in range(self._number):
            worker = Worker(self._service)
            thread = Thread(target=self._work, args=(worker,), daemon=True)
            self.workers.append(worker)
            self._threads.append(thread)
            thread.start()

    def crash(self) -> None:
        """Crash; the claims of the workers stay in the table."""
        self._service.crash()
        self._join()

    def close(self) -> None:
        """Let the workers finish what they have claimed, and end."""
        self._ending.set()
        self._join()

    @property
    def served(self) -> int:
        """How many orders the workers have finished."""
        return sum(len(worker.keys) for worker in self.workers)

    def _work(self, worker: Worker) -> None:
        time = self._service.time
        with closing(self.connect()) as table:
            while worker.is_up and not self._ending.is_set():
                claim = table.claim(self._lease)
                if claim is None:
                    time.wait_until(time.now() + self._poll)
                elif worker.serve(claim.key):
                    table.finish(claim)

    def _join(self) -> None:
        while self._threads:
            self._threads.pop().join()
