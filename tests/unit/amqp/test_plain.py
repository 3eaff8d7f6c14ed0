"""Messages in the clear: what we write is read as it was, by way of pika; and whatever strangers write is read."""

from __future__ import annotations

import math
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pika.compat import long
from pika.spec import Basic, BasicProperties

from jmslike import Byte, Float, Long, MessageFormatError, Queue, Short, TemporaryQueue, TemporaryTopic, Topic
from jmslike.spi import Envelope, Headers
from jmslike.values.spelled import spelled_names
from jmslike_transports.amqp.delivery_reader import attempts_of, read_envelope
from jmslike_transports.amqp.profiles import PROFILES
from jmslike_transports.shared.rabbitmq import MOST_IN_HEADERS
from jmslike_transports.shared.rabbitmq_messages import Properties, read_plain
from tests.unit.transports.test_jms_body import BODIES, TIMES

PLAIN, JMS = PROFILES["plain"], PROFILES["jms"]
SOURCE = Queue("source")
CHARACTERS = st.characters(codec="utf-8")
TEXTS = st.text(CHARACTERS, max_size=100) | st.sampled_from(["x" * 255, "x" * 256, "é" * 200])
IDENTIFIERS = st.from_regex(r"[A-Za-z_$][A-Za-z0-9_$]{0,20}", fullmatch=True) | st.sampled_from(
    ["JMSXGroupID", "jmslike_p_x", "jmslike_types", "JMSType", "JMSTimestamp"]
)
VALUES = st.one_of(
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
NUMBERS = {f"{kind.__name__}{text}": kind(float(text)) for kind in (float, Float) for text in ("inf", "-inf", "nan")}
DESTINATIONS = st.builds(
    lambda kind, name: kind(name),
    st.sampled_from([Queue, Topic, TemporaryQueue, TemporaryTopic]),
    st.text(CHARACTERS, min_size=1, max_size=60),
)


@st.composite
def envelopes(draw: st.DrawFn) -> Envelope:
    kind, body = draw(BODIES)
    timestamp = draw(st.integers(1, 2**42))
    return Envelope.make(
        id=f"ID:{draw(st.uuids())}:1:1:1:{draw(st.integers(1, 10**9))}",
        destination=SOURCE,
        kind=kind,
        body=body,
        delivery_mode=draw(st.integers(1, 2)),
        priority=draw(st.integers(0, 9)),
        timestamp=timestamp,
        expiration=draw(TIMES),
        delivery_time=draw(TIMES),
        headers=Headers(
            draw(st.none() | TEXTS | st.binary(max_size=300)), draw(st.none() | DESTINATIONS), draw(st.none() | TEXTS)
        ),
        properties=draw(st.dictionaries(IDENTIFIERS, VALUES, max_size=5)),
        origin=draw(st.text(CHARACTERS, min_size=1, max_size=20)),
    )


def sent(properties: BasicProperties) -> BasicProperties:
    """Return the properties as a receiver has them."""
    return BasicProperties().decode(b"".join(properties.encode()))


def written(value: Any) -> Any:
    """Return what compares equal for what is the same."""
    return (type(value), repr(value))


def everything(envelope: Envelope) -> list[Any]:
    body = envelope.body
    if isinstance(body, dict):
        body = list(body.items())
    return [
        (envelope.id, envelope.origin, envelope.delivery_mode, envelope.priority, envelope.timestamp),
        (envelope.expiration, envelope.due),
        [written(value) for value in envelope.headers],
        {name: written(value) for name, value in envelope.properties.items()},
        (envelope.kind, written(body)),
    ]


@given(envelopes())
@example(Envelope.make(id="ID:a:1", destination=SOURCE, kind="message", origin="a", properties=NUMBERS))
def test_all_of_a_message_arrives(envelope: Envelope) -> None:
    try:
        properties, body = PLAIN.write(envelope)
    except MessageFormatError:
        assert "\\ud" in ascii(envelope.body)  # half of a surrogate pair
        return
    assert everything(read_plain(sent(properties), body, SOURCE)) == everything(envelope)


@given(envelopes())
def test_all_of_a_message_for_java_arrives(envelope: Envelope) -> None:
    try:
        properties, body = JMS.write(envelope)
    except MessageFormatError:
        return
    read = read_envelope(Basic.Deliver(routing_key="source"), sent(properties), body, SOURCE)
    assert everything(read) == everything(envelope)


TABLES: st.SearchStrategy[dict[str, Any]] = st.deferred(lambda: st.dictionaries(KEYS, AMQP_VALUES, max_size=4))
KEYS: st.SearchStrategy[str] = st.text(CHARACTERS, max_size=40) | st.sampled_from(
    ["JMSMessageID", "JMSTimestamp", "JMSExpiration", "JMSType", "JMSPriority", "JMSXDeliveryCount", "x-death"]
    + [f"rmq.jmslike.{name}" for name in ("due", "origin", "correlation", "reply.to", "type", "properties")]
    + ["rmq.jmslike.correlation.bytes", "jmslike_types", "jmslike_kind", "jmslike_items"]
    + ["jmslike_p_", "jmslike_", "receipt", "content-length", "", "a", "b"]
)
AMQP_VALUES: st.SearchStrategy[Any] = st.deferred(
    lambda: st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**31), 2**32 - 1),
        st.integers(-(2**63), 2**63 - 1).map(long),
        st.floats(),
        st.decimals(-(2**20), 2**20, places=2),
        st.just(Decimal(2**31 - 1)),
        st.datetimes(datetime(1970, 1, 1)),
        st.text(CHARACTERS, max_size=60),
        st.sampled_from(
            [
                "queue/",
                "queue/x",
                "topic/",
                "a=b;b=s;a=f;=n;a=n",
                "map",
                "stream",
                "null text",
                "ss",
                "zz",
                "7",
                '{"a": "x"}',
            ]
        ),
        st.binary(max_size=60),
        st.lists(AMQP_VALUES, max_size=3),
        TABLES,
    )
)


