"""How often each call of an engine waits for the disk, counted at the disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from native_engine import Engine, Receiver
from native_engine.journal import Journal
from native_engine.journal.files import Data
from tests.power_loss.messages import Message, MessageFormat
from tests.unit.engine.records import QUEUE, taken
from tests.unit.journal.faulty_files import FaultyFiles

PATIENCE = 10.0


class CountingFiles(FaultyFiles):
    """Keeps what was written, and how much of that had been written when each finished sync began."""

    written: list[bytes]
    synced: list[int]

    def pwrite(self, file: int, data: Data, offset: int) -> None:
        super().pwrite(file, data, offset)
        self.written.append(bytes(data))

    def fdatasync(self, file: int) -> None:
        before = len(self.written)
        super().fdatasync(file)
        self.synced.append(before)

    def is_safe(self, message: Message) -> bool:
        """Whether a sync has ended that began after the message was written."""
        written = next(number for number, data in enumerate(self.written) if message.data in data)
        return any(before > written for before in self.synced)


@pytest.fixture
def files(tmp_path: Path) -> Iterator[CountingFiles]:
    files = CountingFiles.of(tmp_path / "folder")
    files.written, files.synced = [], []
    yield files
    files.close()


@pytest.fixture
def engine(files: CountingFiles) -> Iterator[Engine]:
    """An engine that has made its segments and defined its queue."""
    journal = Journal(files, MessageFormat())
    with Engine(journal=journal) as engine:
        journal.upkeep.work()
        send(engine, 0)
        yield engine


def send(engine: Engine, number: int, persistent: bool = True) -> Message:
    message = Message(number, 4, "red", b"filling", persistent)
    engine.sender("queue", QUEUE).send(message)
    return message


def test_a_send_returns_after_a_sync_that_began_when_its_record_was_written(
    engine: Engine, files: CountingFiles, background: Callable[..., Future[Any]]
) -> None:
    def send_some(first: int) -> bool:
        return all(files.is_safe(send(engine, number)) for number in range(first, first + 25))

    futures = [background(send_some, 1_000 * thread) for thread in range(1, 5)]
    assert [future.result(PATIENCE) for future in futures] == [True] * 4


def test_an_asynchronous_send_is_completed_after_such_a_sync(engine: Engine, files: CountingFiles) -> None:
    completed: Future[bool] = Future()
    message = Message(1, 4, "red", b"filling", True)
    engine.sender("queue", QUEUE).send(message, lambda error: completed.set_result(files.is_safe(message)))
    assert completed.result(PATIENCE)


def test_a_non_persistent_send_touches_no_file(engine: Engine, files: CountingFiles) -> None:
    files.calls.clear()
    send(engine, 1, persistent=False)
    assert files.calls == []


def accept(engine: Engine, receiver: Receiver) -> None:
    receiver.settle([taken(receiver)[1]], None)


def commit(engine: Engine, receiver: Receiver) -> None:
    sends = [(engine.sender("queue", QUEUE), Message(number, 4, "red", b"filling", True)) for number in (1, 2)]
    engine.commit(sends, [(receiver, [taken(receiver)[1]], None)])


def release(engine: Engine, receiver: Receiver) -> None:
    receiver.settle([taken(receiver)[1]], 1)


def receive(engine: Engine, receiver: Receiver) -> None:
    assert taken(receiver, settle=True)[1] is None


def subscribe(engine: Engine, receiver: Receiver) -> None:
    engine.subscribe("t", name="s", durable=True)


@pytest.mark.parametrize(
    ("call", "awaits_disk", "syncs"),
    [
        (accept, True, 1),
        (accept, False, 0),
        (receive, True, 0),
        (receive, False, 0),
        (release, True, 0),
        (commit, True, 1),
        (commit, False, 1),
        (subscribe, False, 1),
    ],
)
def test_a_call_syncs_as_often_as_its_promise_needs(
    engine: Engine, files: CountingFiles, call: Callable[..., None], awaits_disk: bool, syncs: int
) -> None:
    """CLIENT and INDIVIDUAL acknowledge and a commit once, however much they are about; AUTO and DUPS_OK never."""
    receiver = engine.receiver(QUEUE, awaits_disk=awaits_disk)
    files.calls.clear()
    call(engine, receiver)
    assert files.calls.count("fdatasync") == syncs
    assert "pwrite" in files.calls
