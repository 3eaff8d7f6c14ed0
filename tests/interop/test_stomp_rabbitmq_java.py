"""Our STOMP and RabbitMQ's Java client, with its destinations and with those made with `amqp=true`."""

from __future__ import annotations

from typing import Any

import pytest

from jmslike import Queue, TemporaryQueue, TemporaryTopic
from jmslike.testing import Harness, Provider
from tests.brokers import Broker
from tests.harnesses import harness_of
from tests.interop.bodies import SENT, each
from tests.interop.clients import Java, MakeJava, Python, content
from tests.interop.peer import PlainQueue, exact
from tests.interop.values import PROPERTIES, SPELLED, TEXT

OURS_TO_JAVA = {"jmslike_types", "JMSXDeliveryCount", "receipt"}
"""Properties that Java sees of each of our messages with typed properties."""


@pytest.fixture(scope="module")
def harness(rabbitmq: Broker) -> Harness:
    return harness_of(rabbitmq, "stomp")


@pytest.fixture
def java(rabbitmq: Broker, java_program: MakeJava) -> Java:
    return java_program("rabbitmq", rabbitmq)


@pytest.fixture
def queue(jms: Provider, python: Python) -> Queue:
    """Return a queue that exists."""
    queue = jms.queue()
    python.context.create_consumer(queue).close()
    return queue


def plain(queue: Queue) -> PlainQueue:
    """Return the queue as Java names it for messages in the clear."""
    return PlainQueue(queue.name)


@each(SENT)
def test_we_read_javas_bodies(python: Python, java: Java, queue: Queue, kind: str, body: Any) -> None:
    java.send(queue, kind, body, properties=PROPERTIES)
    message = python.receive(queue)
    assert exact(content(message)) == exact((kind if kind != "message" else "text", body))  # Java writes it so
    assert exact({name: message.get_object_property(name) for name in PROPERTIES}) == exact(PROPERTIES)
    assert set(message.property_names) == {*PROPERTIES, "JMSXDeliveryCount"}


@pytest.mark.parametrize("mode", [1, 2])
@pytest.mark.parametrize("clear", [False, True], ids=["object stream", "in the clear"])
def test_we_read_javas_headers(jms: Provider, python: Python, java: Java, queue: Queue, mode: int, clear: bool) -> None:
    answers = jms.queue()
    to = plain(queue) if clear else queue
    more = {"correlation_id": "c: 1\\2", "type": "order", "priority": 7, "time_to_live": 60, "delivery_mode": mode}
    sent = java.send(to, "bytes", b"x", reply_to=answers, **more)
    message = python.receive(queue)
    assert (message.message_id, message.timestamp) == (sent.message_id, sent.timestamp)
    assert (message.correlation_id, message.type, message.priority) == ("c: 1\\2", "order", 7)
    assert (message.expiration, message.delivery_mode) == (sent.expiration, mode)
    assert message.reply_to == (TemporaryQueue(answers.name) if clear else answers)
    assert set(message.property_names) == {"JMSXDeliveryCount"}


def test_what_java_sent_in_the_clear_is_as_far_as_rabbitmq_shows_it(python: Python, java: Java, queue: Queue) -> None:
    java.send(plain(queue), "bytes", b"x", properties=PROPERTIES)
    message = python.receive(queue)
    shown = {name: text for name, text in SPELLED.items() if name in "ilS"}
    assert {
        name: message.get_string_property(name) for name in set(message.property_names) - {"JMSXDeliveryCount"}
    } == shown


@pytest.mark.parametrize(
    ("kind", "body"), [("text", TEXT), ("text", "a\0b"), ("text", ""), ("bytes", b"\x00\xff"), ("bytes", b"")]
)
def test_java_reads_ours_in_the_clear(python: Python, java: Java, queue: Queue, kind: str, body: Any) -> None:
    sent = python.send(queue, kind, body, properties=PROPERTIES, correlation_id="c", priority=7, time_to_live=60)
    seen = java.receive(plain(queue))
    assert (seen.kind, seen.body) == (kind, body)
    assert (seen.message_id, seen.correlation_id, seen.priority) == (sent.message_id, "c", 7)
    assert {name: seen.properties[name] for name in SPELLED} == SPELLED
    is_seen = OURS_TO_JAVA if kind == "text" and "\0" not in body else OURS_TO_JAVA | {"content-length"}
    assert seen.properties.keys() - SPELLED.keys() - {"jmslike_kind"} == is_seen


@pytest.mark.parametrize("kind", ["queue", "topic"])
@pytest.mark.parametrize("clear", [False, True], ids=["object stream", "in the clear"])
def test_we_answer_a_java_requestor(
    jms: Provider, python: Python, java: Java, queue: Queue, kind: str, clear: bool
) -> None:
    if clear and kind == "topic":
        return  # in the clear Java says nothing of topics
    answers = java.session.temporary(kind)
    with java.session.consumer(answers) as consumer:
        java.send(plain(queue) if clear else queue, "bytes", b"ping", reply_to=answers)
        request = python.receive(queue)
        assert isinstance(request.reply_to, TemporaryTopic if kind == "topic" else TemporaryQueue)
        python.send(request.reply_to, body="pong", correlation_id=request.message_id, properties=PROPERTIES)
        answer = consumer.receive()
    assert (answer.kind, answer.body, answer.correlation_id) == ("text", "pong", request.message_id)
    assert exact({name: answer.properties[name] for name in PROPERTIES}) == exact(PROPERTIES)


def test_we_answer_a_java_requestor_without_a_queue(python: Python, java: Java, queue: Queue) -> None:
    answers = PlainQueue("amq.rabbitmq.reply-to")
    with java.connection().session() as session, session.consumer(answers) as consumer:
        consumer.listen()
        for asked in (plain(queue), queue):
            session.send(asked, "text", "ping", reply_to=answers)
            request = python.receive(queue)
            assert isinstance(request.reply_to, TemporaryQueue)
            python.send(request.reply_to, body="pong", correlation_id=request.message_id)
            answer = consumer.receive()
            assert (answer.kind, answer.body, answer.correlation_id) == ("text", "pong", request.message_id)


def test_java_answers_us(python: Python, java: Java, queue: Queue) -> None:
    """Also in our temporary queue, in either of its forms."""
    answers = python.context.create_temporary_queue()
    with python.context.create_consumer(answers) as consumer:
        java.send(plain(answers), "bytes", b"pong", correlation_id="c")
        answer = consumer.receive(10)
    assert answer is not None
    assert (content(answer), answer.correlation_id) == (("bytes", b"pong"), "c")
