"""Our messages as records to Java's own Kafka client, and its records as messages to us."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from jmslike import DeliveryMode, Destination, Float, Long, Message, Short, Topic
from jmslike.testing import Harness, Provider
from jmslike.testing.steps import take_text, text_of
from tests.brokers import Broker
from tests.harnesses import harness_of
from tests.interop.clients import Python, content
from tests.interop.java_kafka import JavaKafka, Record
from tests.interop.peer import exact
from tests.interop.values import ITEMS, OTHER_KINDS, PROPERTIES, TEXT

TYPED: dict[str, Any] = {
    "jms.boolean.z": True,
    "jms.short.s": Short(32767),
    "jms.int.i": -(2**31),
    "jms.long.l": Long(2**63 - 1),
    "jms.float.f": Float(1.1),
    "jms.double.d": 2.5e-300,
    "jms.string.S": "grün: ☃",
}
"""The properties of every type that Kafka has serializers for, as headers."""
IS_TEXT = {"content-type": "text/plain; charset=utf-8"}


@pytest.fixture(scope="module")
def harness(kafka: Broker) -> Harness:
    return harness_of(kafka, "kafka")


@pytest.fixture
def java(java_kafka: JavaKafka) -> JavaKafka:
    return java_kafka


def only(java: JavaKafka, destination: Destination) -> Record:
    """Return the only record of a destination's topic."""
    [record] = java.read(destination.name)
    return record


# ---- what Java reads of us -------------------------------------------------------------------------------------------


def test_java_reads_our_headers(jms: Provider, python: Python, java: JavaKafka) -> None:
    queue, answers = jms.queue(), jms.queue()
    sent = python.send(
        queue,
        body="x",
        correlation_id="c: 1\\2",
        reply_to=answers,
        type="order\n",
        priority=7,
        time_to_live=60,
    )
    headers = dict(only(java, queue).headers)
    assert exact({name: value for name, value in headers.items() if name.startswith("jms.")}) == exact(
        {
            "jms.string.JMSMessageID": sent.message_id,
            "jms.long.JMSTimestamp": Long(sent.timestamp),
            "jms.int.JMSDeliveryMode": 2,
            "jms.int.JMSPriority": 7,
            "jms.long.JMSExpiration": Long(sent.expiration),
            "jms.string.JMSCorrelationID": "c: 1\\2",
            "jms.string.JMSReplyTo": f"queue://{answers.name}",
            "jms.string.JMSType": "order\n",
        }
    )


def test_java_sees_no_header_that_is_not_set(jms: Provider, python: Python, java: JavaKafka) -> None:
    queue = jms.queue()
    python.send(queue, "bytes", b"x", delivery_mode=DeliveryMode.NON_PERSISTENT)
    record = only(java, queue)
    headers = dict(record.headers)
    assert headers.pop("jms.int.JMSDeliveryMode") == 1
    assert set(headers) == {"jms.string.JMSMessageID", "jms.long.JMSTimestamp", "jms.int.JMSPriority"}
    assert record.key is None


def test_java_reads_of_what_kind_our_reply_to_is(jms: Provider, python: Python, java: JavaKafka) -> None:
    queue, context = jms.queue(), python.context
    kinds = {
        "queue": jms.queue(),
        "topic": jms.topic(),
        "temp-queue": context.create_temporary_queue(),
        "temp-topic": context.create_temporary_topic(),
    }
    for reply_to in kinds.values():
        python.send(queue, reply_to=reply_to)
    read = [dict(record.headers)["jms.string.JMSReplyTo"] for record in java.read(queue.name)]
    assert read == [f"{kind}://{reply_to.name}" for kind, reply_to in kinds.items()]


def test_java_reads_our_correlation_id_of_bytes(jms: Provider, python: Python, java: JavaKafka) -> None:
    queue = jms.queue()
    message = python.context.create_message()
    message.correlation_id_as_bytes = b"\x00\xff"
    python.context.create_producer().send(queue, message)
    assert dict(only(java, queue).headers)["jms.bytes.JMSCorrelationID"] == b"\x00\xff"


def test_java_reads_our_properties(jms: Provider, python: Python, java: JavaKafka) -> None:
    """Kafka has no serializer for a single byte."""
    queue = jms.queue()
    python.send(queue, body="x", properties={**PROPERTIES, "none": None})
    headers = dict(only(java, queue).headers)
    assert exact({name: headers[name] for name in TYPED}) == exact(TYPED)
    assert (headers["jms.byte.b"], headers["jms.null.none"]) == (b"\x80", b"")


@pytest.mark.parametrize("text", [TEXT, "", "a\0b", "ä" * 100_000], ids=["text", "empty", "nul", "long"])
def test_java_reads_our_text_as_it_is(jms: Provider, python: Python, java: JavaKafka, text: str) -> None:
    queue = jms.queue()
    python.send(queue, body=text)
    assert only(java, queue).value == text.encode()


