"""Our `?profile=plain` and Java's destinations made with `amqp=true`, which are queues, with texts and bytes only."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from jmslike import Message, Queue, Session, TemporaryQueue
from jmslike.testing import Harness, Provider
from jmslike.testing.steps import attempt_of, take, text_of
from tests.brokers import Broker
from tests.harnesses import harness_of
from tests.interop.clients import Java, MakeJava, Python, content
from tests.interop.peer import JavaError, PlainQueue, PlainTopic, exact
from tests.interop.values import OTHER_KINDS, PROPERTIES, SPELLED, TEXT

CLEAR = {
    "text": ("text", TEXT + "\0"),
    "empty text": ("text", ""),
    "big text": ("text", "ä" * 100_000),
    "bytes": ("bytes", bytes(range(256))),
    "empty bytes": ("bytes", b""),
    "bytes like a Java object": ("bytes", b"\xac\xed\x00\x05abc"),
}
each = pytest.mark.parametrize(("kind", "body"), CLEAR.values(), ids=CLEAR)


@pytest.fixture(scope="module")
def harness(rabbitmq: Broker) -> Harness:
    return replace(harness_of(rabbitmq, "amqp"), options={"profile": "plain"})


@pytest.fixture
def java(rabbitmq: Broker, java_program: MakeJava) -> Java:
    return java_program("rabbitmq", rabbitmq)


@pytest.fixture
def queue(jms: Provider, python: Python) -> PlainQueue:
    """Return a queue that exists: Java does not declare it."""
    queue = jms.queue()
    python.context.create_consumer(queue).close()
    return PlainQueue(queue.name)


def ours(queue: PlainQueue) -> Queue:
    """Return the queue as we name it."""
    return Queue(queue.name)


# ---- bodies ----------------------------------------------------------------------------------------------------------


@each
def test_java_reads_our_bodies(python: Python, java: Java, queue: PlainQueue, kind: str, body: Any) -> None:
    python.send(ours(queue), kind, body)
    seen = java.receive(queue)
    assert (seen.kind, seen.body) == (kind, body)


@each
def test_we_read_javas_bodies_as_bytes(python: Python, java: Java, queue: PlainQueue, kind: str, body: Any) -> None:
    """By itself Java says not whether they are text."""
    java.send(queue, kind, body)
    assert content(python.receive(ours(queue))) == ("bytes", body.encode() if kind == "text" else body)


@each
def test_we_read_javas_texts_if_it_marks_them(
    python: Python, rabbitmq: Broker, java_program: MakeJava, queue: PlainQueue, kind: str, body: Any
) -> None:
    """`setKeepTextMessageType(true)` on its factory."""
    java_program("rabbitmq", rabbitmq, "-Dpeer.keepTextMessageType=true").send(queue, kind, body)
    assert content(python.receive(ours(queue))) == (kind, body)


def test_no_text_and_no_body_are_empty(python: Python, java: Java, queue: PlainQueue) -> None:
    for kind in ("text", "message"):
        python.send(ours(queue), kind)
        seen = java.receive(queue)
        assert (seen.kind, seen.body) == ("text", "")
        java.send(queue, kind)
        assert content(python.receive(ours(queue))) == ("bytes", b"")


@pytest.mark.parametrize(("kind", "body"), OTHER_KINDS.items(), ids=OTHER_KINDS)
def test_java_reads_our_other_kinds_as_json_and_sends_none(
    python: Python, java: Java, queue: PlainQueue, kind: str, body: Any
) -> None:
    python.send(ours(queue), kind, body)
    seen = java.receive(queue)
    assert (seen.kind, seen.properties["jmslike_kind"]) == ("text", kind)
    said = json.loads(seen.body)
    assert list(said) == list(body) if kind == "map" else len(said) == len(body)
    with pytest.raises(JavaError):
        java.send(queue, kind, {"map": {"a": 1}, "stream": [1], "object": "x"}[kind])


# ---- headers and properties ------------------------------------------------------------------------------------------


def test_java_reads_our_headers(jms: Provider, python: Python, java: Java, queue: PlainQueue) -> None:
    """But JMSType, which tells it that this is a text, and JMSReplyTo: it has none in the clear."""
    sent = python.send(
        ours(queue),
        correlation_id="c",
        reply_to=jms.queue(),
        type="order",
        priority=7,
        time_to_live=60,
        delivery_mode=1,
    )
    seen = java.receive(queue)
    assert (seen.message_id, seen.timestamp, seen.expiration) == (sent.message_id, sent.timestamp, sent.expiration)
    assert (seen.correlation_id, seen.priority, seen.delivery_mode, seen.redelivered) == ("c", 7, 1, False)
    assert (seen.type, seen.reply_to) == ("TextMessage", None)


def test_we_read_javas_headers(jms: Provider, python: Python, java: Java, queue: PlainQueue) -> None:
    """But JMSReplyTo's kind: AMQP has a name only. Java's expiration is a lifetime, which counts from its timestamp."""
    answers = jms.topic()
    sent = java.send(
        queue, "bytes", b"", correlation_id="c", reply_to=answers, type="order", priority=7, time_to_live=60
    )
    message = python.receive(ours(queue))
    assert (message.message_id, message.timestamp) == (sent.message_id, sent.timestamp)
    assert (message.correlation_id, message.type) == ("c", "order")
    assert (message.priority, message.delivery_mode, message.redelivered) == (7, 2, False)
    assert message.expiration == sent.expiration
    assert message.reply_to == Queue(answers.name)


def test_java_reads_our_properties_as_strings(python: Python, java: Java, queue: PlainQueue) -> None:
    """And none that begins with JMS; one without a value would be its end, so we send none."""
    python.send(ours(queue), properties={**PROPERTIES, "none": None, "JMSXGroupID": "g"})
    seen = java.receive(queue)
    assert {name: seen.properties.get(name) for name in (*SPELLED, "none", "JMSXGroupID")} == {
        **SPELLED,
        "none": None,
        "JMSXGroupID": None,
    }


def test_we_read_javas_properties_with_their_types(python: Python, java: Java, queue: PlainQueue) -> None:
    java.send(queue, properties={**PROPERTIES, "JMSXGroupID": "g"})
    message = python.receive(ours(queue))
    expected = {**PROPERTIES, "JMSXGroupID": "g"}
    assert exact({name: message.get_object_property(name) for name in expected}) == exact(expected)


SELECTORS = [
    "JMSType = 'order'",
    "b = -128 AND s > 100",
    "f BETWEEN 1 AND 2",
    "z = TRUE AND d > 0",
    "JMSXGroupID = 'g'",
]


@pytest.mark.parametrize("selector", SELECTORS)
@pytest.mark.parametrize("kind", ["text", "bytes"])
def test_a_selector_of_a_topic_sees_what_java_sent(
    jms: Provider, python: Python, java: Java, kind: str, selector: str
) -> None:
    topic = jms.topic()
    body = "x" if kind == "text" else b"x"
    with python.context.create_consumer(topic, selector) as consumer:
        java.send(PlainTopic(topic.name), kind, body, properties={**PROPERTIES, "JMSXGroupID": "g"}, type="order")
        message = take(jms, consumer)
    assert (message.type, message.destination) == ("order", topic)


# ---- working on the same queue ---------------------------------------------------------------------------------------


def test_both_report_the_same_number_of_deliveries(
    jms: Provider, python: Python, java: Java, queue: PlainQueue
) -> None:
    python.send(ours(queue), body="x")
    told = []
    for _ in range(2):
        with jms.context(Session.CLIENT_ACKNOWLEDGE) as context:
            told.append(attempt_of(take(jms, context.create_consumer(ours(queue)))))
        with java.connection() as connection:
            seen = connection.session(Session.SESSION_TRANSACTED).consumer(queue).receive()
            told.append((seen.redelivered, seen.properties["JMSXDeliveryCount"]))
    assert told == [(False, 1), (True, 2), (True, 2), (True, 2)]


def test_we_answer_a_java_requestor(jms: Provider, python: Python, java: Java, queue: PlainQueue) -> None:
    """Its temporary queue is none of those in the clear: the answer has Java's form."""
    answers = java.session.temporary()
    with java.session.consumer(answers) as consumer:
        java.send(queue, "bytes", b"ping", reply_to=answers)
        request = python.receive(ours(queue))
        assert request.reply_to == answers
        python.send(answers, body="pong", correlation_id=request.message_id, properties=PROPERTIES)
        answer = consumer.receive()
    assert (answer.body, answer.correlation_id) == ("pong", request.message_id)
    assert exact({name: answer.properties[name] for name in PROPERTIES}) == exact(PROPERTIES)


