"""Messages through real Java clients and brokers, as records on both sides."""

from __future__ import annotations

import itertools
import json
import math
import os
import time
from collections.abc import Iterator
from typing import Any

import pytest

from jmslike.destinations import Destination, Queue, TemporaryQueue, Topic
from jmslike.envelope import NO_HEADERS, Envelope, Headers, Terms
from jmslike.values import Byte, Char, Float, Long, Short
from tests.brokers import UnavailableError
from tests.interop.peer import exact
from tests.jvm.round_trip import CLIENTS, JavaError, RoundTrip

_numbers = itertools.count(time.time_ns())


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=pytest.mark.broker(client.broker)) for name, client in CLIENTS.items()],
)
def java(request: pytest.FixtureRequest) -> Iterator[RoundTrip]:
    broker = request.getfixturevalue(CLIENTS[request.param].broker)
    try:
        program = RoundTrip(request.param, broker)
    except UnavailableError as missing:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(str(missing))
    with program:
        yield program


@pytest.fixture
def queue() -> Queue:
    return Queue(f"records.{next(_numbers)}")


def new(destination: Destination, kind: str, body: Any = None, **more: Any) -> Envelope:
    """Return a message as a producer makes it."""
    envelope = Envelope.make(id="ID:new:1:1:1:7", destination=destination, kind=kind, body=body, **more)
    envelope.terms = Terms(destination, envelope.delivery_mode, "origin", "ID:new:1:1:1:")
    envelope.id_or_number = 7
    return envelope


TEXT = "\u00e9\0\u20ac\U0001f600"
ITEMS = (None, True, Byte(-1), Short(2), -3, Long(4), Float(0.1), 0.1, "text", "", Char("\u20ac"), b"\0\xff", b"")
PROPERTIES = {
    "z": True,
    "b": Byte(-128),
    "s": Short(2),
    "i": -3,
    "l": Long(2**40),
    "f": Float(0.1),
    "d": 0.1,
    "t": "\u20ac",
    "e": "",
}
BODIES = [
    ("message", None),
    ("text", None),
    ("text", ""),
    ("text", TEXT),
    ("text", "x" * 200_000),
    ("bytes", b""),
    ("bytes", bytes(range(256)) * 1000),
    ("map", {}),
    ("map", {str(number): item for number, item in enumerate(ITEMS)}),
    ("map", {f"name {TEXT}": 1}),
    ("stream", ()),
    ("stream", (*ITEMS, TEXT)),
    ("object", None),
    ("object", b'{"a": 1}'),
    ("object", b"\x80\0"),
]


@pytest.mark.parametrize(("kind", "body"), BODIES, ids=lambda value: str(value)[:20])
def test_bodies_arrive_with_the_types_of_their_items(java: RoundTrip, queue: Queue, kind: str, body: Any) -> None:
    """MSG-01: each kind of body arrives as what was sent. The client of OpenMQ knows no empty text."""
    if java.client == "openmq" and body == "":
        body = None
    java.put(new(queue, kind, body))
    received, attempts = java.get(queue)
    assert (received.kind, exact(received.body), attempts) == (kind, exact(body), 0)
    assert received.properties.keys() <= {"_AMQ_LARGE_SIZE"}


def test_properties_arrive_with_their_types(java: RoundTrip, queue: Queue) -> None:
    java.put(new(queue, "message", properties=PROPERTIES))
    assert exact(java.get(queue)[0].properties) == exact(PROPERTIES)


def test_texts_arrive_whole_in_properties_and_items(java: RoundTrip, queue: Queue) -> None:
    """But on Classic, whose Java client reads a NUL and what is beyond U+FFFF as other characters."""
    java.put(new(queue, "map", {"item": TEXT}, properties={"property": TEXT}))
    received, _ = java.get(queue)
    read = received.body["item"], received.properties["property"]
    if java.client.startswith("openwire"):
        assert all("\ufffd" in str(text) for text in read)
    else:
        assert read == (TEXT, TEXT)


def test_a_property_may_be_null(java: RoundTrip, queue: Queue) -> None:
    """But on RabbitMQ and OpenMQ, whose Java clients do not set it."""
    java.put(new(queue, "text", "a", properties={"nothing": None}))
    assert java.get(queue)[0].properties == ({} if java.client in ("rabbitmq", "openmq") else {"nothing": None})


NOT_FINITE: dict[str, Any] = {
    "nan": math.nan,
    "infinity": math.inf,
    "minus": -math.inf,
    "single_nan": Float(math.nan),
    "single_infinity": Float(math.inf),
}


@pytest.mark.parametrize("kind", ["map", "stream"])
def test_numbers_that_are_not_finite_arrive(java: RoundTrip, queue: Queue, kind: str) -> None:
    """PROP-21: but as properties RabbitMQ closes the connection over them, so `jvm:` refuses them there."""
    properties = {} if java.client == "rabbitmq" else NOT_FINITE
    java.put(new(queue, kind, NOT_FINITE if kind == "map" else tuple(NOT_FINITE.values()), properties=properties))
    received, _ = java.get(queue)
    items = received.body if kind == "map" else dict(zip(NOT_FINITE, received.body, strict=True))
    for read, written in ((items, NOT_FINITE), (received.properties, properties)):
        assert {name: repr(value) for name, value in read.items()} == {
            name: repr(value) for name, value in written.items()
        }


def test_groups_arrive_and_counts_are_no_property(java: RoundTrip, queue: Queue) -> None:
    group = {"JMSXGroupID": "g", "JMSXGroupSeq": 3}
    java.put(new(queue, "text", "a", properties={**group, "JMSXDeliveryCount": 7}))
    assert java.get(queue)[0].properties == group


