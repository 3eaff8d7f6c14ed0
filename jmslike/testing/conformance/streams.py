"""Message bodies that are written and read in sequence (MSG): stream and bytes messages."""

from __future__ import annotations

import struct

import pytest

from jmslike import (
    BytesMessage,
    JMSError,
    MessageEOFError,
    MessageFormatError,
    MessageNotReadableError,
    MessageNotWriteableError,
    StreamMessage,
)
from jmslike.testing import Provider
from jmslike.testing.conformance.bodies import VALUES, typed
from jmslike.testing.line import Line

READERS = ("boolean", "byte", "short", "int", "long", "float", "double", "char", "bytes")


def test_a_stream_keeps_every_type_over_the_journey(jms: Provider) -> None:
    """MSG-18, MSG-31: read_object gives exactly what was written."""
    line = Line(jms)
    message = line.session.create_stream_message()
    for value in VALUES:
        message.write_object(value)
    received = line.through(message)
    assert typed([received.read_object() for _ in VALUES]) == typed(VALUES)
    with pytest.raises(MessageEOFError):
        received.read_object()


def test_a_body_that_is_being_written_cannot_be_read(jms: Provider) -> None:
    """MSG-24, MSG-32: a new or cleared stream or bytes body is write-only."""
    line = Line(jms)
    for message in (line.session.create_stream_message(), line.session.create_bytes_message()):
        message.write_int(1)
        received = line.through(message)
        received.clear_body()
        for writing in (message, received):
            for kind in READERS:
                with pytest.raises(MessageNotReadableError):
                    getattr(writing, f"read_{kind}")()
            text_reader = "read_string" if isinstance(writing, StreamMessage) else "read_utf"
            with pytest.raises(MessageNotReadableError):
                getattr(writing, text_reader)()
    octets = line.session.create_bytes_message()
    for reader in ("read_unsigned_byte", "read_unsigned_short"):
        with pytest.raises(MessageNotReadableError):
            getattr(octets, reader)()
    with pytest.raises(MessageNotReadableError):
        _ = octets.body_length
    with pytest.raises(MessageNotReadableError):
        line.session.create_stream_message().read_object()


def test_reset_makes_a_body_readable_from_its_start(jms: Provider) -> None:
    """MSG-25: it cannot be written to any more, but may be read again and again."""
    session = jms.connection().create_session()
    for message in (session.create_stream_message(), session.create_bytes_message()):
        message.write_int(1)
        message.write_int(2)
        for _ in range(2):
            message.reset()
            assert (message.read_int(), message.read_int()) == (1, 2)
        with pytest.raises(MessageNotWriteableError):
            message.write_int(3)


def test_reading_past_the_end_moves_nothing(jms: Provider) -> None:
    """MSG-26: MessageEOFError, also for a value that is cut off; shorter reads still work."""
    line = Line(jms)
    octets = line.session.create_bytes_message()
    octets.write_short(258)
    received = line.through(octets)
    for reader in ("read_int", "read_long", "read_float", "read_double", "read_utf"):
        with pytest.raises(MessageEOFError):
            getattr(received, reader)()
    assert received.read_short() == 258
    readers = (
        "boolean",
        "byte",
        "unsigned_byte",
        "short",
        "unsigned_short",
        "char",
        "int",
        "long",
        "float",
        "double",
        "utf",
    )
    for reader in readers:
        with pytest.raises(MessageEOFError):
            getattr(received, f"read_{reader}")()
    stream = line.session.create_stream_message()
    stream.write_int(1)
    fields = line.through(stream)
    assert fields.read_int() == 1
    for reader in (*READERS, "string", "object"):
        with pytest.raises(MessageEOFError):
            getattr(fields, f"read_{reader}")()


