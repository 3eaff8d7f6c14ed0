"""BytesMessage."""

from __future__ import annotations

import math
import struct
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
from jmslike.message import BytesMessage, new_message
from jmslike.values import Byte, Char, Float, Long, Short
from tests.unit.message.support import delivered, sent

ENCODINGS: list[tuple[str, Any, bytes]] = [
    ("boolean", True, b"\x01"),
    ("boolean", False, b"\x00"),
    ("byte", -1, b"\xff"),
    ("byte", 127, b"\x7f"),
    ("short", -2, b"\xff\xfe"),
    ("short", 258, b"\x01\x02"),
    ("char", "\u0102", b"\x01\x02"),
    ("char", "\uffff", b"\xff\xff"),
    ("int", 0x01020304, b"\x01\x02\x03\x04"),
    ("int", -1, b"\xff\xff\xff\xff"),
    ("long", 0x0102030405060708, b"\x01\x02\x03\x04\x05\x06\x07\x08"),
    ("long", -2, b"\xff\xff\xff\xff\xff\xff\xff\xfe"),
    ("float", 1.5, b"\x3f\xc0\x00\x00"),
    ("double", 1.5, b"\x3f\xf8\x00\x00\x00\x00\x00\x00"),
    ("utf", "a\0", b"\x00\x03a\xc0\x80"),
    ("bytes", b"abc", b"abc"),
]
SIZES = {
    "boolean": 1,
    "byte": 1,
    "unsigned_byte": 1,
    "short": 2,
    "unsigned_short": 2,
    "char": 2,
    "int": 4,
    "long": 8,
    "float": 4,
    "double": 8,
}
WRITERS = {kind: value for kind, value, _ in ENCODINGS} | {"object": 1}
READERS = [*SIZES, "utf", "bytes"]


def of(body: bytes) -> BytesMessage:
    """Return a received message with this body."""
    message = new_message(BytesMessage)
    message.write_bytes(body)
    return delivered(message)


@pytest.mark.parametrize(("kind", "value", "encoded"), ENCODINGS)
def test_encodings(kind: str, value: Any, encoded: bytes) -> None:
    """MSG-33, MSG-35: big-endian, of fixed sizes."""
    message = new_message(BytesMessage)
    getattr(message, f"write_{kind}")(value)
    assert sent(message).body == encoded
    copy = of(encoded)
    got = getattr(copy, f"read_{kind}")()
    assert (got, type(got)) == (value, type(value))
    assert copy.body_length == len(encoded)
    assert copy.read_bytes() == b""


def test_signed_and_unsigned() -> None:
    """MSG-34: the same bytes, seen in two ways."""
    copy = of(b"\xff\xff\xff\xff\xff\xfe\xff\xfe")
    assert (copy.read_byte(), copy.read_unsigned_byte()) == (-1, 255)
    assert (copy.read_short(), copy.read_short()) == (-1, -2)
    copy.reset()
    assert (copy.read_unsigned_short(), copy.read_unsigned_byte()) == (65535, 255)
    assert of(b"\x02").read_boolean() is True


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (True, b"\x01"),
        (Byte(5), b"\x05"),
        (Short(5), b"\x00\x05"),
        (Char("a"), b"\x00a"),
        (5, b"\x00\x00\x00\x05"),
        (Long(5), b"\x00\x00\x00\x00\x00\x00\x00\x05"),
        (1 << 31, b"\x00\x00\x00\x00\x80\x00\x00\x00"),
        (Float(1.5), b"\x3f\xc0\x00\x00"),
        (1.5, b"\x3f\xf8\x00\x00\x00\x00\x00\x00"),
        ("a", b"\x00\x01a"),
        (b"a", b"a"),
        (bytearray(b"a"), b"a"),
        (memoryview(b"a"), b"a"),
    ],
)
def test_objects_by_their_type(value: Any, encoded: bytes) -> None:
    """MSG-37, MSG-33: write_object writes as the Python type says."""
    message = new_message(BytesMessage)
    message.write_object(value)
    assert sent(message).body == encoded


@pytest.mark.parametrize("value", [[1], {"a": 1}, object(), 1j, 1 << 63])
def test_objects_of_other_types(value: Any) -> None:
    """MSG-37: MessageFormatError, and nothing is written."""
    message = new_message(BytesMessage)
    with pytest.raises(MessageFormatError):
        message.write_object(value)
    assert sent(message).body == b""