@pytest.mark.parametrize("correlation_id", ["c", "", b"\0\xff\x01", b"text", b""], ids=str)
def test_headers_of_the_client_arrive(java: RoundTrip, queue: Queue, correlation_id: str | bytes) -> None:
    headers = Headers(correlation_id, Topic("answers"), "type")
    java.put(new(queue, "text", "a", headers=headers))
    received, _ = java.get(queue)
    assert (received.headers, dict(received.properties)) == (headers, {})


def test_a_message_without_headers_gets_none(java: RoundTrip, queue: Queue) -> None:
    java.put(new(queue, "text", "a"))
    assert java.get(queue)[0].headers == NO_HEADERS


def test_a_reply_to_another_connections_temporary_queue_goes_to_a_queue_of_its_name(
    java: RoundTrip, queue: Queue
) -> None:
    java.put(new(queue, "text", "a", headers=Headers(None, TemporaryQueue("answers"))))
    assert java.get(queue)[0].headers.reply_to == Queue("answers")


def test_headers_of_the_send_arrive(java: RoundTrip, queue: Queue) -> None:
    before = round(time.time() * 1000)
    java.put(new(queue, "text", "a", delivery_mode=1, priority=7, expiration=before + 3_600_000))
    received, _ = java.get(queue)
    assert (received.destination, received.delivery_mode, received.priority) == (queue, 1, 7)
    assert before <= received.timestamp <= time.time() * 1000
    assert abs(received.expiration - before - 3_600_000) < 60_000
    assert received.id.startswith("ID:")
    assert received.id != "ID:new:1:1:1:7"


def test_a_delayed_message_says_when_it_was_due(java: RoundTrip, queue: Queue) -> None:
    """But on Classic, whose Java client cannot delay. That of RabbitMQ needs a plugin, else it loses its connection."""
    if java.client == "rabbitmq":
        return
    due = round(time.time() * 1000) + 1000
    if java.client.startswith("openwire"):
        with pytest.raises(JavaError, match="setDeliveryDelay"):
            java.put(new(queue, "text", "a", delivery_time=due))
        return
    java.put(new(queue, "text", "a", delivery_time=due))
    received, _ = java.get(queue)
    assert abs(received.due - due) < 1000
    assert received.timestamp < received.due <= time.time() * 1000


def test_a_message_that_is_sent_on_keeps_its_id_and_timestamp(java: RoundTrip, queue: Queue) -> None:
    java.put(Envelope.make(id="ID:first", destination=queue, kind="text", body="a", timestamp=1_700_000_000_123))
    received, _ = java.get(queue)
    assert (received.id, received.timestamp, received.properties) == ("ID:first", 1_700_000_000_123, {})


def test_a_topic_arrives_as_one(java: RoundTrip, queue: Queue) -> None:
    java.put(new(queue, "text", "a", headers=Headers(None, Queue(f"{queue.name}.answers"))))
    received, _ = java.get(queue)
    assert type(received.destination) is Queue
    assert received.headers.reply_to == Queue(f"{queue.name}.answers")


def test_a_property_that_the_provider_refuses_is_named(java: RoundTrip, queue: Queue) -> None:
    """Some take any name."""
    if java.client in ("core", "qpid"):
        with pytest.raises(JavaError, match=r"MessageFormatException: the property 'no name' cannot be sent"):
            java.put(new(queue, "text", "a", properties={"no name": 1}))
    with pytest.raises(JavaError, match=r"MessageFormatException: the property '' cannot be sent"):
        java.put(new(queue, "text", "a", properties={"": 1}))


@pytest.mark.parametrize("text", ["string", "long-string"])
def test_a_string_of_java_is_an_object(java: RoundTrip, queue: Queue, text: str) -> None:
    java.put_java(text, queue.name)
    received, _ = java.get(queue)
    assert received.kind == "object"
    assert json.loads(received.body) == ("two lamps \u2026" if text == "string" else "x" * 100_000)


def test_null_of_java_is_one(java: RoundTrip, queue: Queue) -> None:
    java.put_java("null", queue.name)
    received, _ = java.get(queue)
    assert (received.kind, received.body) == ("object", None)


@pytest.mark.parametrize(
    ("what", "in_it"), [("list", b"ArrayList"), ("secret", b"RoundTrip$Secret"), ("octets", b"{}")]
)
def test_other_objects_of_java_are_their_bytes(java: RoundTrip, queue: Queue, what: str, in_it: bytes) -> None:
    java.put_java(what, queue.name)
    received, _ = java.get(queue)
    assert received.kind == "bytes"
    assert received.body.startswith(b"\xac\xed\0\5")
    assert in_it in received.body


def test_half_of_a_surrogate_pair_from_java_arrives(java: RoundTrip, queue: Queue) -> None:
    """But the Java clients of RabbitMQ and OpenMQ send a question mark, and Qpid's cannot read what it sent."""
    if java.client != "qpid":
        java.put_java("half", queue.name)
        assert java.get(queue)[0].body == ("a?b" if java.client in ("rabbitmq", "openmq") else "a\ud83db")


def test_bytes_that_java_wrote_are_read_whole(java: RoundTrip, queue: Queue) -> None:
    java.put_java("bytes", queue.name)
    assert java.get(queue)[0].body == b"\0\3two\0\0\0\7"


def test_a_correlation_id_of_bytes_from_java_is_one_where_its_client_says_so(java: RoundTrip, queue: Queue) -> None:
    """OpenMQ's broker cannot read what its Java client sends then."""
    if java.client != "openmq":
        java.put_java("correlation", queue.name)
        correlation_id = java.get(queue)[0].headers.correlation_id
        assert correlation_id == (b"\0\1\xff" if java.client in ("core", "core-javax", "qpid") else "\0\1\ufffd")