def test_a_failed_conversion_leaves_the_field_to_be_read_again(jms: Provider) -> None:
    """MSG-27, MSG-22: MessageFormatError and ValueError alike."""
    line = Line(jms)
    message = line.session.create_stream_message()
    message.write_string("many")
    message.write_double(0.5)
    received = line.through(message)
    with pytest.raises(ValueError):  # noqa: PT011
        received.read_int()
    with pytest.raises(MessageFormatError):
        received.read_bytes()
    assert received.read_string() == "many"
    with pytest.raises(MessageFormatError):
        received.read_float()
    assert received.read_double() == 0.5


def test_a_bytes_field_may_be_read_in_pieces(jms: Provider) -> None:
    """MSG-28: its next n bytes at a time, and b"" when it is finished; None for a null field."""
    line = Line(jms)
    message = line.session.create_stream_message()
    for value in (b"abcde", b"abcd", b"", None):
        message.write_bytes(value)
    message.write_int(1)
    received = line.through(message)
    assert [received.read_bytes(2) for _ in range(4)] == [b"ab", b"cd", b"e", b""]
    assert [received.read_bytes(2) for _ in range(3)] == [b"ab", b"cd", b""]
    assert received.read_bytes(2) == b""
    assert received.read_bytes(2) is None
    assert received.read_int() == 1


def test_nothing_else_is_read_while_a_bytes_field_is_half_read(jms: Provider) -> None:
    """MSG-29: any other read raises MessageFormatError, until the field is finished."""
    line = Line(jms)
    message = line.session.create_stream_message()
    message.write_bytes(b"abcd")
    message.write_int(1)
    received = line.through(message)
    assert received.read_bytes(3) == b"abc"
    for reader in ("boolean", "int", "string", "object"):
        with pytest.raises(MessageFormatError):
            getattr(received, f"read_{reader}")()
    assert received.read_bytes(3) == b"d"
    assert received.read_bytes(3) == b""
    assert received.read_int() == 1


def test_two_writes_of_bytes_are_two_fields(jms: Provider) -> None:
    """MSG-30: a stream never joins them."""
    line = Line(jms)
    message = line.session.create_stream_message()
    message.write_bytes(b"ab")
    message.write_bytes(b"cd")
    received = line.through(message)
    assert received.read_bytes() == b"ab"
    assert received.read_object() == b"cd"


def test_the_length_of_a_bytes_body_is_its_total(jms: Provider) -> None:
    """MSG-32: wherever the reading position is."""
    line = Line(jms)
    message = line.session.create_bytes_message()
    message.write_bytes(b"abcdef")
    received = line.through(message)
    assert received.body_length == 6
    received.read_bytes(4)
    assert received.body_length == 6


def test_bytes_are_written_as_java_writes_them(jms: Provider) -> None:
    """MSG-33, MSG-34: big-endian, of fixed sizes; signed and unsigned reads."""
    line = Line(jms)
    message = line.session.create_bytes_message()
    message.write_boolean(True)
    message.write_byte(-2)
    message.write_short(-3)
    message.write_char("é")
    message.write_int(-4)
    message.write_long(-5)
    message.write_float(1.5)
    message.write_double(-2.5)
    message.write_byte(-1)
    message.write_short(-1)
    received = line.through(message)
    layout = struct.pack(">?bhHiqfdbh", True, -2, -3, 0xE9, -4, -5, 1.5, -2.5, -1, -1)
    assert received.body_length == len(layout) == 33
    assert received.read_bytes() == layout
    received.reset()
    assert (received.read_boolean(), received.read_byte(), received.read_short()) == (True, -2, -3)
    assert (received.read_char(), received.read_int(), received.read_long()) == ("é", -4, -5)
    assert (received.read_float(), received.read_double()) == (1.5, -2.5)
    assert (received.read_unsigned_byte(), received.read_unsigned_short()) == (255, 65535)


def test_utf_strings_are_written_as_java_writes_them(jms: Provider) -> None:
    """MSG-35: a length of two bytes, then modified UTF-8; more than 65535 bytes raise JMSError."""
    line = Line(jms)
    message = line.session.create_bytes_message()
    message.write_utf("a\x00é\U0001f600")
    received = line.through(message)
    assert received.read_bytes() == b"\x00\x0b" + b"a" + b"\xc0\x80" + b"\xc3\xa9" + b"\xed\xa0\xbd\xed\xb8\x80"
    received.reset()
    assert received.read_utf() == "a\x00é\U0001f600"
    with pytest.raises(JMSError):
        message.write_utf("x" * 65536)
    message.write_utf("x" * 65535)


