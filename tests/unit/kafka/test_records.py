"""Records as Java's serializers write them: what we write is read as it was, and whatever strangers write is read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from kafka.consumer.fetcher import ConsumerRecord

from jmslike import Byte, Float, Long, MessageFormatError, Queue, Short, TemporaryQueue, TemporaryTopic, Topic
from jmslike.selector import parse
from jmslike.spi import NO_HEADERS, NO_PROPERTIES, Destination, Envelope, Headers, PropertyValue
from jmslike_transports.kafka.records import Record, read_record, write_record
from tests.unit.amqp.test_plain import CHARACTERS, DESTINATIONS, NUMBERS, TEXTS, VALUES, everything
from tests.unit.transports.test_jms_body import BODIES, TIMES

SOURCE = Queue("orders")
NAMES = st.from_regex(r"[A-Za-z_$][A-Za-z0-9_$]{0,20}", fullmatch=True) | st.sampled_from(
    ["JMSXGroupID", "JMSXGroupSeq", "JMS_vendor", "jmslike_kind", "jmslike_origin", "jms", "é"]
)


def taken(
    key: bytes | None = None,
    value: bytes | None = b"",
    headers: list[tuple[str, Any]] | None = None,
    timestamp: int | None = 7,
) -> Any:
    """Return the record as a consumer has it."""
    return ConsumerRecord("orders", 3, 0, 42, timestamp, 0, key, value, headers or [], None, -1, -1, -1)


def read(
    key: bytes | None = None,
    value: bytes | None = b"",
    headers: list[tuple[str, Any]] | None = None,
    timestamp: int | None = 7,
) -> Envelope:
    return read_record(taken(key, value, headers, timestamp), SOURCE)


def there_and_back(envelope: Envelope) -> Envelope:
    return read(*write_record(envelope))


def made(kind: str = "message", body: Any = None, **more: Any) -> Envelope:
    return Envelope.make(**{"id": "ID:a:1", "destination": SOURCE, "kind": kind, "body": body, "origin": "a", **more})


def header(envelope: Envelope, name: str) -> bytes | None:
    """Return what the one header of that name holds, None if there is no such header."""
    values = [value for other, value in write_record(envelope).headers if other == name]
    assert len(values) <= 1
    return values[0] if values else None


# ---- what we write ---------------------------------------------------------------------------------------------------


@st.composite
def envelopes(draw: st.DrawFn) -> Envelope:
    kind, body = draw(BODIES)
    texts = st.none() | TEXTS
    return made(
        kind,
        body,
        id=f"ID:{draw(st.uuids())}:1:1:1:{draw(st.integers(1, 10**9))}",
        delivery_mode=draw(st.integers(1, 2)),
        priority=draw(st.integers(0, 9)),
        timestamp=draw(TIMES),
        expiration=draw(TIMES),
        headers=Headers(draw(texts | st.binary()), draw(st.none() | DESTINATIONS), draw(texts)),
        properties=draw(st.dictionaries(NAMES, VALUES, max_size=5)),
        origin=draw(st.text(CHARACTERS, min_size=1, max_size=20)),
    )


@given(envelopes())
@example(made(properties=NUMBERS))
def test_all_of_a_message_arrives(envelope: Envelope) -> None:
    """HDR-07, HDR-10, PROP-01, PROP-21: every body, header and property comes as it went, with its type."""
    try:
        record = write_record(envelope)
    except MessageFormatError:
        assert "\\ud" in ascii(envelope.body)  # half of a surrogate pair
        return
    assert all(type(name) is str and type(value) is bytes for name, value in record.headers)
    assert len(dict(record.headers)) == len(record.headers)
    assert everything(read(*record)) == everything(envelope)


def test_a_record_to_the_last_byte() -> None:
    envelope = made(
        "text",
        "Grüße",
        id="ID:a:1:1:1:9",
        timestamp=0x0102030405060708 >> 16,
        priority=9,
        delivery_mode=1,
        expiration=1,
        headers=Headers("c", TemporaryQueue("answers"), "order"),
        properties={"JMSXGroupID": "é", "JMSXGroupSeq": -1, "region": "eu"},
        origin="somebody",
    )
    assert write_record(envelope) == Record(
        key=b"\xc3\xa9",
        value=b"Gr\xc3\xbc\xc3\x9fe",
        headers=[
            ("jms.int.JMSXGroupSeq", b"\xff\xff\xff\xff"),
            ("jms.string.region", b"eu"),
            ("jms.string.JMSMessageID", b"ID:a:1:1:1:9"),
            ("jms.long.JMSTimestamp", b"\0\0\1\2\3\4\5\6"),
            ("jms.int.JMSDeliveryMode", b"\0\0\0\1"),
            ("jms.int.JMSPriority", b"\0\0\0\x09"),
            ("jms.long.JMSExpiration", b"\0\0\0\0\0\0\0\1"),
            ("jms.string.JMSCorrelationID", b"c"),
            ("jms.string.JMSReplyTo", b"temp-queue://answers"),
            ("jms.string.JMSType", b"order"),
            ("jmslike_origin", b"somebody"),
            ("jmslike_kind", b"text"),
        ],
    )


def test_a_bare_message_has_few_headers() -> None:
    record = write_record(made("bytes", b"x"))
    assert [name for name, _ in record.headers] == [
        "jms.string.JMSMessageID",
        "jms.long.JMSTimestamp",
        "jms.int.JMSDeliveryMode",
        "jms.int.JMSPriority",
    ]
    assert (record.key, record.value) == (None, b"x")
    envelope = read(*record)
    assert envelope.headers is NO_HEADERS
    assert envelope.properties is NO_PROPERTIES
    assert envelope.constraints is None


@pytest.mark.parametrize(
    ("value", "name", "octets"),
    [
        ("é", "jms.string.p", b"\xc3\xa9"),
        ("", "jms.string.p", b""),
        (False, "jms.boolean.p", b"\0"),
        (True, "jms.boolean.p", b"\1"),
        (Byte(-2), "jms.byte.p", b"\xfe"),
        (Short(-2), "jms.short.p", b"\xff\xfe"),
        (258, "jms.int.p", b"\0\0\1\2"),
        (-(2**31), "jms.int.p", b"\x80\0\0\0"),
        (Long(258), "jms.long.p", b"\0\0\0\0\0\0\1\2"),
        (Long(-(2**63)), "jms.long.p", b"\x80\0\0\0\0\0\0\0"),
        (Float(1.5), "jms.float.p", b"\x3f\xc0\0\0"),
        (1.5, "jms.double.p", b"\x3f\xf8\0\0\0\0\0\0"),
        (float("inf"), "jms.double.p", b"\x7f\xf0\0\0\0\0\0\0"),
        (None, "jms.null.p", b""),
    ],
    ids=repr,
)
def test_a_property_is_what_the_serializer_of_its_type_writes(value: PropertyValue, name: str, octets: bytes) -> None:
    envelope = made(properties={"p": value})
    assert write_record(envelope).headers[0] == (name, octets)
    back = there_and_back(envelope).properties
    assert (back, type(back["p"])) == ({"p": value}, type(value))


@pytest.mark.parametrize(
    ("correlation_id", "name"),
    [
        ("c", "jms.string.JMSCorrelationID"),
        ("", "jms.string.JMSCorrelationID"),
        (b"\xff", "jms.bytes.JMSCorrelationID"),
        (b"", "jms.bytes.JMSCorrelationID"),
    ],
)
def test_a_correlation_id_is_text_or_bytes(correlation_id: str | bytes, name: str) -> None:
    envelope = made(headers=Headers(correlation_id))
    octets = correlation_id if isinstance(correlation_id, bytes) else correlation_id.encode()
    assert header(envelope, name) == octets
    assert there_and_back(envelope).headers == Headers(correlation_id)


@pytest.mark.parametrize(
    ("destination", "octets"),
    [
        (Queue("a"), b"queue://a"),
        (Topic("a.b"), b"topic://a.b"),
        (TemporaryQueue("a://b"), b"temp-queue://a://b"),
        (TemporaryTopic("é"), b"temp-topic://\xc3\xa9"),
    ],
    ids=repr,
)
def test_where_to_reply_is_spelt_readably(destination: Destination, octets: bytes) -> None:
    envelope = made(headers=Headers(reply_to=destination))
    assert header(envelope, "jms.string.JMSReplyTo") == octets
    back = there_and_back(envelope).headers.reply_to
    assert (back, type(back)) == (destination, type(destination))


def test_the_group_is_the_key() -> None:
    """PROP-18: a group and where its owner ends arrive; the record's key alone carries the group."""
    record = write_record(made(properties={"JMSXGroupID": "g", "JMSXGroupSeq": -1}, expiration=5))
    assert record.key == b"g"
    assert "JMSXGroupID" not in str(record.headers)
    constraints = read(*record).constraints
    assert constraints is not None
    assert (constraints.group, constraints.closes_group, constraints.expiration) == ("g", True, 5)


