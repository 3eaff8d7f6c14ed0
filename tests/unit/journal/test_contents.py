"""What is read of a folder: the queues and subscriptions as they were left, and what cannot be read."""

from __future__ import annotations

from pathlib import Path
from struct import pack_into
from typing import Any
from zlib import crc32

import pytest

from native_engine import FolderError
from native_engine.journal import Contents, layout, read
from native_engine.journal.folder import FolderFiles
from native_engine.journal.layout import Definition, Destination, Kind, Sent
from native_engine.journal.segment import create, name_of
from tests.unit.engine.records import send
from tests.unit.journal.engines import opened
from tests.unit.journal.faulty_files import FaultyFiles
from tests.unit.journal.written import SIZE, Written, sent


def held(contents: Contents) -> dict[str, Any]:
    """Return the numbers of the records in each place, each with its mark if it has one."""
    return {
        "?" if place.definition is None else place.definition.name: [
            (each.number, *place.marks[each.number]) if each.number in place.marks else each.number
            for each in place.in_order()
        ]
        for place in contents.places.values()
    }


@pytest.fixture
def first(files: FaultyFiles) -> Written:
    """A segment with two queues."""
    segment = Written(files)
    segment.start()
    segment.define(1, "a")
    segment.define(2, "b")
    return segment


# -- what was written


def test_an_empty_folder(files: FaultyFiles) -> None:
    contents = read(files)
    assert (contents.segments, contents.empty, contents.useless, contents.places) == ([], [], [], {})
    assert (contents.next_record, contents.next_destination) == (1, 1)


def test_what_was_sent_settled_and_handed_over(files: FaultyFiles, first: Written) -> None:
    for number in range(1, 6):
        first.send(number, 1)
    first.send(6, 1, 2)
    first.settle(1, 2, 4)
    first.settle(1, 6)
    first.handed(1, 3, 2)
    first.handed(1, 5, 1, 9000)
    first.handed(1, 3, 4)
    contents = read(files)
    assert held(contents) == {"a": [1, (3, 4, 0), (5, 1, 9000)], "b": [6]}
    assert (contents.next_record, contents.next_destination) == (7, 3)
    assert contents.damage == []
    assert contents.tail is None
    (segment,) = contents.segments
    assert segment.end == first.segment.end
    assert segment.live == 4


def test_a_record_is_one_in_all_its_places(files: FaultyFiles, first: Written) -> None:
    offset = first.send(1, 1, 2)
    contents = read(files)
    (one,), (other,) = (place.in_order() for place in contents.places.values())
    assert one is other
    assert (one.references, one.offset, one.segment, one.record) == (2, offset, contents.segments[0], None)


def test_what_limits_a_record(files: FaultyFiles, first: Written) -> None:
    first.add(Kind.SEND, 1, layout.sent(Sent(9, 111, 222, "group", True, [Destination(1, 5, 333)], b"data")))
    contents = read(files)
    (record,) = contents.places[1].in_order()
    limits = record.constraints
    assert limits is not None
    assert (record.priority, record.size) == (9, 4)
    assert (limits.expiration, limits.due, limits.group, limits.closes_group) == (111, 222, "group", True)
    assert contents.places[1].marks == {1: (5, 333)}


def test_a_transaction(files: FaultyFiles, first: Written) -> None:
    first.send(1, 1)
    first.send(2, 1)
    first.transaction(
        (Kind.SETTLE, 1, layout.numbers(1, 1)),
        (Kind.HANDED, 2, layout.handed((1, 3, 0))),
        (Kind.SEND, 3, sent("three", 2)),
        (Kind.SEND, 4, sent("four", 1, 2)),
    )
    contents = read(files)
    assert held(contents) == {"a": [(2, 3, 0), 4], "b": [3, 4]}
    record = contents.places[2].records[3]
    data = files.pread(first.segment.file, layout.ENTRY_SIZE + record.length, record.offset)
    assert data.endswith(b"three")


