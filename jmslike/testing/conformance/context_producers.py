"""Producers of the simplified API (CTX-13 to CTX-20): chaining, bodies of Python types, headers and properties."""

from __future__ import annotations

from functools import partial

import pytest

from jmslike import (
    BytesMessage,
    DeliveryMode,
    IllegalStateError,
    InvalidDestinationError,
    JMSContext,
    JMSError,
    JMSProducer,
    MapMessage,
    Message,
    MessageFormatError,
    MessageNotWriteableError,
    ObjectMessage,
    TextMessage,
)
from jmslike.capabilities import Feature
from jmslike.testing import Provider, requires
from jmslike.testing.conformance.conversions import PROPERTIES, PROPERTY_TYPES, check
from jmslike.testing.steps import Completions, error_of, is_silent, take, take_text


def test_every_setter_and_send_give_the_producer_back(jms: Provider) -> None:
    """CTX-13: so that calls chain, in any order; a producer of a context has no close()."""
    context = jms.context()
    queue = jms.queue()
    consumer = context.create_consumer(queue)
    producer = context.create_producer()
    chained = (
        producer.set_priority(7)
        .set_time_to_live(60)
        .set_delivery_mode(DeliveryMode.NON_PERSISTENT)
        .set_disable_message_id(False)
        .set_disable_message_timestamp(False)
        .set_correlation_id("c")
        .set_type("t")
        .set_reply_to(queue)
        .set_property("n", 1)
        .set_async(None)
        .send(queue, "text")
        .clear_properties()
        .send(queue, "more")
    )
    assert chained is producer
    assert not hasattr(producer, "close")
    first, second = take(jms, consumer), take(jms, consumer)
    for received in (first, second):
        assert (received.priority, received.delivery_mode) == (7, DeliveryMode.NON_PERSISTENT)
        assert (received.correlation_id, received.type, received.reply_to) == ("c", "t", queue)
        assert received.expiration - received.timestamp == 60_000
    assert (first.property_exists("n"), second.property_exists("n")) == (True, False)


def test_the_settings_of_a_producer_are_attributes_too(jms: Provider) -> None:
    """CTX-13, PROD-01, PROD-05: with the defaults and checks of any producer."""
    producer = jms.context().create_producer()
    assert (producer.priority, producer.delivery_mode) == (4, DeliveryMode.PERSISTENT)
    assert (producer.time_to_live, producer.delivery_delay) == (0, 0)
    assert (producer.disable_message_id, producer.disable_message_timestamp) == (False, False)
    assert (producer.correlation_id, producer.reply_to, producer.type) == (None, None, None)
    assert producer.async_listener is None
    producer.priority = 2
    producer.correlation_id = "c"
    assert (producer.priority, producer.correlation_id) == (2, "c")
    for name, value in (("priority", 10), ("delivery_mode", 3), ("time_to_live", -1), ("delivery_delay", -1)):
        with pytest.raises(JMSError):
            setattr(producer, name, value)
        with pytest.raises(JMSError):
            getattr(producer, f"set_{name}")(value)


@requires(Feature.DELAY)
def test_a_chained_delivery_delay_holds(jms: Provider) -> None:
    """CTX-13, HDR-12: the message says when it was due."""
    context = jms.context()
    queue = jms.queue()
    context.create_producer().set_delivery_delay(0.02).send(queue, "text")
    received = take(jms, context.create_consumer(queue))
    assert abs(received.delivery_time - received.timestamp - 20) <= 1


def test_a_body_chooses_the_kind_of_its_message(jms: Provider) -> None:
    """CTX-14: str, dict, bytes, what can be encoded, or a message as it is; None is a text without body."""
    context = jms.context()
    queue = jms.queue()
    consumer = context.create_consumer(queue)
    own = context.create_text_message("own")
    sent: list[tuple[object, type[Message], object]] = [
        ("text", TextMessage, "text"),
        ("", TextMessage, ""),
        ({"k": 1, "b": b"\x00"}, MapMessage, {"k": 1, "b": b"\x00"}),
        (b"bytes", BytesMessage, b"bytes"),
        ([1, {"a": None}], ObjectMessage, [1, {"a": None}]),
        (5, ObjectMessage, 5),
        (own, TextMessage, "own"),
        (None, TextMessage, None),
    ]
    for body, kind, expected in sent:
        context.create_producer().send(queue, body)
        received = take(jms, consumer)
        assert type(received) is kind
        assert received.get_body(object) == expected
    assert own.message_id is not None


def test_a_body_that_cannot_be_sent_is_refused(jms: Provider) -> None:
    """CTX-15: a dict with values that a map cannot hold, or an object that cannot be encoded: MessageFormatError."""
    context = jms.context()
    queue = jms.queue()
    for body in ({"k": object()}, {"k": [1]}, {"k": {"deep": 1}}, object(), {1, 2}):
        with pytest.raises(MessageFormatError):
            context.create_producer().send(queue, body)
    for names in ({"": 1}, {None: 1}, {5: 1}):
        with pytest.raises((MessageFormatError, ValueError)):
            context.create_producer().send(queue, names)
    assert is_silent(jms, context.create_consumer(queue))