@pytest.mark.parametrize("octets", [bytes(range(256)), b""], ids=["bytes", "empty"])
def test_java_reads_our_bytes_as_they_are(jms: Provider, python: Python, java: JavaKafka, octets: bytes) -> None:
    """So empty ones are no tombstone, which would delete what came before under the key."""
    queue = jms.queue()
    python.send(queue, "bytes", octets)
    assert only(java, queue).value == octets


@pytest.mark.parametrize(("kind", "body"), OTHER_KINDS.items(), ids=OTHER_KINDS)
def test_java_reads_our_other_kinds_as_json(
    jms: Provider, python: Python, java: JavaKafka, kind: str, body: Any
) -> None:
    queue = jms.queue()
    python.send(queue, kind, body)
    record = only(java, queue)
    said = json.loads(record.text)
    assert dict(record.headers)["jmslike_kind"] == kind.encode()
    assert list(said) == list(body) if isinstance(body, dict) else len(said) == len(body)


@pytest.mark.parametrize("kind", ["text", "object", "message"])
def test_java_reads_no_body_as_an_empty_one(jms: Provider, python: Python, java: JavaKafka, kind: str) -> None:
    queue = jms.queue()
    python.send(queue, kind)
    assert only(java, queue).value == b""


def test_our_group_is_the_key_and_goes_where_java_puts_it(jms: Provider, python: Python, java: JavaKafka) -> None:
    queue = jms.queue()
    java.create(queue.name, partitions=7)
    keys = [f"{word}{number}" for word in ("k", "clé ", "ключ", "鍵", "\U0001d11e") for number in range(20)]
    for key in keys:
        python.send(queue, properties={"JMSXGroupID": key})
    ours = {record.key: record.partition for record in java.read(queue.name)}
    assert ours == {key.encode(): java.send(queue.name, b"", key)[0] for key in keys}
    assert set(ours.values()) == set(range(7))


# ---- what we read of Java --------------------------------------------------------------------------------------------


def received(jms: Provider, python: Python, java: JavaKafka, *sent: Any, **more: Any) -> Message:
    """Return what Java sends, as we receive it."""
    queue = jms.queue()
    java.create(queue.name)
    java.send(queue.name, *sent, **more)
    return python.receive(queue)


def test_we_read_javas_record_as_a_text_if_it_says_so(jms: Provider, python: Python, java: JavaKafka) -> None:
    for value in (TEXT, ""):
        assert content(received(jms, python, java, value, headers=IS_TEXT)) == ("text", value)
        assert content(received(jms, python, java, value)) == ("bytes", value.encode())
    assert content(received(jms, python, java, b"\xff", headers=IS_TEXT)) == ("bytes", b"\xff")


def test_we_read_javas_tombstone_as_a_bare_message(jms: Provider, python: Python, java: JavaKafka) -> None:
    message = received(jms, python, java, None, "deleted")
    assert content(message) == ("message", None)
    assert message.get_string_property("JMSXGroupID") == "deleted"


def test_we_read_javas_properties(jms: Provider, python: Python, java: JavaKafka) -> None:
    headers = {**TYPED, "jms.byte.b": b"\x80", "plain": "text", "jms.bytes.octets": b"x"}
    message = received(jms, python, java, "x", "key", headers)
    expected = {**PROPERTIES, "plain": "text", "octets": "x", "JMSXGroupID": "key", "JMSXDeliveryCount": 1}
    assert exact(dict(message.properties)) == exact(expected)


def test_we_read_javas_headers(jms: Provider, python: Python, java: JavaKafka) -> None:
    now = round(time.time() * 1000)
    headers = {
        "jms.string.JMSMessageID": "ID:java-1",
        "jms.long.JMSTimestamp": Long(now - 5),
        "jms.int.JMSDeliveryMode": 1,
        "jms.int.JMSPriority": 7,
        "jms.long.JMSExpiration": Long(now + 60_000),
        "jms.string.JMSCorrelationID": "c",
        "jms.string.JMSReplyTo": "topic://answers",
        "jms.string.JMSType": "order",
    }
    message = received(jms, python, java, "x", headers=headers)
    assert (message.message_id, message.timestamp, message.expiration) == ("ID:java-1", now - 5, now + 60_000)
    assert (message.delivery_mode, message.priority, message.redelivered) == (1, 7, False)
    assert (message.correlation_id, message.reply_to, message.type) == ("c", Topic("answers"), "order")


def test_a_plain_record_has_the_headers_that_it_needs(jms: Provider, python: Python, java: JavaKafka) -> None:
    """Its time is the record's, and its id tells where it is."""
    message = received(jms, python, java, "x")
    assert abs(message.timestamp - time.time() * 1000) < 60_000
    assert str(message.message_id).startswith("ID:")
    assert (message.delivery_mode, message.priority, message.expiration) == (DeliveryMode.PERSISTENT, 4, 0)
    assert (message.correlation_id, message.reply_to, message.type) == (None, None, None)
    assert dict(message.properties) == {"JMSXDeliveryCount": 1}


