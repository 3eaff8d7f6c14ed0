"""Engines in a folder of the tests, with small segments, and what is counted of what they hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from native_engine import Engine
from native_engine.journal import Files, Journal
from native_engine.journal.folder import FolderFiles
from native_engine.journal.segment import Segment
from native_engine.journal.stored import Stored
from tests.unit.engine.record_format import JsonFormat

SIZE = 8 << 10


@contextmanager
def opened(files: Files | Path, size: int = SIZE, **options: Any) -> Iterator[tuple[Engine, Journal]]:
    """An engine in a folder, or in that of these files, and its journal. Its segment that is ready is made."""
    files = FolderFiles.lock(str(files)) if isinstance(files, Path) else files
    journal = Journal(files, JsonFormat(), size)
    try:
        engine = Engine(journal=journal, **options)
    except BaseException:
        files.close()
        raise
    with engine:
        journal.upkeep.work()
        yield engine, journal


def stop_thread(journal: Journal) -> None:
    """End the thread of the upkeep, and leave its work to the test."""
    journal.upkeep.close()
    journal.upkeep._closed = False


def bodies(engine: Engine, queue: str = "q") -> list[Any]:
    """Return the bodies of the records that wait."""
    return [record.body for record in engine.browse(queue)]


def segments(journal: Journal) -> list[Segment]:
    """Return the segments with entries, oldest first."""
    log = journal.holdings.log
    return [*log.closed, log.active]


def undercounted(journal: Journal) -> list[str]:
    """Return what is counted less often than it is there, and would be dropped too early."""
    holders: Counter[int] = Counter()
    live: Counter[int] = Counter()
    records: dict[int, Stored] = {}
    for book in journal.holdings.defined.values():
        holders.update(list(book.records))
        records |= book.records
    for record in records.values():
        live[record.segment.number if record.segment is not None else 0] += 1
    wrong = [f"record {each.number}" for each in records.values() if each.references < holders[each.number]]
    return wrong + [f"segment {each.number}" for each in segments(journal) if each.live < live[each.number]]
