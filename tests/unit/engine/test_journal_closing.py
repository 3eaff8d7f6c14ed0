"""Closing an engine in a folder while others use it."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue
from threading import Event
from typing import Any

import pytest

from native_engine import ClosedError, Engine
from native_engine.journal import Files, Journal
from native_engine.journal.files import Data
from native_engine.journal.folder import FolderFiles
from tests.unit.engine.record_format import JsonFormat
from tests.unit.engine.records import Record

PATIENCE = 5.0
SILENCE = 0.05

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no folders")


class SlowFiles(FolderFiles):
    """Files that are written only while `may_write` is set; so slow is a busy disk."""

    may_write: Event
    waiting: SimpleQueue[None]

    def pwrite(self, file: int, data: Data, offset: int) -> None:
        if not self.may_write.is_set():
            self.waiting.put(None)
            assert self.may_write.wait(PATIENCE)
        super().pwrite(file, data, offset)


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "folder")


@pytest.fixture
def files(path: str) -> Iterator[SlowFiles]:
    files = SlowFiles.lock(path)
    assert isinstance(files, SlowFiles)
    files.may_write, files.waiting = Event(), SimpleQueue()
    files.may_write.set()
    yield files
    files.may_write.set()
    files.close()


def opened(files: Files) -> Engine:
    """An engine that has made its next segment, too, so that nothing is written but for callers."""
    journal = Journal(files, JsonFormat())
    engine = Engine(journal=journal)
    journal.upkeep.work()
    return engine


def left_in(path: str) -> list[str]:
    with opened(FolderFiles.lock(path)) as engine:
        return [record.body for record in engine.browse("q")]


def waits(future: Future[Any]) -> bool:
    try:
        future.result(SILENCE)
    except TimeoutError:
        return True
    return False


def test_the_folder_is_kept_until_the_last_write_has_ended(
    path: str, files: SlowFiles, background: Callable[..., Future[Any]]
) -> None:
    """Otherwise it would change what the next owner of the folder has written."""
    engine = opened(files)
    sender = engine.sender("queue", "q")
    sender.send(Record("first"))
    files.may_write.clear()
    sending = background(sender.send, Record("x" * 3_000_000))  # which needs a larger segment
    files.waiting.get(timeout=PATIENCE)
    closing = background(engine.close)
    assert waits(closing)
    files.may_write.set()
    closing.result(PATIENCE)
    assert isinstance(sending.exception(PATIENCE), ClosedError)
    assert left_in(path)[0] == "first"


@pytest.mark.parametrize("use", ["send", "asynchronous", "receive", "settle", "commit"])
def test_a_closed_engine_says_that_it_is_closed_and_writes_no_more(path: str, files: SlowFiles, use: str) -> None:
    engine = opened(files)
    sender, receiver = engine.sender("queue", "q"), engine.receiver("q")
    sender.send(Record("first"))
    held = receiver.take(0)
    assert held is not None
    receipt = held[1]
    assert receipt is not None
    engine.close()
    uses: dict[str, Callable[[], object]] = {
        "send": lambda: sender.send(Record("late")),
        "asynchronous": lambda: sender.send(Record("late"), lambda error: None),
        "receive": lambda: receiver.take(0),
        "settle": lambda: receiver.settle([receipt], None),
        "commit": lambda: engine.commit([(sender, Record("late"))]),
    }
    for _ in range(2):
        with pytest.raises(ClosedError, match="the engine is closed"):
            uses[use]()
    receiver.close()
    receiver.release_unsettled()
    assert left_in(path) == ["first"]


def test_a_record_that_nothing_could_write_any_more_is_refused_by_its_completion_or_by_send(
    path: str, files: SlowFiles, background: Callable[..., Future[Any]]
) -> None:
    """Each send is answered for once, and what was answered without an error is there."""
    engine = opened(files)
    sender = engine.sender("queue", "q")
    answers: SimpleQueue[Exception | None] = SimpleQueue()
    sender.send(Record("before"))
    files.may_write.clear()
    sender.send(Record("first"), answers.put)
    files.waiting.get(timeout=PATIENCE)
    closing = background(engine.close)
    assert waits(closing)
    late = background(sender.send, Record("late"), answers.put)
    assert isinstance(late.exception(PATIENCE), ClosedError)
    files.may_write.set()
    closing.result(PATIENCE)
    assert answers.get(timeout=PATIENCE) is None
    assert answers.empty()
    assert left_in(path)[:2] == ["before", "first"]


def test_a_close_that_is_interrupted_lets_go_of_the_folder(
    path: str, files: SlowFiles, background: Callable[..., Future[Any]]
) -> None:
    """Ctrl-C: the program may go on, and open the folder again."""
    engine = opened(files)
    sender = engine.sender("queue", "q")
    sender.send(Record("first"))
    files.may_write.clear()
    sender.send(Record("second"), lambda error: None)
    files.waiting.get(timeout=PATIENCE)
    pipeline = engine._services.store._pipeline  # type: ignore[union-attr]

    def interrupt() -> None:
        end = time.monotonic() + PATIENCE
        while not pipeline._closed:
            assert time.monotonic() < end
            time.sleep(0.001)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        files.may_write.set()

    interrupting = background(interrupt)
    with pytest.raises(KeyboardInterrupt):
        engine.close()
    interrupting.result(PATIENCE)
    assert left_in(path) == ["first", "second"]
