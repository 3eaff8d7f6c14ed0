"""How much of the disk an engine in a folder keeps."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest

from native_engine import Engine
from native_engine.journal import Journal
from native_engine.journal.folder import FolderFiles
from native_engine.journal.segment import create
from tests.unit.engine.record_format import JsonFormat
from tests.unit.engine.records import Record

MEGABYTE = 1 << 20

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no folders")


def opened(path: Path) -> tuple[Engine, Journal]:
    journal = Journal(FolderFiles.lock(str(path)), JsonFormat(), segment_size=MEGABYTE)
    return Engine(journal=journal), journal


def size_of(path: Path) -> int:
    size = 0
    for each in path.iterdir():
        with suppress(FileNotFoundError):  # the engine may remove it meanwhile
            size += each.stat().st_size
    return size


@pytest.mark.parametrize("is_opened_again", [False, True])
def test_a_large_record_takes_no_room_once_it_is_accepted(tmp_path: Path, is_opened_again: bool) -> None:
    engine, journal = opened(tmp_path)
    with engine:
        engine.sender("queue", "q").send(Record("x" * 9 * MEGABYTE))
        assert size_of(tmp_path) > 9 * MEGABYTE
        if is_opened_again:
            engine.close()
            engine, journal = opened(tmp_path)
        delivery = engine.receiver("q").take(0, settle=True)
        assert delivery is not None
        journal.upkeep.work()
        assert size_of(tmp_path) < 3 * MEGABYTE
        engine.sender("queue", "q").send(Record("small"))
        engine.close()
    engine, _ = opened(tmp_path)
    with engine:
        assert [record.body for record in engine.browse("q")] == ["small"]


def test_segments_that_a_power_loss_left_empty_are_not_in_the_way(tmp_path: Path) -> None:
    engine, _ = opened(tmp_path)
    engine.close()
    files = FolderFiles.lock(str(tmp_path))
    last = int(files.names()[-1].partition(".")[0])
    for number in range(last + 1, last + 4):
        create(files, number, MEGABYTE)
    files.close()
    engine, journal = opened(tmp_path)
    with engine:
        sender = engine.sender("queue", "q")
        for _ in range(40):
            sender.send(Record("x" * (MEGABYTE // 10)))
        journal.upkeep.work()
    engine, _ = opened(tmp_path)
    with engine:
        assert len(list(engine.browse("q"))) == 40
