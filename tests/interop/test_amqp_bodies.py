"""The Java client of RabbitMQ reads the bodies that we write, and we read its own; plain AMQP carries them."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel

from jmslike import Destination, Long, Queue, TemporaryQueue, TemporaryTopic, Topic
from jmslike.spi import Envelope, Headers
from jmslike_transports.shared.jms_body import decode, encode
from tests.brokers import Broker
from tests.interop.bodies import FIRST, READ, RELAYED, SENT, each
from tests.interop.clients import Java
from tests.interop.peer import Seen, exact
from tests.interop.record_golden import bound_queue, next_body
from tests.interop.values import GETTERS, PROPERTIES, TEXT


@pytest.fixture
def java(java_program: Callable[[str, Broker], Java], rabbitmq: Broker) -> Java:
    return java_program("rabbitmq", rabbitmq)


@pytest.fixture
def channel(rabbitmq: Broker) -> Iterator[BlockingChannel]:
    with pika.BlockingConnection(pika.URLParameters(rabbitmq.url("amqp"))) as connection:
        yield connection.channel()


@pytest.fixture
def queue(channel: BlockingChannel) -> Iterator[Queue]:
    name = f"jmslike.bodies.{uuid.uuid4().hex[:8]}"
    channel.queue_declare(name, durable=True)
    yield Queue(name)
    channel.queue_delete(name)


def made(destination: Destination, kind: str = "text", body: Any = None, **more: Any) -> Envelope:
    return Envelope.make(id="ID:conn:1:1:1:7", destination=destination, kind=kind, body=body, **more)


def passed(java: Java, channel: BlockingChannel, envelope: Envelope, **more: Any) -> Seen:
    """Return what Java sees of the message."""
    channel.basic_publish("", envelope.destination.name, encode(envelope))
    return java.receive(envelope.destination, **more)


@each(READ)
def test_java_reads_our_bodies(java: Java, channel: BlockingChannel, queue: Queue, kind: str, body: Any) -> None:
    seen = passed(java, channel, made(queue, kind, body))
    assert exact((seen.kind, seen.body)) == exact((kind, body))


@each(RELAYED)
def test_bodies_go_through_java_and_come_back(
    java: Java, channel: BlockingChannel, queue: Queue, kind: str, body: Any
) -> None:
    """A Java service answers with what it got."""
    answers = channel.queue_declare("", exclusive=True).method.queue
    headers = Headers(b"\xff\x00", TemporaryQueue(answers), "order")
    envelope = made(queue, kind, body, properties=PROPERTIES, headers=headers)
    with java.session.consumer(queue) as service:
        relayed = service.replying()
        channel.basic_publish("", queue.name, encode(envelope))
        relayed()
    answer = decode(next_body(channel, answers), queue)
    assert exact((answer.kind, answer.body)) == exact((kind, body))
    assert exact(answer.properties) == exact(PROPERTIES)
    assert (answer.headers.correlation_id, answer.headers.type) == (b"\xff\x00", "order")
    assert answer.destination == TemporaryQueue(answers)


@pytest.mark.parametrize(
    ("body", "theirs"),
    [(b'"gr\\u00fcn"', "grün"), (b'{"n": [1]}', '{"n": [1]}'), (b"\x80\x04\xff", b"\x80\x04\xff")],
    ids=["str", "json", "pickle"],
)
def test_java_reads_our_objects_and_gives_them_back(
    java: Java, channel: BlockingChannel, queue: Queue, body: bytes, theirs: Any
) -> None:
    answers = channel.queue_declare("", exclusive=True).method.queue
    envelope = made(queue, "object", body, headers=Headers(reply_to=TemporaryQueue(answers)))
    seen = passed(java, channel, envelope)
    assert (seen.kind, seen.body) == ("object", theirs)
    with java.session.consumer(queue) as service:
        relayed = service.replying()
        channel.basic_publish("", queue.name, encode(envelope))
        relayed()
    answer = decode(next_body(channel, answers), queue)
    assert (answer.kind, answer.body) == ("object", body)


def test_java_reads_our_properties_by_every_getter(java: Java, channel: BlockingChannel, queue: Queue) -> None:
    properties = {**PROPERTIES, "none": None, "long": "ä" * 100_000}
    seen = passed(java, channel, made(queue, properties=properties), getters=GETTERS)
    assert exact(seen.properties) == exact({**properties, **FIRST})
    assert exact(seen.got) == exact(list(PROPERTIES.values()))


def test_java_sees_no_property_of_ours(java: Java, channel: BlockingChannel, queue: Queue) -> None:
    envelope = made(queue, "object", b"[1]", origin="client", headers=Headers(correlation_id=b"\xff"))
    assert passed(java, channel, envelope).properties == FIRST


@pytest.mark.parametrize("kind", [Queue, Topic, TemporaryQueue, TemporaryTopic])
def test_java_reads_our_headers(java: Java, channel: BlockingChannel, queue: Queue, kind: type[Destination]) -> None:
    now = int(time.time() * 1000)
    envelope = made(
        queue,
        delivery_mode=1,
        priority=7,
        timestamp=now,
        expiration=now + 60_000,
        delivery_time=now + 1,
        headers=Headers("c ä 1", kind("answers"), "order"),
    )
    seen = passed(java, channel, envelope)
    assert (seen.message_id, seen.destination) == ("ID:conn:1:1:1:7", queue)
    assert (type(seen.reply_to), seen.reply_to) == (kind, kind("answers"))
    assert (seen.correlation_id, seen.type) == ("c ä 1", "order")
    assert (seen.delivery_mode, seen.priority, seen.redelivered) == (1, 7, False)
    assert (seen.timestamp, seen.expiration, seen.delivery_time) == (now, now + 60_000, now + 1)


@each(SENT)
def test_we_read_javas_bodies(java: Java, channel: BlockingChannel, queue: Queue, kind: str, body: Any) -> None:
    sent = java.send(queue, kind, body, properties=PROPERTIES, correlation_id="c", priority=7, time_to_live=60)
    envelope = decode(next_body(channel, queue.name), Queue("elsewhere"))
    assert exact((envelope.kind, envelope.body)) == exact(("text" if kind == "message" else kind, body))
    assert exact(envelope.properties) == exact(PROPERTIES)
    assert (envelope.id, envelope.destination) == (sent.message_id, queue)
    assert (envelope.timestamp, envelope.expiration) == (sent.timestamp, sent.expiration)
    assert (envelope.priority, envelope.delivery_mode, envelope.headers.correlation_id) == (7, 2, "c")


def test_an_object_that_only_java_knows_comes_as_its_bytes(java: Java, channel: BlockingChannel, queue: Queue) -> None:
    java.send(queue, "object", Long(5))
    envelope = decode(next_body(channel, queue.name), queue)
    assert (envelope.kind, envelope.body[:4]) == ("bytes", b"\xac\xed\x00\x05")


def test_a_string_of_java_comes_as_json(java: Java, channel: BlockingChannel, queue: Queue) -> None:
    java.send(queue, "object", TEXT)
    envelope = decode(next_body(channel, queue.name), queue)
    assert (envelope.kind, json.loads(envelope.body)) == ("object", TEXT)


def test_what_java_got_twice_does_not_tell_us_so(java: Java, channel: BlockingChannel, queue: Queue) -> None:
    """JMSXDeliveryCount travels on with a message that Java sends on."""
    answers = channel.queue_declare("", exclusive=True).method.queue
    envelope = made(queue, headers=Headers(reply_to=TemporaryQueue(answers)), origin="client")
    channel.basic_publish("", queue.name, encode(envelope))
    transacted = java.transacted()
    with transacted.consumer(queue) as consumer:
        consumer.receive()
        transacted.rollback()
        assert consumer.replying()().properties == {"JMSXDeliveryCount": 2}
        transacted.commit()
    answer = decode(next_body(channel, answers), queue)
    assert answer.properties == {}
    assert answer.origin != "client"


def test_topics_have_the_same_names(java: Java, channel: BlockingChannel) -> None:
    topic = Topic(f"jmslike.bodies.{uuid.uuid4().hex[:8]}")
    ours = bound_queue(channel, topic)
    with java.session.consumer(topic) as theirs:
        java.send(topic, body="from Java")
        assert decode(next_body(channel, ours), Queue("elsewhere")).destination == topic
        assert theirs.receive().body == "from Java"
        channel.basic_publish("jms.durable.topic", topic.name, encode(made(topic, body="from Python")))
        assert (seen := theirs.receive()).body == "from Python"
        assert seen.destination == topic
