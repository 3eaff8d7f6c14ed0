"""What lives: each change of it is appended once, and a segment dies with the last record in it."""

from __future__ import annotations

from typing import Any

import pytest

from native_engine.journal import layout, read
from native_engine.journal.book import Book
from native_engine.journal.holdings import Holdings
from native_engine.journal.layout import Definition, Kind
from native_engine.journal.opening import open_log
from native_engine.journal.record_entry import RecordEntry
from native_engine.journal.scan import Found, entries
from native_engine.journal.stored import Stored, stored
from tests.unit.engine.records import Record
from tests.unit.journal.faulty_files import FaultyFiles
from tests.unit.journal.logs import fill_active

SIZE = 32 << 10


class Shelf:
    """Holdings with two queues, and what was appended."""

    def __init__(self, files: FaultyFiles) -> None:
        self._files = files
        self.died = 0
        contents, self.log = open_log(files, SIZE)
        self.holdings = Holdings(contents, self.log, self._die, lambda: None)
        self.log.begin(self.holdings.catalogue, lambda: None)
        self.log.make_room(0)
        self.one, self.two = self.book("one"), self.book("two")

    def _die(self) -> None:
        self.died += 1

    def book(self, name: str) -> Book:
        book = Book(self.holdings, Definition(name))
        self.holdings.define(book)
        return book

    def send(self, text: str, *books: Book) -> Stored:
        record = stored(Record(text), text.encode())
        RecordEntry(self.holdings, record, books).append()
        return record

    def written(self) -> list[tuple[str, int]]:
        """Return the kinds and numbers of the entries since the last call."""
        self.log.flush()
        segment = self.log.active
        data = self._files.pread(segment.file, segment.size, 0)
        found = [each.entry for each in entries(data, segment.mark) if isinstance(each, Found)]
        before, self.seen = getattr(self, "seen", 0), len(found)
        return [(Kind(each.kind).name, each.number) for each in found[before:]]

    def kept(self) -> dict[str, Any]:
        """Return what would be read now: the records of each queue, with their marks."""
        self.log.flush()
        return {
            place.definition.name: {number: place.marks.get(number, ()) for number in place.records}
            for place in read(self._files).places.values()
            if place.definition is not None
        }


@pytest.fixture
def shelf(files: FaultyFiles) -> Shelf:
    shelf = Shelf(files)
    shelf.written()
    return shelf


def test_a_definition_is_made_once_and_twice_in_the_files(files: FaultyFiles) -> None:
    shelf = Shelf(files)
    shelf.holdings.define(shelf.one)
    assert shelf.written() == [("START", 0), ("DEFINE", 1), ("DEFINE", 1), ("DEFINE", 2), ("DEFINE", 2)]
    assert shelf.log.safe == shelf.log.position


def test_what_has_ended_is_not_defined_again(shelf: Shelf) -> None:
    shelf.one.end()
    shelf.one.end()
    shelf.holdings.define(shelf.one)
    assert shelf.written() == [("REMOVE", 1)]
    assert shelf.kept() == {"two": {}}


def test_a_record_is_settled_once_in_each_queue(shelf: Shelf) -> None:
    record = shelf.send("a", shelf.one, shelf.two)
    for book in (shelf.one, shelf.one, shelf.two, shelf.two):
        book.leave(record)
    assert shelf.written() == [("SEND", 1), ("SETTLE", 1), ("SETTLE", 1)]
    assert shelf.kept() == {"one": {}, "two": {}}
    assert (record.references, record.record) == (0, None)


def test_a_mark_is_appended_when_it_changes(shelf: Shelf) -> None:
    record = shelf.send("a", shelf.one, shelf.two)
    shelf.one.handed(record, 1)
    shelf.one.handed(record, 1)
    shelf.one.handed(record, 1, 9000)
    shelf.two.handed(record, 0)
    assert shelf.written()[1:] == [("HANDED", 1)] * 2
    shelf.two.handed(record, 1)
    shelf.two.handed(record, 0)
    assert shelf.written() == [("HANDED", 1)] * 2
    assert shelf.kept() == {"one": {1: (1, 9000)}, "two": {1: ()}}
    shelf.one.leave(record)
    shelf.one.handed(record, 2)
    assert shelf.written() == [("SETTLE", 1)]


