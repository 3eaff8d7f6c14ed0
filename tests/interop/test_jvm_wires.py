"""What a Java client of `jvm:` and another of our transports have of each other's messages, on one broker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import pytest

import jmslike
from jmslike import Message, QueueRequestor, Session, TextMessage
from jmslike.testing import Harness, Provider
from jmslike.testing.steps import attempt_of, take, text_of
from tests.harnesses import harness_of, jvm_harness
from tests.interop.clients import Python, content
from tests.interop.peer import exact
from tests.interop.values import OTHER_KINDS, PROPERTIES, SPELLED

WIRES: Final = {
    "artemis": ("artemis", "artemis", "stomp"),
    "qpid": ("artemis", "qpid", "stomp"),
    "rabbitmq": ("rabbitmq", "rabbitmq", "amqp"),
}
"""The broker, the provider of `jvm:` and the other protocol."""


class Side(NamedTuple):
    """A provider with a program of ours."""

    jms: Provider
    program: Python


class Wires(NamedTuple):
    """The two sides: a Java client, and the other protocol, which may write properties as texts."""

    java: Side
    other: Side
    by_stomp: bool


def side(harness: Harness) -> Side:
    with jmslike.ConnectionFactory(harness.url, **harness.options).create_connection() as connection:
        provider = Provider(harness, connection.capabilities)
    return Side(provider, Python(provider))


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.broker(wire[0])) for name, wire in WIRES.items()])
def wires(request: pytest.FixtureRequest) -> Iterator[Wires]:
    name, client, protocol = WIRES[request.param]
    broker = request.getfixturevalue(name)
    both = Wires(side(jvm_harness(broker, client)), side(harness_of(broker, protocol)), protocol == "stomp")
    yield both
    both.java.jms.close()
    both.other.jms.close()


def properties_of(message: Message) -> dict[str, Any]:
    return {name: message.get_object_property(name) for name in PROPERTIES}


def test_each_reads_the_texts_and_octets_of_the_other(wires: Wires) -> None:
    for sender, receiver in ((wires.java, wires.other), (wires.other, wires.java)):
        for kind, body in (("text", "\u20ac \U0001f600"), ("bytes", b"\0\xff")):
            queue = sender.jms.queue()
            sender.program.send(queue, kind, body)
            assert content(receiver.program.receive(queue)) == (kind, body)


def test_a_java_client_reads_every_kind_and_type(wires: Wires) -> None:
    queue = wires.other.jms.queue()
    for kind, body in OTHER_KINDS.items():
        sent = wires.other.program.send(queue, kind, body, properties=PROPERTIES)
        received = wires.java.program.receive(queue)
        assert exact(content(received)) == exact((kind, body))
        assert exact(properties_of(received)) == exact(PROPERTIES)
        assert received.message_id == sent.message_id


def test_a_big_message_has_no_properties_of_the_broker(wires: Wires) -> None:
    queue, text = wires.other.jms.queue(), "big" * 100_000
    wires.other.program.send(queue, body=text)
    received = wires.java.program.receive(queue)
    assert (content(received), set(received.property_names) - {"JMSXDeliveryCount"}) == (("text", text), set())


def test_the_other_reads_the_properties_of_a_java_client(wires: Wires) -> None:
    """STOMP says no types."""
    queue = wires.java.jms.queue()
    wires.java.program.send(queue, body="x", properties=PROPERTIES)
    received = wires.other.program.receive(queue)
    assert exact(properties_of(received)) == exact(SPELLED if wires.by_stomp else PROPERTIES)


def test_headers_pass_both_ways(wires: Wires) -> None:
    for sender, receiver in ((wires.java, wires.other), (wires.other, wires.java)):
        queue, answers = sender.jms.queue(), sender.jms.queue()
        group = {"JMSXGroupID": "g", "JMSXGroupSeq": 3}
        more = {"correlation_id": "c: 1", "type": "order", "reply_to": answers, "priority": 7, "time_to_live": 600}
        sent = sender.program.send(queue, body="x", properties=group, **more)  # type: ignore[arg-type]
        received = receiver.program.receive(queue)
        assert (received.correlation_id, received.type, received.reply_to) == ("c: 1", "order", answers)
        assert (received.priority, attempt_of(received)) == (7, (False, 1))
        assert abs(received.expiration - sent.expiration) < 60_000
        assert {name: received.get_object_property(name) for name in group} == group


def test_a_request_by_each_is_answered_by_the_other(wires: Wires) -> None:
    """To a temporary queue, with the id of the request as the correlation id."""
    for asking, answering in ((wires.java, wires.other), (wires.other, wires.java)):
        queue = asking.jms.queue()
        session = asking.jms.connection().create_session()
        requestor = QueueRequestor(session, queue)
        request = session.create_text_message("ping")
        waiting = asking.jms.in_thread(lambda: requestor.request(request, asking.jms.patience))  # noqa: B023
        received = answering.program.receive(queue)
        assert text_of(received) == "ping"
        assert received.reply_to is not None
        assert received.reply_to.is_temporary
        answering.program.send(received.reply_to, body="pong", correlation_id=received.message_id)
        answer = waiting.result()
        assert isinstance(answer, TextMessage)
        assert answer.text == "pong"
        assert answer.correlation_id == received.message_id
        requestor.close()


@pytest.mark.parametrize("mode", [Session.AUTO_ACKNOWLEDGE, Session.SESSION_TRANSACTED])
def test_what_the_other_sends_on_has_only_its_own_properties(wires: Wires, mode: int) -> None:
    """A forwarded one keeps the id that it had there, and one that is sent again gets its own."""
    queue, onwards = wires.java.jms.queue(), wires.java.jms.queue()
    wires.java.program.send(queue, body="x", properties={"colour": "red"})
    with wires.other.jms.context(mode) as context:
        message = take(wires.other.jms, context.create_consumer(queue))
        context.forward(message, onwards)
        forwarded = message.message_id
        context.create_producer().send(onwards, message)
        if mode == Session.SESSION_TRANSACTED:
            context.commit()
    for expected in (forwarded, message.message_id):
        received = wires.java.program.receive(onwards)
        assert received.message_id == expected
        assert set(received.property_names) - {"JMSXDeliveryCount"} == {"colour"}


def test_a_delayed_message_comes_to_the_other_on_artemis(wires: Wires) -> None:
    """RabbitMQ's Java client needs a plugin of the broker for that."""
    if not wires.by_stomp:
        return
    for sender, receiver in ((wires.java, wires.other), (wires.other, wires.java)):
        queue = sender.jms.queue()
        sender.program.send(queue, body="later", delay=0.2)
        assert content(receiver.program.receive(queue)) == ("text", "later")