def test_what_is_set_on_the_producer_overrides_the_message(jms: Provider) -> None:
    """CTX-16: correlation id, reply-to, type and properties; the message keeps what the producer does not set."""
    context = jms.context()
    queue = jms.queue()
    consumer = context.create_consumer(queue)
    message = context.create_text_message("text")
    message.correlation_id = message.type = "message"
    message.set_string_property("both", "message")
    message.set_string_property("mine", "message")
    producer = context.create_producer().set_correlation_id("producer").set_property("both", "producer")
    producer.set_property("theirs", 5).send(queue, message)
    received = take(jms, consumer)
    assert (received.correlation_id, received.type) == ("producer", "message")
    assert received.get_string_property("both") == "producer"
    assert received.get_string_property("mine") == "message"
    assert received.get_object_property("theirs") == 5


def test_what_is_set_on_the_producer_stays(jms: Provider) -> None:
    """CTX-17: over any number of sends; clear_properties() removes the properties only."""
    context = jms.context()
    queue = jms.queue()
    consumer = context.create_consumer(queue)
    producer = context.create_producer().set_type("t").set_property("n", 1)
    assert producer.property_exists("n") is True
    assert list(producer.property_names) == ["n"]
    for _ in range(2):
        producer.send(queue, "text")
        received = take(jms, consumer)
        assert (received.type, received.get_int_property("n")) == ("t", 1)
    producer.clear_properties()
    assert list(producer.property_names) == []
    message = context.create_text_message("text")
    message.set_int_property("own", 2)
    producer.send(queue, message)
    received = take(jms, consumer)
    assert (received.type, received.property_exists("n"), received.get_int_property("own")) == ("t", False, 2)


def test_properties_of_a_producer_are_checked(jms: Provider) -> None:
    """CTX-18: a missing or bad name raises ValueError, a value of another type MessageFormatError."""
    producer = jms.context().create_producer()
    for name in (None, "", "1a", "a.b", "NOT"):
        with pytest.raises(ValueError):  # noqa: PT011
            producer.set_property(name, 1)  # type: ignore[arg-type]
    for value in ([], {}, b"bytes", object()):
        with pytest.raises(MessageFormatError):
            producer.set_property("p", value)  # type: ignore[arg-type]
    assert producer.property_exists("p") is False


def test_properties_of_a_producer_convert_as_those_of_a_message(jms: Provider) -> None:
    """CTX-18, PROP-04: every getter, by the same table."""
    context = jms.context()
    queue = jms.queue()
    producer = context.create_producer()
    source = context.create_message()
    for number, (kind, value, readings) in enumerate(PROPERTIES):
        name = f"{kind}_{number}"
        getattr(source, f"set_{kind}_property")(name, value)
        producer.set_property(name, source.get_object_property(name))
        for target in PROPERTY_TYPES:
            read = partial(getattr(producer, f"get_{target}_property"), name)
            check(read, readings.get(target, MessageFormatError), f"{name} as {target}")
        assert producer.get_object_property(name) == source.get_object_property(name)
    assert producer.get_string_property("absent") is None
    producer.send(queue, "text")
    received = take(jms, context.create_consumer(queue))
    for number, (kind, _, _) in enumerate(PROPERTIES):
        name = f"{kind}_{number}"
        assert type(received.get_object_property(name)) is type(source.get_object_property(name))


def test_a_producer_cannot_add_properties_to_a_received_message(jms: Provider) -> None:
    """CTX-19: MessageNotWriteableError, and nothing is sent; a producer without properties forwards the message."""
    context = jms.context()
    queue = jms.queue()
    consumer = context.create_consumer(queue)
    context.create_producer().send(queue, "text")
    received = take(jms, consumer)
    with pytest.raises(MessageNotWriteableError):
        context.create_producer().set_property("n", 1).send(queue, received)
    assert is_silent(jms, consumer)
    context.create_producer().send(queue, received)
    assert take_text(jms, consumer) == "text"


def test_a_send_needs_a_destination(jms: Provider) -> None:
    """CTX-20: None raises InvalidDestinationError."""
    producer = jms.context().create_producer()
    bodies: list[object] = ["text", None, {}]
    for body in bodies:
        with pytest.raises(InvalidDestinationError):
            producer.send(None, body)  # type: ignore[arg-type]


def test_sends_are_asynchronous_while_a_listener_is_set(jms: Provider) -> None:
    """CTX-20, PROD-22: set_async(listener) makes them so, set_async(None) ends it."""
    context = jms.context()
    queue = jms.queue()
    consumer = context.create_consumer(queue)
    listener = Completions(jms)
    producer: JMSProducer = context.create_producer().set_async(listener)
    assert producer.async_listener is listener
    producer.send(queue, "async")
    message, error = listener.next()
    assert error is None
    assert isinstance(message, TextMessage)
    assert take(jms, consumer).message_id == message.message_id
    producer.set_async(None).send(queue, "sync")
    assert producer.async_listener is None
    assert take_text(jms, consumer) == "sync"
    assert listener.count() == 0
    with pytest.raises(ValueError):  # noqa: PT011
        producer.set_async(object())


@requires(Feature.TRANSACTION)
@pytest.mark.parametrize("end", ["close", "commit", "rollback"])
def test_a_completion_may_not_end_its_context(jms: Provider, end: str) -> None:
    """CTX-11, PROD-29: close(), commit() and rollback() raise IllegalStateError in the callback; stop() is allowed."""
    context = jms.context(JMSContext.SESSION_TRANSACTED)
    outcomes: list[Exception | None] = []

    def end_and_stop(_message: Message) -> None:
        outcomes.append(error_of(getattr(context, end)))
        context.stop()

    listener = Completions(jms, end_and_stop)
    context.create_producer().set_async(listener).send(jms.queue(), "text")
    context.commit()
    assert listener.next()[1] is None
    assert [type(error) for error in outcomes] == [IllegalStateError]