def test_bytes_cannot_hold_none(jms: Provider) -> None:
    """MSG-36: write_bytes(None) and write_object(None) raise ValueError."""
    message = jms.connection().create_session().create_bytes_message()
    for write in (message.write_bytes, message.write_object, message.write_utf):
        with pytest.raises(ValueError) as caught:  # noqa: PT011
            write(None)  # type: ignore[arg-type]
        assert not isinstance(caught.value, JMSError)


def test_write_object_writes_what_the_type_says(jms: Provider) -> None:
    """MSG-37, MSG-33: None of the other types is taken: MessageFormatError."""
    line = Line(jms)
    message = line.session.create_bytes_message()
    for value in ([], {}, object(), 1j):
        with pytest.raises(MessageFormatError):
            message.write_object(value)
    for value in VALUES[:-1]:
        message.write_object(value)
    received = line.through(message)
    assert (received.read_boolean(), received.read_byte(), received.read_short()) == (True, -1, -2)
    assert (received.read_char(), received.read_int(), received.read_long()) == ("c", 3, 4)
    assert (received.read_float(), received.read_double(), received.read_utf()) == (0.5, 0.25, "text")
    assert received.read_bytes() == b"\x00\xff"


def test_bytes_may_be_read_in_pieces(jms: Provider) -> None:
    """MSG-38: fewer at the end, then b""; a negative count raises IndexError and reads nothing."""
    line = Line(jms)
    message = line.session.create_bytes_message()
    message.write_bytes(b"abcde")
    received = line.through(message)
    with pytest.raises(IndexError):
        received.read_bytes(-1)
    assert [received.read_bytes(3) for _ in range(3)] == [b"abc", b"de", b""]
    assert received.read_bytes() == b""


def test_a_received_body_is_ready_to_be_read(jms: Provider) -> None:
    """MSG-39: the provider has reset it; the sender's own message still is write-only."""
    line = Line(jms)
    for message in (line.session.create_stream_message(), line.session.create_bytes_message()):
        message.write_int(1)
        assert line.through(message).read_int() == 1
        with pytest.raises(MessageNotReadableError):
            message.read_int()
        message.write_int(2)


def test_get_body_of_bytes_begins_and_ends_at_the_start(jms: Provider) -> None:
    """MSG-43: also while the body is being written."""
    line = Line(jms)
    message = line.session.create_bytes_message()
    message.write_bytes(b"abc")
    assert message.get_body(bytes) == b"abc"
    assert message.read_bytes() == b"abc"
    received = line.through(message)
    assert isinstance(received, BytesMessage)
    received.read_bytes(2)
    assert received.get_body(bytes) == b"abc"
    assert received.read_bytes(2) == b"ab"


def test_typed_writers_check_the_range_of_their_type(jms: Provider) -> None:
    """MSG-18, MSG-33: beyond it they raise ValueError and write nothing."""
    session = jms.connection().create_session()
    items = session.create_map_message()
    ranges: dict[str, tuple[float, ...]] = {
        "byte": (128, -129),
        "short": (32768, -32769),
        "int": (2**31, -(2**31) - 1),
        "long": (2**63, -(2**63) - 1),
        "float": (1e39,),
    }
    for message in (session.create_stream_message(), session.create_bytes_message()):
        for kind, values in ranges.items():
            for value in values:
                with pytest.raises(ValueError):  # noqa: PT011
                    getattr(message, f"write_{kind}")(value)
                with pytest.raises(ValueError):  # noqa: PT011
                    getattr(items, f"set_{kind}")("k", value)
        message.reset()
        with pytest.raises(MessageEOFError):
            message.read_byte()
    assert items.item_exists("k") is False
