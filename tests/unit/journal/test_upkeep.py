"""The upkeep of a journal: what is dead is dropped from the oldest on, and what lives is never dropped with it."""

from __future__ import annotations

from errno import EACCES, EIO, ENOSPC
from pathlib import Path

import pytest

from native_engine import DiskError, Engine, FullError
from native_engine.journal import Journal
from native_engine.journal.log import SMALLEST
from native_engine.journal.record_entry import RecordEntry
from native_engine.journal.segment import name_of
from native_engine.journal.stored import stored
from tests.unit.engine.record_format import JsonFormat
from tests.unit.engine.records import QUEUE, Record, drain, send, taken
from tests.unit.journal.engines import SIZE, bodies, opened, segments, stop_thread, undercounted
from tests.unit.journal.faulty_files import FaultyFiles


def fill(engine: Engine, journal: Journal, count: int, queue: str = "filler") -> None:
    """Send to a queue until so many segments more are full."""
    log = journal.holdings.log
    end = log.active.number + count
    while log.active.number < end:
        send(engine, "x" * 500, queue=queue)


def append(engine: Engine, journal: Journal, body: str) -> None:
    """Append a record to the log without writing it."""
    (queue,) = engine.sender("queue", QUEUE).targets(Record(body))
    held = stored(Record(body), JsonFormat().encode(Record(body)))
    RecordEntry(journal.holdings, held, [journal.holdings.books[queue]]).append()


def test_what_is_dead_is_dropped_from_the_oldest_on(tmp_path: Path) -> None:
    with opened(tmp_path) as (engine, journal):
        fill(engine, journal, 3, "first")
        fill(engine, journal, 3, "second")
        before = [each.number for each in segments(journal)]
        drain(engine.receiver("second"))
        journal.upkeep.work()
        assert [each.number for each in segments(journal)][: len(before)] == before, "the older ones live"
        drain(engine.receiver("first"))
        journal.upkeep.work()
        assert len(segments(journal)) == 1
        assert set(journal._files.names()) == {each.name for each in segments(journal)} | {
            name_of(segments(journal)[-1].number + 1)
        }
    with opened(tmp_path) as (engine, journal):
        assert journal.damage == ()
        assert bodies(engine, "first") == bodies(engine, "second") == []


def test_little_that_lives_is_copied_to_the_end(tmp_path: Path) -> None:
    """With all that is known of it: where it waits, how often it was handed over, when it is due."""
    with opened(tmp_path) as (engine, journal):
        subscriptions = [engine.subscribe("t", name=name, durable=True) for name in "ab"]
        engine.sender("topic", "t").send(Record("of both"))
        engine.sender("topic", "t").send(Record("of one"))
        send(engine, Record("urgent", 9), Record("grouped", group="g"), Record("later", due=2**60))
        receiver = engine.receiver(QUEUE)
        receiver.settle([taken(receiver)[1]], 7)
        subscriptions[0].settle([taken(subscriptions[0])[1]], None)
        assert drain(subscriptions[0]) == ["of one"]
        first = segments(journal)[0].number
        fill(engine, journal, 6)
        drain(engine.receiver("filler"))
        journal.upkeep.work()
        assert segments(journal)[0].number > first
        assert undercounted(journal) == []
        assert bodies(engine) == ["urgent", "grouped"]
    with opened(tmp_path) as (engine, journal):
        assert journal.damage == ()
        receiver, other = engine.receiver(QUEUE), engine.receiver(QUEUE)
        record, _, attempts = taken(receiver)
        assert (record.body, record.priority, attempts) == ("urgent", 9, 7)
        assert taken(receiver)[0].group == "g"
        send(engine, Record("grouped, too", group="g"))
        assert receiver.take(0) is not None
        assert other.take(0) is None
        assert engine.statistics()[next(each for each in engine.statistics() if each.name == QUEUE)].depth == 1
        assert drain(engine.subscribe("t", name="a", durable=True)) == []
        assert drain(engine.subscribe("t", name="b", durable=True)) == ["of both", "of one"]


def test_nothing_is_copied_that_is_not_worth_it(tmp_path: Path) -> None:
    with opened(tmp_path) as (engine, journal):
        fill(engine, journal, 6)
        before = [each.number for each in segments(journal)]
        journal.upkeep.work()
        journal.upkeep.compact()
        assert [each.number for each in segments(journal)] == before


def test_what_is_appended_and_not_written_is_copied_too(tmp_path: Path) -> None:
    """Once: it was taken for damaged, and lost."""
    with opened(tmp_path) as (engine, journal):
        log = journal.holdings.log
        log.make_room(0)
        count = 0
        while not log.closed:  # as sends of other threads, whose turn to write has not come
            append(engine, journal, f"{count}")
            count += 1
        for book in journal.holdings.defined.values():
            for record in list(book.records.values())[2:]:
                journal.holdings.settle(book, record)
        journal.upkeep.compact()
        assert journal.damage == ()
    with opened(tmp_path) as (engine, journal):
        assert journal.damage == ()
        assert bodies(engine) == ["0", "1"]


def test_what_was_released_by_halves_is_dropped_in_the_end(tmp_path: Path) -> None:
    """A signal's handler raised while a record was released, which still counts as living."""
    with opened(tmp_path) as (engine, journal):
        segments(journal)[0].live += 1
        fill(engine, journal, 6)
        drain(engine.receiver("filler"))
        journal.upkeep.work()
        assert len(segments(journal)) < 4


