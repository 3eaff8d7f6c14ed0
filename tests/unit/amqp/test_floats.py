"""Headers of floating point: kept by mending pika, or by pika itself."""

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

from jmslike import Float
from jmslike_transports.amqp.floats import keep_floats

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


@pytest.mark.usefixtures("pika_as_it_comes")
def test_this_is_needed_and_changes_nothing_else() -> None:
    others = ["text", b"octets", True, 5, 2**40, Decimal("1.25"), None, [1, "two"], {"three": 3}]
    before = [round_trip(value) for value in others]
    keep_floats()
    assert [(type(value), value) for value in map(round_trip, others)] == [(type(value), value) for value in before]
    assert round_trip(1.5) == 1.5


def coder_of_a_pika_that_keeps_floats(encode: Encode, decode: Decode) -> tuple[Encode, Decode]:
    def encode_value(pieces: list[bytes], value: Any) -> int:
        if isinstance(value, float):
            pieces.append(struct.pack(">cd", b"d", value))
            return 9
        return encode(pieces, value)

    def decode_value(encoded: bytes, offset: int) -> tuple[Any, int]:
        if encoded[offset : offset + 1] == b"d":
            return struct.unpack_from(">d", encoded, offset + 1)[0], offset + 9
        return decode(encoded, offset)

    return encode_value, decode_value


@pytest.mark.usefixtures("pika_as_it_comes")
def test_a_pika_that_keeps_them_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    own = coder_of_a_pika_that_keeps_floats(pika.data.encode_value, pika.data.decode_value)
    monkeypatch.setattr(pika.data, "encode_value", own[0])
    monkeypatch.setattr(pika.data, "decode_value", own[1])
    keep_floats()
    assert (pika.data.encode_value, pika.data.decode_value) == own
