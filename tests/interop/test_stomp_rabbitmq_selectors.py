"""Our selectors over STOMP, on what Java's client library sends to a topic of RabbitMQ in the clear, without types."""

from __future__ import annotations

import pytest

from jmslike import Long, Topic
from jmslike.testing import Harness, Provider
from tests.brokers import Broker
from tests.harnesses import harness_of
from tests.interop.clients import Java, MakeJava, Python, content
from tests.interop.peer import PlainTopic

SELECTORS = [
    "n > 5",
    "n = 7 AND colour = 'red'",
    "n BETWEEN 6 AND 8",
    "n * 2 = 14",
    "n IN ('7')",
    "big = 5000000000",
    "colour <> 'green'",
    "JMSPriority > 4",
]


@pytest.fixture(scope="module")
def harness(rabbitmq: Broker) -> Harness:
    return harness_of(rabbitmq, "stomp")


@pytest.fixture
def java(rabbitmq: Broker, java_program: MakeJava) -> Java:
    return java_program("rabbitmq", rabbitmq)


def send_two(java: Java, topic: Topic) -> None:
    """Send what the selectors do not choose, and what they do, in the clear: booleans and fractions are dropped."""
    plain = PlainTopic(topic.name)
    java.send(plain, body="other", properties={"colour": "green", "n": 4, "big": Long(1)})
    java.send(plain, body="chosen", properties={"colour": "red", "n": 7, "big": Long(5_000_000_000)}, priority=5)


@pytest.mark.parametrize("selector", SELECTORS)
def test_our_selector_chooses_among_javas_messages_in_the_clear(
    jms: Provider, python: Python, java: Java, selector: str
) -> None:
    topic = jms.topic()
    with python.context.create_consumer(topic, selector) as consumer:
        send_two(java, topic)
        message = consumer.receive(jms.patience)
        assert message is not None
        assert content(message)[1] in ("chosen", b"chosen")
        assert message.get_int_property("n") == 7
        assert consumer.receive(jms.silence) is None


def test_our_durable_subscription_does(jms: Provider, java: Java) -> None:
    topic = jms.topic()
    with jms.factory(client_id=jms.name("client")).create_context() as context:
        context.create_durable_consumer(topic, "sub", "n > 5").close()
        send_two(java, topic)
        with context.create_durable_consumer(topic, "sub", "n > 5") as consumer:
            message = consumer.receive(jms.patience)
            assert message is not None
            assert content(message)[1] in ("chosen", b"chosen")
            assert consumer.receive(jms.silence) is None
        context.unsubscribe("sub")
