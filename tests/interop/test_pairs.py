"""Any two of our own transports on one broker: what one sends, the other receives as it was, and nothing besides."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, NamedTuple

import pytest

import jmslike
from jmslike import DeliveryMode, Destination, Float, Message, Session, Topic
from jmslike.capabilities import Feature
from jmslike.errors import UnsupportedFeatureError
from jmslike.testing import Provider
from jmslike.testing.steps import attempt_of, take
from tests.harnesses import harness_of
from tests.interop.bodies import READ
from tests.interop.clients import Python, content
from tests.interop.peer import exact
from tests.interop.values import OTHER_KINDS, PROPERTIES


class Side(NamedTuple):
    """A broker, the protocol that reaches it, and options of the connection factory."""

    broker: str
    protocol: str
    options: Mapping[str, Any]


SIDES: Final = {
    "jms": Side("rabbitmq", "amqp", {"profile": "jms"}),
    "plain": Side("rabbitmq", "amqp", {"profile": "plain"}),
    "stomp": Side("rabbitmq", "stomp", {}),
    "artemis": Side("artemis", "stomp", {}),
    "classic": Side("activemq", "stomp", {}),
    "kafka": Side("kafka", "kafka", {}),
}
ON_RABBITMQ: Final = ("jms", "plain", "stomp")
PAIRS: Final = [
    *[(sender, receiver) for sender in ON_RABBITMQ for receiver in ON_RABBITMQ],
    ("artemis", "artemis"),
    ("classic", "classic"),
    ("kafka", "kafka"),
]
SAME_SUBSCRIPTIONS: Final = [
    pair for pair in PAIRS if set(pair) == {"plain", "stomp"} or pair in [("jms", "jms"), ("classic", "classic")]
]
"""Pairs that name the queues of subscriptions alike."""


@dataclass
class Pair:
    """The two programs, and the providers that they use."""

    names: tuple[str, str]
    sending: Provider
    receiving: Provider

    @cached_property
    def sender(self) -> Python:
        """The program that sends."""
        return Python(self.sending)

    @cached_property
    def receiver(self) -> Python:
        """The program that receives."""
        return Python(self.receiving)

    def sent(self, kind: str = "text", body: Any = "x", **more: Any) -> tuple[Message, Message]:
        """Send a message to a queue, and return it as it was sent and as it was received."""
        queue = self.sending.queue()
        return self.sender.send(queue, kind, body, **more), self.receiver.receive(queue)

    def have_the_same_topics(self) -> bool:
        """Whether they name topics alike: on RabbitMQ the exchange of Java's topics is another."""
        return self.names[0] == self.names[1] or "jms" not in self.names


def provider_of(side: Side, request: pytest.FixtureRequest) -> Provider:
    broker = request.getfixturevalue(side.broker)
    harness = replace(harness_of(broker, side.protocol), options=side.options)
    with jmslike.ConnectionFactory(harness.url, **harness.options).create_connection() as connection:
        return Provider(harness, connection.capabilities)