@pytest.mark.parametrize("kind", ["queue", "topic"])
def test_we_answer_a_java_requestor_that_asked_in_its_own_form(
    jms: Provider, python: Python, java: Java, kind: str
) -> None:
    queue, answers = jms.queue(), java.session.temporary(kind)
    with java.session.consumer(answers) as consumer:
        java.send(queue, body="ping", reply_to=answers)
        request = python.receive(queue)
        assert (text_of(request), request.reply_to) == ("ping", answers)
        python.send(answers, body="pong")
        assert consumer.receive().body == "pong"


def test_either_profile_reads_both_forms(jms: Provider, python: Python, java: Java, queue: PlainQueue) -> None:
    native = Python(jms, profile="jms")
    for program in (python, native):
        java.send(ours(queue), "map", {"a": 1}, properties=PROPERTIES)
        java.send(queue, "bytes", b"\xff")
        message: Message = program.receive(ours(queue))
        assert content(message) == ("map", {"a": 1})
        assert exact({name: message.get_object_property(name) for name in PROPERTIES}) == exact(PROPERTIES)
        assert content(program.receive(ours(queue))) == ("bytes", b"\xff")


def test_java_fails_on_the_form_that_it_does_not_expect(jms: Provider, python: Python, java: Java) -> None:
    """And loses the message. So both sides have to agree on one form for each queue that Java reads."""
    queue = jms.queue()
    python.send(queue, body="in the clear")
    with pytest.raises(JavaError, match="invalid stream header"):
        java.receive(queue)
    native = Python(jms, profile="jms")
    native.send(queue, body="an object stream")
    seen = java.receive(PlainQueue(queue.name))
    assert (seen.kind, seen.body[:4]) == ("bytes", b"\xac\xed\x00\x05")


def test_we_answer_a_java_requestor_without_a_queue(
    jms: Provider, python: Python, java: Java, queue: PlainQueue
) -> None:
    """RabbitMQ's direct reply-to, which carries answers in the clear, whatever the form of the request."""
    answers = PlainQueue("amq.rabbitmq.reply-to")
    with java.connection().session() as session, session.consumer(answers) as consumer:
        consumer.listen()
        for program in (python, Python(jms, profile="jms")):
            for asked in (queue, ours(queue)):
                session.send(asked, "text", "ping", reply_to=answers)
                request = program.receive(ours(queue))
                assert isinstance(request.reply_to, TemporaryQueue)
                program.send(request.reply_to, body="pong", correlation_id=request.message_id)
                answer = consumer.receive()
                assert (answer.kind, answer.body, answer.correlation_id) == ("text", "pong", request.message_id)