def test_many_definitions_do_not_keep_the_upkeep_busy(tmp_path: Path) -> None:
    """They stand in each segment, and are no reason to copy what lives there, and them."""
    with opened(tmp_path) as (engine, journal):
        stop_thread(journal)
        for _ in range(2):
            for number in range(200):
                send(engine, "x" * 100, queue=f"{number}")
        for work in (journal.upkeep.compact, journal.upkeep.work):
            work()
            before = [each.number for each in segments(journal)]
            work()
            assert [each.number for each in segments(journal)] == before


def test_what_cannot_be_copied_is_reported_and_costs_itself_only(tmp_path: Path) -> None:
    with opened(tmp_path) as (engine, journal):
        send(engine, "before", "damaged", "after")
        book = next(iter(journal.holdings.defined.values()))
        record = list(book.records.values())[1]
        assert record.segment is not None
        journal._files.pwrite(record.segment.file, b"?", record.offset + 40)
        fill(engine, journal, 6)
        drain(engine.receiver("filler"))
        journal.upkeep.work()
        (damage,) = journal.damage
        assert (damage.file, damage.offset) == (name_of(1), record.offset)
        assert "message 2 cannot be read, and is lost" in damage.what
    with opened(tmp_path) as (engine, journal):
        assert journal.damage == ()
        assert bodies(engine) == ["before", "after"]


def test_a_full_disk_is_relieved_of_what_is_dead(files: FaultyFiles) -> None:
    """And of a straggler that fits where settlements have their room."""
    with opened(files) as (engine, journal):
        stop_thread(journal)
        send(engine, "straggler")
        fill(engine, journal, 5)
        drain(engine.receiver("filler"))
        room = len(files.names())

        def full(name: str) -> None:
            if len(files.names()) >= room:
                raise OSError(ENOSPC, "full")

        files.before["create"] = full
        for _ in range(3):
            fill(engine, journal, 1)
            drain(engine.receiver("filler"))
        assert bodies(engine) == ["straggler"]
        assert undercounted(journal) == []
        with pytest.raises(FullError):
            fill(engine, journal, 10, "living")
        kept = len(bodies(engine, "living"))
        assert kept > SIZE // 1000
        files.mend()
    with opened(Path(files.path)) as (engine, journal):
        assert journal.damage == ()
        assert bodies(engine) == ["straggler"]
        assert len(bodies(engine, "living")) == kept


def test_a_closed_journal_removes_no_file(files: FaultyFiles) -> None:
    """The folder may have its next owner."""
    with opened(files) as (engine, journal):
        fill(engine, journal, 2)
        stop_thread(journal)
        drain(engine.receiver("filler"))
    before = files.calls.count("unlink")
    journal.upkeep.relieve()
    assert files.calls.count("unlink") == before


def test_a_file_that_cannot_be_removed_is_tried_again(files: FaultyFiles) -> None:
    with opened(files) as (engine, journal):
        stop_thread(journal)
        fill(engine, journal, 2)
        files.fail("unlink", EACCES, times=1)
        drain(engine.receiver("filler"))
        with pytest.raises(PermissionError):
            journal.upkeep.work()
        send(engine, "still works")
        journal.upkeep.work()
        assert len(segments(journal)) == 1


@pytest.mark.parametrize("size", [3, 20])
def test_a_record_larger_than_a_segment(tmp_path: Path, size: int) -> None:
    with opened(tmp_path) as (engine, journal):
        send(engine, "small", "x" * size * SIZE)
        fill(engine, journal, 3)
        drain(engine.receiver("filler"))
        journal.upkeep.compact()
        assert [len(body) for body in bodies(engine)] == [5, size * SIZE]
    with opened(tmp_path) as (engine, journal):
        assert [len(body) for body in drain(engine.receiver(QUEUE))] == [5, size * SIZE]
        journal.upkeep.compact()
        assert all(each.size <= 2 * SIZE for each in segments(journal))


def test_one_that_lives_does_not_keep_a_large_transaction(tmp_path: Path) -> None:
    """A segment may be made for one transaction, and be far larger than what is left of it."""
    with opened(tmp_path) as (engine, journal):
        engine.commit([(engine.sender("queue", QUEUE), Record("x" * SIZE)) for _ in range(20)])
        receiver = engine.receiver(QUEUE)
        for _ in range(19):
            assert receiver.take(0, settle=True) is not None
        journal.upkeep.work()
        assert sum(each.size for each in segments(journal)) <= 5 * SIZE
        assert bodies(engine) == ["x" * SIZE]


def test_compacting_makes_as_small_as_a_new_folder(tmp_path: Path) -> None:
    size = 4 * SMALLEST
    with opened(tmp_path, size) as (engine, journal):
        log = journal.holdings.log
        fresh = log.statistics().size
        for _ in range(3):
            for _ in range(100):
                send(engine, "x" * 100_000, queue="filler")
            drain(engine.receiver("filler"))
        send(engine, "kept")
        journal.upkeep.work()
        assert log.statistics().size > fresh
        journal.upkeep.compact()
        assert log.statistics().size <= fresh
        before = [each.number for each in segments(journal)]
        journal.upkeep.compact()
        assert [each.number for each in segments(journal)] == before
        assert bodies(engine) == ["kept"]


@pytest.mark.parametrize("call", ["create", "sync_folder"])
def test_a_disk_that_fails_beside_a_sync_of_a_file_ends_the_engine_too(files: FaultyFiles, call: str) -> None:
    """Tried again, it might succeed as if nothing had been."""
    failures: list[Exception] = []
    with opened(files, on_failure=failures.append) as (engine, journal):
        stop_thread(journal)
        files.fail(call, EIO, times=1)
        with pytest.raises(DiskError, match="Input/output"):
            fill(engine, journal, 3)
        with pytest.raises(DiskError):
            send(engine, "later")
