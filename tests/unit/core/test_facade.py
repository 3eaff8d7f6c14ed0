"""The classes that the core makes are class attributes, so that a facade with other names may put its own."""

from __future__ import annotations

from queue import SimpleQueue
from typing import ClassVar

from jmslike import (
    Connection,
    ConnectionFactory,
    ConnectionMetaData,
    JMSConsumer,
    JMSContext,
    JMSProducer,
    Message,
    MessageConsumer,
    MessageProducer,
    QueueBrowser,
    Session,
    TextMessage,
)
from jmslike.message import MESSAGE_TYPES
from tests.unit.core.fake import PATIENCE

URL = "native://facade"


class OwnText(TextMessage):
    __slots__ = ()


class OwnProducer(MessageProducer):
    __slots__ = ()


class OwnConsumer(MessageConsumer):
    __slots__ = ()


class OwnBrowser(QueueBrowser):
    __slots__ = ()


class OwnSession(Session):
    __slots__ = ()
    producer_type = OwnProducer
    consumer_type = OwnConsumer
    browser_type = OwnBrowser
    message_types: ClassVar = {**MESSAGE_TYPES, TextMessage.kind: OwnText}


class OwnMetaData(ConnectionMetaData):
    pass


class OwnConnection(Connection):
    __slots__ = ()
    session_type = OwnSession
    meta_data_type = OwnMetaData


class OwnContextProducer(JMSProducer):
    __slots__ = ()


class OwnContextConsumer(JMSConsumer):
    __slots__ = ()


class OwnContext(JMSContext):
    __slots__ = ()
    producer_type = OwnContextProducer
    consumer_type = OwnContextConsumer
    message_types = OwnSession.message_types


class OwnFactory(ConnectionFactory):
    connection_type = OwnConnection
    context_type = OwnContext


def test_a_connection_makes_the_classes_of_its_facade() -> None:
    with OwnFactory(URL).create_connection() as connection:
        connection.start()
        session = connection.create_session()
        queue = session.create_queue("q")
        producer, consumer = session.create_producer(queue), session.create_consumer(queue)
        sent = session.create_text_message("a")
        producer.send(sent)
        received = consumer.receive(0)
        parts: list[object] = [
            connection,
            connection.meta_data,
            session,
            producer,
            consumer,
            session.create_browser(queue),
            sent,
            received,
        ]
        assert [type(part) for part in parts] == [
            OwnConnection,
            OwnMetaData,
            OwnSession,
            OwnProducer,
            OwnConsumer,
            OwnBrowser,
            OwnText,
            OwnText,
        ]


def test_a_listener_and_a_browser_get_the_facades_messages() -> None:
    heard: SimpleQueue[Message] = SimpleQueue()
    with OwnFactory(URL).create_connection() as connection:
        session, other = connection.create_session(), connection.create_session()
        queue = session.create_queue("q")
        session.create_producer(queue).send(session.create_text_message("a"))
        with other.create_browser(queue) as browser:
            assert [type(message) for message in browser] == [OwnText]
        session.create_consumer(queue).message_listener = heard.put
        connection.start()
        assert type(heard.get(timeout=PATIENCE)) is OwnText


def test_a_context_makes_the_classes_of_its_facade() -> None:
    with OwnFactory(URL).create_context() as context, context.create_context(context.AUTO_ACKNOWLEDGE) as second:
        queue = context.create_queue("q")
        producer, consumer = context.create_producer(), second.create_consumer(queue)
        producer.send(queue, "a")
        received = consumer.receive(1)
        parts: list[object] = [context, second, producer, consumer, received]
        assert [type(part) for part in parts] == [
            OwnContext,
            OwnContext,
            OwnContextProducer,
            OwnContextConsumer,
            OwnText,
        ]
