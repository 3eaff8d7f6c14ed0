"""Our STOMP and Java's three client libraries, each by its own protocol, on one Artemis."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from jmslike import Queue
from jmslike.testing import Harness, Provider
from tests.brokers import Broker
from tests.interop.checks_of_java_kinds import *  # noqa: F403
from tests.interop.checks_of_messages import *  # noqa: F403
from tests.interop.checks_of_order import *  # noqa: F403
from tests.interop.checks_of_sessions import *  # noqa: F403
from tests.interop.checks_of_stomp_bodies import *  # noqa: F403
from tests.interop.clients import Java, MakeJava, Python, content
from tests.interop.values import PROPERTIES, SPELLED


@pytest.fixture(scope="module")
def harness(artemis: Broker) -> Harness:
    return Harness("artemis", artemis.stomp_url, patience=20.0, silence=0.3)


@pytest.fixture(params=["core", "openwire", "qpid"])
def java(request: pytest.FixtureRequest, artemis: Broker, java_program: Callable[[str, Broker], Java]) -> Java:
    return java_program(request.param, artemis)


@pytest.fixture
def native_java(artemis: Broker, java_program: Callable[[str, Broker], Java]) -> Java:
    return java_program("core", artemis)


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("message", None, ("message", None)),
        ("stream", [], ("stream", [])),
        ("text", None, ("text", None)),
        ("text", "", ("text", "")),
        ("bytes", b"", ("bytes", b"")),
        ("map", {"n": 7}, ("message", "map")),
        ("map", {"n": 7, "s": "07", "d": 1.5}, ("message", "map")),
        ("object", "x", ("message", "object")),
    ],
)
def test_qpid_names_the_kind(
    jms: Provider, python: Python, artemis: Broker, java_program: MakeJava, kind: str, body: Any, expected: Any
) -> None:
    """So what is empty is what was sent, and what lost its body is a bare message that says so."""
    queue = jms.queue()
    java_program("qpid", artemis).send(queue, kind, body)
    message = python.receive(queue)
    if kind in ("map", "object"):
        assert (message.kind, message.get_string_property("JMS_jmslike_lost_body")) == expected
    else:
        assert content(message) == expected


@pytest.mark.parametrize("client", ["core", "openwire"])
def test_what_artemis_leaves_of_a_map_is_no_text(
    jms: Provider, python: Python, artemis: Broker, java_program: MakeJava, client: str
) -> None:
    queue = jms.queue()
    java_program(client, artemis).send(queue, "map", {"n": 7, "s": "07", "d": 1.5})
    message = python.receive(queue)
    assert (message.kind, message.get_string_property("JMS_jmslike_lost_body")) == ("message", "map")


def test_our_message_id_is_javas_but_for_the_core_client(jms: Provider, python: Python, java: Java) -> None:
    """Nothing that STOMP sends sets the id that the core client reads; ours is a property there."""
    queue = jms.queue()
    sent = python.send(queue)
    seen = java.receive(queue)
    if java.client == "core":
        assert (seen.message_id, seen.properties["NATIVE_MESSAGE_ID"]) == (None, sent.message_id)
    else:
        assert seen.message_id == sent.message_id


def test_javas_message_id_is_ours_but_for_the_core_client(jms: Provider, python: Python, java: Java) -> None:
    queue = jms.queue()
    sent = java.send(queue, body="x")
    message = python.receive(queue)
    assert str(message.message_id).startswith("ID:")
    assert java.client == "core" or message.message_id == sent.message_id


def test_we_read_javas_group(jms: Provider, python: Python, java: Java) -> None:
    queue = jms.queue()
    java.send(queue, body="x", properties={"JMSXGroupID": "g", "JMSXGroupSeq": 3})
    message = python.receive(queue)
    assert (message.get_string_property("JMSXGroupID"), message.get_int_property("JMSXGroupSeq")) == ("g", 3)


def test_properties_are_strings_to_the_other_side(jms: Provider, python: Python, java: Java) -> None:
    """So a Java selector that compares numbers does not choose our messages; ours compares both (see the checks)."""
    queue = jms.queue()
    java.send(queue, body="x", properties=PROPERTIES)
    message = python.receive(queue)
    assert {name: message.get_object_property(name) for name in PROPERTIES} == SPELLED
    python.send(queue, properties={"n": 7})
    assert java.finds_nothing(queue, "n = 7")
    assert java.receive(queue, "n = '7'").properties["n"] == "7"


LEFT_BY_STOMP = {"destination", "receipt"}
SEEN = {
    "core": {*LEFT_BY_STOMP, "destination-type", "NATIVE_MESSAGE_ID", "__HDR_MESSAGE_ID"},
    "openwire": {*LEFT_BY_STOMP, "destination-type", "NATIVE_MESSAGE_ID"},
    "qpid": {*LEFT_BY_STOMP, "__HDR_MESSAGE_ID"},
}
"""Properties that Java sees of each of our messages: Artemis keeps headers of STOMP, and the id is for two clients."""


def test_java_sees_these_properties_that_we_did_not_set(jms: Provider, python: Python, java: Java) -> None:
    queue = jms.queue()
    more = {"correlation_id": "c", "type": "t", "reply_to": queue, "time_to_live": 60}
    sent = python.send(queue, body="x", properties={"colour": "red"}, **more)  # type: ignore[arg-type]
    seen = java.receive(queue)
    assert seen.properties.keys() - {"JMSXDeliveryCount"} == {"colour", *SEEN[java.client]}
    if java.client == "openwire":
        assert seen.timestamp == sent.timestamp


@pytest.mark.parametrize("client", ["core", "openwire", "qpid"])
def test_what_we_send_on_reaches_every_java_client(
    jms: Provider, python: Python, artemis: Broker, java: Java, java_program: MakeJava, client: str
) -> None:
    """It has its id, which OpenWire's client sees if it has the form of OpenWire's ids."""
    queue, onwards = jms.queue(), jms.queue()
    java_program(client, artemis).send(queue, body="x", properties={"colour": "red"})
    received = python.receive(queue)
    python.context.forward(received, onwards)
    seen = java.receive(onwards)
    assert (seen.body, seen.properties["jmslike_id"]) == ("x", received.message_id)
    of_id = SEEN[java.client] - (set() if client == "openwire" else {"__HDR_MESSAGE_ID"})
    of_origin = {"JMSjmslike_origin"} if java.client == "openwire" else set()
    assert seen.properties.keys() - {"JMSXDeliveryCount"} == {"colour", "jmslike_id", *of_id, *of_origin}
    if java.client == "qpid" or (java.client, client) == ("openwire", "openwire"):
        assert seen.message_id == received.message_id


def test_a_text_with_a_nul_is_bytes_to_java_and_a_text_to_us(jms: Provider, python: Python, java: Java) -> None:
    queue = jms.queue()
    python.send(queue, body="a\0b")
    seen = java.receive(queue)
    assert (seen.kind, seen.body) == ("bytes", b"a\0b")
    java.send(queue, body="a\0b")
    assert content(python.receive(queue)) == ("text", "a\0b")


def test_java_knows_when_our_message_was_due(jms: Provider, python: Python, java: Java) -> None:
    queue = jms.queue()
    with java.session.consumer(queue) as consumer:
        sent = python.send(queue, delay=0.2)
        seen = consumer.receive()
    assert seen.delivery_time == (0 if java.client == "openwire" else sent.delivery_time)


def test_what_expired_is_in_the_expiry_queue(jms: Provider, python: Python, java: Java) -> None:
    queue = jms.queue()
    sent = python.send(queue, body="late", properties={"was_in": queue.name}, time_to_live=0.05)
    jms.eventually(lambda: time.time() * 1000 > sent.expiration + 50)
    assert java.finds_nothing(queue)
    assert java.receive(Queue("ExpiryQueue"), f"was_in = '{queue.name}'").body == "late"


def test_one_durable_subscription_serves_both(jms: Provider, python: Python, java: Java) -> None:
    """Made by Java, drained by us, drained again by Java; and the other way round."""
    topic, client_id = jms.topic(), jms.name("client")
    ours = jms.factory(client_id=client_id)
    with java.connection(client_id) as connection:
        connection.session().consumer(topic, name="sub").close()
    python.send(topic, body="first")
    with ours.create_context() as context, context.create_durable_consumer(topic, "sub") as consumer:
        assert consumer.receive_body(str, jms.patience) == "first"
    python.send(topic, body="second")
    with java.connection(client_id) as connection, connection.session() as session:
        with session.consumer(topic, name="sub") as theirs:
            assert theirs.receive().body == "second"
            assert theirs.poll() is None
        session.unsubscribe("sub")


def test_with_a_dot_in_its_name_it_is_not_the_same_to_qpid(jms: Provider, java: Java) -> None:
    """The core and OpenWire protocols escape the dot in the name of the subscription's queue, as we do."""
    topic, client_id = jms.topic(), jms.name("client.")
    with java.connection(client_id) as connection:
        connection.session().consumer(topic, name="sub").close()
    java.send(topic, body="x")
    with jms.factory(client_id=client_id).create_context() as context:
        with context.create_durable_consumer(topic, "sub") as consumer:
            received = consumer.receive(jms.silence if java.client == "qpid" else jms.patience)
        context.unsubscribe("sub")
    assert (received is None) == (java.client == "qpid")


