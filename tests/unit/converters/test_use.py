"""Converters on producers and consumers of sessions and contexts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from queue import SimpleQueue
from typing import Any

import pytest

import jmslike
from jmslike import (
    IllegalStateError,
    InvalidDestinationError,
    JMSContext,
    Message,
    MessageFormatError,
    Queue,
    Session,
    TextMessage,
    Topic,
)
from jmslike.converters import CONTENT_TYPE, JsonConverter, MessageConverter, MessageFactory
from jmslike.testing.steps import error_of

QUEUE = Queue("orders")
JSON: JsonConverter[Any] = JsonConverter()


class Upper:
    """A converter of a user: it knows nothing of jmslike but messages."""

    def to_message(self, text: str, session: MessageFactory) -> Message:
        if not isinstance(text, str):
            raise KeyError(text)
        return session.create_text_message(text.upper())

    def from_message(self, message: Message) -> str:
        assert isinstance(message, TextMessage)
        if message.text == "BAD":
            raise KeyError(message.text)
        return (message.text or "").lower()


UPPER: MessageConverter = Upper()


@pytest.fixture
def context() -> Iterator[JMSContext]:
    url = "native://converters"
    with jmslike.connect(url) as context:
        yield context
    jmslike.forget(url)


@pytest.fixture
def session() -> Iterator[Session]:
    url = "native://converters"
    with jmslike.ConnectionFactory(url).create_connection() as connection:
        connection.start()
        yield connection.create_session()
    jmslike.forget(url)


def test_a_converter_of_a_user_works_everywhere(session: Session) -> None:
    session.create_producer(QUEUE, converter=UPPER).send("lamp")
    consumer = session.create_consumer(QUEUE, converter=UPPER)
    assert consumer.receive_object(1) == "lamp"
    session.create_producer(QUEUE, converter=UPPER).send("lamp")
    message = consumer.receive(1)
    assert isinstance(message, TextMessage)
    assert (message.text, message.property_exists(CONTENT_TYPE)) == ("LAMP", False)


def test_what_a_converter_raises_reaches_the_caller_and_nothing_is_sent_or_lost(session: Session) -> None:
    producer = session.create_producer(QUEUE, converter=UPPER)
    consumer = session.create_consumer(QUEUE, converter=UPPER)
    with pytest.raises(KeyError):
        producer.send(7)
    producer.send("bad")
    with pytest.raises(KeyError):
        consumer.receive_object(1)
    message = consumer.receive(1)
    assert message is not None
    assert (message.get_body(str), message.redelivered) == ("BAD", False)
    assert consumer.receive_no_wait() is None


def test_settings_come_after_the_object(session: Session) -> None:
    session.create_producer(QUEUE, converter=JSON).send([1], 1, 7, 60)
    unidentified = session.create_producer(converter=JSON)
    unidentified.send(QUEUE, {"n": 2}, 1, 8)
    unidentified.send("three", destination=QUEUE, priority=9, time_to_live=timedelta(minutes=1))
    consumer = session.create_consumer(QUEUE)
    messages = [consumer.receive(1) for _ in range(3)]
    assert [JSON.from_message(message) for message in messages if message] == ["three", {"n": 2}, [1]]
    assert [message.priority for message in messages if message] == [9, 8, 7]
    assert [message.expiration > 0 for message in messages if message] == [True, False, True]


def test_messages_pass_a_producer_with_a_converter_as_they_are(session: Session, context: JMSContext) -> None:
    message = session.create_text_message("[1]")
    session.create_producer(QUEUE, converter=JSON).send(message)
    context.create_producer(converter=JSON).send(QUEUE, context.create_text_message("[2]"))
    assert message.message_id is not None
    consumer = session.create_consumer(QUEUE, converter=JSON)
    for expected in ("[1]", "[2]"):
        received = consumer.receive(1)
        assert received is not None
        assert (received.get_body(str), received.property_exists(CONTENT_TYPE)) == (expected, False)


def test_none_is_no_object(session: Session, context: JMSContext) -> None:
    """It means that nothing came, so it is neither sent nor received."""
    with pytest.raises(MessageFormatError, match="the message is None"):
        session.create_producer(QUEUE, converter=JSON).send(None)
    with pytest.raises(MessageFormatError, match="the message is None"):
        context.create_producer(converter=JSON).send(QUEUE, None)
    session.create_producer(QUEUE).send(session.create_text_message("null"))
    consumer = session.create_consumer(QUEUE, converter=JSON)
    with pytest.raises(MessageFormatError, match="holds None"):
        consumer.receive_object(1)
    message = consumer.receive(1)
    assert message is not None
    assert JSON.from_message(message) is None
    assert consumer.receive_object(0) is None


def test_objects_without_a_converter_are_no_messages(session: Session) -> None:
    with pytest.raises(MessageFormatError, match="wanted a message, not list"):
        session.create_producer(QUEUE).send([1])  # type: ignore[call-overload]
    with pytest.raises(IllegalStateError, match=r"receive_object\(\) needs a converter"):
        session.create_consumer(QUEUE).receive_object(0)


def test_a_completion_listener_gets_the_message_that_the_converter_made(session: Session) -> None:
    class Completions:
        def __init__(self) -> None:
            self.seen: list[Message] = []

        def on_completion(self, message: Message) -> None:
            self.seen.append(message)

        def on_exception(self, message: Message, error: Exception) -> None:
            raise error

    completions = Completions()
    producer = session.create_producer(QUEUE, converter=JSON)
    producer.send([1], completion_listener=completions)
    producer.close()
    (message,) = completions.seen
    assert (JSON.from_message(message), message.message_id is not None) == ([1], True)


def test_a_listener_gets_the_message(context: JMSContext) -> None:
    heard: SimpleQueue[Message] = SimpleQueue()
    context.create_consumer(QUEUE, converter=JSON).message_listener = heard.put
    with context.create_context(JMSContext.AUTO_ACKNOWLEDGE) as sending:
        sending.create_producer(converter=JSON).send(QUEUE, [1])
    assert JSON.from_message(heard.get(timeout=60)) == [1]


def test_the_producer_of_a_context_takes_a_converter_at_any_time(context: JMSContext) -> None:
    producer = context.create_producer()
    assert producer.converter is None
    assert producer.set_converter(JSON) is producer
    assert producer.converter is JSON
    producer.set_priority(7).set_property("shop", "north").send(QUEUE, "lamp").send(QUEUE, {"n": 1})
    producer.converter = None
    producer.send(QUEUE, "lamp")
    consumer = context.create_consumer(QUEUE, converter=JSON)
    assert consumer.converter is JSON
    message = consumer.receive(1)
    assert message is not None
    assert (message.get_body(str), message.priority, message.properties["shop"]) == ('"lamp"', 7, "north")
    assert consumer.receive_object(1) == {"n": 1}
    assert consumer.receive_body(str, 1) == "lamp"


def test_every_kind_of_consumer_takes_one() -> None:
    topic = Topic("prices")
    factory = jmslike.ConnectionFactory("native://converters", client_id="shop")
    with factory.create_context() as context:
        session: Session = context._session
        makers: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
            (session.create_consumer, (topic,)),
            (session.create_shared_consumer, (topic, "one")),
            (session.create_durable_consumer, (topic, "two")),
            (session.create_durable_subscriber, (topic, "three")),
            (session.create_shared_durable_consumer, (topic, "four")),
            (context.create_consumer, (topic,)),
            (context.create_shared_consumer, (topic, "five")),
            (context.create_durable_consumer, (topic, "six")),
            (context.create_durable_subscriber, (topic, "seven")),
            (context.create_shared_durable_consumer, (topic, "eight")),
        ]
        consumers = [make(*arguments, converter=JSON) for make, arguments in makers]
        context.create_producer(converter=JSON).send(topic, [1])
        assert [consumer.receive_object(1) for consumer in consumers] == [[1]] * 10
        assert {consumer.converter for consumer in consumers} == {JSON}
    jmslike.forget("native://converters")


@pytest.mark.parametrize("wrong", [5, "json", JsonConverter, Upper, object(), print])
def test_only_a_converter_is_taken(session: Session, context: JMSContext, wrong: Any) -> None:
    acts: list[Callable[[], object]] = [
        lambda: session.create_producer(QUEUE, converter=wrong),
        lambda: session.create_consumer(QUEUE, converter=wrong),
        lambda: context.create_producer(converter=wrong),
        lambda: context.create_consumer(QUEUE, converter=wrong),
        lambda: context.create_producer().set_converter(wrong),
    ]
    for act in acts:
        error = error_of(act)
        assert isinstance(error, ValueError)
        assert "a converter is an object with to_message and from_message" in str(error)
    assert isinstance(error_of(lambda: session.create_producer(5, converter=JSON)), InvalidDestinationError)  # type: ignore[call-overload]


def test_everything_of_a_closed_object_is_refused(session: Session) -> None:
    producer = session.create_producer(QUEUE, converter=JSON)
    consumer = session.create_consumer(QUEUE, converter=JSON)
    assert producer.converter is JSON
    producer.close()
    consumer.close()
    for act in (
        lambda: producer.send([1]),
        lambda: producer.converter,
        lambda: consumer.receive_object(),
        lambda: consumer.converter,
    ):
        assert isinstance(error_of(act), IllegalStateError)


def test_a_receive_of_an_object_ends_with_its_time_and_refuses_a_wrong_one(session: Session) -> None:
    consumer = session.create_consumer(QUEUE, converter=JSON)
    assert consumer.receive_object(timedelta(milliseconds=1)) is None
    with pytest.raises(ValueError, match="negative"):
        consumer.receive_object(-1)
