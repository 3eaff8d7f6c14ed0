"""No body, however it was made, does more harm than to be refused."""

from __future__ import annotations

import struct
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jmslike import Queue
from jmslike.spi import Envelope
from jmslike.values import PropertyValue
from jmslike_transports.shared.java_objects import DEEPEST, MOST_VALUES
from jmslike_transports.shared.jms_body import StreamError, decode, encode
from tests.unit.transports.golden import GOLDEN
from tests.unit.transports.test_golden import ELSEWHERE, body_of

SMALL = [body for body in map(body_of, GOLDEN) if len(body) < 2000]
HANDLE = 0x7E0000


def refused_or_read(body: bytes) -> None:
    with suppress(StreamError):
        decode(body, ELSEWHERE)


def text(value: str) -> bytes:
    return struct.pack(">H", len(value)) + value.encode()


def block(data: bytes) -> bytes:
    return struct.pack(">Bi", 0x7A, len(data)) + data


def body_with(*, octets: bytes) -> bytes:
    """Return the body of a bare message whose one property is this object."""
    head = text("com.rabbitmq.jms.client.RMQNullMessage") + text("id") + struct.pack(">ii", 0, 1) + text("p") + b"\x7f"
    return b"\xac\xed\x00\x05" + block(head) + octets


def class_of(name: str, parent: bytes = b"\x70", fields: bytes = b"\x00\x00", flags: bytes = b"\x02") -> bytes:
    return b"\x72" + text(name) + bytes(8) + flags + fields + b"\x78" + parent


def test_the_way_to_make_such_bodies_is_right() -> None:
    assert decode(body_with(octets=b"\x74" + text("fine")), ELSEWHERE).properties == {"p": "fine"}
    array = b"\x75" + class_of("[B") + struct.pack(">i", 2) + b"ok"
    with pytest.raises(StreamError, match="where only values"):
        decode(body_with(octets=b"\x73" + class_of("A")), ELSEWHERE)
    with pytest.raises(StreamError, match="begins with"):
        decode(body_with(octets=b"\x73" + array), ELSEWHERE)


SELF = struct.pack(">Bi", 0x71, HANDLE)
LIST = class_of("[Ljava.lang.Object;")
HOSTILE = {
    "arrays in arrays": (b"\x75" + LIST + struct.pack(">i", 1)) * 100_000,
    "arrays in arrays, described once": b"\x75"
    + LIST
    + struct.pack(">i", 1)
    + (b"\x75" + SELF + struct.pack(">i", 1)) * 100_000,
    "classes of classes": b"\x73"
    + b"".join(b"\x72" + text("A") + bytes(8) + b"\x02\x00\x00\x78" for _ in range(100_000)),
    "an annotation in an annotation": b"\x73" + (class_of("A")[:-2] + b"\x73") * 100_000,
    "a field in a field": b"\x73" + (b"\x72" + text("A") + bytes(8) + b"\x02\x00\x01L" + text("f") + b"\x73") * 100_000,
    "very many objects": b"\x75" + LIST + struct.pack(">i", 100_000) + b"\x70" * 100_000,
    "an array of more than there is": b"\x75" + LIST + struct.pack(">i", 2**31 - 1),
    "an array of fewer than none": b"\x75" + LIST + struct.pack(">i", -1),
    "bytes of more than there are": b"\x75" + class_of("[B") + struct.pack(">i", 2**31 - 1),
    "numbers of more than there are": b"\x75" + class_of("[J") + struct.pack(">i", 2**31 - 1),
    "bytes of fewer than none": b"\x75" + class_of("[B") + struct.pack(">i", -1),
    "a long text of more than there is": b"\x7c" + struct.pack(">q", 2**62) + b"x",
    "a long text of less than nothing": b"\x7c" + struct.pack(">q", -1) + b"x",
    "a proxy of very many": b"\x73\x7d" + struct.pack(">i", 2**31 - 1),
    "a proxy of fewer than none": b"\x73\x7d" + struct.pack(">i", -1) + b"\x78\x70",
    "a class of very many fields": b"\x73" + b"\x72" + text("A") + bytes(8) + b"\x02\xff\xff",
    "a class that is its own parent": b"\x73" + class_of("A", parent=SELF),
    "an object that is its own class": b"\x73" + SELF,
    "a reference to what is to come": struct.pack(">Bi", 0x71, HANDLE + 5),
    "a reference to what was before all": struct.pack(">Bi", 0x71, HANDLE - 1),
    "an unknown field": b"\x73" + class_of("A", fields=b"\x00\x01Q" + text("f")),
    "an unknown array": b"\x75" + class_of("[Q") + struct.pack(">i", 1),
    "an array of no class": b"\x75" + class_of("[") + struct.pack(">i", 1),
    "an array without a class": b"\x75\x70" + struct.pack(">i", 1),
    "an array of the class of an object": b"\x75" + class_of("A") + struct.pack(">i", 1),
    "an object without a class": b"\x73\x70",
    "an external object": b"\x73" + class_of("A", flags=b"\x04"),
    "a destination without a name": b"\x73" + class_of("com.rabbitmq.jms.admin.RMQDestination"),
    "an enumeration of nothing": b"\x7e\x70\x70",
    "an exception": b"\x7b",
    "a reset": b"\x79",
    "nothing": b"",
}