@pytest.mark.parametrize("durable", [True, False], ids=["durable", "not durable"])
def test_a_shared_subscription_is_shared_with_the_core_client(jms: Provider, java: Java, durable: bool) -> None:
    """With a client id on both sides. Qpid calls the queue of one that is not durable differently, so both get
    everything there; OpenWire has no shared subscriptions."""
    if java.client == "openwire":
        return
    topic, name, client_id = jms.topic(), jms.name("shared"), jms.name("client")
    context = jms.context(client_id=client_id)
    session = java.connection(client_id).session()
    share = context.create_shared_durable_consumer if durable else context.create_shared_consumer
    with share(topic, name) as ours, session.consumer(topic, name=name, shared=True, durable=durable) as theirs:
        for number in range(10):
            java.send(topic, body=str(number))
        got: list[str] = []
        while (message := ours.receive(jms.silence)) is not None:
            got.append(str(message.get_body(str)))
        while (seen := theirs.poll()) is not None:
            got.append(seen.body)
    copies = 2 if java.client == "qpid" and not durable else 1
    assert sorted(got) == sorted(copies * [str(number) for number in range(10)])
    if durable:
        context.unsubscribe(name)


@pytest.mark.xfail(strict=True, reason="Artemis refuses our UNSUBSCRIBE and closes the connection")
def test_we_leave_a_shared_subscription_that_java_still_uses(
    jms: Provider, python: Python, artemis: Broker, java_program: Callable[[str, Broker], Java]
) -> None:
    topic, name = jms.topic(), jms.name("shared")
    java = java_program("core", artemis)
    with java.session.consumer(topic, name=name, shared=True, durable=False) as theirs:
        python.context.create_shared_consumer(topic, name).close()
        python.send(topic, body="for you alone")
        assert theirs.receive().body == "for you alone"