@pytest.mark.parametrize("group", ["", None, 5], ids=repr)
def test_what_names_no_group_is_a_property(group: PropertyValue) -> None:
    envelope = made(properties={"JMSXGroupID": group})
    assert write_record(envelope).key is None
    back = there_and_back(envelope)
    assert back.properties == {"JMSXGroupID": group}
    assert back.constraints is None or back.constraints.group is None


@pytest.mark.parametrize(("origin", "octets"), [("a", None), (None, None), ("b", b"b")])
def test_an_origin_is_told_only_if_the_id_does_not(origin: str | None, octets: bytes | None) -> None:
    envelope = made(origin=origin)
    assert header(envelope, "jmslike_origin") == octets
    assert there_and_back(envelope).origin == (origin or "a")


@pytest.mark.parametrize(
    ("kind", "body", "value", "marks"),
    [
        ("message", None, b"", {"jmslike_kind": b"message"}),
        ("text", "", b"", {"jmslike_kind": b"text"}),
        ("text", "a\0", b"a\0", {"jmslike_kind": b"text"}),
        ("text", None, b"", {"jmslike_kind": b"null text"}),
        ("bytes", b"\xff", b"\xff", {}),
        ("map", {"a": 1, "b": "é"}, '{"a":1,"b":"é"}'.encode(), {"jmslike_kind": b"map", "jmslike_items": b"iS"}),
        ("stream", (True, None), b"[true,null]", {"jmslike_kind": b"stream", "jmslike_items": b"zn"}),
        ("object", b'"x"', b'"x"', {"jmslike_kind": b"object"}),
        ("object", None, b"", {"jmslike_kind": b"null object"}),
    ],
)
def test_a_body_has_the_marks_that_tell_its_kind(kind: str, body: Any, value: bytes, marks: dict[str, bytes]) -> None:
    record = write_record(made(kind, body))
    assert record.value == value
    assert {name: mark for name, mark in record.headers if not name.startswith("jms.")} == marks
    back = read(*record)
    assert (back.kind, back.body) == (kind, body)