def test_what_has_ended_does_not_come_back(files: FaultyFiles, first: Written) -> None:
    first.send(1, 1, 2)
    first.remove(1)
    first.send(2, 1, 2)
    first.handed(1, 2, 1)
    first.settle(1, 2)
    second = Written(files, 2)
    second.start(2, next_destination=3)
    second.define(2, "b")
    second.send(3, 1, 2)
    contents = read(files)
    assert held(contents) == {"b": [1, 2, 3]}
    assert contents.next_destination == 3


def test_a_later_copy_of_a_record_replaces_it(files: FaultyFiles, first: Written) -> None:
    """It names the places where it still waits."""
    first.send(1, 1, 2)
    first.settle(1, 1)
    second = Written(files, 2)
    second.start(1, 2, next_record=2)
    offset = second.send(1, Destination(2, 7, 0))
    contents = read(files)
    assert held(contents) == {"a": [], "b": [(1, 7, 0)]}
    record = contents.places[2].records[1]
    assert record.segment is contents.segments[1]
    assert record.offset == offset
    assert [each.live for each in contents.segments] == [0, 1]


def test_each_segment_knows_all_that_is_defined(files: FaultyFiles, first: Written) -> None:
    """So that those before it may be gone."""
    second = Written(files, 2)
    second.start(1, 2, next_record=10)
    second.define(1, "a")
    second.define(2, "s", topic="t", owner="me", shared=True, selector_text="x", excluded_origin="me")
    second.send(10, 2)
    files.unlink(name_of(1))
    contents = read(files)
    assert held(contents) == {"a": [], "s": [10]}
    assert contents.places[2].definition == Definition("s", "t", "me", True, "x", "me")
    assert contents.damage == []


def test_one_of_a_name_replaces_the_one_before(files: FaultyFiles, first: Written) -> None:
    """It was deleted, though the entry that says so is damaged."""
    first.define(3, "s", topic="t", owner="me", selector_text="x")
    first.send(1, 3)
    first.define(4, "s", topic="u", owner="me", shared=True)
    first.send(2, 4)
    first.define(5, "s", topic="t", owner="you")
    second = Written(files, 2)
    second.start(1, 2, 3, 4, 5)
    second.define(3, "s", topic="t", owner="me", selector_text="x")
    second.send(3, 3, 4)
    contents = read(files)
    assert sorted(contents.places) == [1, 2, 4, 5]
    assert contents.places[4].definition == Definition("s", "u", "me", True)
    assert sorted(contents.places[4].records) == [2, 3]


# -- what cannot be read


def test_a_damaged_entry_costs_itself(files: FaultyFiles, first: Written) -> None:
    first.send(1, 1)
    offset = first.send(2, 1)
    first.send(3, 1)
    first.spoil(offset + layout.ENTRY_SIZE)
    contents = read(files)
    assert held(contents)["a"] == [1, 3]
    (damage,) = contents.damage
    assert (damage.file, damage.offset) == (name_of(1), offset)
    assert damage.what == "message 2 cannot be read, and is lost"
    assert f"{offset:,}: message 2" in str(damage)


def test_a_damaged_header_costs_its_entry(files: FaultyFiles, first: Written) -> None:
    first.send(1, 1)
    offset = first.send(2, 1)
    first.send(3, 1)
    first.spoil(offset)
    contents = read(files)
    assert held(contents)["a"] == [1, 3]
    (damage,) = contents.damage
    assert (damage.offset, damage.length) == (offset, first.offsets[-1] - offset)
    assert damage.what == "one or more entries cannot be read, and is lost"


def test_a_lost_settlement_brings_its_record_back_as_it_was_handed_over(files: FaultyFiles, first: Written) -> None:
    first.send(1, 1)
    first.handed(1, 1, 1)
    first.settle(1, 1)
    first.send(2, 1)
    first.spoil(first.offsets[-2] + layout.ENTRY_SIZE)
    contents = read(files)
    assert held(contents)["a"] == [(1, 1, 0), 2]
    assert contents.damage[0].what == "an entry SETTLE cannot be read, and is lost"


