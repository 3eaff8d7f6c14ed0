"""JMSConsumer: receiving messages and bodies."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from jmslike.constants import SessionMode
from jmslike.errors import (
    IllegalStateError,
    MessageFormatError,
)
from jmslike.spi import Envelope
from tests.unit.core.contexts import context_of
from tests.unit.core.fake import OTHER, PATIENCE, QUEUE, FakeBroker, Task, text, texts


def test_a_consumer_of_a_context(broker: FakeBroker) -> None:
    context = context_of(broker)
    with context.create_consumer(QUEUE, "n = 1") as consumer:
        assert consumer.message_selector == "n = 1"
        assert consumer.message_listener is None
        broker.put(text("a", properties={"n": 1}))
        assert consumer.receive(0)
        got = threading.Event()
        consumer.message_listener = listener = lambda message: got.set()
        assert consumer.message_listener is listener
        broker.put(text("b", properties={"n": 1}))
        assert got.wait(PATIENCE)
        consumer.message_listener = None
        broker.put(text("c", properties={"n": 1}))
        for message in consumer:
            assert message.message_id == "ID:c"
            consumer.close()
    with pytest.raises(IllegalStateError, match="consumer is closed"):
        consumer.receive_no_wait()


@pytest.mark.parametrize("mode", list(SessionMode))
def test_receive_body(broker: FakeBroker, mode: int) -> None:
    broker.settle_at_hand_over = False
    context = context_of(broker, mode)
    consumer = context.create_consumer(QUEUE)
    broker.put(text("a"))
    assert consumer.receive_body(str, 0) == "a"
    assert consumer.receive_body_no_wait(str) is None
    assert consumer.receive_body(str, 0) is None
    automatic = mode in (SessionMode.AUTO_ACKNOWLEDGE, SessionMode.DUPS_OK_ACKNOWLEDGE)
    assert broker.named("settle") == ([("settle", ["ID:a"], None)] if automatic else [])
    assert {call[2] for call in broker.named("take")} == {False}


def test_receive_body_waits(broker: FakeBroker) -> None:
    consumer = context_of(broker).create_consumer(QUEUE)
    for timeout in (None, 5):
        task = Task(consumer.receive_body, str, timeout)
        broker.clock.until_waiting()
        broker.clock.advance(4)
        assert task.goes_on()
        broker.put(text("a"))
        assert task.end() == "a"
    task = Task(consumer.receive_body, str, 5)
    broker.clock.until_waiting()
    broker.clock.advance(5)
    assert task.end() is None


@pytest.mark.parametrize("mode", [SessionMode.AUTO_ACKNOWLEDGE, SessionMode.DUPS_OK_ACKNOWLEDGE])
def test_a_body_of_another_type_comes_next_as_if_it_had_not_been_received(broker: FakeBroker, mode: int) -> None:
    context = context_of(broker, mode)
    consumer = context.create_consumer(QUEUE)
    broker.put(*texts("ab"))
    for _ in range(3):
        with pytest.raises(MessageFormatError, match="has no body of the type"):
            consumer.receive_body(bytes, 0)
    assert broker.named("settle") == []
    message = consumer.receive(0)
    assert message is not None
    assert message.message_id == "ID:a"
    assert not message.redelivered
    assert consumer.receive_body_no_wait(str) == "b"


@pytest.mark.parametrize("mode", [SessionMode.CLIENT_ACKNOWLEDGE, SessionMode.SESSION_TRANSACTED])
def test_in_the_other_modes_it_was_received(broker: FakeBroker, mode: int) -> None:
    context = context_of(broker, mode)
    consumer = context.create_consumer(QUEUE)
    broker.put(text("a"))
    with pytest.raises(MessageFormatError):
        consumer.receive_body(bytes, 0)
    assert consumer.receive(0) is None
    (context.rollback if context.transacted else context.recover)()
    message = consumer.receive(0)
    assert message is not None
    assert message.redelivered


@pytest.mark.parametrize("kind", ["message", "stream", "map", "bytes", "object"])
def test_messages_without_a_body_have_none_of_any_type(broker: FakeBroker, kind: str) -> None:
    consumer = context_of(broker).create_consumer(QUEUE)
    body: Any = {"message": None, "stream": (1,), "map": {}, "bytes": b"", "object": None}[kind]
    broker.put(Envelope.make(id="ID:a", destination=QUEUE, kind=kind, body=body))
    with pytest.raises(MessageFormatError):
        consumer.receive_body(object, 0)
    assert consumer.receive(0) is not None


@pytest.mark.parametrize("wrong", [None, "str", 5])
def test_the_type_of_a_body_is_a_class(broker: FakeBroker, wrong: Any) -> None:
    consumer = context_of(broker).create_consumer(QUEUE)
    broker.put(text("a"))
    with pytest.raises(ValueError, match="type of a body is a class"):
        consumer.receive_body(wrong, 0)
    assert broker.named("take") == []


def test_receive_body_is_refused_where_receive_is(broker: FakeBroker) -> None:
    context = context_of(broker)
    consumer, other = context.create_consumer(QUEUE), context.create_consumer(OTHER)
    task = Task(consumer.receive)
    broker.clock.until_waiting()
    with pytest.raises(IllegalStateError, match="another thread receives"):
        other.receive_body(str, 0)
    broker.put(text("a"))
    task.end()
    consumer.message_listener = print
    with pytest.raises(IllegalStateError, match="has a message listener"):
        other.receive_body(str, 0)
    other.close()
    with pytest.raises(IllegalStateError, match="consumer is closed"):
        other.receive_body(str, 0)
    assert consumer._consumer._gate.occupant is None