HALF = "\ud800"


@pytest.mark.parametrize(
    "envelope",
    [
        made("text", HALF),
        made("map", {"a": HALF}),
        made(properties={"p": HALF}),
        made(properties={"JMSXGroupID": HALF}),
        made(headers=Headers(HALF)),
        made(headers=Headers(reply_to=Queue(HALF))),
        made(headers=Headers(type=HALF)),
        made(origin=HALF),
    ],
    ids=["text", "map", "property", "group", "correlation", "reply", "type", "origin"],
)
def test_what_utf_8_cannot_hold_is_refused(envelope: Envelope) -> None:
    with pytest.raises(MessageFormatError):
        write_record(envelope)


# ---- what strangers write --------------------------------------------------------------------------------------------


def test_a_record_of_any_program() -> None:
    envelope = read(b"customer-7", b"\x80", [("traceparent", b"00-ab"), ("raw", b"\xff")], timestamp=1_700_000_000_000)
    assert (envelope.id, envelope.origin) == ("ID:orders-3-42", "orders-3-42")
    assert (envelope.kind, envelope.body) == ("bytes", b"\x80")
    assert (envelope.delivery_mode, envelope.priority, envelope.timestamp) == (2, 4, 1_700_000_000_000)
    assert (envelope.expiration, envelope.due, envelope.destination) == (0, 0, SOURCE)
    assert envelope.headers is NO_HEADERS
    assert envelope.properties == {"traceparent": "00-ab", "raw": "\ufffd", "JMSXGroupID": "customer-7"}
    assert envelope.constraints is not None
    assert envelope.constraints.group == "customer-7"


def test_a_property_without_a_type_is_what_a_selector_asks_for() -> None:
    envelope = read(None, b"", [("n", b"7"), ("jms.string.s", b"7"), ("jms.int.i", b"\0\0\0\7")])
    assert envelope.properties == {"n": "7", "s": "7", "i": 7}
    assert parse("n > 5 AND n = '7' AND i = 7").selects(envelope)
    assert not parse("s > 5").selects(envelope)