def test_a_damaged_transaction_is_left_out_whole(files: FaultyFiles, first: Written) -> None:
    first.send(1, 1)
    offset = first.transaction((Kind.SETTLE, 1, layout.numbers(1, 1)), (Kind.SEND, 2, sent("two", 1)))
    first.send(3, 1)
    first.spoil(offset + layout.ENTRY_SIZE + 60)
    contents = read(files)
    assert held(contents)["a"] == [1, 3]
    assert [each.offset for each in contents.damage] == [offset]


def test_one_damaged_definition_of_two_is_reported_and_does_no_harm(files: FaultyFiles, first: Written) -> None:
    first.spoil(first.offsets[1] + layout.ENTRY_SIZE)
    first.send(1, 1)
    contents = read(files)
    assert held(contents)["a"] == [1]
    assert [each.what for each in contents.damage] == ["an entry DEFINE cannot be read, and is lost"]


def test_records_of_a_lost_definition_are_kept_and_reported(files: FaultyFiles, first: Written) -> None:
    first.send(1, 1)
    first.send(2, 1)
    for offset in first.offsets[1:3]:
        first.spoil(offset + layout.ENTRY_SIZE)
    contents = read(files)
    assert held(contents) == {"?": [1, 2], "b": []}
    assert "destination 1 cannot be read; its 2 messages are kept" in contents.damage[-1].what


def test_an_entry_of_an_unknown_kind_is_reported(files: FaultyFiles, first: Written) -> None:
    offset = first.add(99, 1, b"?")
    first.send(1, 1)
    contents = read(files)
    assert held(contents)["a"] == [1]
    assert [(each.offset, each.what) for each in contents.damage] == [(offset, "an entry of the unknown kind 99")]


def test_a_torn_end_is_told_from_damage(files: FaultyFiles, first: Written) -> None:
    first.send(1, 1)
    offset = first.send(2, 1, text="x" * 1000)
    end = first.segment.end
    first.spoil(offset + 600, bytes(end - offset - 600))
    contents = read(files)
    assert held(contents)["a"] == [1]
    assert contents.damage == []
    assert contents.tail is not None
    assert (contents.tail.file, contents.tail.offset) == (name_of(1), offset)
    assert "message 2 at the end of the journal cannot be read: it was not written to its end" in contents.tail.what
    assert contents.segments[0].end == offset
    ((segment, broken),) = contents.unfinished
    assert segment is contents.segments[0]
    assert broken.offset == offset
    assert broken.offset + broken.length <= end


def test_what_was_confirmed_before_the_journal_was_closed_is_damage(files: FaultyFiles) -> None:
    """Also in the very last message."""
    with opened(files) as (engine, journal):
        send(engine, "a")
        log = journal.holdings.log
        offset, name = log.active.end, log.active.name
        send(engine, "b")
    path = Path(files.path) / name
    data = bytearray(path.read_bytes())
    data[offset + layout.ENTRY_SIZE] ^= 1
    path.write_bytes(data)
    contents = read(FolderFiles.look(files.path))
    assert contents.tail is None
    assert [(each.file, each.offset) for each in contents.damage] == [(name, offset)]


@pytest.mark.parametrize("way", ["removed", "zeroed"])
def test_a_journal_of_which_nothing_is_left_is_reported(files: FaultyFiles, way: str) -> None:
    with opened(files) as (engine, journal):
        send(engine, "a")
        name = journal.holdings.log.active.name
    path = Path(files.path) / name
    if way == "removed":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[: layout.FIRST_ENTRY].ljust(path.stat().st_size, b"\0"))
    (damage,) = read(FolderFiles.look(files.path)).damage
    assert damage.what == "all that was written here or before is missing"


def test_a_hole_at_the_end_of_a_segment_is_damage_if_the_next_has_entries(files: FaultyFiles, first: Written) -> None:
    offset = first.send(1, 1)
    first.spoil(offset)
    second = Written(files, 2)
    second.start(1, 2)
    contents = read(files)
    assert [(each.file, each.offset) for each in contents.damage] == [(name_of(1), offset)]
    assert contents.tail is None


# -- files