@given(
    st.builds(
        BasicProperties,
        content_type=st.none()
        | st.sampled_from(["text/plain", "application/json"])
        | TEXTS.filter(lambda t: len(t) < 60),
        headers=st.none() | TABLES,
        delivery_mode=st.none() | st.integers(0, 255),
        priority=st.none() | st.integers(0, 255),
        correlation_id=st.none() | st.text(CHARACTERS, max_size=60),
        reply_to=st.none() | st.sampled_from(["", "q", "amq.gen-x", "jms-temp-queue-x", "amq.rabbitmq.reply-to.x"]),
        expiration=st.none() | st.sampled_from(["", "0", "60000", "-1", "9" * 200, "x", "٣"]),
        message_id=st.none() | st.text(CHARACTERS, max_size=60),
        timestamp=st.none() | st.integers(0, 2**64 - 1),
        type=st.none() | st.text(CHARACTERS, max_size=60),
    ),
    st.binary(max_size=40) | st.sampled_from([b"{}", b"[1,2]", b"null", b'{"a":1}', b"\xac\xed\x00\x05"]),
    st.sampled_from([Queue("q"), Topic("t.#"), TemporaryQueue("jms-temp-queue-x")]),
    st.text(CHARACTERS, max_size=20),
)
def test_whatever_a_stranger_sends_can_be_received(
    properties: BasicProperties, body: bytes, destination: Queue | Topic, key: str
) -> None:
    delivery = Basic.Deliver(redelivered=True, routing_key=key)
    read = read_envelope(delivery, sent(properties), body, destination)
    assert read.id.startswith("ID:")
    assert 0 <= read.priority <= 9
    assert all(
        value is None or (isinstance(value, (bool, int, float, str)) and not isinstance(value, long))
        for value in read.properties.values()
    )
    assert attempts_of(delivery, properties) >= 1
    for profile in PROFILES.values():  # it can be sent on, as to a queue of dead letters, or is refused
        try:
            properties, _ = profile.write(read)
        except MessageFormatError:
            continue
        sent(properties)