def pairs(names: list[tuple[str, str]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "pair",
        [pytest.param(one, id=" to ".join(one), marks=pytest.mark.broker(SIDES[one[0]].broker)) for one in names],
        indirect=True,
    )


@pytest.fixture
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    sender, receiver = request.param
    both = Pair(request.param, provider_of(SIDES[sender], request), provider_of(SIDES[receiver], request))
    yield both
    both.receiving.close()
    both.sending.close()


def properties_of(message: Message) -> dict[str, Any]:
    """Return the properties with their types, but that of the delivery."""
    names = set(message.property_names) - {"JMSXDeliveryCount"}
    return {name: message.get_object_property(name) for name in sorted(names)}


every_pair = pairs(PAIRS)


# ---- bodies ----------------------------------------------------------------------------------------------------------


@every_pair
@pytest.mark.parametrize(("kind", "body"), [*READ.values(), ("object", OTHER_KINDS["object"])], ids=[*READ, "object"])
def test_every_kind_arrives(pair: Pair, kind: str, body: Any) -> None:
    _, received = pair.sent(kind, body)
    assert exact(content(received)) == exact((kind, body))
    assert properties_of(received) == {}


# ---- properties ------------------------------------------------------------------------------------------------------

OF_PROTOCOLS: Final = ("destination", "durable", "expires", "id", "persistent", "priority", "receipt", "timestamp")
NAMED_LIKE_HEADERS: Final = {
    **{name: f"my {name}" for name in (*OF_PROTOCOLS, "selector", "subscription", "transaction", "type")},
    "ack": True,
    "expiration": 1.5,
    "redelivered": 7,
    "jmslike_types": "a=i",
    "jmslike_p_x": 1,
}
NO_NUMBERS: Final = {"nan": math.nan, "more": math.inf, "less": Float(-math.inf), "none": None}
PROPERTY_SETS: Final = {
    "typed": PROPERTIES,
    "named like headers": NAMED_LIKE_HEADERS,
    "no numbers": NO_NUMBERS,
    "a group": {"JMSXGroupID": "g", "JMSXGroupSeq": 3},
    "texts": {"empty": "", "lines": "a\r\nb", "colon": "a:b;c=d\\n", "number": "7", "boolean": "true"},
}


@every_pair
@pytest.mark.parametrize("properties", PROPERTY_SETS.values(), ids=PROPERTY_SETS)
def test_properties_arrive_with_their_types_and_no_other(pair: Pair, properties: dict[str, Any]) -> None:
    _, received = pair.sent(properties=properties, time_to_live=60, type="order", reply_to=pair.sending.queue())
    assert exact(properties_of(received)) == exact(dict(sorted(properties.items())))


@every_pair
def test_what_is_sent_in_a_transaction_has_no_other_properties(pair: Pair) -> None:
    queue = pair.sending.queue()
    with pair.sending.context(Session.SESSION_TRANSACTED) as context:
        context.create_producer().set_property("n", 1).send(queue, "x")
        context.commit()
    assert properties_of(pair.receiver.receive(queue)) == {"n": 1}


@every_pair
def test_what_is_sent_on_comes_back_as_it_was(pair: Pair) -> None:
    back = pair.sending.queue()
    headers = {"type": "order", "correlation_id": "c", "reply_to": pair.sending.queue()}
    for kind, body in OTHER_KINDS.items():
        _, received = pair.sent(kind, body, properties=PROPERTIES, **headers)
        pair.receiver.context.create_producer().send(back, received)
        message = pair.sender.receive(back)
        assert exact(content(message)) == exact((kind, body))
        assert exact(properties_of(message)) == exact(dict(sorted(PROPERTIES.items())))
        assert (message.type, message.correlation_id, message.reply_to) == tuple(headers.values())
        assert (message.message_id, message.timestamp) == (received.message_id, received.timestamp)


# ---- headers ---------------------------------------------------------------------------------------------------------

TYPES: Final = {"plain": "order", "Java's mark": "TextMessage", "odd": "t:\n", "long": "t" * 300}
CORRELATIONS: Final = {"text": "c: 1\\2\n☃", "empty": "", "long": "ü" * 300, "id": "ID:1", "bytes": b"\x00\xff:\n"}


@every_pair
@pytest.mark.parametrize("correlation_id", CORRELATIONS.values(), ids=CORRELATIONS)
def test_the_correlation_id_arrives(pair: Pair, correlation_id: Any) -> None:
    _, received = pair.sent(correlation_id=correlation_id)
    if isinstance(correlation_id, bytes):
        assert received.correlation_id_as_bytes == correlation_id
    else:
        assert received.correlation_id == correlation_id


@every_pair
@pytest.mark.parametrize(
    "message_type", ["order", "TextMessage", "t:\n", "t" * 300], ids=["plain", "java", "odd", "long"]
)
def test_the_type_arrives(pair: Pair, message_type: str) -> None:
    for kind, body in (("text", "x"), ("bytes", b"x")):
        _, received = pair.sent(kind, body, type=message_type)
        assert received.type == message_type


@every_pair
@pytest.mark.parametrize("mode", [DeliveryMode.PERSISTENT, DeliveryMode.NON_PERSISTENT])
def test_headers_of_the_send_arrive(pair: Pair, mode: DeliveryMode) -> None:
    for priority, time_to_live in ((0, 0), (9, 3600)):
        sent, received = pair.sent(delivery_mode=mode, priority=priority, time_to_live=time_to_live)
        assert (received.delivery_mode, received.priority) == (mode, priority)
        assert (received.timestamp, received.expiration) == (sent.timestamp, sent.expiration)
        assert received.delivery_time == sent.delivery_time
        assert received.message_id == sent.message_id
        assert received.destination == sent.destination
        assert attempt_of(received) == (False, 1)


@every_pair
def test_a_delay_arrives_or_is_refused(pair: Pair) -> None:
    try:
        sent, received = pair.sent(delay=0.2, time_to_live=60)
    except UnsupportedFeatureError:
        assert not pair.sending.capabilities.supports(Feature.DELAY)
        return
    assert (received.timestamp, received.delivery_time, received.expiration) == (
        sent.timestamp,
        sent.delivery_time,
        sent.expiration,
    )
    assert properties_of(received) == {}


@every_pair
@pytest.mark.parametrize("kind", ["queue", "topic", "temporary queue", "temporary topic"])
def test_an_answer_reaches_the_reply_destination(pair: Pair, kind: str) -> None:
    if kind == "topic" and not pair.have_the_same_topics():
        return
    context = pair.sender.context
    answers: Destination
    match kind:
        case "queue":
            answers = pair.sending.queue()
        case "topic":
            answers = pair.sending.topic()
        case "temporary queue":
            answers = context.create_temporary_queue()
        case _:
            answers = context.create_temporary_topic()
    with context.create_consumer(answers) as consumer:
        _, request = pair.sent(reply_to=answers, correlation_id="c")
        assert request.reply_to == answers
        assert (request.reply_to.is_queue, request.reply_to.is_temporary) == (answers.is_queue, answers.is_temporary)
        pair.receiver.send(request.reply_to, "map", {"price": 25}, correlation_id="c", properties=PROPERTIES)
        answer = take(pair.sending, consumer)
    assert (content(answer), answer.correlation_id) == (("map", {"price": 25}), "c")
    assert exact(properties_of(answer)) == exact(dict(sorted(PROPERTIES.items())))


# ---- topics and subscriptions ----------------------------------------------------------------------------------------


@every_pair
def test_a_selector_of_a_topic_sees_all(pair: Pair) -> None:
    if not pair.have_the_same_topics():
        return
    topic = pair.sending.topic()
    selector = "i < 0 AND z = TRUE AND d > 0 AND f BETWEEN 1 AND 2 AND l > 5 AND b = -128 AND JMSType = 'order'"
    with pair.receiver.context.create_consumer(topic, selector) as consumer:
        pair.sender.send(topic, body="other", properties={**PROPERTIES, "z": False}, type="order")
        pair.sender.send(topic, body="typeless", properties=PROPERTIES)
        pair.sender.send(topic, body="this", properties=PROPERTIES, type="order")
        message = take(pair.receiving, consumer)
    assert (content(message), message.destination) == (("text", "this"), topic)
    assert isinstance(message.destination, Topic)


@pairs([pair for pair in PAIRS if pair[0] in ("plain", "stomp") and pair[1] in ("plain", "stomp")])
def test_a_wildcard_names_the_topic_that_matched(pair: Pair) -> None:
    topic = Topic(f"{pair.sending.name('t')}.a/b")
    with pair.receiver.context.create_consumer(Topic(topic.name.replace(".a/b", ".*"))) as consumer:
        pair.sender.send(topic, body="x")
        assert take(pair.receiving, consumer).destination == topic


@pairs(SAME_SUBSCRIPTIONS)
def test_one_durable_subscription_serves_both(pair: Pair) -> None:
    topic, client_id, name = pair.sending.topic(), pair.sending.name("client"), pair.sending.name("sub")

    def read(provider: Provider, *expected: str) -> None:
        with (
            provider.factory(client_id=client_id).create_context() as context,
            context.create_durable_consumer(topic, name) as consumer,
        ):
            assert [content(take(provider, consumer))[1] for _ in expected] == list(expected)

    read(pair.sending)
    pair.sender.send(topic, body="first")
    read(pair.receiving, "first")
    pair.sender.send(topic, body="second")
    read(pair.sending, "second")
    with pair.receiving.factory(client_id=client_id).create_context() as context:
        context.unsubscribe(name)


# ---- deliveries ------------------------------------------------------------------------------------------------------


@every_pair
def test_a_second_delivery_is_told_by_the_other_side(pair: Pair) -> None:
    """Artemis does not mark what was not acknowledged."""
    queue = pair.sending.queue()
    pair.sender.send(queue, body="x")
    with pair.sending.context(Session.CLIENT_ACKNOWLEDGE) as context:
        assert attempt_of(take(pair.sending, context.create_consumer(queue))) == (False, 1)
    again = attempt_of(pair.receiver.receive(queue))
    assert again == ((False, 1) if pair.names[1] == "artemis" else (True, 2))


@every_pair
def test_what_expires_reaches_no_side(pair: Pair) -> None:
    queue = pair.sending.queue()
    sent = pair.sender.send(queue, body="late", time_to_live=0.001)
    pair.sender.send(queue, body="in time", time_to_live=60)
    assert sent.expiration
    assert content(pair.receiver.receive(queue)) == ("text", "in time")
