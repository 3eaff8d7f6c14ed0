"""StreamMessage."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jmslike.errors import (
    JMSError,
    MessageEOFError,
    MessageFormatError,
    MessageNotReadableError,
    MessageNotWriteableError,
)
from jmslike.message import StreamMessage, new_message
from jmslike.values import Byte, Char, Float, Long, Short
from tests.unit.message.support import delivered, sent

WRITERS: dict[str, Any] = {
    "boolean": True,
    "byte": 1,
    "short": 1,
    "char": "c",
    "int": 1,
    "long": 1,
    "float": 1.0,
    "double": 1.0,
    "string": "x",
    "bytes": b"x",
    "object": 1,
}
TYPED_READERS = [kind for kind in WRITERS if kind != "bytes"]


def of(*fields: Any) -> StreamMessage:
    """Return a received message with these fields."""
    message = new_message(StreamMessage)
    for value in fields:
        message.write_object(value)
    return delivered(message)


def chunks(message: StreamMessage, size: int) -> list[bytes]:
    """Read a field in chunks, up to the b"" that closes it."""
    found = []
    while chunk := message.read_bytes(size):
        found.append(chunk)
    assert chunk == b""
    return found


@pytest.mark.parametrize("kind", WRITERS)
def test_a_body_that_is_written_cannot_be_read(kind: str) -> None:
    """MSG-24: new or cleared, it is write-only."""
    message = new_message(StreamMessage)
    message.write_int(5)
    copy = delivered(message)
    copy.clear_body()
    for each in (message, copy):
        with pytest.raises(MessageNotReadableError, match="reset"):
            getattr(each, f"read_{kind}")()


@pytest.mark.parametrize("kind", WRITERS)
def test_a_body_that_is_read_cannot_be_written(kind: str) -> None:
    """MSG-03, MSG-25: received or reset, it is read-only, and read from its start."""
    message = new_message(StreamMessage)
    message.write_int(5)
    copy = delivered(message)
    message.reset()
    for each in (message, copy):
        with pytest.raises(MessageNotWriteableError):
            getattr(each, f"write_{kind}")(WRITERS[kind])
        for _ in range(2):
            each.reset()
            assert each.read_int() == 5
        each.clear_body()
        getattr(each, f"write_{kind}")(WRITERS[kind])
        each.reset()
        assert getattr(each, f"read_{kind}")() == WRITERS[kind]


@pytest.mark.parametrize("kind", WRITERS)
def test_the_end(kind: str) -> None:
    """MSG-26: MessageEOFError, again and again, without moving."""
    copy = of(5)
    assert copy.read_int() == 5
    for _ in range(2):
        with pytest.raises(MessageEOFError, match="all 1 fields"):
            getattr(copy, f"read_{kind}")()
    assert copy._position == 1
    with pytest.raises(MessageEOFError):
        getattr(of(), f"read_{kind}")()


def test_a_failed_conversion_does_not_move() -> None:
    """MSG-27: the field can be read as another type, after a wrong type as after a text that does not parse."""
    copy = of(1.5, "abc", 7, None, "end")
    with pytest.raises(MessageFormatError):
        copy.read_int()
    with pytest.raises(MessageFormatError):
        copy.read_bytes()
    assert copy.read_double() == 1.5
    with pytest.raises(ValueError, match="not an integer") as caught:
        copy.read_int()
    assert not isinstance(caught.value, JMSError)
    assert copy.read_string() == "abc"
    with pytest.raises(MessageFormatError):
        copy.read_short()
    assert copy.read_long() == 7
    with pytest.raises(ValueError, match="missing or None"):
        copy.read_char()
    assert copy.read_boolean() is False
    assert copy.read_object() == "end"


def test_objects_keep_their_type() -> None:
    """MSG-31: exactly what was written, bytes as bytes and None as None."""
    values = [True, Byte(1), Short(1), Char("c"), 1, Long(1), Float(1.5), 1.5, "x", b"x", None, 1 << 40]
    copy = of(*values)
    got = [copy.read_object() for _ in values]
    assert got == values
    assert [type(each) for each in got] == [*(type(each) for each in values[:-1]), Long]


def test_a_field_of_bytes_at_once() -> None:
    """MSG-28, MSG-30: two writes are two fields; None and b"" differ."""
    copy = of(b"abc", b"de", None, b"", 5)
    assert copy.read_bytes() == b"abc"
    assert copy.read_bytes() == b"de"
    assert copy.read_bytes() is None
    assert copy.read_bytes() == b""
    assert copy.read_int() == 5


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 100])
def test_a_field_of_bytes_in_chunks(size: int) -> None:
    """MSG-28: chunks, then b"" once, whether the last chunk was full or not."""
    for after in (b"next", 5):
        copy = of(b"abcde", after)
        assert chunks(copy, size) == [b"abcde"[at : at + size] for at in range(0, 5, size)]
        assert copy.read_object() == after


def test_chunks_of_null_and_empty_fields() -> None:
    """MSG-28: None for a null field, b"" once for an empty one."""
    copy = of(None, b"", b"x", 5)
    assert copy.read_bytes(4) is None
    assert copy.read_bytes(4) == b""
    assert copy.read_bytes(4) == b"x"
    assert copy.read_bytes(4) == b""
    assert copy.read_int() == 5
    with pytest.raises(MessageEOFError):
        copy.read_bytes(4)


@pytest.mark.parametrize("kind", TYPED_READERS)
def test_no_other_read_inside_a_field(kind: str) -> None:
    """MSG-29: while a field is partly read, and after a full chunk, other reads raise MessageFormatError."""
    copy = of(b"abcd", Char("1") if kind == "char" else "1")
    for chunk in (b"ab", b"cd"):
        assert copy.read_bytes(2) == chunk
        with pytest.raises(MessageFormatError, match="not read to its end"):
            getattr(copy, f"read_{kind}")()
    assert copy.read_bytes(2) == b""
    getattr(copy, f"read_{kind}")()


def test_a_short_chunk_ends_the_field() -> None:
    """MSG-28: as in Java other reads may follow it; b"" is returned only to a read that asks for more."""
    copy = of(b"abc", 5, b"xyz", b"next")
    assert copy.read_bytes(5) == b"abc"
    assert copy.read_int() == 5
    assert copy.read_bytes(5) == b"xyz"
    assert copy.read_bytes() == b"next"


def test_the_rest_of_a_field() -> None:
    """MSG-28: without a number, what is left, and the field ends."""
    copy = of(b"abcde", 5)
    assert copy.read_bytes(2) == b"ab"
    assert copy.read_bytes() == b"cde"
    assert copy.read_int() == 5
    full = of(b"ab", 5)
    assert full.read_bytes(2) == b"ab"
    assert full.read_bytes() == b""
    assert full.read_int() == 5


def test_sizes_of_chunks() -> None:
    """MSG-28: none at all takes nothing; a negative one raises IndexError and reads nothing."""
    copy = of(b"abc", 5)
    with pytest.raises(IndexError, match="-1"):
        copy.read_bytes(-1)
    with pytest.raises(MessageFormatError):
        copy.read_bytes("2")  # type: ignore[arg-type]
    assert copy.read_bytes(0) == b""
    assert copy.read_object() == b"abc"
    copy.reset()
    assert copy.read_bytes(2) == b"ab"
    assert copy.read_bytes(0) == b""
    assert copy.read_bytes(2) == b"c"
    assert copy.read_bytes(2) == b""
    assert copy.read_int() == 5


@pytest.mark.parametrize("size", [2, 5])
def test_reset_and_clear_forget_a_partly_read_field(size: int) -> None:
    """MSG-25, MSG-04: reading begins again."""
    copy = of(b"abc", 5)
    copy.read_bytes(size)
    copy.reset()
    assert copy.read_object() == b"abc"
    copy.reset()
    copy.read_bytes(size)
    copy.clear_body()
    copy.write_string("x")
    copy._locked |= 2  # as if received in this state, without the reset, which also discards the field
    assert copy.read_object() == "x"


def test_the_sender_can_go_on_writing() -> None:
    """MSG-39, PROD-15: sending keeps its mode, and what was sent stays as it was."""
    message = new_message(StreamMessage)
    message.write_int(1)
    first = sent(message)
    message.write_int(2)
    second = sent(message)
    assert (first.body, second.body) == ((1,), (1, 2))
    assert sent(message).body is second.body
    assert new_message(StreamMessage)._body == ()


def test_arguments_are_copied() -> None:
    """MSG-06: later changes of a bytearray have no effect."""
    source = bytearray(b"abc")
    message = new_message(StreamMessage)
    message.write_bytes(source)
    message.write_object(source)
    source[0] = 0
    assert sent(message).body == (b"abc", b"abc")


def test_a_bad_value_writes_nothing() -> None:
    """MSG-18: neither one of a wrong type nor one out of range."""
    message = new_message(StreamMessage)
    for value in ([], {}, object()):
        with pytest.raises(MessageFormatError):
            message.write_object(value)
    with pytest.raises(ValueError, match="range"):
        message.write_byte(128)
    assert sent(message).body == ()


FIELDS = st.lists(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(1 << 63), (1 << 63) - 1),
        st.floats(allow_nan=False),
        st.text(),
        st.binary(),
        st.integers(-128, 127).map(Byte),
        st.floats(width=32, allow_nan=False).map(Float),
        st.characters(max_codepoint=0xFFFF).map(Char),
    )
)


@given(FIELDS, st.integers(1, 8))
def test_what_is_written_is_read(values: list[Any], size: int) -> None:
    """MSG-28, MSG-31: any sequence, bytes in chunks of any size."""
    copy = of(*values)
    for value in values:
        if isinstance(value, bytes):
            assert b"".join(chunks(copy, size)) == value
        else:
            assert copy.read_object() == value
    with pytest.raises(MessageEOFError):
        copy.read_object()
