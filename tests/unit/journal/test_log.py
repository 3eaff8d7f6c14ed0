"""The log: what is appended is written in order, goes on in the next segment, and is safe when `wait` returns."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from concurrent.futures import Future
from errno import EIO, ENOSPC
from functools import partial
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from native_engine.journal import layout
from native_engine.journal.layout import Kind
from native_engine.journal.segment import create, name_of
from native_engine.services import NoRoomError
from tests.unit.engine.stepping import Scene, explore
from tests.unit.journal.faulty_files import FaultyFiles
from tests.unit.journal.interruption import Once, interrupted
from tests.unit.journal.logs import SIZE, append, drop_oldest, fill_active, new_log, written

PATIENCE = 10.0


def test_a_segment_may_be_filled_and_dropped_at_any_instant_of_a_sync(tmp_path: Path) -> None:
    """Once: the descriptor of a dropped segment was synced again, which failed and closed the engine."""

    def scene() -> Scene:
        files = FaultyFiles.of(Path(tempfile.mkdtemp(dir=tmp_path)))
        log = new_log(files)
        position = append(log, 1)

        def fill() -> None:
            fill_active(log)
            append(log, 2)

        def check(syncing: Future[None], filling: Future[None]) -> None:
            filling.result(PATIENCE)
            syncing.result(PATIENCE)
            drop_oldest(log, files)
            log.wait(append(log, 3))
            assert written(files)[-2:] == [2, 3]

        return Scene((lambda: log.wait(position), fill), check, files.close)

    assert explore(scene, (0, 1)) > 5


def test_a_file_that_nobody_knows_of_is_replaced(files: FaultyFiles) -> None:
    """A signal's handler may raise between the making of a segment and its use."""
    log = new_log(files)
    fill_active(log)
    create(files, 3, 100)
    log.make_room(0)
    fill_active(log)
    append(log, 1)
    log.flush()
    assert log.active.name == name_of(3)
    assert written(files)[-1] == 1


# -- rolling and the segment that is ready


def test_entries_go_on_in_the_next_segment_which_begins_with_the_catalogue(files: FaultyFiles) -> None:
    log = new_log(files, catalogue=[(Kind.START, 7, b"x"), (Kind.DEFINE, 8, b"y")])
    numbers = list(range(100, 300))
    for number in numbers:
        append(log, number)
        log.make_room(0)
    log.wait(log.position)
    assert len(log.closed) > 1
    found = written(files)
    assert found.count(7) == found.count(8) == len(log.closed) + 1
    assert found[:2] == [7, 8]
    assert [number for number in found if number >= 100] == numbers


def test_a_send_leaves_the_last_part_of_a_segment_to_settlements(files: FaultyFiles) -> None:
    log = new_log(files)
    files.fail("create", ENOSPC)
    with log.lock:
        while log.has_room(100):
            log.append(Kind.SEND, 1, bytes(100))
    with pytest.raises(NoRoomError):
        log.make_room(100)
    assert log.active.number == 2
    before = log.active.end
    while log.active.end + layout.ENTRY_SIZE + 100 <= log.active.size:
        append(log, 2)
    assert log.active.end - before > SIZE // 10
    log.wait(log.position)


def test_a_settlement_goes_beyond_the_end_when_no_segment_is_ready(files: FaultyFiles) -> None:
    log = new_log(files)
    files.fail("create", ENOSPC)
    fill_active(log)
    while log.active.end <= log.active.size:
        append(log, 5)
    log.wait(append(log, 6))
    assert written(files)[-1] == 6
    assert log.failure is None
    files.mend()
    log.make_room(0)
    append(log, 7)
    assert log.active.number == 3
    log.wait(log.position)
    assert written(files)[-2:] == [6, 7]


