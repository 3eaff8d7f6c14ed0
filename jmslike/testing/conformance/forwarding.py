"""Messages that are sent on as they are (PROD-32): an extension."""

from __future__ import annotations

from typing import Any

import pytest

from jmslike import JMSError, Message, MessageFormatError, Queue, Session, Topic
from jmslike.capabilities import Feature
from jmslike.testing import Provider, requires
from jmslike.testing.steps import consumer_of, left_in, put, take, text_of

HEADERS = (
    "message_id", "timestamp", "expiration", "priority", "delivery_mode", "correlation_id", "reply_to", "type", "kind",
)  # fmt: skip


def headers_of(message: Message) -> dict[str, Any]:
    return {name: getattr(message, name) for name in HEADERS}


def properties_of(message: Message) -> dict[str, Any]:
    return dict(message.properties)


def forwarded(jms: Provider, message: Message, **settings: Any) -> Message:
    """Send a message on from a connection of its own, and return it as it arrives."""
    target = jms.queue()
    jms.connection().create_session().forward(message, target, **settings)
    return take(jms, consumer_of(jms, target))


def test_a_message_is_forwarded_as_it_is(jms: Provider) -> None:
    """PROD-32: with its id, times, delivery mode, priority, headers, properties and body."""
    session, queue = jms.connection().create_session(), jms.queue()
    sent = session.create_text_message("Grüße")
    sent.correlation_id, sent.type = "c-1", "order"
    sent.reply_to = Topic(jms.name("answers"))
    sent.set_int_property("count", 7)
    sent.set_long_property("big", 7)
    sent.set_double_property("price", 7.0)
    sent.set_boolean_property("paid", True)
    sent.set_string_property("spelled", "7")
    session.create_producer(queue).send(sent, 1, 7, 60)
    received = take(jms, consumer_of(jms, queue))
    arrived = forwarded(jms, received)
    assert headers_of(arrived) == headers_of(received) == headers_of(sent)
    assert properties_of(arrived) == properties_of(received)
    assert text_of(arrived) == "Grüße"
    assert isinstance(arrived.destination, Queue)
    assert arrived.destination != queue
    assert (arrived.redelivered, arrived.get_int_property("JMSXDeliveryCount")) == (False, 1)


def test_every_kind_of_body_is_forwarded(jms: Provider) -> None:
    """PROD-32: also of messages that were read before, and of what only the serializer could decode."""
    session, queue = jms.connection().create_session(), jms.queue()
    octets, items, stream = (
        session.create_bytes_message(),
        session.create_map_message(),
        session.create_stream_message(),
    )
    octets.write_bytes(b"\x00\xff")
    items.set_long("n", 1)
    items.set_bytes("raw", b"\x01")
    stream.write_short(1)
    stream.write_string(None)
    messages = [octets, items, stream, session.create_object_message(["a", 2]), session.create_message()]
    for message in messages:
        session.create_producer(queue).send(message)
    consumer = consumer_of(jms, queue)
    arrived = [forwarded(jms, take(jms, consumer)) for _ in messages]
    assert [message.kind for message in arrived] == ["bytes", "map", "stream", "object", "message"]
    bytes_, map_, stream_, object_, _ = (cast_any(message) for message in arrived)
    assert bytes_.read_bytes() == b"\x00\xff"
    assert (map_.get_long("n"), map_.get_bytes("raw")) == (1, b"\x01")
    assert (stream_.read_short(), stream_.read_string()) == (1, None)
    assert object_.object == ["a", 2]


def cast_any(message: Message) -> Any:
    return message


def test_properties_may_be_left_out_of_what_is_forwarded(jms: Provider) -> None:
    """PROD-32: the message that was received keeps them."""
    session, queue = jms.connection().create_session(), jms.queue()
    message = session.create_message()
    message.set_string_property("reason", "x")
    message.set_int_property("count", 7)
    session.create_producer(queue).send(message)
    received = take(jms, consumer_of(jms, queue))
    arrived = forwarded(jms, received, without=("reason", "another"))
    assert sorted(arrived.property_names) == ["JMSXDeliveryCount", "count"]
    assert received.get_string_property("reason") == "x"


@requires(Feature.TRANSACTION)
def test_what_a_transaction_forwards_waits_for_its_commit(jms: Provider) -> None:
    """PROD-32, TX-01: together with what it received."""
    queue, target = jms.queue(), jms.queue()
    with jms.connection().create_session(Session.SESSION_TRANSACTED) as session:
        put(session, queue, "1", "2")
        session.commit()
        consumer = session.create_consumer(queue)
        session.forward(take(jms, consumer), target)
        session.commit()
        session.forward(take(jms, consumer), target)
        session.rollback()
    assert left_in(jms, target) == ["1"]
    assert left_in(jms, queue) == ["2"]


@requires(Feature.DELAY)
def test_a_message_that_was_due_is_forwarded_at_once(jms: Provider) -> None:
    """PROD-32: its delivery delay is over."""
    session, queue = jms.connection().create_session(), jms.queue()
    producer = session.create_producer(queue)
    producer.delivery_delay = 2 * jms.resolution
    producer.send(session.create_text_message("1"))
    received = take(jms, consumer_of(jms, queue))
    assert text_of(forwarded(jms, received)) == "1"


def test_only_a_message_that_was_sent_is_forwarded(jms: Provider) -> None:
    """PROD-32: a new one raises JMSError, what is no message MessageFormatError."""
    session = jms.connection().create_session()
    with pytest.raises(JMSError, match="neither sent nor received"):
        session.forward(session.create_text_message("new"), jms.queue())
    with pytest.raises(MessageFormatError):
        session.forward("a text", jms.queue())  # type: ignore[arg-type]
