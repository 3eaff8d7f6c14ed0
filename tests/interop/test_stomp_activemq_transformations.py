"""Maps and objects between Java and us through the transformations of ActiveMQ Classic."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from jmslike import Char, DeliveryMode, Message, Session
from jmslike.testing import Harness, Provider
from jmslike.testing.steps import text_of
from tests.brokers import Broker
from tests.interop.checks_of_java_kinds import test_each_kind_of_javas_arrives  # noqa: F401
from tests.interop.clients import Java, Python, content
from tests.interop.peer import exact
from tests.interop.values import ITEMS

WITHOUT_BYTES = {name: value for name, value in ITEMS.items() if name != "x"}
"""What the broker takes for a MapMessage: it trusts no byte array in what is sent to it."""


@pytest.fixture(scope="module")
def harness(activemq: Broker) -> Harness:
    return Harness("activemq", activemq.stomp_url, {"transformations": True}, patience=20.0, silence=0.3)


@pytest.fixture
def java(activemq: Broker, java_program: Callable[[str, Broker], Java]) -> Java:
    return java_program("openwire", activemq)


@pytest.fixture
def native_java(java: Java) -> Java:
    return java


def test_the_brokers_transformations_bring_maps_and_objects(jms: Provider, python: Python, java: Java) -> None:
    """Also to a browser and a durable subscription; what was text or bytes before is so still."""
    queue, topic = jms.queue(), jms.topic()
    sent = {"text": "x", "bytes": b"\0", "map": ITEMS, "object": "a <String>"}
    for kind, body in sent.items():
        java.send(queue, kind, body)
        python.send(queue, kind, body)
    with python.context.create_browser(queue) as browser:
        assert [message.kind for message in browser] == [kind for kind in sent for _ in range(2)]
    for kind, body in sent.items():
        for _ in range(2):
            received = content(python.receive(queue))
            assert received[0] == kind
            assert same_items(received[1], body)
    context = jms.factory(client_id=jms.name("client")).create_context()
    with context, context.create_durable_consumer(topic, "sub") as consumer:
        java.send(topic, "map", ITEMS)
        message = consumer.receive(jms.patience)
        assert message is not None
        assert same_items(content(message)[1], ITEMS)
        consumer.close()
        context.unsubscribe("sub")


def same_items(one: Any, other: Any) -> bool:
    """Whether two bodies are the same, with their types; the items of maps in any order."""
    if isinstance(one, dict) and isinstance(other, dict):
        one, other = dict(sorted(one.items())), dict(sorted(other.items()))
    return bool(exact(one) == exact(other))


@pytest.mark.parametrize(
    "items", [WITHOUT_BYTES, {}, {"a": "7", "b": "true", " c\r\n\t<&> ": " \r\n <&>]]> \x01\uffff "}]
)
def test_with_transformations_our_map_is_a_map_to_java(
    jms: Provider, python: Python, java: Java, items: dict[str, Any]
) -> None:
    queue = jms.queue()
    python.send(queue, "map", items, properties={"colour": "red"}, correlation_id="c", type="t")
    with python.context.create_browser(queue) as browser:
        assert [same_items(content(message)[1], items) for message in browser] == [True]
    seen = java.receive(queue)
    assert (seen.kind, seen.properties["colour"]) == ("map", "red")
    assert same_items(seen.body, items)
    python.send(queue, "map", items, delivery_mode=DeliveryMode.NON_PERSISTENT)
    kind, body = content(python.receive(queue))
    assert kind == "map"
    assert same_items(body, items)


@pytest.mark.parametrize(
    "items", [{"x": b"\0\xff"}, {"s": "a\0"}, {"s": "\U0001d11e"}, {"\U0001d11e": 1}, {"c": Char("\0")}]
)
def test_a_map_that_the_broker_would_change_is_ours(
    jms: Provider, python: Python, java: Java, items: dict[str, Any]
) -> None:
    """As all maps are without the option: a text to Java, the same map to us."""
    queue = jms.queue()
    python.send(queue, "map", items)
    assert (seen := java.receive(queue)).kind == "text"
    assert seen.properties["jmslike_kind"] == "map"
    python.send(queue, "map", items)
    assert same_items(content(python.receive(queue))[1], items)


def test_maps_in_transactions_and_with_completion_listeners(jms: Provider, java: Java) -> None:
    queue, completed = jms.queue(), Recorder()
    with jms.factory().create_context(session_mode=Session.SESSION_TRANSACTED) as context:
        producer = context.create_producer()
        producer.send(queue, {"n": 1})
        context.rollback()
        producer.send(queue, {"n": 2})
        context.commit()
    with jms.factory().create_context() as context:
        producer = context.create_producer()
        producer.async_listener = completed
        producer.send(queue, {"n": 3})
    assert completed.count == 1
    for number in (2, 3):
        seen = java.receive(queue)
        assert (seen.kind, exact(seen.body)) == ("map", exact({"n": number}))


class Recorder:
    """Counts what is sent."""

    count = 0

    def on_completion(self, message: Message) -> None:
        self.count += 1

    def on_exception(self, message: Message, exception: Exception) -> None:
        raise AssertionError(exception)


def test_a_consumer_without_transformations_is_told_of_the_map_that_it_does_not_get(
    jms: Provider, python: Python, caplog: pytest.LogCaptureFixture
) -> None:
    """Also if another consumer has asked the broker to transform the same message."""
    topic, plain = jms.topic(), Python(jms, transformations="false")
    with (
        caplog.at_level(logging.WARNING, "jmslike.stomp"),
        python.context.create_consumer(topic) as one,
        plain.context.create_consumer(topic) as other,
    ):
        for _ in range(2):
            python.send(topic, "map", {"n": 1})
            whole, bare = one.receive(jms.patience), other.receive(jms.patience)
            assert whole is not None
            assert content(whole) == ("map", {"n": 1})
            assert bare is not None
            assert content(bare) == ("message", None)
            assert bare.get_string_property("JMS_jmslike_lost_body") == "map"
        python.send(topic, body="")
        assert text_of(one.receive(jms.patience)) == text_of(other.receive(jms.patience)) == ""
    (warning,) = caplog.records
    assert "the option transformations" in warning.getMessage()


def test_characters_that_the_broker_replaces_in_javas_maps_are_warned_of(
    jms: Provider, python: Python, java: Java, caplog: pytest.LogCaptureFixture
) -> None:
    queue = jms.queue()
    with caplog.at_level(logging.WARNING, "jmslike.stomp"):
        java.send(queue, "map", {"s": "\U0001d11e"})
        assert content(python.receive(queue)) == ("map", {"s": "\ufffd\ufffd"})
    (warning,) = caplog.records
    assert "U+FFFD" in warning.getMessage()