def test_what_java_let_expire_does_not_come(jms: Provider, python: Python, java: JavaKafka) -> None:
    queue = jms.queue()
    java.create(queue.name)
    java.send(queue.name, "late", headers={**IS_TEXT, "jms.long.JMSExpiration": Long(1)})
    java.send(queue.name, "fresh", headers=IS_TEXT)
    assert text_of(python.receive(queue)) == "fresh"


ODD: dict[str, list[tuple[str, Any]]] = {
    "null": [("jms.int.n", None), ("plain", None), ("jms.int.JMSPriority", None), ("jms.string.JMSMessageID", None)],
    "too short": [("jms.int.n", b"\1"), ("jms.long.JMSTimestamp", b"\1"), ("jms.int.JMSPriority", b"")],
    "of another type": [("jms.int.n", "twelve"), ("jms.boolean.b", "true"), ("jms.boolean.c", b"\7")],
    "no UTF-8": [("plain", b"\xff"), ("jms.string.s", b"\xff"), ("jms.string.JMSCorrelationID", b"\xff")],
    "oddly called": [("", "x"), ("jms.", "x"), ("jms.int.", 1), ("jms.date.d", "x"), ("1 + 1", "x"), ("jms.int", 1)],
    "again": [("jms.int.n", 1), ("jms.string.n", "2"), ("n", "3")],
    "out of range": [
        ("jms.int.JMSPriority", 77),
        ("jms.int.JMSDeliveryMode", -1),
        ("jms.long.JMSTimestamp", Long(-(2**63))),
        ("jms.long.JMSExpiration", Long(2**63 - 1)),
    ],
    "nowhere": [("jms.string.JMSReplyTo", "nowhere"), ("jms.string.JMSDestination", "queue://other")],
    "ours in vain": [("jmslike_kind", "map"), ("jmslike_items", "zzz"), ("jmslike_origin", b"\xff")],
}


@pytest.mark.parametrize("headers", ODD.values(), ids=ODD)
def test_odd_headers_of_java_harm_no_message(
    jms: Provider, python: Python, java: JavaKafka, headers: list[tuple[str, Any]]
) -> None:
    """It comes, and can be sent on."""
    message = received(jms, python, java, "x", b"\xff", [*headers, ("jms.string.whole", "yes")])
    assert message.get_string_property("whole") == "yes"
    assert content(message) == ("bytes", b"x")
    assert message.destination is not None
    assert not message.property_exists("JMSXGroupID")
    onward = jms.queue()
    python.context.create_producer().send(onward, message)
    assert content(python.receive(onward)) == ("bytes", b"x")


def test_what_java_copies_comes_back_whole(jms: Provider, python: Python, java: JavaKafka) -> None:
    """A Java service that copies key, value and headers knows nothing of our kinds, nor needs to."""
    queue, back = jms.queue(), jms.queue()
    java.create(back.name)
    bodies: dict[str, Any] = {**OTHER_KINDS, "text": None, "map": {**ITEMS, "more": "a\0b"}}
    for kind, body in bodies.items():
        python.send(queue, kind, body, properties={**PROPERTIES, "JMSXGroupID": "g"})
        record = java.read(queue.name)[-1]
        java.send(back.name, record.value, record.key, record.headers)
        message = python.receive(back)
        assert exact(content(message)) == exact((kind, body))
        assert exact({name: message.get_object_property(name) for name in PROPERTIES}) == exact(PROPERTIES)
        assert message.get_string_property("JMSXGroupID") == "g"


@pytest.mark.parametrize("selector", ["i < 0 AND z", "d < 1 AND S LIKE 'gr%'", "l > 9E18 AND JMSXGroupID = 'g'"])
def test_our_selector_chooses_among_javas_records(
    jms: Provider, python: Python, java: JavaKafka, selector: str
) -> None:
    topic = jms.topic()
    java.create(topic.name)
    with python.context.create_consumer(topic, selector) as consumer:
        java.send(topic.name, "plain", headers=IS_TEXT)
        java.send(topic.name, "chosen", "g", {**IS_TEXT, **TYPED})
        assert take_text(jms, consumer) == "chosen"


def test_compressed_records_pass_both_ways(jms: Provider, python: Python, java: JavaKafka) -> None:
    queue, text = jms.queue(), "x" * 10_000
    Python(jms, compression="gzip").send(queue, body=text)
    assert only(java, queue).text == text
    java.producer(compression_type="gzip").send(queue.name, text, headers=IS_TEXT)
    assert [content(python.receive(queue)) for _ in range(2)] == 2 * [("text", text)]
