"""What a durable engine is measured against: the disk's limit, SQLite, and the queues that stand on SQLite.

All of them are made equally durable: a write-ahead log with synchronous=FULL, that is a sync of the disk in each
transaction. `check_synchronous` asks each connection, and `durable_syncs` counts the system calls.
"""

from __future__ import annotations

import itertools
import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from huey.storage import SqliteStorage
from litequeue import LiteQueue
from persistqueue import SQLiteAckQueue

SIZE = 1024
BODY = b"x" * SIZE
TEXT = "x" * SIZE
BATCH = 100

Work: TypeAlias = Callable[[], object]

_FULL = 2


def check_synchronous(connection: Any) -> None:
    """Fail unless the connection syncs each transaction."""
    (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    (level,) = connection.execute("PRAGMA synchronous").fetchone()
    assert (mode, level) == ("wal", _FULL), f"this peer is not durable: journal_mode={mode}, synchronous={level}"


class Limit:
    """The disk's limit: bytes are written into a file that was filled with zeros before, and synced."""

    MESSAGES = 64 * 1024

    def __init__(self, folder: Path) -> None:
        self._file = os.open(folder / "limit", os.O_RDWR | os.O_CREAT)
        for _ in range(self.MESSAGES // 1024):
            os.write(self._file, bytes(1024 * SIZE))
        os.fsync(self._file)
        self._places = itertools.count(0, 2048 * SIZE)

    def sender(self) -> Work:
        """Each thread writes and syncs for itself, far from the others."""
        write = self._writer()
        return lambda: write(BODY)

    def cycle(self) -> Work:
        """Write and sync a message, then 64 bytes as its acknowledgement."""
        write, acknowledgement = self._writer(), BODY[:64]

        def cycle() -> None:
            write(BODY)
            write(acknowledgement)

        return cycle

    def _writer(self) -> Callable[[bytes], None]:
        place = next(self._places)

        def write(data: bytes) -> None:
            nonlocal place
            os.pwrite(self._file, data, place)
            os.fdatasync(self._file)
            place = (place + len(data)) % (self.MESSAGES * SIZE - SIZE)

        return write

    def close(self) -> None:
        os.close(self._file)


class SQLite:
    """A bare table: what a program would write for itself. Threads share the connection under a lock."""

    def __init__(self, folder: Path) -> None:
        self._connection = sqlite3.connect(folder / "sqlite", isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute("CREATE TABLE queue (id INTEGER PRIMARY KEY, body BLOB)")
        check_synchronous(self._connection)
        self._lock = threading.Lock()

    def sender(self) -> Work:
        def send() -> None:
            with self._lock:
                self._connection.execute("INSERT INTO queue (body) VALUES (?)", (BODY,))

        return send

    def cycle(self) -> Work:
        """Send, look at the oldest, and delete it as its acknowledgement: two transactions."""
        send = self.sender()

        def cycle() -> None:
            send()
            number, _ = self._connection.execute("SELECT id, body FROM queue ORDER BY id LIMIT 1").fetchone()
            self._connection.execute("DELETE FROM queue WHERE id = ?", (number,))

        return cycle

    def batch(self) -> Work:
        """Send a hundred in one transaction."""
        rows = [(BODY,)] * BATCH

        def batch() -> None:
            self._connection.execute("BEGIN")
            self._connection.executemany("INSERT INTO queue (body) VALUES (?)", rows)
            self._connection.execute("COMMIT")

        return batch

    def close(self) -> None:
        self._connection.close()


class PersistQueue:
    """The queue of persist-queue that knows acknowledgements: get() and ack() are a transaction each."""

    def __init__(self, folder: Path) -> None:
        self._queue: Any = SQLiteAckQueue(str(folder), multithreading=True)
        for connection in (self._queue._putter, self._queue._getter):
            connection.execute("PRAGMA synchronous=FULL")
            check_synchronous(connection)

    def sender(self) -> Work:
        return lambda: self._queue.put(BODY)

    def cycle(self) -> Work:
        """Now and then drop what is acknowledged: it would slow down each get()."""
        count = 0

        def cycle() -> None:
            nonlocal count
            self._queue.put(BODY)
            self._queue.ack(self._queue.get())
            count += 1
            if count % BATCH == 0:
                self._queue.clear_acked_data(max_delete=BATCH, keep_latest=0)

        return cycle

    def close(self) -> None:
        self._queue.close()


class LiteQueueAsDelivered:
    """litequeue with its own synchronous=NORMAL, which does not sync before put() returns: not durable."""

    def __init__(self, folder: Path) -> None:
        self._queue = LiteQueue(folder / "litequeue")
        self._lock = threading.Lock()

    def sender(self) -> Work:
        def send() -> None:
            with self._lock:
                self._queue.put(TEXT)

        return send

    def cycle(self) -> Work:
        """pop() and done() are a transaction each."""

        def cycle() -> None:
            self._queue.put(TEXT)
            message = self._queue.pop()
            self._queue.done(message.message_id)

        return cycle

    def close(self) -> None:
        self._queue.close()


class DurableLiteQueue(LiteQueueAsDelivered):
    """litequeue, made durable."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._queue.conn.execute("PRAGMA synchronous=FULL")
        check_synchronous(self._queue.conn)


class Huey:
    """huey's storage in SQLite. There is no acknowledgement: dequeue() deletes, and a crash after it loses one."""

    def __init__(self, folder: Path) -> None:
        self._storage = SqliteStorage(filename=str(folder / "huey"), fsync=True)
        check_synchronous(self._storage.conn)

    def sender(self) -> Work:
        return lambda: self._storage.enqueue(BODY)

    def cycle(self) -> Work:
        def cycle() -> None:
            self._storage.enqueue(BODY)
            assert self._storage.dequeue() is not None

        return cycle

    def close(self) -> None:
        self._storage.close()
