"""Messages of another jmslike, which came over STOMP or AMQP, read through a Java client; and the other way round."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from jmslike import Queue
from jmslike.envelope import Envelope, Headers, Terms
from jmslike.testing import Harness, Provider
from jmslike.values import Byte, Char, Float, Long, Short
from tests.brokers import UnavailableError
from tests.harnesses import harness_of
from tests.interop.clients import Python, content
from tests.interop.peer import exact
from tests.jvm.round_trip import RoundTrip

PAIRS = {
    "core beside stomp": ("artemis", "core", "stomp"),
    "qpid beside stomp": ("artemis", "qpid", "stomp"),
    "openwire beside stomp": ("activemq", "openwire", "stomp"),
    "rabbitmq beside amqp": ("rabbitmq", "rabbitmq", "amqp"),
}


@pytest.fixture(
    scope="module", params=[pytest.param(name, marks=pytest.mark.broker(pair[0])) for name, pair in PAIRS.items()]
)
def pair(request: pytest.FixtureRequest) -> tuple[Any, str, str]:
    broker, client, protocol = PAIRS[request.param]
    return request.getfixturevalue(broker), client, protocol


@pytest.fixture(scope="module")
def harness(pair: tuple[Any, str, str]) -> Harness:
    broker, _, protocol = pair
    return harness_of(broker, protocol)


@pytest.fixture(scope="module")
def java(pair: tuple[Any, str, str]) -> Iterator[RoundTrip]:
    broker, client, _ = pair
    try:
        program = RoundTrip(client, broker)
    except UnavailableError as missing:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(str(missing))
    with program:
        yield program


@pytest.fixture
def python(jms: Provider) -> Python:
    return Python(jms)


ITEMS = (None, True, Byte(-1), Short(2), -3, Long(4), Float(0.1), 0.1, "text", "", Char("\u20ac"), b"\0\xff", b"")
PROPERTIES = {"z": True, "b": Byte(-128), "s": Short(2), "i": -3, "l": Long(2**40), "f": Float(0.1), "d": 0.1, "t": "7"}
BODIES = [
    ("message", None),
    ("text", None),
    ("text", ""),
    ("text", "\u00e9\0\u20ac\U0001f600"),
    ("bytes", b""),
    ("bytes", b"\0\xff"),
    ("map", {str(number): item for number, item in enumerate(ITEMS)}),
    ("stream", ITEMS),
    ("object", {"a": [1, "\u20ac"]}),
    ("object", None),
]
OVER_EVERY_WIRE = [("text", ""), ("text", "\u20ac\U0001f600"), ("bytes", b"\0\xff"), *BODIES[8:]]


@pytest.mark.parametrize(("kind", "body"), BODIES, ids=str)
def test_a_body_from_another_wire_is_read(jms: Provider, python: Python, java: RoundTrip, kind: str, body: Any) -> None:
    queue = jms.queue()
    python.send(queue, kind, body)
    received, _ = java.get(queue)
    wanted = b'{"a":[1,"\\u20ac"]}' if isinstance(body, dict) and kind == "object" else body
    assert (received.kind, exact(received.body), received.properties) == (kind, exact(wanted), {})


def test_properties_and_headers_from_another_wire_are_read(jms: Provider, python: Python, java: RoundTrip) -> None:
    queue = jms.queue()
    sent = python.send(queue, "text", "a", properties=PROPERTIES, correlation_id="c", type="t", priority=7)
    received, attempts = java.get(queue)
    assert exact(dict(received.properties)) == exact(PROPERTIES)
    assert received.headers == Headers("c", None, "t")
    assert (received.id, received.priority) == (sent.message_id, 7)
    assert abs(received.timestamp - sent.timestamp) < 60_000  # Qpid's client sees when the broker got it
    assert attempts == 0


@pytest.mark.parametrize(("kind", "body"), OVER_EVERY_WIRE, ids=str)
def test_a_body_of_ours_is_read_over_another_wire(
    jms: Provider, python: Python, java: RoundTrip, kind: str, body: Any
) -> None:
    queue = jms.queue()
    encoded = b'{"a":[1,"\\u20ac"]}' if isinstance(body, dict) else body
    envelope = Envelope.make(id="", destination=queue, kind=kind, body=encoded)
    envelope.terms = Terms(queue, 2, "origin", "ID:new:1:1:1:")
    envelope.id_or_number = 7
    java.put(envelope)
    assert exact(content(python.receive(queue))) == exact((kind, body))


def test_a_correlation_id_of_bytes_is_read(jms: Provider, python: Python, java: RoundTrip) -> None:
    """But by RabbitMQ's Java client, which hides what tells it from a text, and by Qpid's, which gets nothing of it."""
    queue = jms.queue()
    python.send(queue, "text", "a", correlation_id=b"\0\xff")
    losses = {"rabbitmq": "\0\ufffd", "qpid": None}
    assert java.get(queue)[0].headers.correlation_id == losses.get(java.client, b"\0\xff")


def test_one_that_is_sent_on_keeps_its_id(jms: Provider, python: Python, java: RoundTrip) -> None:
    queue = jms.queue()
    sent = python.send(queue, "text", "a", properties=PROPERTIES)
    received, _ = java.get(queue)
    java.put(received)
    again, _ = java.get(queue)
    assert (again.id, again.timestamp) == (sent.message_id, received.timestamp)
    assert exact(dict(again.properties)) == exact(PROPERTIES)
    assert isinstance(again.destination, Queue)