@pytest.mark.parametrize("kind", WRITERS)
def test_none_cannot_be_written(kind: str) -> None:
    """MSG-36: a plain ValueError from every writer."""
    with pytest.raises(ValueError, match="None cannot be written") as caught:
        getattr(new_message(BytesMessage), f"write_{kind}")(None)
    assert not isinstance(caught.value, JMSError)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("boolean", [1, "true"]),
        *((kind, [True, 1.0, "1"]) for kind in ("byte", "short", "int", "long")),
        ("char", [5, b"a"]),
        ("float", [True, "1"]),
        ("double", [True, "1"]),
        ("utf", [5, b"a"]),
        ("bytes", ["a", 5, [1, 2]]),
    ],
)
def test_wrong_types(kind: str, values: list[Any]) -> None:
    """MSG-37: MessageFormatError from every writer."""
    for value in values:
        with pytest.raises(MessageFormatError, match="wanted a"):
            getattr(new_message(BytesMessage), f"write_{kind}")(value)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("byte", [128, -129]),
        ("short", [1 << 15, -(1 << 15) - 1]),
        ("int", [1 << 31, -(1 << 31) - 1]),
        ("long", [1 << 63, -(1 << 63) - 1]),
        ("float", [1e39]),
        ("char", ["", "ab", "\U0001f600"]),
    ],
)
def test_ranges(kind: str, values: list[Any]) -> None:
    """MSG-33: Java's ranges; a plain ValueError beyond them."""
    for value in values:
        with pytest.raises(ValueError, match=r"range|one character"):
            getattr(new_message(BytesMessage), f"write_{kind}")(value)


@pytest.mark.parametrize("kind", READERS)
def test_a_body_that_is_written_cannot_be_read(kind: str) -> None:
    """MSG-32: new or cleared, it is write-only, and has no length yet."""
    message = new_message(BytesMessage)
    message.write_int(5)
    copy = delivered(message)
    copy.clear_body()
    for each in (message, copy):
        with pytest.raises(MessageNotReadableError, match="reset"):
            getattr(each, f"read_{kind}")()
        with pytest.raises(MessageNotReadableError):
            _ = each.body_length


@pytest.mark.parametrize("kind", WRITERS)
def test_a_body_that_is_read_cannot_be_written(kind: str) -> None:
    """MSG-03, MSG-25: received or reset, it is read-only."""
    message = new_message(BytesMessage)
    message.write_int(5)
    copy = delivered(message)
    message.reset()
    for each in (message, copy):
        with pytest.raises(MessageNotWriteableError):
            getattr(each, f"write_{kind}")(WRITERS[kind])
        assert each.read_int() == 5
        each.clear_body()
        getattr(each, f"write_{kind}")(WRITERS[kind])


@pytest.mark.parametrize("kind", SIZES)
def test_truncated_reads_do_not_move(kind: str) -> None:
    """MSG-26: too few bytes raise MessageEOFError, and can be read as a shorter type."""
    body = b"\x01" * SIZES[kind]
    whole = of(body)
    getattr(whole, f"read_{kind}")()
    with pytest.raises(MessageEOFError):
        getattr(whole, f"read_{kind}")()
    short = of(body[:-1])
    with pytest.raises(MessageEOFError, match=f"{SIZES[kind]} bytes are wanted, but only {SIZES[kind] - 1} are left"):
        getattr(short, f"read_{kind}")()
    assert short.read_bytes() == body[:-1]


@pytest.mark.parametrize("body", [b"", b"\x00", b"\x00\x01", b"\x00\x03ab"])
def test_truncated_texts_do_not_move(body: bytes) -> None:
    """MSG-26, MSG-35: cut in the length or in the text."""
    copy = of(body)
    with pytest.raises(MessageEOFError):
        copy.read_utf()
    assert copy.read_bytes() == body


def test_what_is_no_text_does_not_move() -> None:
    """MSG-35: not in modified UTF-8."""
    copy = of(b"x\x00\x04\xf0\x9f\x98\x80")
    assert copy.read_byte() == 120
    with pytest.raises(MessageFormatError, match="modified UTF-8"):
        copy.read_utf()
    assert copy.read_unsigned_short() == 4
    copy.reset()
    copy.read_byte()
    assert copy.read_bytes() == b"\x00\x04\xf0\x9f\x98\x80"


def test_the_length_of_a_text() -> None:
    """MSG-35: 65,535 bytes at most, counted as they are encoded."""
    message = new_message(BytesMessage)
    message.write_utf("a" * 65535)
    message.write_utf("")
    for text in ("a" * 65536, "\0" * 32768):
        with pytest.raises(MessageFormatError, match="65536 bytes"):
            message.write_utf(text)
    copy = delivered(message)
    assert copy.read_utf() == "a" * 65535
    assert copy.read_utf() == ""
    assert copy.read_bytes() == b""


