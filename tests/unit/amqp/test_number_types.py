"""Headers with numbers: kept, with their types, by mending pika."""

from __future__ import annotations

import importlib
import math
import struct
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pika.data
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jmslike import Byte, Float, Long, Short
from jmslike_transports.amqp.number_types import keep_types

Encode = Callable[[list[bytes], Any], int]
Decode = Callable[[bytes, int], tuple[Any, int]]


@pytest.fixture
def pika_as_it_comes() -> Iterator[None]:
    """Use pika's own coding of values, and restore afterwards what there was."""
    mended = dict(vars(pika.data))
    importlib.reload(pika.data)
    yield
    vars(pika.data).update(mended)


def round_trip(value: Any) -> Any:
    pieces: list[bytes] = []
    size = pika.data.encode_value(pieces, value)
    encoded = b"".join(pieces)
    assert size == len(encoded)
    decoded, end = pika.data.decode_value(b"..." + encoded + b"...", 3)
    assert end == 3 + size
    return decoded


@given(st.floats())
def test_a_double_is_kept(value: float) -> None:
    assert struct.pack(">d", round_trip(value)) == struct.pack(">d", value) or math.isnan(value)


@given(st.floats(width=32).map(Float))
def test_a_single_is_kept(value: Float) -> None:
    kept = round_trip(value)
    assert kept == value or math.isnan(value)


@given(st.lists(st.floats(allow_nan=False)), st.dictionaries(st.text(max_size=9), st.floats(allow_nan=False)))
def test_they_are_kept_in_lists_and_tables(values: list[float], table: dict[str, float]) -> None:
    assert round_trip([*values, table, {"in": table}]) == [*values, table, {"in": table}]


@pytest.mark.parametrize(
    ("encoded", "value"),
    [
        (b"b\xff", Byte(-1)),
        (b"s\xff\x00", Short(-256)),
        (b"U\x01\x00", Short(256)),
        (b"B\xff", 255),
        (b"u\xff\xff", 65535),
        (b"I\xff\xff\xff\xfe", -2),
        (b"l" + bytes(7) + b"\x05", Long(5)),
        (b"L" + bytes(7) + b"\x05", Long(5)),
        (b"f" + struct.pack(">f", 1.1), Float(1.1)),
        (b"d" + struct.pack(">d", 1.1), 1.1),
    ],
)
def test_each_type_of_amqp_is_one_of_ours(encoded: bytes, value: object) -> None:
    decoded, end = pika.data.decode_value(encoded, 0)
    assert (type(decoded), decoded, end) == (type(value), value, len(encoded))


def test_a_long_stays_one() -> None:
    assert type(round_trip(Long(5))) is Long


@pytest.mark.usefixtures("pika_as_it_comes")
def test_this_is_needed_and_changes_nothing_else() -> None:
    others = ["text", b"octets", True, 5, Decimal("1.25"), None, [1, "two"], {"three": 3}]
    before = [round_trip(value) for value in others]
    keep_types()
    assert [(type(value), value) for value in map(round_trip, others)] == [(type(value), value) for value in before]
    assert round_trip(1.5) == 1.5