def test_a_text_is_a_string_to_amqp_and_of_no_known_type_to_stomp() -> None:
    headers = {"n": "7", "city": "Ulm"}
    by_amqp = read_plain(BasicProperties(headers=headers), b"", SOURCE).properties
    by_stomp = read_plain(Properties(headers), b"", SOURCE).properties
    assert (spelled_names(by_amqp), spelled_names(by_stomp)) == (frozenset(), frozenset({"n"}))


SECONDS, MILLISECONDS = 1_700_000_000, 1_700_000_000_123


@pytest.mark.parametrize(("timestamp", "read"), [(SECONDS, SECONDS * 1000), (MILLISECONDS, MILLISECONDS), (0, 0)])
def test_amqps_timestamp_counts_seconds_though_some_write_milliseconds(timestamp: int, read: int) -> None:
    for properties in (BasicProperties(timestamp=timestamp), Properties({}, timestamp=timestamp)):
        assert read_plain(properties, b"", SOURCE).timestamp == read


ADDRESSES = {
    "answers": Queue("answers"),
    "/queue/a%2Fb": Queue("a/b"),
    "/amq/queue/answers": Queue("answers"),
    "/topic/a.b": Topic("a.b"),
    "/reply-queue/amq.gen-1": TemporaryQueue("amq.gen-1"),
    "/reply-queue/answers": TemporaryQueue("answers"),
    "amq.gen-1": TemporaryQueue("amq.gen-1"),
}


@pytest.mark.parametrize(("text", "destination"), ADDRESSES.items())
def test_the_reply_destination_of_a_stranger_is_found(text: str, destination: Queue | Topic) -> None:
    reply_to = read_plain(BasicProperties(reply_to=text), b"", SOURCE).headers.reply_to
    assert (type(reply_to), reply_to) == (type(destination), destination)


REFUSED = {
    "long name": {"é" * 200: 1},
    "half a pair": {"p": "\ud800"},
    "too much": {"p": "x" * MOST_IN_HEADERS},
    "too much together": {f"p{number}": "é" * 1000 for number in range(60)},
}


def with_properties(properties: dict[str, Any], **others: Any) -> Envelope:
    return Envelope.make(id="ID:a:1", destination=SOURCE, kind="text", body="t", properties=properties, **others)


@pytest.mark.parametrize("properties", REFUSED.values(), ids=REFUSED)
def test_what_no_header_can_hold_is_refused_in_the_clear(properties: dict[str, Any]) -> None:
    with pytest.raises(MessageFormatError):
        PLAIN.write(with_properties(properties))


@pytest.mark.parametrize("properties", [*REFUSED.values(), {"p": math.nan}], ids=[*REFUSED, "no number"])
def test_what_no_header_can_hold_is_in_the_body_for_java(properties: dict[str, Any]) -> None:
    envelope = with_properties(properties | {"other": 1})
    written_properties, body = JMS.write(envelope)
    assert len(b"".join(sent(written_properties).encode())) < MOST_IN_HEADERS + 5000
    assert everything(read_envelope(None, written_properties, body, SOURCE))[3] == everything(envelope)[3]


@pytest.mark.parametrize("headers", [Headers("\ud800"), Headers(type="\ud800"), Headers("x" * 200_000)])
def test_headers_of_jms_are_no_exception(headers: Headers) -> None:
    with pytest.raises(MessageFormatError):
        PLAIN.write(with_properties({}, headers=headers))
    properties, body = JMS.write(with_properties({}, headers=headers))
    assert len(b"".join(sent(properties).encode())) < 5000
    assert read_envelope(None, properties, body, SOURCE).headers == headers