def test_reading_bytes() -> None:
    """MSG-38: at most so many; fewer at the end; b"" when nothing is left; a negative number reads nothing."""
    copy = of(b"abcdef")
    assert copy.read_bytes(0) == b""
    assert copy.read_bytes(2) == b"ab"
    with pytest.raises(IndexError, match="-1") as caught:
        copy.read_bytes(-1)
    assert not isinstance(caught.value, JMSError)
    for wrong in ("2", 2.0, True):
        with pytest.raises(MessageFormatError):
            copy.read_bytes(wrong)  # type: ignore[arg-type]
    assert copy.read_bytes(3) == b"cde"
    assert copy.read_bytes(3) == b"f"
    assert copy.read_bytes(3) == b""
    assert copy.read_bytes() == b""
    copy.reset()
    copy.read_byte()
    assert copy.read_bytes() == b"bcdef"
    assert type(copy.read_bytes()) is bytes


def test_the_length_does_not_depend_on_the_position() -> None:
    """MSG-32: it is that of the whole body."""
    copy = of(b"abcdef")
    copy.read_bytes(4)
    assert copy.body_length == 6


def test_reset_reads_from_the_start() -> None:
    """MSG-25: as often as it is called."""
    message = new_message(BytesMessage)
    message.write_int(5)
    for _ in range(2):
        message.reset()
        assert message.read_int() == 5
        assert type(message._body) is bytes


def test_clear_body_begins_again() -> None:
    """MSG-04: the position, too."""
    copy = of(b"abcdef")
    copy.read_int()
    copy.clear_body()
    copy.write_byte(7)
    copy.reset()
    assert copy.read_byte() == 7
    assert copy.body_length == 1


def test_the_sender_can_go_on_writing() -> None:
    """MSG-39, PROD-15: sending keeps its mode, and what was sent stays as it was."""
    message = new_message(BytesMessage)
    message.write_byte(1)
    first = sent(message)
    message.write_byte(2)
    second = sent(message)
    assert (first.body, second.body) == (b"\x01", b"\x01\x02")
    assert type(second.body) is bytes
    assert sent(message).body is second.body


def test_arguments_are_copied() -> None:
    """MSG-06: later changes of a bytearray have no effect."""
    source = bytearray(b"abc")
    message = new_message(BytesMessage)
    message.write_bytes(source)
    source[0] = 0
    assert sent(message).body == b"abc"


SCRIPT = st.lists(
    st.one_of(
        st.tuples(st.just("boolean"), st.booleans()),
        st.tuples(st.just("byte"), st.integers(-128, 127)),
        st.tuples(st.just("short"), st.integers(-(1 << 15), (1 << 15) - 1)),
        st.tuples(st.just("char"), st.characters(max_codepoint=0xFFFF, exclude_categories=[])),
        st.tuples(st.just("int"), st.integers(-(1 << 31), (1 << 31) - 1)),
        st.tuples(st.just("long"), st.integers(-(1 << 63), (1 << 63) - 1)),
        st.tuples(st.just("float"), st.floats(width=32, allow_nan=False)),
        st.tuples(st.just("double"), st.floats(allow_nan=False)),
        st.tuples(st.just("utf"), st.text(max_size=100)),
        st.tuples(st.just("bytes"), st.binary(max_size=20)),
    )
)


@given(SCRIPT)
def test_what_is_written_is_read(script: list[tuple[str, Any]]) -> None:
    """MSG-33, MSG-35: any sequence of values."""
    message = new_message(BytesMessage)
    for kind, value in script:
        getattr(message, f"write_{kind}")(value)
    copy = delivered(message)
    for kind, value in script:
        size = (len(value),) if kind == "bytes" else ()
        assert getattr(copy, f"read_{kind}")(*size) == value
    assert copy.read_bytes() == b""
    with pytest.raises(MessageEOFError):
        copy.read_byte()


def test_numbers_that_are_not_finite() -> None:
    """MSG-33: NaN and the infinities are IEEE 754."""
    message = new_message(BytesMessage)
    message.write_double(math.nan)
    message.write_float(-math.inf)
    copy = delivered(message)
    assert math.isnan(copy.read_double())
    assert copy.read_float() == -math.inf
    assert sent(message).body == struct.pack(">df", math.nan, -math.inf)