def test_records_in_memory_are_none_of_its_business(shelf: Shelf) -> None:
    record = Record("a")
    shelf.one.enter(record)
    shelf.one.handed(record, 1)
    shelf.one.leave(record)
    assert shelf.written() == []


def test_a_segment_dies_with_the_last_record_in_it(shelf: Shelf) -> None:
    first, second = shelf.send("a", shelf.one), shelf.send("b", shelf.one, shelf.two)
    segment = shelf.log.active
    assert (segment.live, segment.live_bytes) == (2, first.length + second.length)
    fill_active(shelf.log)
    shelf.one.leave(first)
    shelf.one.leave(second)
    assert (segment.live, shelf.died) == (1, 0)
    shelf.two.leave(second)
    assert (segment.live, segment.live_bytes, shelf.died) == (0, 0, 1)


def test_a_queue_that_ends_lets_its_records_go(shelf: Shelf) -> None:
    shelf.send("a", shelf.one)
    both = shelf.send("b", shelf.one, shelf.two)
    shelf.one.handed(both, 1)
    shelf.one.end()
    assert shelf.log.active.live == 1
    assert shelf.kept() == {"two": {2: ()}}


def test_a_record_for_what_ended_meanwhile_lives_in_the_others_only(shelf: Shelf) -> None:
    shelf.one.end()
    lost, kept = shelf.send("a", shelf.one), shelf.send("b", shelf.one, shelf.two)
    assert (lost.references, lost.record, kept.references) == (0, None, 1)
    assert shelf.log.active.live == 1
    assert shelf.kept() == {"two": {2: ()}}


def test_a_record_that_moves_is_counted_where_it_is(shelf: Shelf) -> None:
    record = shelf.send("a", shelf.one)
    segment = shelf.log.active
    fill_active(shelf.log)
    with shelf.log.lock:
        shelf.holdings.move(record, shelf.log.active, 5000, 99)
    assert (segment.live, shelf.died) == (0, 1)
    assert (shelf.log.active.live, shelf.log.active.live_bytes) == (1, 99)
    assert (record.segment, record.offset, record.length) == (shelf.log.active, 5000, 99)


def test_a_record_that_cannot_be_read_is_reported_once(shelf: Shelf, caplog: pytest.LogCaptureFixture) -> None:
    record = shelf.send("a", shelf.one)
    with shelf.log.lock:
        shelf.holdings.lose(record)
        shelf.holdings.lose(record)
    (damage,) = shelf.holdings.damage
    assert (damage.file, damage.offset) == (shelf.log.active.name, record.offset)
    assert caplog.text.count("message 1 cannot be read, and is lost") == 1
    assert shelf.log.active.live == 0
    shelf.one.leave(record)
    assert shelf.kept()["one"] == {}


def test_only_so_much_is_kept_in_memory(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("native_engine.journal.holdings.IN_MEMORY", 10)
    first, second, third = (shelf.send(text, shelf.one) for text in ("12345", "123456", "1234"))
    assert [each.record is not None for each in (first, second, third)] == [True, False, True]
    assert {each.data for each in (first, second, third)} == {None}
    shelf.one.leave(first)
    assert shelf.send("12345", shelf.one).record is not None


def test_each_segment_begins_with_all_that_is_defined(shelf: Shelf) -> None:
    shelf.send("a", shelf.one)
    shelf.two.end()
    shelf.book("three")
    fill_active(shelf.log)
    shelf.log.flush()
    segment = shelf.log.active
    found = list(entries(shelf._files.pread(segment.file, segment.size, 0), segment.mark))
    start = next(each for each in found if isinstance(each, Found))
    state = layout.start_of(start.payload)
    assert (state.next_record, state.next_destination, set(state.destinations)) == (2, 4, {1, 3})
    defined = [layout.definition_of(each.payload).name for each in found[1:5] if isinstance(each, Found)]
    assert defined == ["one", "one", "three", "three"]
