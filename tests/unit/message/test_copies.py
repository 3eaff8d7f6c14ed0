"""Messages are data: they can be copied, deep-copied and pickled."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import jmslike
from jmslike import (
    BytesMessage,
    IllegalStateError,
    MapMessage,
    Message,
    MessageNotWriteableError,
    ObjectMessage,
    Session,
    StreamMessage,
    TextMessage,
)
from jmslike.message.serializers import PickleSerializer

Duplicate = Callable[[Any], Any]


def pickled(message: Message) -> Message:
    """Return what another process would read."""
    duplicate = pickle.loads(pickle.dumps(message))
    assert isinstance(duplicate, Message)
    return duplicate


WAYS = pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, pickled])


@pytest.fixture
def context() -> Iterator[jmslike.JMSContext]:
    factory = jmslike.ConnectionFactory("native://copies")
    with factory.create_context(session_mode=Session.CLIENT_ACKNOWLEDGE) as context:
        yield context
    jmslike.forget("native://copies")


def messages(context: jmslike.JMSContext) -> list[Message]:
    octets = context.create_bytes_message()
    octets.write_bytes(b"\0\xff")
    items = context.create_map_message()
    items.set_byte("b", 1)
    items.set_bytes("raw", b"\1")
    fields = context.create_stream_message()
    fields.write_short(7)
    fields.write_string("seven")
    made: list[Message] = [
        context.create_message(),
        context.create_text_message("text"),
        octets,
        items,
        fields,
        context.create_object_message({"n": [1, 2]}),
    ]
    for message in made:
        message.set_byte_property("b", 1)
        message.set_float_property("f", 0.5)
        message.correlation_id = "c-1"
        message.reply_to = context.create_temporary_queue()
    return made


def content(message: Message) -> object:
    if isinstance(message, StreamMessage):
        return [message.read_object(), message.read_object()]
    if isinstance(message, (BytesMessage, MapMessage, ObjectMessage, TextMessage)):
        return message.get_body(object)
    return None


def headers(message: Message) -> list[object]:
    return [
        message.message_id,
        message.timestamp,
        message.destination,
        message.reply_to,
        message.correlation_id,
        message.redelivered,
        message.priority,
        dict(message.properties),
        [type(value) for value in message.properties.values()],
    ]


@WAYS
def test_a_received_message_of_each_kind_survives(context: jmslike.JMSContext, duplicate: Duplicate) -> None:
    queue = context.create_queue("copied")
    consumer = context.create_consumer(queue)
    for sent in messages(context):
        context.create_producer().send(queue, sent)
        received = consumer.receive(1)
        assert received is not None
        same = duplicate(received)
        assert type(same) is type(received)
        assert headers(same) == headers(received)
        assert content(same) == content(received)
        with pytest.raises(MessageNotWriteableError):
            same.set_int_property("n", 1)


@WAYS
def test_a_new_message_of_each_kind_survives_and_stays_apart(context: jmslike.JMSContext, duplicate: Duplicate) -> None:
    for message in messages(context):
        same = duplicate(message)
        same.set_int_property("n", 1)
        assert not message.property_exists("n")
        if isinstance(message, MapMessage):
            same["new"] = 1
            assert "new" not in message
        if isinstance(message, BytesMessage):
            same.write_byte(1)
            same.reset()
            message.reset()
            assert (same.body_length, message.body_length) == (3, 2)
        queue = context.create_queue("sent")
        context.create_producer().send(queue, same)
        received = context.create_consumer(queue).receive(1)
        assert received is not None
        assert received.get_int_property("n") == 1


@WAYS
def test_a_copy_acknowledges_nothing_and_says_so(context: jmslike.JMSContext, duplicate: Duplicate) -> None:
    queue = context.create_queue("kept")
    context.create_producer().send(queue, "once")
    consumer = context.create_consumer(queue)
    received = consumer.receive(1)
    with pytest.raises(IllegalStateError, match="nothing was acknowledged"):
        duplicate(received).acknowledge()
    context.recover()
    again = consumer.receive(1)
    assert again is not None
    assert again.redelivered


def test_a_copied_object_message_keeps_its_serializer() -> None:
    with jmslike.connect("native://copies", object_serializer=PickleSerializer([])) as context:
        queue = context.create_queue("objects")
        context.create_producer().send(queue, context.create_object_message((1, 2)))
        received = context.create_consumer(queue).receive(1)
        assert isinstance(received, ObjectMessage)
        same = pickled(received)
        assert isinstance(same, ObjectMessage)
        assert same.object == (1, 2)
    jmslike.forget("native://copies")


@WAYS
def test_an_error_survives(duplicate: Duplicate) -> None:
    error = jmslike.ConnectionLostError("gone", "code-1")
    same = duplicate(error) if duplicate is not pickled else pickle.loads(pickle.dumps(error))
    assert (type(same), str(same), same.error_code) == (jmslike.ConnectionLostError, "gone", "code-1")


def test_a_temporary_queue_from_a_pickle_is_its_connections_own(context: jmslike.JMSContext) -> None:
    mine = context.create_temporary_queue()
    with pytest.raises(IllegalStateError, match="created it"):
        pickle.loads(pickle.dumps(mine)).delete()
    copy.deepcopy(mine).delete()