def test_a_missing_file_is_reported_and_the_others_are_read(files: FaultyFiles, first: Written) -> None:
    first.send(1, 1)
    third = Written(files, 3)
    third.start(1, 2, next_record=8)
    third.define(1, "a")
    third.define(2, "b")
    third.send(8, 1)
    contents = read(files)
    assert held(contents)["a"] == [1, 8]
    assert [str(each) for each in contents.damage] == [
        f"{name_of(2)}, 0 bytes at 0: the file is missing, with all that was in it"
    ]
    files.unlink(name_of(1))
    assert read(files).damage == [], "the oldest are dropped"


def test_the_second_header_serves_for_the_first(files: FaultyFiles, first: Written) -> None:
    first.send(1, 1)
    first.spoil(0, bytes(512))
    contents = read(files)
    assert held(contents)["a"] == [1]
    assert contents.damage == []


def test_a_file_without_a_header_costs_what_is_in_it(files: FaultyFiles, first: Written) -> None:
    first.send(1, 1)
    second = Written(files, 2)
    second.start(1, 2, next_record=2)
    second.define(1, "a")
    second.define(2, "b")
    second.send(2, 2)
    first.spoil(0, bytes(1024))
    contents = read(files)
    assert held(contents) == {"a": [], "b": [2]}
    (damage,) = contents.damage
    assert (damage.file, damage.offset, damage.length) == (name_of(1), 0, SIZE)
    assert "its header cannot be read" in damage.what


def test_a_last_file_without_a_header_is_not_taken_for_unfinished(files: FaultyFiles, first: Written) -> None:
    first.send(1, 1)
    first.spoil(0, bytes(1024))
    contents = read(files)
    assert contents.useless == []
    assert contents.highest == 1
    assert "its header cannot be read" in contents.damage[0].what


@pytest.mark.parametrize("length", [0, 3, 36, 600, SIZE - 1])
def test_a_file_that_was_not_finished_is_useless(files: FaultyFiles, first: Written, length: int) -> None:
    first.send(1, 1)
    segment = create(files, 2, SIZE)
    whole = files.pread(segment.file, length, 0)
    files.unlink(name_of(2))
    files.pwrite(files.create(name_of(2)), whole, 0)
    contents = read(files)
    assert contents.useless == [name_of(2)]
    assert held(contents)["a"] == [1]
    assert contents.damage == []


def test_a_file_that_was_cut_keeps_what_is_left(files: FaultyFiles, first: Written) -> None:
    first.send(1, 1)
    offset = first.send(2, 1)
    second = Written(files, 2)
    second.start(1, 2)
    data = files.pread(first.segment.file, offset + 10, 0)
    files.unlink(name_of(1))
    files.pwrite(files.create(name_of(1)), data, 0)
    contents = read(files)
    assert held(contents)["a"] == [1]
    assert "the file was cut" in contents.damage[0].what
    assert (contents.damage[0].offset, contents.damage[0].length) == (offset + 10, SIZE - offset - 10)


def test_empty_segments_stand_at_the_end(files: FaultyFiles, first: Written) -> None:
    first.send(1, 1)
    for number in (2, 3):
        create(files, number, SIZE)
    contents = read(files)
    assert [each.number for each in contents.segments] == [1]
    assert [each.number for each in contents.empty] == [2, 3]
    fourth = Written(files, 4)
    fourth.start(1, 2)
    contents = read(files)
    assert [each.number for each in contents.segments] == [1, 2, 3, 4]
    assert contents.empty == []


@pytest.mark.parametrize("number", [1, 2])
def test_an_unknown_version_is_refused_and_changes_nothing(files: FaultyFiles, first: Written, number: int) -> None:
    segment = first if number == 1 else Written(files, 2)
    header = bytearray(layout.segment_header(number, segment.segment.mark, SIZE))
    pack_into("<I", header, 8, 77)
    pack_into("<I", header, len(header) - 4, crc32(header[:-4]))
    segment.spoil(0, bytes(header))
    calls = len(files.calls)
    with pytest.raises(FolderError, match=f"{name_of(number)} has version 77 .* nothing was changed"):
        read(files)
    assert set(files.calls[calls:]) <= {"pread"}
