"""Logs for tests: entries of one kind in small segments, and what is found of them in the files."""

from __future__ import annotations

from native_engine.journal import layout
from native_engine.journal.files import Files
from native_engine.journal.layout import Kind
from native_engine.journal.log import Log
from native_engine.journal.scan import Found, entries
from native_engine.journal.segment import Segment, create, number_of

SIZE = 8 << 10
Catalogue = list[tuple[int, int, bytes]]


def new_log(files: Files, size: int = SIZE, catalogue: Catalogue | None = None) -> Log:
    """A log in an empty folder, with a segment that is ready."""
    log = Log(files, create(files, 1, size), create(files, 2, size), size)
    log.begin(lambda: catalogue or [], lambda: None)
    return log


def append(log: Log, number: int, length: int = 100) -> int:
    """Append an entry that may use all of a segment; return the position behind it."""
    with log.lock:
        log.append(Kind.SETTLE, number, bytes(length))
        return log.position


def fill_active(log: Log) -> None:
    """Append until the log goes on in the next segment."""
    active = log.active
    while log.active is active:
        append(log, 0)


def drop_oldest(log: Log, files: Files) -> None:
    """Remove the oldest segment as the upkeep does."""
    with log.lock:
        oldest, position = log.closed[0], log.position
    log.wait(position)
    files.unlink(oldest.name)
    files.sync_folder()
    with log.lock:
        log.closed.pop(0)
    files.close_file(oldest.file)


def numbers_in(files: Files, segment: Segment) -> list[int]:
    """Return the numbers of the entries that are in the file of a segment."""
    data = files.pread(segment.file, files.size(segment.file), 0)
    return [each.entry.number for each in entries(data, segment.mark) if isinstance(each, Found)]


def written(files: Files) -> list[int]:
    """Return the numbers of all entries in a folder, in their order."""
    numbers = []
    for name in files.names():
        file, number = files.open(name), number_of(name)
        assert number is not None
        header = layout.segment_mark(files.pread(file, layout.SEGMENT_SIZE, 0), number)
        assert header is not None
        numbers += numbers_in(files, Segment(number, header[0], file, header[1]))
        files.close_file(file)
    return numbers
