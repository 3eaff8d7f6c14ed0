"""The Java peer by itself: one Java program reports in full what another sends. So its reports of us are right."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from jmslike import DeliveryMode, Queue, Session, Topic
from tests.brokers import Broker
from tests.interop.clients import Java
from tests.interop.peer import JavaError, exact
from tests.interop.spelling import Raised
from tests.interop.values import ITEMS, PROPERTIES, TEXT

BODIES = {
    "text": TEXT,
    "bytes": bytes(range(256)),
    "map": ITEMS,
    "stream": list(ITEMS.values()),
    "object": "a String",
}


def param(java: str) -> Any:
    """Name a client library and its broker."""
    return pytest.param(java, marks=pytest.mark.broker(java.partition("-")[2]))


WHOLE = [param(java) for java in ("core-artemis", "openwire-artemis", "qpid-artemis", "openwire-activemq")]
whole = pytest.mark.parametrize("java", WHOLE, indirect=True)
"""For what the client of RabbitMQ lacks: bare messages, selectors of queues, delays without a plugin."""


@pytest.fixture(params=[*WHOLE, param("rabbitmq-rabbitmq")])
def java(request: pytest.FixtureRequest, java_program: Callable[[str, Broker], Java]) -> Java:
    client, _, broker = request.param.partition("-")
    return java_program(client, request.getfixturevalue(broker))


@pytest.fixture
def name() -> str:
    return f"peer-{uuid.uuid4().hex[:8]}"


@pytest.mark.parametrize(("kind", "body"), BODIES.items(), ids=BODIES)
def test_a_message_is_reported_as_it_was_sent(java: Java, name: str, kind: str, body: Any) -> None:
    java.send(Queue(name), kind, body, properties=PROPERTIES)
    seen = java.receive(Queue(name))
    assert seen.kind == kind
    assert exact(seen.body) == exact(body)
    assert exact({name: seen.properties[name] for name in PROPERTIES}) == exact(PROPERTIES)


@whole
def test_a_bare_message_is_reported(java: Java, name: str) -> None:
    java.send(Queue(name), "message")
    assert java.receive(Queue(name)).kind == "message"


def test_headers_are_reported(java: Java, name: str) -> None:
    sent = java.send(
        Queue(name),
        correlation_id="c-1",
        reply_to=Topic("answers"),
        type="order",
        delivery_mode=DeliveryMode.NON_PERSISTENT,
        priority=7,
        time_to_live=60,
    )
    seen = java.receive(Queue(name))
    assert seen.message_id == sent.message_id
    assert seen.message_id.startswith("ID:")
    assert (seen.destination, seen.reply_to) == (Queue(name), Topic("answers"))
    assert (seen.correlation_id, seen.type) == ("c-1", "order")
    assert (seen.delivery_mode, seen.priority, seen.redelivered) == (DeliveryMode.NON_PERSISTENT, 7, False)
    assert seen.expiration == seen.timestamp + 60_000


def test_getters_return_values_or_their_errors(java: Java, name: str) -> None:
    java.send(Queue(name), properties={"n": "7", "word": "seven"})
    seen = java.receive(Queue(name), getters=[("int", "n"), ("double", "n"), ("int", "word"), ("string", "missing")])
    assert exact(seen.got[:2]) == exact([7, 7.0])
    assert seen.got[2:] == [Raised("NumberFormatException"), None]


@whole
def test_errors_come_by_class(java: Java, name: str) -> None:
    with pytest.raises(JavaError) as caught:
        java.session.consumer(Queue(name), "no selector at all")
    assert caught.value.java_class == "InvalidSelectorException"


@whole
def test_a_selector_chooses(java: Java, name: str) -> None:
    for number in range(3):
        java.send(Queue(name), body=str(number), properties={"n": number})
    assert java.receive(Queue(name), "n > 1").body == "2"
    assert [seen.body for seen in java.session.browse(Queue(name))] == ["0", "1"]
    assert [seen.body for seen in java.session.browse(Queue(name), "n = 1")] == ["1"]


def test_a_durable_subscription_keeps_messages(java: Java, name: str) -> None:
    with java.connection(client_id=name) as connection:
        connection.session().consumer(Topic(name), name="sub").close()
    java.send(Topic(name), body="while away")
    session = java.connection(client_id=name).session()
    with session.consumer(Topic(name), name="sub") as consumer:
        assert consumer.receive().body == "while away"
    session.unsubscribe("sub")


def test_a_request_is_answered(java: Java, name: str) -> None:
    answers = java.session.temporary()
    service = java.connection().session().consumer(Queue(name))
    request = service.replying()
    with java.session.consumer(answers) as requestor:
        sent = java.send(Queue(name), body="ping", reply_to=answers)
        assert request().reply_to == answers
        answer = requestor.receive()
    assert (answer.body, answer.correlation_id) == ("ping", sent.message_id)


def test_a_transaction_is_undone_or_done(java: Java, name: str) -> None:
    session = java.transacted()
    session.send(Queue(name), body="undone")
    session.rollback()
    session.send(Queue(name), body="done")
    session.commit()
    with session.consumer(Queue(name)) as consumer:
        assert consumer.receive().body == "done"
        session.rollback()
        assert consumer.receive().redelivered
        session.commit()
    assert java.finds_nothing(Queue(name))


def test_acknowledgement_is_the_programs_own(java: Java, name: str) -> None:
    java.send(Queue(name), body="kept")
    with java.connection() as connection:
        connection.session(Session.CLIENT_ACKNOWLEDGE).consumer(Queue(name)).receive()
    with java.connection() as connection:
        consumer = connection.session(Session.CLIENT_ACKNOWLEDGE).consumer(Queue(name))
        assert consumer.receive().body == "kept"
        consumer.acknowledge()
    assert java.finds_nothing(Queue(name))


@whole
def test_a_shared_subscription_or_a_delay_is_refused_where_the_library_lacks_it(java: Java, name: str) -> None:
    if java.client != "openwire":
        shared = java.connection().session().consumer(Topic(name), name=name, shared=True, durable=False)
        sent = java.send(Topic(name), delay=0.2)
        seen = shared.receive()
        assert seen.delivery_time == sent.delivery_time >= sent.timestamp + 200
        return
    with pytest.raises(JavaError) as caught:
        java.session.consumer(Topic(name), name=name, shared=True)
    assert caught.value.java_class == "UnsupportedOperationException"