@pytest.mark.parametrize("octets", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_object_is_refused_in_little_memory(octets: bytes) -> None:
    body = body_with(octets=octets)
    tracemalloc.start()
    try:
        with pytest.raises(StreamError):
            decode(body, ELSEWHERE)
        assert tracemalloc.get_traced_memory()[1] < 4 * len(body) + 4_000_000
    finally:
        tracemalloc.stop()


def test_many_objects_that_need_many_steps_each() -> None:
    parent = b"\x70"
    for _ in range(DEEPEST):
        parent = class_of("A", parent)
    objects = (b"\x73" + SELF) * (MOST_VALUES - 2)
    array = b"\x75" + LIST + struct.pack(">i", MOST_VALUES - 1) + b"\x73" + parent + objects
    with pytest.raises(StreamError):
        decode(body_with(octets=array), ELSEWHERE)


HEAD = text("com.rabbitmq.jms.client.message.RMQTextMessage") + text("id")
NONE = struct.pack(">ii", 0, 0)
BROKEN = {
    "empty": b"",
    "no stream": b"hello",
    "another version": b"\xac\xed\x00\x06",
    "nothing more": b"\xac\xed\x00\x05",
    "no block": b"\xac\xed\x00\x05hello",
    "an empty block": b"\xac\xed\x00\x05w\x00",
    "a block of more than there is": b"\xac\xed\x00\x05z\x7f\xff\xff\xff",
    "a block of fewer than none": b"\xac\xed\x00\x05z\xff\xff\xff\xff",
    "another class": b"\xac\xed\x00\x05" + block(text("java.lang.Runtime") + text("id") + NONE),
    "very many headers": b"\xac\xed\x00\x05" + block(HEAD + struct.pack(">i", 2**31 - 1)),
    "fewer headers than none": b"\xac\xed\x00\x05" + block(HEAD + struct.pack(">ii", -1, 0) + b"\x01"),
    "a text of more than there is": b"\xac\xed\x00\x05" + block(HEAD + NONE + b"\0" + struct.pack(">i", 2**31 - 1)),
    "a text of less than nothing": b"\xac\xed\x00\x05" + block(HEAD + NONE + b"\0" + struct.pack(">i", -1)),
    "a text that is none": b"\xac\xed\x00\x05" + block(HEAD + NONE + b"\0" + struct.pack(">i", 1) + b"\xff"),
    "an unknown tag": b"\xac\xed\x00\x05" + block(HEAD + struct.pack(">ii", 0, 1) + text("p") + b"\x0b"),
    "an object in a block": b"\xac\xed\x00\x05" + block(HEAD + struct.pack(">ii", 0, 1) + text("p") + b"\x7f\x70"),
    "bytes of more than there are": b"\xac\xed\x00\x05"
    + block(HEAD + struct.pack(">ii", 0, 1) + text("p") + b"\x0a" + struct.pack(">i", 2**31 - 1)),
    "a block that goes on": b"\xac\xed\x00\x05"
    + block(text("com.rabbitmq.jms.client.message.RMQBytesMessage") + text("id") + NONE + b"more"),
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_a_broken_body_is_refused(body: bytes) -> None:
    with pytest.raises(StreamError):
        decode(body, ELSEWHERE)


def test_blocks_of_one_byte_are_read_in_little_memory() -> None:
    """As short as blocks can be, wherever they are cut."""
    data = HEAD + NONE + b"\0" + struct.pack(">i", 300_000) + b"x" * 300_000
    body = b"\xac\xed\x00\x05" + b"".join(b"w\x01" + data[at : at + 1] for at in range(len(data)))
    tracemalloc.start()
    try:
        assert decode(body, ELSEWHERE).body == "x" * 300_000
        assert tracemalloc.get_traced_memory()[1] < 4 * len(body)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("headers", [{}, {"rmq.jms.message.priority": "high", "rmq.jms.message.id": 1}])
def test_headers_of_other_types_count_as_missing(headers: dict[str, str | int]) -> None:
    coded = {str: lambda value: b"\x08" + text(value), int: lambda value: b"\x04" + struct.pack(">i", value)}
    listed = b"".join(text(name) + coded[type(value)](value) for name, value in headers.items())
    body = b"\xac\xed\x00\x05" + block(HEAD + struct.pack(">i", len(headers)) + listed + struct.pack(">i", 0) + b"\x01")
    envelope = decode(body, ELSEWHERE)
    assert (envelope.id, envelope.destination, envelope.kind, envelope.body) == ("ID:id", ELSEWHERE, "text", None)
    assert (envelope.priority, envelope.delivery_mode, envelope.timestamp, envelope.expiration) == (4, 2, 0, 0)


@given(st.binary())
def test_any_bytes(octets: bytes) -> None:
    refused_or_read(octets)
    refused_or_read(b"\xac\xed\x00\x05" + octets)
    refused_or_read(body_with(octets=octets))


@settings(max_examples=500)
@given(
    st.sampled_from(SMALL),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 4), st.binary(max_size=4)), max_size=5),
)
def test_a_body_that_was_changed_anywhere(body: bytes, changes: list[tuple[int, int, bytes]]) -> None:
    for at, removed, inserted in changes:
        body = body[:at] + inserted + body[at + removed :]
    refused_or_read(body)


@given(st.sampled_from(SMALL), st.sampled_from(SMALL), st.integers(0, 1000), st.integers(0, 1000))
def test_the_head_of_one_body_with_the_tail_of_another(one: bytes, other: bytes, to: int, since: int) -> None:
    refused_or_read(one[:to] + other[since:])


def test_ours_cut_short_is_refused() -> None:
    properties: dict[str, PropertyValue] = {"long": "x" * 70_000, "b": True}
    envelope = Envelope.make(
        id="ID:1:1:1:1:1", destination=Queue("q"), kind="map", body={"x": b"abc"}, properties=properties
    )
    body = encode(envelope)
    for size in [*range(1000), *range(len(body) - 200, len(body))]:
        with pytest.raises(StreamError):
            decode(body[:size], ELSEWHERE)