def test_a_tombstone_is_a_message_without_a_body() -> None:
    envelope = read(b"k", None, [("jmslike_kind", b"text")])
    assert (envelope.kind, envelope.body) == ("message", None)


@pytest.mark.parametrize("key", [None, b"", b"\xff"])
def test_a_key_that_is_no_text_names_no_group(key: bytes | None) -> None:
    assert read(key).properties == {}


@pytest.mark.parametrize(
    ("content_type", "value", "kind"),
    [
        (b"text/plain; charset=utf-8", "é".encode(), "text"),
        (b"application/json", b"{}", "text"),
        (b"application/xml", b"", "text"),
        (b"application/json", b"\xff", "bytes"),
        (b"application/octet-stream", b"x", "bytes"),
        (b"\xff", b"x", "bytes"),
        (None, b"x", "bytes"),
    ],
)
def test_text_is_what_is_called_so(content_type: bytes | None, value: bytes, kind: str) -> None:
    envelope = read(value=value, headers=[("content-type", content_type)])
    assert (envelope.kind, envelope.body) == (kind, value.decode() if kind == "text" else value)
    assert "content-type" in envelope.properties


@pytest.mark.parametrize(
    ("headers", "properties"),
    [
        ([("a", b"1"), ("a", b"2")], {"a": "2"}),
        ([("a", b"1"), ("jms.int.a", b"\0\0\0\2")], {"a": 2}),
        ([("a", None)], {"a": None}),
        ([("jms.int.a", None)], {"a": None}),
        ([("jms.int.a", b"\0\0\2")], {"a": "\0\0\2"}),
        ([("jms.long.a", b"\0\0\0\2")], {"a": "\0\0\0\2"}),
        ([("jms.boolean.a", b"true")], {"a": True}),
        ([("jms.boolean.a", b"\2")], {"a": "\2"}),
        ([("jms.null.a", b"x")], {"a": "x"}),
        ([("jms.string.a", b"\xffx")], {"a": "\ufffdx"}),
        ([("jms.bytes.a", b"\xffx")], {"a": "\ufffdx"}),
        ([("jms.string.a.b", b"x")], {"a.b": "x"}),
        ([("jms.a", b"x")], {"a": "x"}),
        ([("jms.a.b", b"x")], {"a.b": "x"}),
        ([("jms.int", b"\0\0\0\2")], {"int": "\0\0\0\2"}),
        ([("jms.", b"x")], {"": "x"}),
        ([("", b"x")], {"": "x"}),
        ([("jmsx", b"x")], {"jmsx": "x"}),
        ([("JMSType", b"x")], {"JMSType": "x"}),
        ([("jms.int.JMSType", b"\0\0\0\2")], {"JMSType": 2}),
        ([("jms.long.JMSMessageID", bytes(8))], {"JMSMessageID": Long(0)}),
        ([("jms.long.JMSTimestamp", b"x")], {"JMSTimestamp": "x"}),
        ([("jms.string.JMSReplyTo", b"there")], {"JMSReplyTo": "there"}),
        ([("jms.string.JMSReplyTo", b"queue://")], {"JMSReplyTo": "queue://"}),
        ([("jms.string.JMSReplyTo", b"pond://a")], {"JMSReplyTo": "pond://a"}),
        ([("jms.string.JMSReplyTo", None), ("jms.long.JMSTimestamp", None), ("jmslike_kind", None)], {}),
    ],
    ids=repr,
)
def test_whatever_is_no_header_of_jms_is_a_property(
    headers: list[tuple[str, bytes | None]], properties: dict[str, PropertyValue]
) -> None:
    envelope = read(headers=headers)
    assert envelope.properties == properties
    assert [type(value) for value in envelope.properties.values()] == [type(value) for value in properties.values()]
    assert envelope.headers is NO_HEADERS
    assert (envelope.id, envelope.timestamp, envelope.kind) == ("ID:orders-3-42", 7, "bytes")


