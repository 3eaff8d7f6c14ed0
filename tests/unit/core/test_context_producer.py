"""JMSProducer: bodies, headers, properties and settings."""

from __future__ import annotations

from typing import Any

import pytest

from jmslike.errors import (
    IllegalStateError,
    InvalidDestinationError,
    JMSError,
    MessageNotWriteableError,
)
from jmslike.send_settings import SendSettings
from tests.unit.core.contexts import context_of, sent
from tests.unit.core.fake import NOW, OTHER, QUEUE, FakeBroker, text
from tests.unit.core.listeners import Told


@pytest.mark.parametrize(
    ("body", "kind", "content"),
    [
        ("a", "text", "a"),
        (None, "text", None),
        (b"a", "bytes", b"a"),
        (bytearray(b"a"), "bytes", b"a"),
        (memoryview(b"a"), "bytes", b"a"),
        ({"n": 1}, "map", {"n": 1}),
        ([1, 2], "object", b"[1,2]"),
    ],
)
def test_a_body_makes_its_message(broker: FakeBroker, body: Any, kind: str, content: object) -> None:
    producer = context_of(broker).create_producer()
    assert producer.send(QUEUE, body) is producer
    assert sent(broker).kind == kind
    assert sent(broker).body == content or kind == "object"
    assert sent(broker).destination == QUEUE


def test_a_message_is_sent_as_it_is(broker: FakeBroker) -> None:
    context = context_of(broker)
    message = context.create_stream_message()
    message.write_int(1)
    context.create_producer().send(QUEUE, message)
    assert sent(broker).body == (1,)
    assert message.message_id == sent(broker).id


@pytest.mark.parametrize("wrong", [None, "q"])
def test_a_producer_of_a_context_needs_a_destination(broker: FakeBroker, wrong: Any) -> None:
    with pytest.raises(InvalidDestinationError):
        context_of(broker).create_producer().send(wrong, "a")


def test_attributes_and_setters_do_the_same(broker: FakeBroker) -> None:
    values = {
        "delivery_mode": 1,
        "priority": 7,
        "time_to_live": 2.5,
        "delivery_delay": 1.5,
        "disable_message_id": True,
        "disable_message_timestamp": True,
        "correlation_id": "c",
        "reply_to": OTHER,
        "type": "t",
    }
    context = context_of(broker)
    chained, assigned = context.create_producer(), context.create_producer()
    for name, value in values.items():
        assert getattr(chained, f"set_{name}")(value) is chained
        setattr(assigned, name, value)
        assert getattr(chained, name) == getattr(assigned, name) == value
    for producer in (chained, assigned):
        producer.send(QUEUE, "a")
        envelope = sent(broker)
        assert (envelope.delivery_mode, envelope.priority) == (1, 7)
        assert (envelope.expiration, envelope.due) == (NOW + 2500, NOW + 1500)
        assert envelope.headers == ("c", OTHER, "t")


def test_the_defaults_of_a_context_producer(broker: FakeBroker) -> None:
    producer = context_of(broker).create_producer()
    names = ["delivery_mode", "priority", "time_to_live", "delivery_delay", "disable_message_id", "async_listener"]
    assert [getattr(producer, name) for name in names] == [2, 4, 0, 0, False, None]
    assert [producer.correlation_id, producer.reply_to, producer.type, producer.disable_message_timestamp] == [
        None,
        None,
        None,
        False,
    ]


def test_headers_of_the_producer_go_before_those_of_the_message(broker: FakeBroker) -> None:
    context = context_of(broker)
    message = context.create_text_message("a")
    message.correlation_id, message.type, message.reply_to = "mine", "mine", QUEUE
    context.create_producer().set_correlation_id("its").send(QUEUE, message)
    assert sent(broker).headers == ("its", QUEUE, "mine")
    producer = context.create_producer().set_correlation_id_as_bytes(b"its")
    assert producer.correlation_id_as_bytes == b"its"
    producer.send(QUEUE, message)
    assert sent(broker).headers.correlation_id == b"its"


def test_properties_of_the_producer_go_before_those_of_the_message(broker: FakeBroker) -> None:
    context = context_of(broker)
    producer = context.create_producer().set_property("n", 1).set_property("m", 2)
    assert producer.get_int_property("n") == 1
    assert producer.property_exists("m")
    message = context.create_text_message("a")
    message.set_int_property("n", 5)
    message.set_int_property("k", 5)
    producer.send(QUEUE, message)
    assert sent(broker).properties == {"n": 1, "m": 2, "k": 5}
    assert producer.clear_properties() is producer
    assert not producer.property_exists("n")
    producer.send(QUEUE, "b")
    assert sent(broker).properties == {}


def test_read_only_properties_are_not_written_over(broker: FakeBroker) -> None:
    context = context_of(broker)
    broker.put(text("a", OTHER))
    message = context.create_consumer(OTHER).receive(0)
    producer = context.create_producer()
    producer.send(QUEUE, message)
    producer.set_property("n", 1)
    with pytest.raises(MessageNotWriteableError):
        producer.send(QUEUE, message)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("delivery_mode", 3), ("priority", 10), ("time_to_live", -1), ("delivery_delay", "1"), ("async_listener", print)],
)
def test_settings_out_of_range_are_refused(broker: FakeBroker, name: str, wrong: Any) -> None:
    producer = context_of(broker).create_producer()
    before = getattr(producer, name)
    with pytest.raises((JMSError, ValueError)):
        setattr(producer, name, wrong)
    assert getattr(producer, name) == before


def test_asynchronous_sends_of_a_context(broker: FakeBroker) -> None:
    told = Told()
    producer = context_of(broker).create_producer().set_async(told)
    assert producer.async_listener is told
    producer.send(QUEUE, "a")
    message, error = told.next()
    assert message.message_id == sent(broker).id
    assert error is None
    producer.set_async(None).send(QUEUE, "b")
    assert told.silent


def test_everything_of_a_producer_of_a_closed_context_is_refused(broker: FakeBroker) -> None:
    context = context_of(broker)
    producer = context.create_producer()
    context.close()
    members = {**vars(SendSettings), **vars(type(producer))}
    names = [name for name, found in members.items() if isinstance(found, property)]
    assert len(names) == 12
    for name in names:
        with pytest.raises(IllegalStateError, match="context is closed"):
            getattr(producer, name)
        with pytest.raises(IllegalStateError, match="context is closed"):
            setattr(producer, name, None)
    for call in (
        lambda: producer.set_property("n", 1),
        producer.clear_properties,
        lambda: producer.property_exists("n"),
    ):
        with pytest.raises(IllegalStateError, match="context is closed"):
            call()
