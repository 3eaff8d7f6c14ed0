"""What a journal has after a crash, or copied forward meanwhile: faults that the power-loss runs found."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from errno import ENOSPC

import pytest

from native_engine import Engine, FullError
from native_engine.journal import Journal, layout
from native_engine.journal.scan import Found, entries
from native_engine.journal.segment import name_of
from tests.power_loss.disk import Disk, SimulatedFiles
from tests.power_loss.stepping import SteppedPipeline, stepped
from tests.unit.engine.record_format import JsonFormat
from tests.unit.engine.records import QUEUE, Record, drain, send, taken

SIZE = 4096
HALF = "x" * (SIZE // 2)


@pytest.fixture
def disk() -> Iterator[Disk]:
    with stepped(random.Random(1)):
        yield Disk()


def opened(disk: Disk, size: int = SIZE) -> Engine:
    return Engine(journal=Journal(SimulatedFiles(disk), JsonFormat(), size))


def compact(engine: Engine) -> None:
    assert engine._journal is not None
    engine._journal.upkeep.compact()


def finish_sends(engine: Engine) -> None:
    assert engine._journal is not None
    pipeline = engine._journal._pipeline
    assert isinstance(pipeline, SteppedPipeline)
    pipeline.work()


def test_a_transaction_keeps_its_order_in_each_subscription(disk: Disk) -> None:
    """Also where another subscription, which comes first, wants only the second message."""
    engine = opened(disk)
    engine.subscribe("t", name="choosy", durable=True, excluded_origin="me").close()
    engine.subscribe("t", name="all", durable=True).close()
    sender = engine.sender("topic", "t")
    engine.commit([(sender, Record("1", origin="me")), (sender, Record("2"))])
    assert drain(opened(disk).subscribe("t", name="all", durable=True)) == ["1", "2"]


def test_what_was_given_back_unseen_keeps_its_order_though_one_is_copied(disk: Disk) -> None:
    engine = opened(disk)
    send(engine, "1", HALF, HALF, "2")
    receiver = engine.receiver(QUEUE)
    receipts = [taken(receiver)[1] for _ in range(4)]
    receiver.settle([receipts[0], receipts[3]], 0)
    receiver.settle([receipts[1]], None)
    compact(engine)
    assert drain(opened(disk).receiver(QUEUE)) == [HALF, "1", "2"]


def test_what_was_given_back_unseen_is_in_its_place_after_a_crash(disk: Disk) -> None:
    engine = opened(disk)
    send(engine, "1", "2", "3")
    chooser = engine.receiver(QUEUE, lambda record: record.body == "2")
    chooser.settle([taken(chooser)[1]], 0)
    assert drain(opened(disk).receiver(QUEUE)) == ["1", "2", "3"]


def test_a_segment_is_copied_with_what_is_not_written_yet(disk: Disk) -> None:
    engine = opened(disk)
    send(engine, HALF)
    drain(engine.receiver(QUEUE))
    engine.sender("queue", QUEUE).send(Record("in memory"), lambda error: None)
    engine.sender("queue", QUEUE).send(Record(HALF), lambda error: None)
    compact(engine)
    finish_sends(engine)
    assert drain(engine.receiver(QUEUE)) == ["in memory", HALF]
    assert engine.damage == ()


def test_compacting_ends_though_little_fits_into_each_segment(disk: Disk) -> None:
    size = 64 << 10
    bodies = ["little", "x" * size] * 5
    engine = opened(disk, size)
    send(engine, *bodies)
    compact(engine)
    assert drain(engine.receiver(QUEUE)) == bodies


def test_the_definitions_outlive_a_segment_that_a_power_loss_has_torn(disk: Disk) -> None:
    """A segment begins with all definitions. Where they were lost, they are written again."""
    engine = opened(disk)
    engine.subscribe("t", name="s", durable=True).close()
    send(engine, HALF, HALF)
    engine.close()
    second = disk.names[name_of(2)]
    after_start = len(second.data[:1100].rstrip(b"\0"))
    for content in (second.data, second.safe):
        content[after_start:] = bytes(len(content) - after_start)
    engine = opened(disk)
    assert drain(engine.receiver(QUEUE)) == [HALF]
    compact(engine)
    assert name_of(1) not in disk.names
    engine = opened(disk)
    assert engine.damage == ()
    engine.unsubscribe(None, "s")


def test_a_subscription_that_finds_no_room_leaves_the_one_that_it_was_to_replace(disk: Disk) -> None:
    engine = opened(disk)
    engine.subscribe("t", name="s", durable=True).close()
    engine.sender("topic", "t").send(Record("1"))
    files = engine._journal._files  # type: ignore[union-attr]
    assert isinstance(files, SimulatedFiles)
    files.fault = lambda call, name: ENOSPC if name == "create" else None
    with suppress(FullError):
        while True:
            send(engine, "x" * 20)
    with pytest.raises(FullError):
        engine.subscribe("t", name="s", durable=True, excluded_origin="me")
    assert drain(engine.subscribe("t", name="s", durable=True)) == ["1"]


def test_a_subscription_has_replaced_another_though_a_power_loss_took_its_end(disk: Disk) -> None:
    engine = opened(disk)
    engine.subscribe("t", name="s", durable=True).close()
    engine.sender("topic", "t").send(Record("old"))
    engine.subscribe("t", name="s", durable=True, excluded_origin="me").close()
    engine.sender("topic", "t").send(Record("new"))
    end_of_removal = _removal(disk)
    for content in (disk.names[name_of(1)].data, disk.names[name_of(1)].safe):
        content[end_of_removal - layout.ENTRY_SIZE : end_of_removal] = bytes(layout.ENTRY_SIZE)
    engine = opened(disk)
    assert len(engine.damage) == 1
    assert drain(engine.subscribe("t", name="s", durable=True, excluded_origin="me")) == ["new"]


def _removal(disk: Disk) -> int:
    """Return where the entry ends that says that a subscription has ended."""
    data = bytes(disk.names[name_of(1)].data)
    header = layout.segment_mark(data[: layout.SEGMENT_SIZE], 1)
    assert header is not None
    return next(
        each.offset + layout.ENTRY_SIZE
        for each in entries(data, header[0])
        if isinstance(each, Found) and each.entry.kind == layout.Kind.REMOVE
    )


def test_the_segment_that_is_ready_is_safe_though_a_killed_process_made_it(disk: Disk) -> None:
    opened(disk).close()
    ready = disk.names[name_of(2)]
    ready.safe, ready.unsafe = bytearray(), [(0, bytes(ready.data))]
    opened(disk)
    assert ready.safe == ready.data