@pytest.mark.parametrize(
    ("headers", "timestamp", "expected"),
    [
        ([], -1, 0),
        ([], None, 0),
        ([], 2**63 - 1, 0),
        ([("jms.long.JMSTimestamp", (5).to_bytes(8))], 7, 5),
        ([("jms.long.JMSTimestamp", bytes(8))], 7, 0),
        ([("jms.long.JMSTimestamp", b"\xff" * 8)], 7, 0),
        ([("jms.long.JMSTimestamp", b"\x7f" * 8)], 7, 0),
    ],
)
def test_a_time_that_no_clock_shows_is_none(headers: list[tuple[str, bytes]], timestamp: int, expected: int) -> None:
    assert read(headers=headers, timestamp=timestamp).timestamp == expected


@pytest.mark.parametrize(
    ("priority", "mode", "expected"), [(-1, 1, (0, 1)), (10, 0, (9, 2)), (3, 3, (3, 2)), (2**31 - 1, -1, (9, 2))]
)
def test_numbers_out_of_range_come_as_the_nearest(priority: int, mode: int, expected: tuple[int, int]) -> None:
    numbers = {"JMSPriority": priority, "JMSDeliveryMode": mode}
    headers = [(f"jms.int.{name}", number.to_bytes(4, signed=True)) for name, number in numbers.items()]
    envelope = read(headers=[*headers, ("jms.long.JMSExpiration", b"\xff" * 8)])
    assert (envelope.priority, envelope.delivery_mode) == expected
    assert envelope.expiration == 0


def test_an_id_begins_as_all_ids_do() -> None:
    assert read(headers=[("jms.string.JMSMessageID", b"7")]).id == "ID:7"
    assert read(headers=[("jms.string.JMSMessageID", b"")]).id == "ID:orders-3-42"


WORDS = ["string", "int", "long", "bytes", "boolean", "float", "double", "short", "byte", "null", "char", ""]
JMS_NAMES = ["MessageID", "Timestamp", "DeliveryMode", "Priority", "Expiration", "CorrelationID", "ReplyTo", "Type"]
HEADER_NAMES = (
    st.text(CHARACTERS, max_size=20)
    | st.sampled_from(["jmslike_kind", "jmslike_items", "jmslike_origin", "content-type", "jms.", "jms", "", "a"])
    | st.builds(
        "jms.{}.{}".format,
        st.sampled_from(WORDS),
        st.sampled_from([*(f"JMS{name}" for name in JMS_NAMES), "JMSXGroupID", "JMSXDeliveryCount", "a", "a.b", ""]),
    )
)
OCTETS = (
    st.binary(max_size=10)
    | st.sampled_from([4, 8]).flatmap(lambda size: st.binary(min_size=size, max_size=size))
    | st.text(CHARACTERS, max_size=10).map(str.encode)
    | st.sampled_from([b"text", b"map", b"stream", b"object", b"message", b"null text", b"null object", b"Sizx", b"i"])
    | st.sampled_from([b"queue://", b"topic://a", b"://", b"temp-queue://a", b"text/plain", b"\0", b"\1"])
)
BODY_OCTETS = st.binary(max_size=40) | st.sampled_from(
    [b"", b"{}", b"[1]", b"null", b'{"a":1}', b'["\\ud800"]', b"[1e999]", b"[" * 100_000, b"[" + b"9" * 5000 + b"]"]
)


@given(
    st.none() | OCTETS,
    st.none() | BODY_OCTETS,
    st.lists(st.tuples(HEADER_NAMES, st.none() | OCTETS), max_size=8),
    st.none() | st.integers(-(2**63), 2**63 - 1),
)
def test_whatever_a_stranger_sends_can_be_received(
    key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes | None]], timestamp: int | None
) -> None:
    envelope = read(key, value, headers, timestamp)
    assert envelope.id.startswith("ID:")
    assert 0 <= envelope.priority <= 9
    assert envelope.delivery_mode in (1, 2)
    assert all(found is None or isinstance(found, (bool, int, float, str)) for found in envelope.properties.values())
    try:  # it can be sent on, as to a queue of dead letters, or is refused
        back = there_and_back(envelope)
    except MessageFormatError:
        assert "\\ud" in ascii(envelope.body)
        return
    assert (back.id, back.origin, back.timestamp) == (envelope.id, envelope.origin, envelope.timestamp)
    assert (back.priority, back.delivery_mode, back.expiration) == (
        envelope.priority,
        envelope.delivery_mode,
        envelope.expiration,
    )
    assert back.properties.get("JMSXGroupID") == envelope.properties.get("JMSXGroupID")
    assert repr(back.body) == repr(envelope.body)
