"""Records: what Python writes it reads again, and it refuses what is none."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jmslike.codec import KIND
from jmslike.destinations import Destination, Queue, TemporaryQueue, TemporaryTopic, Topic
from jmslike.envelope import NO_HEADERS, Envelope, Headers, Terms
from jmslike.errors import MessageFormatError
from jmslike.values import Byte, Char, Float, Long, Short
from jmslike_transports.jvm.records import decode, encode
from jmslike_transports.shared.text_forms import LOST_BODY

TEXTS = st.text(st.characters(codec=None, categories=None))
VALUES: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-128, 127).map(Byte),
    st.integers(-(2**15), 2**15 - 1).map(Short),
    st.integers(-(2**31), 2**31 - 1),
    st.integers(-(2**63), 2**63 - 1).map(Long),
    st.floats(width=32).map(Float),
    st.floats(),
    TEXTS,
)
ITEMS: st.SearchStrategy[Any] = VALUES | st.binary() | st.characters(max_codepoint=0xFFFF).map(Char)
NAMES = st.text("abcé", min_size=1)
DESTINATIONS: st.SearchStrategy[Destination] = st.builds(
    lambda kind, name: kind(name), st.sampled_from([Queue, Topic, TemporaryQueue, TemporaryTopic]), NAMES
)
BODIES = st.one_of(
    st.just(("message", None)),
    st.tuples(st.just("text"), st.none() | TEXTS),
    st.tuples(st.just("bytes"), st.binary()),
    st.tuples(st.just("map"), st.dictionaries(TEXTS, ITEMS)),
    st.tuples(st.just("stream"), st.lists(ITEMS).map(tuple)),
    st.tuples(st.just("object"), st.none() | st.binary()),
)
HEADERS = st.just(NO_HEADERS) | st.builds(
    Headers, st.none() | TEXTS | st.binary(), st.none() | DESTINATIONS, st.none() | TEXTS
)
MOMENTS = st.integers(0, 2**45)


@given(BODIES, DESTINATIONS, HEADERS, st.dictionaries(NAMES, VALUES), MOMENTS, MOMENTS, st.integers(0, 9))
def test_what_is_written_is_read(
    content: tuple[str, Any],
    destination: Destination,
    headers: Headers,
    properties: dict[str, Any],
    timestamp: int,
    expiration: int,
    priority: int,
) -> None:
    kind, body = content
    sent = Envelope.make(
        id="ID:a:1",
        destination=destination,
        kind=kind,
        body=body,
        delivery_mode=1,
        priority=priority,
        timestamp=timestamp,
        expiration=expiration,
        headers=headers,
        properties=properties,
    )
    received, attempts = decode(memoryview(encode(sent)))
    assert described(received) == described(sent)
    assert attempts == 0


def described(envelope: Envelope) -> Any:
    """Return all of a message, with the types of its values."""
    headers = envelope.headers
    return (
        envelope.id,
        exact(envelope.destination),
        envelope.kind,
        exact(envelope.body),
        (envelope.delivery_mode, envelope.priority, envelope.timestamp, envelope.expiration, envelope.delivery_time),
        [exact(each) for each in headers],
        exact(envelope.properties),
    )


def exact(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: exact(item) for name, item in value.items()}
    if isinstance(value, tuple):
        return [exact(item) for item in value]
    if isinstance(value, float):
        return type(value).__name__, str(float(value)), math.copysign(1, value)
    return type(value).__name__, value


def test_a_new_message_crosses_without_an_id() -> None:
    envelope = text("a")
    envelope.terms = Terms(Queue("q"), 2, "origin", "ID:connection:1:1:1:")
    envelope.id_or_number = 7
    first, _ = decode(encode(envelope))
    second, _ = decode(encode(envelope))
    assert first.id.startswith("ID:")
    assert first.id not in (second.id, envelope.id)


HALF = "half of a pair: \ud83d"


def test_a_new_message_has_no_half_of_a_surrogate_pair() -> None:
    for half in (text(HALF), text("a", properties={"p": HALF}), text("a", headers=Headers(HALF))):
        half.terms = Terms(Queue("q"), 2, "origin", "ID:connection:1:1:1:")
        with pytest.raises(MessageFormatError, match="surrogate"):
            encode(half)


def test_one_that_was_received_keeps_it() -> None:
    received, _ = decode(encode(text(HALF, properties={"p": HALF, "q": "\U0001f600"}, headers=Headers(HALF))))
    assert (received.body, received.properties, received.headers.correlation_id) == (
        HALF,
        {"p": HALF, "q": "\U0001f600"},
        HALF,
    )


def test_a_property_with_the_name_of_a_mark_stays_one() -> None:
    received, _ = decode(encode(text("a", properties={KIND: "b", "jmslike_other": 1, "jmslike": 2})))
    assert received.properties == {KIND: "b", "jmslike_other": 1, "jmslike": 2}
    assert (received.kind, received.body) == ("text", "a")


def test_what_only_providers_set_is_not_sent() -> None:
    received, _ = decode(encode(text("a", properties={"JMSXDeliveryCount": 3, "JMSXUserID": "u", "JMSXGroupID": "g"})))
    assert received.properties == {"JMSXGroupID": "g"}


@pytest.mark.parametrize(("flag", "deliveries", "attempts"), [(0, 0, 0), (0, 1, 0), (1, 0, 1), (1, 1, 1), (1, 4, 3)])
def test_deliveries_are_counted_or_only_marked(flag: int, deliveries: int, attempts: int) -> None:
    record = bytearray(encode(text("a")))
    record[1] = flag
    record[32:36] = deliveries.to_bytes(4, "big")
    assert decode(record)[1] == attempts


def test_a_message_without_a_destination_came_from_that_of_its_consumer() -> None:
    record = bytearray(encode(text("a")))
    name = record.index(b"orders")
    del record[name : name + 6]
    record[40:44] = (-1).to_bytes(4, "big", signed=True)
    assert decode(record, Topic("t"))[0].destination == Topic("t")


@pytest.mark.parametrize("kind", ["map", "stream", "object"])
def test_a_lost_body_leaves_a_bare_message_that_says_so(kind: str) -> None:
    body: Any = {"map": {}, "stream": ()}.get(kind)
    record = bytearray(encode(Envelope.make(id="ID:a", destination=Queue("q"), kind=kind, body=body)))
    if kind == "object":  # which leaves Python as a text with a mark
        record = bytearray(encode(Envelope.make(id="ID:a", destination=Queue("q"), kind="text")))
        record[0] = 5
    record[1] |= 8
    received, _ = decode(record)
    assert (received.kind, received.body, received.properties) == ("message", None, {LOST_BODY: kind})


@given(st.sampled_from(range(10)), st.binary(min_size=1, max_size=4), st.integers(0, 2000))
def test_a_damaged_record_is_refused_or_read(which: int, damage: bytes, at: int) -> None:
    """Nothing else is raised, and no size makes it read beyond the end or for long."""
    record = bytearray(encode(EXAMPLES[which % len(EXAMPLES)]))
    at %= len(record)
    record[at : at + len(damage)] = damage
    try:
        received, attempts = decode(record)
    except MessageFormatError:
        return
    assert isinstance(received, Envelope)
    assert attempts >= 0


@pytest.mark.parametrize("size", [2**31 - 1, -(2**31), 2**20, -3])
@pytest.mark.parametrize("field", [36, 40, 44, 48, 52, 56, 60])
def test_sizes_that_cannot_be_are_refused(field: int, size: int) -> None:
    for example in EXAMPLES:
        record = bytearray(encode(example))
        if field == 56 and size < 0:
            continue  # no properties
        record[field : field + 4] = size.to_bytes(4, "big", signed=True)
        if field == 60 and record[0] in (0, 3, 4) and (size < 0 or record[0] == 0):
            continue  # a message has no body, and such a map or stream is empty
        with pytest.raises(MessageFormatError):
            decode(record)


@pytest.mark.parametrize("length", range(0, 64, 7))
def test_what_is_shorter_than_a_head_is_refused(length: int) -> None:
    with pytest.raises(MessageFormatError):
        decode(encode(text("a"))[:length])


def text(body: str, **more: Any) -> Envelope:
    return Envelope.make(id="ID:a:1", destination=Queue("orders"), kind="text", body=body, **more)


_ITEM_VALUES = (None, True, Byte(1), Short(2), 3, Long(4), Float(0.5), 0.25, "s", Char("c"), b"x")
EXAMPLES = [
    text("a", properties={"one": 1, "two": "2"}, headers=Headers("c", Topic("t"), "type")),
    text("a" * 500, headers=Headers(b"\0\1")),
    Envelope.make(id="ID:a:1", destination=Queue("orders"), kind="bytes", body=b"abc"),
    Envelope.make(
        id="ID:a:1", destination=Queue("orders"), kind="map", body=dict(zip("abcdefghijk", _ITEM_VALUES, strict=True))
    ),
    Envelope.make(id="ID:a:1", destination=Queue("orders"), kind="stream", body=_ITEM_VALUES),
    Envelope.make(id="ID:a:1", destination=Queue("orders"), kind="object", body=b"{}"),
]