def test_the_segment_that_is_ready_is_made_again_when_it_is_too_small(files: FaultyFiles) -> None:
    log = new_log(files)
    log.make_room(5 * SIZE)
    with log.lock:
        assert log.has_room(5 * SIZE)
        log.append(Kind.SEND, 1, bytes(5 * SIZE))
    log.wait(log.position)
    assert written(files) == [1]
    assert files.names() == [name_of(1), name_of(2)]


def test_a_segment_too_large_for_the_disk_leaves_the_small_one_ready(files: FaultyFiles) -> None:
    log = new_log(files)

    def full(file: int, data: bytes, offset: int) -> None:
        if offset + len(data) > 2 * SIZE:
            raise OSError(ENOSPC, os.strerror(ENOSPC))

    files.before["pwrite"] = full
    with pytest.raises(NoRoomError, match="make room"):
        log.make_room(5 * SIZE)
    assert files.names() == [name_of(1), name_of(2)]
    fill_active(log)
    log.wait(log.position)


# -- failures


@pytest.mark.parametrize("call", ["pwrite", "fdatasync"])
def test_a_call_that_failed_is_never_made_again(files: FaultyFiles, call: str) -> None:
    """A second fdatasync would succeed without having written what the first one lost."""
    log = new_log(files)
    files.fail(call, EIO, times=1)
    position = append(log, 1)
    with pytest.raises(OSError, match="Input/output"):
        log.wait(position)
    before = len(files.calls)
    steps: list[Callable[[], object]] = [
        partial(log.wait, position), partial(log.finish, position), log.flush, partial(log.make_room, 5 * SIZE)
    ]  # fmt: skip
    for step in steps:
        with pytest.raises(OSError, match="Input/output"):
            step()
    assert files.calls[before:] == []


def test_a_removed_file_is_a_failure(files: FaultyFiles, tmp_path: Path) -> None:
    log = new_log(files)
    (tmp_path / "folder" / log.active.name).unlink()
    with pytest.raises(FileNotFoundError, match="was removed"):
        log.wait(append(log, 1))


def test_a_failure_reaches_all_that_wait(files: FaultyFiles, background: Callable[..., Future[None]]) -> None:
    log, may_fail, waiting = new_log(files), Event(), Event()

    def fault(file: int) -> None:
        waiting.set()
        assert may_fail.wait(PATIENCE)
        raise OSError(EIO, os.strerror(EIO))

    files.before["fdatasync"] = fault
    futures = [background(log.wait, append(log, 1))]
    assert waiting.wait(PATIENCE)
    futures += [background(log.wait, append(log, number)) for number in range(2, 5)]
    may_fail.set()
    for future in futures:
        assert isinstance(future.exception(PATIENCE), OSError)
    assert files.calls.count("fdatasync") == 2 + 1  # two segments were made


# -- Ctrl-C


def test_a_flush_interrupted_at_any_instant_writes_everything_in_the_end(files: FaultyFiles) -> None:
    log, expected = new_log(files), []
    for instant in count(1):
        for number in (2 * instant, 2 * instant + 1):
            append(log, number)
            expected.append(number)
            if instant % 7 == 0:
                fill_active(log)
                log.make_room(0)
        if not interrupted(log.flush, instant):
            break
        log.flush()
        assert [number for number in written(files) if number] == expected
    assert instant > 10


def test_a_wait_interrupted_at_any_instant_strands_nobody(files: FaultyFiles, background: Callable[..., Any]) -> None:
    log = new_log(files)
    for instant in count(1):
        position = append(log, instant)
        was_interrupted = interrupted(partial(log.wait, position), instant)
        background(log.wait, append(log, instant)).result(PATIENCE)
        log.make_room(0)
        if not was_interrupted:
            break
    assert instant > 20


def test_finish_waits_although_it_is_interrupted(files: FaultyFiles) -> None:
    log = new_log(files)
    position = append(log, 1)
    files.before["fdatasync"] = Once(KeyboardInterrupt)
    assert isinstance(log.finish(position), KeyboardInterrupt)
    assert log.safe >= position
