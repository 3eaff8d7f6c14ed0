"""The bytes of a journal: what is written is read again, and nothing else is taken for it."""

from __future__ import annotations

from struct import pack_into
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from native_engine.journal import layout
from native_engine.journal.layout import Definition, Destination, Entry, Kind, Sent, Start, UnknownVersionError

NUMBERS = st.integers(0, 2**64 - 1)
SMALL = st.integers(0, 2**32 - 1)
TIMES = st.integers(-(2**63), 2**63 - 1)
TEXTS = st.text(st.characters(exclude_categories=()))  # half of a surrogate pair, too
DESTINATIONS = st.builds(Destination, NUMBERS, SMALL, TIMES)
RECORDS = st.builds(
    Sent,
    st.integers(0, 9),
    TIMES,
    TIMES,
    st.none() | TEXTS.filter(bool),
    st.booleans(),
    st.lists(DESTINATIONS, max_size=5),
    st.binary(),
)
HEADS = st.tuples(SMALL, st.integers(0, 2**40), SMALL, NUMBERS, SMALL, SMALL)


@given(RECORDS)
def test_a_record_with_all_that_limits_it(record: Sent) -> None:
    found = layout.sent_of(layout.sent(record))
    assert found._replace(data=bytes(found.data)) == record


@given(st.integers(0, 9), NUMBERS, st.binary())
def test_what_most_records_are_is_written_alike(priority: int, number: int, data: bytes) -> None:
    record = Sent(priority, 0, 0, None, False, [Destination(number)], data)
    assert layout.sent_once(priority, number, data) == layout.sent(record)


@given(st.lists(NUMBERS, max_size=20))
def test_numbers(values: list[int]) -> None:
    assert layout.numbers_of(memoryview(layout.numbers(*values))) == tuple(values)


@given(DESTINATIONS)
def test_a_hand_over(place: Destination) -> None:
    assert layout.handed_of(memoryview(layout.handed(place))) == place


@given(st.builds(Start, NUMBERS, NUMBERS, st.lists(NUMBERS, max_size=20).map(tuple)))
def test_what_exists_at_the_start(state: Start) -> None:
    assert layout.start_of(memoryview(layout.start(state))) == state


MAYBE = st.none() | TEXTS


@given(st.builds(Definition, TEXTS, MAYBE, MAYBE, st.booleans(), MAYBE, MAYBE))
def test_a_definition(definition: Definition) -> None:
    assert layout.definition_of(memoryview(layout.definition(definition))) == definition


# -- headers


@given(NUMBERS, SMALL, NUMBERS)
def test_the_header_of_a_segment(number: int, mark: int, size: int) -> None:
    header = layout.segment_header(number, mark, size)
    assert len(header) == layout.SEGMENT_SIZE
    assert layout.segment_mark(header + b"more", number) == (mark, size)
    assert layout.segment_mark(header, number ^ 1) is None, "it is a file by another name"
    assert layout.segment_mark(header[:-1], number) is None


def test_a_bit_of_a_segments_header() -> None:
    header = layout.segment_header(7, 0xABCD, 1 << 20)
    for bit in range(8 * len(header)):
        damaged = bytearray(header)
        damaged[bit // 8] ^= 1 << bit % 8
        assert layout.segment_mark(bytes(damaged), 7) is None


def test_another_version_is_told_from_damage() -> None:
    header = bytearray(layout.segment_header(7, 0xABCD, 1 << 20))
    pack_into("<I", header, 8, layout.FORMAT_VERSION + 1)
    pack_into("<I", header, layout.SEGMENT_SIZE - 4, crc32(header[:-4]))
    with pytest.raises(UnknownVersionError, match=str(layout.FORMAT_VERSION + 1)):
        layout.segment_mark(bytes(header), 7)


@given(HEADS, st.integers(0, 100))
def test_the_header_of_an_entry(head: tuple[int, int, int, int, int, int], before: int) -> None:
    mark, offset, kind, number, length, check = head
    data = bytes(before) + layout.entry_header(mark, offset + before, kind, number, length, check)
    assert layout.entry_at(data, before, mark, offset) == Entry(length, check, kind, number)
    assert layout.entry_at(data, before, mark ^ 1, offset) is None, "it is of another segment"
    assert layout.entry_at(data, before, mark, offset + 512) is None, "it was written elsewhere"
    assert layout.entry_at(data[:-1], before, mark, offset) is None


def test_a_bit_of_an_entrys_header() -> None:
    header = layout.entry_header(0xABCD, 1024, Kind.SEND, 7, 100, 0x1234)
    for bit in range(8 * len(header)):
        damaged = bytearray(header)
        damaged[bit // 8] ^= 1 << bit % 8
        assert layout.entry_at(bytes(damaged), 0, 0xABCD, 1024) is None


# -- the operations of a transaction


@given(st.lists(st.tuples(st.sampled_from(Kind), NUMBERS, st.binary()), max_size=5))
def test_operations(written: list[tuple[Kind, int, bytes]]) -> None:
    offset, data = 5000, b""
    for kind, number, payload in written:
        data += layout.entry_header(9, offset + len(data), kind, number, len(payload), crc32(payload)) + payload
    found = list(layout.operations(memoryview(data), 9, offset))
    assert [(entry.kind, entry.number, bytes(payload)) for _, entry, payload in found] == written
    for at, entry, _ in found:
        assert layout.entry_at(data, at - offset, 9, offset) == entry


def test_operations_of_another_place() -> None:
    data = layout.entry_header(9, 5000, Kind.SETTLE, 1, 0, 0)
    with pytest.raises(ValueError, match="wrong header"):
        list(layout.operations(memoryview(data), 9, 6000))


@given(SMALL)
def test_the_mark_of_operations_is_no_entrys(mark: int) -> None:
    assert layout.inner_mark(mark) not in (mark, layout.inner_mark(mark ^ 1))
    assert layout.inner_mark(layout.inner_mark(mark)) == mark
