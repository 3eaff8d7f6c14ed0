"""Opening a journal: what an end by force left is cleared, and what is appended then is read again."""

from __future__ import annotations

from errno import EIO
from pathlib import Path

import pytest

from native_engine.journal import layout, read
from native_engine.journal.opening import open_log
from native_engine.journal.segment import create, name_of
from tests.unit.journal.faulty_files import FaultyFiles
from tests.unit.journal.logs import append, written
from tests.unit.journal.written import SIZE, Written


@pytest.fixture
def first(files: FaultyFiles) -> Written:
    segment = Written(files)
    segment.start()
    segment.define(1, "a")
    segment.send(1, 1)
    return segment


def appended(files: FaultyFiles, number: int = 77) -> list[int]:
    """Open the journal, append an entry of this number; return the numbers of all that are read then."""
    _, log = open_log(files, SIZE)
    log.begin(list, lambda: None)
    log.wait(append(log, number))
    return written(files)


def test_an_empty_folder_gets_its_first_segment(files: FaultyFiles) -> None:
    contents, log = open_log(files, SIZE)
    assert (contents.places, log.active.number, log.closed) == ({}, 1, [])
    assert files.names() == [name_of(1)]


def test_the_log_goes_on_behind_the_last_entry(files: FaultyFiles, first: Written) -> None:
    _, log = open_log(files, SIZE)
    assert (log.active.number, log.active.end) == (1, first.segment.end)
    assert appended(files) == [0, 1, 1, 1, 77]


def test_a_torn_end_is_cleared_before_anything_is_appended(files: FaultyFiles, first: Written) -> None:
    """Otherwise what is left of it might stand behind a shorter entry, and be taken for damage."""
    offset = first.send(2, 1, text="x" * 2000)
    first.spoil(offset + 1000, bytes(500))
    contents, log = open_log(files, SIZE)
    assert contents.tail is not None
    assert files.calls[-1] == "fdatasync"
    rest = files.pread(log.active.file, SIZE, offset)
    assert not rest.strip(b"\0")
    again = read(files)
    assert (again.tail, again.damage) == (None, [])
    assert appended(files) == [0, 1, 1, 1, 77]


def test_a_torn_end_in_two_segments(files: FaultyFiles, first: Written) -> None:
    offset = first.send(2, 1)
    first.spoil(offset)
    second = Written(files, 2)
    second.start(1)
    second.spoil(layout.FIRST_ENTRY)
    contents, log = open_log(files, SIZE)
    assert contents.damage == []
    assert [each.number for each in (*log.closed, log.active)] == [1, 2]
    assert log.active.end == layout.FIRST_ENTRY
    again = read(files)
    assert (again.tail, again.damage) == (None, [])


def test_all_that_was_written_is_safe_before_it_counts(files: FaultyFiles, first: Written) -> None:
    """A process that was killed may have written it, and not synced."""
    second = Written(files, 2)
    second.start(1)
    files.calls.clear()
    open_log(files, SIZE)
    assert files.calls.count("fdatasync") == 2
    assert "sync_folder" in files.calls


def test_segments_that_were_never_used_are_used_or_removed(files: FaultyFiles, first: Written) -> None:
    for number in (2, 3, 4):
        create(files, number, SIZE)
    _, log = open_log(files, SIZE)
    log.begin(list, lambda: None)
    assert files.names() == [name_of(1), name_of(2)]
    with log.lock:
        while log.active.number == 1:
            log.append(layout.Kind.SETTLE, 5, bytes(500))
    assert log.active.number == 2


def test_a_segment_that_was_not_finished_is_removed(files: FaultyFiles, first: Written) -> None:
    files.create(name_of(2))
    contents, log = open_log(files, SIZE)
    assert (files.names(), contents.damage, log.active.number) == ([name_of(1)], [], 1)


def test_a_last_file_that_cannot_be_read_is_kept_and_not_written_to(files: FaultyFiles, first: Written) -> None:
    second = Written(files, 2)
    second.start(1)
    second.spoil(0, bytes(1024))
    before = files.pread(second.segment.file, SIZE, 0)
    contents, log = open_log(files, SIZE)
    assert [each.file for each in contents.damage] == [name_of(2)]
    assert log.active.number == 3
    assert files.pread(second.segment.file, SIZE, 0) == before


@pytest.mark.parametrize("call", ["pread", "pwrite", "fdatasync", "sync_folder"])
def test_a_disk_that_fails_refuses_the_folder_and_harms_nothing(files: FaultyFiles, first: Written, call: str) -> None:
    offset = first.send(2, 1)
    first.spoil(offset)
    files.fail(call, EIO)
    with pytest.raises(OSError, match="Input/output"):
        open_log(files, SIZE)
    files.mend()
    path = Path(files.path)
    files.close()
    assert appended(FaultyFiles.of(path)) == [0, 1, 1, 1, 77]
