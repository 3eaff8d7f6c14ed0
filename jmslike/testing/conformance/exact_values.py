"""Values of subclasses of Python's types: each stands for the plain value of its type, at both ends."""

from __future__ import annotations

from enum import Enum
from typing import Any

from jmslike import Queue, StreamMessage, TextMessage, Topic
from jmslike.capabilities import Feature
from jmslike.testing import Provider, requires
from jmslike.testing.line import Line
from jmslike.testing.steps import put, take_text


class _Text(str):
    """A str that prints as something else, as the members of `class Names(str, Enum)` do."""

    def __str__(self) -> str:
        return "printed"

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return "printed"

    def encode(self, *_: Any) -> bytes:
        return b"encoded"


class _Level(int, Enum):
    LOW = 1
    HIGH = 9


class _Number(float):
    def __repr__(self) -> str:
        return "printed"


class _Octets(bytes):
    def __len__(self) -> int:
        return 0


class _Orders(Queue):
    """A queue of the application's own class."""


def test_a_name_is_what_the_text_contains(jms: Provider) -> None:
    """DST-01, HDR-08: of queues and topics, and of destinations to reply to, whatever the text prints as."""
    for kind in (Queue, Topic):
        name = jms.name("place")
        line = Line(jms, kind(name))
        message = line.session.create_text_message("found")
        message.reply_to = kind(_Text(name))
        line.session.create_producer().send(kind(_Text(name)), message)
        received = line.next(TextMessage)
        assert received.text == "found"
        assert type(received.destination) is kind
        assert received.destination == received.reply_to == kind(name)
        assert received.reply_to is not None
        assert type(received.reply_to.name) is str


def test_a_queue_of_a_class_of_ones_own_is_a_queue(jms: Provider) -> None:
    """DST-01, HDR-01, HDR-08: to send to, to consume from, and to reply to."""
    queue = _Orders(jms.name("place"))
    line = Line(jms, queue)
    message = line.session.create_message()
    message.reply_to = queue
    received = line.through(message)
    assert received.destination == received.reply_to == Queue(queue.name)


def test_names_and_texts_of_a_message_are_what_they_contain(jms: Provider) -> None:
    """PROP-21, HDR-06, HDR-10, MSG-18: properties, headers, items and bodies."""
    line = Line(jms)
    message = line.session.create_map_message()
    message.set_string_property(_Text("region"), _Text("eu"))
    message.set_object_property(_Text("other"), _Text("us"))
    message.correlation_id = _Text("c-1")
    message.type = _Text("order")
    message.set_string(_Text("item"), _Text("lamp"))
    message[_Text("more")] = _Text("lamps")
    received = line.through(message)
    assert dict(received) == {"item": "lamp", "more": "lamps"}
    assert received.get_string_property("region") == "eu"
    assert received.properties["other"] == "us"
    assert (received.correlation_id, received.type) == ("c-1", "order")
    assert line.through(line.session.create_text_message(_Text("two lamps"))).text == "two lamps"


def test_numbers_of_a_subclass_are_numbers(jms: Provider) -> None:
    """PROP-21, MSG-18, PROD-03: properties, items, fields; and the priority, mode and time to live of a send."""
    line = Line(jms)
    message = line.session.create_stream_message()
    message.set_int_property("level", _Level.HIGH)
    message.set_object_property("ratio", _Number(0.5))
    message.write_object(_Level.LOW)
    message.write_double(_Number(2.5))
    line.producer.send(message, _Level.LOW, _Level.HIGH, _Number(900))
    received = line.next(StreamMessage)
    assert (received.get_int_property("level"), received.get_double_property("ratio")) == (9, 0.5)
    assert (received.read_int(), received.read_double()) == (1, 2.5)
    assert (received.delivery_mode, received.priority) == (1, 9)
    assert received.expiration == message.timestamp + 900_000


def test_bytes_of_any_kind_are_copied(jms: Provider) -> None:
    """MSG-18, HDR-07: bytearray, memoryview and subclasses of bytes; what the application changes later is not sent."""
    line = Line(jms)
    for octets in (_Octets(b"\0lamp"), bytearray(b"\0lamp"), memoryview(b"\0lamp")):
        items = line.session.create_map_message()
        items.set_bytes("photo", octets)
        items.correlation_id_as_bytes = octets  # type: ignore[assignment]
        body = line.session.create_bytes_message()
        body.write_bytes(octets)
        if isinstance(octets, bytearray):
            octets[:] = b"later"
        received = line.through(items)
        assert (received.get_bytes("photo"), received.correlation_id_as_bytes) == (b"\0lamp", b"\0lamp")
        assert line.through(body).get_body(bytes) == b"\0lamp"


@requires(Feature.DURABLE_SUBSCRIPTION, Feature.CLIENT_ID)
def test_client_ids_and_subscriptions_are_named_by_what_the_text_contains(jms: Provider) -> None:
    """SUB-09: a durable subscription is found again by the plain names."""
    client, name, topic = jms.name("client"), jms.name("subscription"), jms.topic()
    with jms.connection(client_id=_Text(client)) as connection:
        assert connection.client_id == client
        session = connection.create_session()
        session.create_durable_consumer(topic, _Text(name)).close()
        put(session, topic, "kept")
    session = jms.connection(client_id=client).create_session()
    consumer = session.create_durable_consumer(topic, name)
    assert take_text(jms, consumer) == "kept"
    consumer.close()
    session.unsubscribe(_Text(name))


@requires(Feature.TOPIC_SELECTOR)
def test_a_selector_is_what_the_text_contains(jms: Provider) -> None:
    """SEL-01: whatever it prints as."""
    session, topic = jms.connection().create_session(), jms.topic()
    consumer = session.create_consumer(topic, _Text("n = 1"))
    assert consumer.message_selector == "n = 1"
    for n in (2, 1):
        message = session.create_text_message(f"number {n}")
        message.set_int_property("n", n)
        session.create_producer(topic).send(message)
    assert take_text(jms, consumer) == "number 1"
