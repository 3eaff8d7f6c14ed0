"""What arrives between a Python program and a Java program, over any broker and protocol."""

from __future__ import annotations

import pytest

from jmslike import DeliveryMode, Queue, Topic
from jmslike.testing import Provider
from tests.interop.clients import Java, Python, content
from tests.interop.peer import exact
from tests.interop.values import GETTERS, OTHER_KINDS, PROPERTIES, SPELLED


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
    """A Java service that forwards a message keeps what only we understand."""
    queue, back = jms.queue(), jms.queue()
    for kind, body in OTHER_KINDS.items():
        if not java.sends_on(kind):
            continue
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


def test_browsing_java_sees_ours_in_order(jms: Provider, python: Python, java: Java) -> None:
    queue: Queue = jms.queue()
    for number in range(3):
        python.send(queue, body=str(number), properties={"n": number})
    assert [seen.body for seen in java.session.browse(queue)] == ["0", "1", "2"]
    assert [content(python.receive(queue)) for _ in range(3)] == [("text", "0"), ("text", "1"), ("text", "2")]
