"""Reading a segment: all entries are found but those that are damaged, and nothing else."""

from __future__ import annotations

from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from native_engine.journal import layout
from native_engine.journal.layout import Kind
from native_engine.journal.scan import Broken, Found, entries

MARK = 0x1234ABCD
PAYLOADS = st.lists(st.binary(max_size=200) | st.just(layout.MARK.pack(MARK) * 3) | st.just(bytes(70)), max_size=8)


def segment(payloads: list[bytes], rest: int = 500) -> tuple[bytearray, list[int]]:
    """Return a segment with these payloads, numbered from 0, and the offsets of its entries."""
    data, offsets = bytearray(layout.FIRST_ENTRY), []
    for number, payload in enumerate(payloads):
        offsets.append(len(data))
        data += layout.entry_header(MARK, len(data), Kind.SEND, number, len(payload), crc32(payload)) + payload
    return data + bytes(rest), offsets


def found(data: bytes | bytearray) -> list[tuple[int, bytes]]:
    return [(each.entry.number, bytes(each.payload)) for each in entries(bytes(data), MARK) if isinstance(each, Found)]


def broken(data: bytes | bytearray) -> list[tuple[int, int]]:
    return [(each.offset, each.length) for each in entries(bytes(data), MARK) if isinstance(each, Broken)]


@given(PAYLOADS, st.integers(0, 100_000))
def test_all_entries_are_found(payloads: list[bytes], rest: int) -> None:
    data, _ = segment(payloads, rest)
    assert found(data) == list(enumerate(payloads))
    assert broken(data) == []


@given(PAYLOADS.filter(bool), st.data())
def test_a_bit_costs_one_entry(payloads: list[bytes], chance: st.DataObject) -> None:
    data, offsets = segment(payloads)
    number = chance.draw(st.integers(0, len(payloads) - 1))
    size = layout.ENTRY_SIZE + len(payloads[number])
    at = offsets[number] + chance.draw(st.integers(0, size - 1))
    data[at] ^= 1 << chance.draw(st.integers(0, 7))
    assert found(data) == [each for each in enumerate(payloads) if each[0] != number]
    ((offset, length),) = broken(data)
    assert offset == offsets[number]
    assert length <= size


@given(PAYLOADS.filter(bool), st.data())
def test_a_segment_that_ends_somewhere(payloads: list[bytes], chance: st.DataObject) -> None:
    """What was written to its end by then is found."""
    data, offsets = segment(payloads, 0)
    end = chance.draw(st.integers(layout.FIRST_ENTRY, len(data)))
    ends = [*offsets[1:], len(data)]
    assert found(data[:end]) == [each for each in enumerate(payloads) if ends[each[0]] <= end]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (Kind.SEND, "message 7"),
        (Kind.HANDED, "an entry HANDED of message 7"),
        (Kind.TRANSACTION, "an entry TRANSACTION"),
        (99, "an entry of the unknown kind 99"),
    ],
)
def test_what_is_broken_is_named_where_it_is_known(kind: int, name: str) -> None:
    data = bytes(layout.FIRST_ENTRY) + layout.entry_header(MARK, layout.FIRST_ENTRY, kind, 7, 4, 0) + b"data"
    (each,) = entries(data, MARK)
    assert isinstance(each, Broken)
    assert each.what == name


def test_an_entry_that_was_copied_to_another_place_is_none() -> None:
    data, offsets = segment([b"one", b"two"])
    data[len(data) - 100 : len(data) - 69] = data[offsets[0] : offsets[0] + 31]
    assert [number for number, _ in found(data)] == [0, 1]
    assert len(broken(data)) == 1
