"""What arrives between a Python program over STOMP and a Java program, whatever broker stands between them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jmslike import DeliveryMode, Queue, Topic
from jmslike.testing import Provider
from tests.interop.clients import Java, Python, content
from tests.interop.peer import exact
from tests.interop.values import BIG, GETTERS, ITEMS, PROPERTIES, SPELLED, TEXT

SAME_IN_BOTH = {
    "text": ("text", TEXT),
    "empty text": ("text", ""),
    "big text": ("text", "ä" * BIG),
    "bytes": ("bytes", bytes(range(256))),
    "empty bytes": ("bytes", b""),
    "big bytes": ("bytes", b"\x00\xff" * BIG),
}
NOT_IN_STOMP = {"map": ITEMS, "stream": list(ITEMS.values()), "object": {"n": [1, 2.5, None, "☃"]}}

plain = pytest.mark.parametrize(("kind", "body"), SAME_IN_BOTH.values(), ids=SAME_IN_BOTH)


@plain
def test_java_reads_our_text_and_bytes(jms: Provider, python: Python, java: Java, kind: str, body: Any) -> None:
    queue = jms.queue()
    python.send(queue, kind, body)
    seen = java.receive(queue)
    assert (seen.kind, seen.body) == (kind, body)


@plain
def test_we_read_javas_text_and_bytes(jms: Provider, python: Python, java: Java, kind: str, body: Any) -> None:
    queue = jms.queue()
    java.send(queue, kind, body)
    # without a body some brokers do not tell text from bytes
    assert content(python.receive(queue)) in ([(kind, body)] if body else [(kind, body), ("text", "")])


@pytest.mark.parametrize(("kind", "body"), NOT_IN_STOMP.items(), ids=NOT_IN_STOMP)
def test_java_reads_our_other_kinds_as_json(jms: Provider, python: Python, java: Java, kind: str, body: Any) -> None:
    queue = jms.queue()
    python.send(queue, kind, body)
    seen = java.receive(queue)
    assert (seen.kind, seen.properties["jmslike_kind"]) == ("text", kind)
    said = json.loads(seen.body)
    if kind == "map":
        assert (list(said), said["i"], said["S"]) == (list(body), body["i"], body["S"])
    elif kind == "stream":
        assert (len(said), said[3], said[7]) == (len(body), body[3], body[7])
    else:
        assert said == body


def test_java_reads_our_headers(jms: Provider, python: Python, java: Java) -> None:
    queue, answers = jms.queue(), jms.queue()
    sent = python.send(queue, correlation_id="c: 1\\2", reply_to=answers, type="order\n", priority=7, time_to_live=60)
    seen = java.receive(queue)
    assert seen.destination == queue
    assert (seen.correlation_id, seen.type, seen.reply_to) == ("c: 1\\2", "order\n", answers)
    assert (seen.delivery_mode, seen.priority, seen.redelivered) == (DeliveryMode.PERSISTENT, 7, False)
    assert seen.expiration == sent.expiration
    assert abs(seen.timestamp - sent.timestamp) < 60_000  # the broker's clock or ours


def test_we_read_javas_headers(jms: Provider, python: Python, java: Java) -> None:
    queue, answers = jms.queue(), jms.queue()
    sent = java.send(
        queue, body="x", correlation_id="c: 1\\2", reply_to=answers, type="order", priority=7, time_to_live=60
    )
    message = python.receive(queue)
    assert message.destination == queue
    assert (message.correlation_id, message.type, message.reply_to) == ("c: 1\\2", "order", answers)
    assert (message.delivery_mode, message.priority, message.redelivered) == (DeliveryMode.PERSISTENT, 7, False)
    assert message.expiration == sent.expiration
    assert message.timestamp == sent.timestamp
    assert str(message.message_id).startswith("ID:")


@pytest.mark.parametrize("mode", [DeliveryMode.PERSISTENT, DeliveryMode.NON_PERSISTENT])
def test_the_delivery_mode_passes_both_ways(jms: Provider, python: Python, java: Java, mode: DeliveryMode) -> None:
    queue = jms.queue()
    python.send(queue, delivery_mode=mode)
    assert java.receive(queue).delivery_mode == mode
    java.send(queue, delivery_mode=mode)
    assert python.receive(queue).delivery_mode == mode


def test_a_topic_is_a_topic_on_both_sides(jms: Provider, python: Python, java: Java) -> None:
    topic, answers = jms.topic(), jms.topic()
    with java.session.consumer(topic) as theirs, jms.context().create_consumer(topic) as ours:
        python.send(topic, body="from Python", reply_to=answers)
        seen = theirs.receive()
        assert (seen.body, seen.destination, seen.reply_to) == ("from Python", topic, answers)
        assert ours.receive_body(str, jms.patience) == "from Python"
        java.send(topic, body="from Java", reply_to=answers)
        message = ours.receive(jms.patience)
        assert message is not None
        assert (content(message), message.destination, message.reply_to) == (("text", "from Java"), topic, answers)
        assert isinstance(message.reply_to, Topic)
        assert theirs.receive().body == "from Java"


def test_java_reads_our_properties_by_every_getter(jms: Provider, python: Python, java: Java) -> None:
    queue = jms.queue()
    python.send(queue, properties=PROPERTIES)
    seen = java.receive(queue, getters=GETTERS)
    assert exact(seen.got) == exact(list(PROPERTIES.values()))
    assert {name: seen.properties[name] for name in SPELLED} == SPELLED


def test_we_read_javas_properties_by_every_getter(jms: Provider, python: Python, java: Java) -> None:
    queue = jms.queue()
    java.send(queue, body="x", properties=PROPERTIES)
    message = python.receive(queue)
    for (kind, name), value in zip(GETTERS, PROPERTIES.values(), strict=True):
        assert getattr(message, f"get_{kind}_property")(name) == value
    assert {name: message.get_string_property(name) for name in PROPERTIES} == SPELLED


def test_we_see_no_property_that_java_did_not_set(jms: Provider, python: Python, java: Java) -> None:
    queue = jms.queue()
    java.send(queue, body="x", properties={"colour": "red"})
    names = set(python.receive(queue).property_names)
    assert names - {"JMSXDeliveryCount"} == {"colour"}


def test_what_passes_through_java_comes_back_whole(jms: Provider, python: Python, java: Java) -> None:
    """A Java service that sends what it received on to another queue keeps what only we understand."""
    queue, back = jms.queue(), jms.queue()
    for kind, body in NOT_IN_STOMP.items():
        with java.session.consumer(queue) as service:
            relayed = service.replying()
            python.send(queue, kind, body, properties=PROPERTIES, reply_to=back)
            relayed()
        message = python.receive(back)
        assert exact(content(message)) == exact((kind, body))
        assert exact({name: message.get_object_property(name) for name in PROPERTIES}) == exact(PROPERTIES)


def test_java_reads_our_group(jms: Provider, python: Python, java: Java) -> None:
    queue = jms.queue()
    python.send(queue, properties={"JMSXGroupID": "g", "JMSXGroupSeq": 3})
    assert java.receive(queue, getters=[("string", "JMSXGroupID"), ("int", "JMSXGroupSeq")]).got == ["g", 3]


@pytest.mark.parametrize("kind", ["map", "stream", "object"])
def test_we_survive_what_stomp_cannot_carry(jms: Provider, python: Python, java: Java, kind: str) -> None:
    """What Java sends as map, stream or object is lost, or comes without its body; the program goes on."""
    queue, other = jms.queue(), jms.queue()
    with python.context.create_consumer(queue) as consumer:
        java.send(queue, kind, {"map": {"a": 1}, "stream": [1], "object": "x"}[kind])
        java.send(queue, body="and on")
        received = [consumer.receive(jms.patience)]
        while content(received[-1]) != ("text", "and on"):  # type: ignore[arg-type]
            received.append(consumer.receive(jms.patience))
        assert len(received) <= 2
    java.send(other, body="all is well")
    assert content(python.receive(other)) == ("text", "all is well")


def test_browsing_java_sees_ours_in_order(jms: Provider, python: Python, java: Java) -> None:
    queue: Queue = jms.queue()
    for number in range(3):
        python.send(queue, body=str(number), properties={"n": number})
    assert [seen.body for seen in java.session.browse(queue)] == ["0", "1", "2"]
    assert [content(python.receive(queue)) for _ in range(3)] == [("text", "0"), ("text", "1"), ("text", "2")]