def test_what_one_rolls_back_comes_to_the_other_redelivered(wires: Wires) -> None:
    queue = wires.java.jms.queue()
    wires.other.program.send(queue, body="x")
    with wires.java.jms.context(Session.SESSION_TRANSACTED) as context:
        assert text_of(take(wires.java.jms, context.create_consumer(queue))) == "x"
        context.rollback()
    assert text_of(wires.other.program.receive(queue)) == "x"


def test_one_durable_subscription_serves_both_on_artemis(wires: Wires) -> None:
    """Made by the Java client, drained by STOMP, and drained again by the Java client."""
    if not wires.by_stomp:
        return
    topic, client_id = wires.java.jms.topic(), wires.java.jms.name("client").replace(".", "_")

    def read(reader: Side, *expected: str) -> None:
        with (
            reader.jms.factory(client_id=client_id).create_context() as context,
            context.create_durable_consumer(topic, "sub") as consumer,
        ):
            assert [text_of(take(reader.jms, consumer)) for _ in expected] == list(expected)

    read(wires.java)
    wires.other.program.send(topic, body="first")
    read(wires.other, "first")
    wires.java.program.send(topic, body="second")
    read(wires.java, "second")
    with wires.java.jms.factory(client_id=client_id).create_context() as context:
        context.unsubscribe("sub")
