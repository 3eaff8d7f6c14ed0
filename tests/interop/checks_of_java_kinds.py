"""What a Java program sends that a protocol of ours may not carry. The ids are declared where it does not.

The program has the client library of the broker itself: the fixture `native_java`.
"""

from __future__ import annotations

import logging
from typing import Any

import pytest

from jmslike.testing import Provider
from jmslike.testing.steps import text_of
from tests.interop.clients import Java, Python, content
from tests.interop.peer import exact
from tests.interop.values import PROPERTIES

KINDS: dict[str, tuple[str, Any]] = {
    "JAVA-01": ("map", {"n": 7, "s": "07"}),
    "JAVA-02": ("stream", [7, "07"]),
    "JAVA-03": ("object", "a String"),
    "JAVA-04": ("message", None),
}


@pytest.mark.parametrize(("kind", "body"), KINDS.values(), ids=KINDS)
def test_each_kind_of_javas_arrives(jms: Provider, python: Python, native_java: Java, kind: str, body: Any) -> None:
    """JAVA-01..JAVA-04: each case has the id of its kind."""
    queue = jms.queue()
    with python.context.create_consumer(queue) as consumer:
        native_java.send(queue, kind, body)
        message = consumer.receive(jms.patience if kind != "stream" else 10 * jms.silence)
        assert message is not None
        assert exact(content(message)) == exact((kind, body))


def test_javas_properties_have_their_types(jms: Provider, python: Python, native_java: Java) -> None:
    """JAVA-05: also in `get_object_property`."""
    queue = jms.queue()
    native_java.send(queue, body="x", properties=PROPERTIES)
    message = python.receive(queue)
    assert exact({name: message.get_object_property(name) for name in PROPERTIES}) == exact(PROPERTIES)


def test_javas_group_arrives(jms: Provider, python: Python, native_java: Java) -> None:
    """JAVA-06: in the message, and for a selector of a topic."""
    topic = jms.topic()
    with python.context.create_consumer(topic, "JMSXGroupID = 'g'") as consumer:
        native_java.send(topic, body="x", properties={"JMSXGroupID": "g", "JMSXGroupSeq": 3})
        message = consumer.receive(10 * jms.silence)
        assert message is not None
        assert (message.get_string_property("JMSXGroupID"), message.get_int_property("JMSXGroupSeq")) == ("g", 3)


def test_javas_message_id_arrives(jms: Provider, python: Python, native_java: Java) -> None:
    """JAVA-07: the id that the sender sees."""
    queue = jms.queue()
    sent = native_java.send(queue, body="x")
    assert python.receive(queue).message_id == sent.message_id


def test_what_may_be_lost_is_warned_of_once(
    jms: Provider, python: Python, native_java: Java, caplog: pytest.LogCaptureFixture
) -> None:
    """An empty text stays one, because it may be genuine. Our own empty texts are not doubted."""
    queue = jms.queue()
    with caplog.at_level(logging.WARNING, "jmslike.stomp"), python.context.create_consumer(queue) as consumer:
        python.send(queue, body="")
        assert text_of(consumer.receive(jms.patience)) == ""
        assert not caplog.records
        for _ in range(2):
            native_java.send(queue, "object", "x")
            assert text_of(consumer.receive(jms.patience)) == ""
    (warning,) = caplog.records
    assert "may have been a map, a stream, an object" in warning.getMessage()
    assert str(queue) in warning.getMessage()
