"""Our STOMP and Java's own client library on one ActiveMQ Classic."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jmslike import MessageConsumer, Queue
from jmslike.testing import Harness, Provider
from tests.brokers import Broker
from tests.interop.checks_of_java_kinds import *  # noqa: F403
from tests.interop.checks_of_messages import *  # noqa: F403
from tests.interop.checks_of_order import *  # noqa: F403
from tests.interop.checks_of_sessions import *  # noqa: F403
from tests.interop.checks_of_stomp_bodies import *  # noqa: F403
from tests.interop.clients import Java, Python, content


@pytest.fixture(scope="module")
def harness(activemq: Broker) -> Harness:
    return Harness("activemq", activemq.stomp_url, patience=20.0, silence=0.3)


@pytest.fixture
def java(activemq: Broker, java_program: Callable[[str, Broker], Java]) -> Java:
    return java_program("openwire", activemq)


@pytest.fixture
def native_java(java: Java) -> Java:
    return java


def test_our_map_is_a_text_to_java(jms: Provider, python: Python, java: Java) -> None:
    queue = jms.queue()
    python.send(queue, "map", {"a": "7"})
    assert (seen := java.receive(queue)).kind == "text"
    assert seen.properties["jmslike_kind"] == "map"


def test_javas_message_id_is_ours_too(jms: Provider, python: Python, java: Java) -> None:
    queue = jms.queue()
    sent = java.send(queue, body="x")
    assert python.receive(queue).message_id == sent.message_id


def test_java_sees_the_id_and_no_other_property_that_we_did_not_set(jms: Provider, python: Python, java: Java) -> None:
    queue = jms.queue()
    more = {"correlation_id": "c", "type": "t", "reply_to": queue, "time_to_live": 60}
    sent = python.send(queue, body="x", properties={"colour": "red"}, **more)  # type: ignore[arg-type]
    seen = java.receive(queue)
    assert seen.properties == {"colour": "red", "jmslike_id": sent.message_id}
    assert seen.timestamp == sent.timestamp


def test_a_text_with_a_nul_reaches_java_as_bytes(jms: Provider, python: Python, java: Java) -> None:
    queue = jms.queue()
    python.send(queue, body="a\0b")
    seen = java.receive(queue)
    assert (seen.kind, seen.body) == ("bytes", b"a\0b")


def test_browsing_we_see_javas_in_order_and_leave_them(jms: Provider, python: Python, java: Java) -> None:
    queue = jms.queue()
    for number in range(3):
        java.send(queue, body=str(number), properties={"n": number})
    with python.context.create_browser(queue) as browser:
        assert [content(message)[1] for message in browser] == ["0", "1", "2"]
    with python.context.create_browser(queue, "n > 0") as browser:
        assert [content(message)[1] for message in browser] == ["1", "2"]
    received = [java.receive(queue) for _ in range(3)]
    assert [(seen.body, seen.redelivered) for seen in received] == [("0", False), ("1", False), ("2", False)]


def test_what_we_refuse_for_good_is_not_in_the_brokers_own_dead_letter_queue(jms: Provider, java: Java) -> None:
    """NACK would put it there without the reason; ours goes where `dead_letter` says."""
    queue = jms.queue()
    java.send(queue, body="poison")
    connection = jms.connection(max_redeliveries=0)
    session = connection.create_session(True)
    consumer: MessageConsumer = session.create_consumer(queue)
    assert consumer.receive(jms.patience) is not None
    session.rollback()
    assert consumer.receive(jms.silence) is None
    letter = java.receive(Queue(f"DLQ.{queue.name}"))
    assert letter.body == "poison"
    selector = f"JMS_jmslike_original_destination = '{queue}' OR originalDestination = '{queue}'"
    assert java.finds_nothing(Queue("ActiveMQ.DLQ"), selector)


def test_one_durable_subscription_serves_both(jms: Provider, python: Python, java: Java) -> None:
    """Made by Java, drained by us, drained again by Java."""
    topic, client_id = jms.topic(), jms.name("client.")
    with java.connection(client_id) as connection:
        connection.session().consumer(topic, name="sub").close()
    python.send(topic, body="first")
    ours = jms.factory(client_id=client_id)
    with ours.create_context() as context, context.create_durable_consumer(topic, "sub") as consumer:
        assert consumer.receive_body(str, jms.patience) == "first"
    python.send(topic, body="second")
    with java.connection(client_id) as connection, connection.session() as session:
        with session.consumer(topic, name="sub") as theirs:
            assert theirs.receive().body == "second"
            assert theirs.poll() is None
        session.unsubscribe("sub")
