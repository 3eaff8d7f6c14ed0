"""Destinations (DST): names, and the lifetime of temporary queues and topics."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jmslike import (
    IllegalStateError,
    InvalidDestinationError,
    JMSError,
    Queue,
    Session,
    TemporaryQueue,
    TemporaryTopic,
    Topic,
)
from jmslike.capabilities import Feature
from jmslike.testing import Provider, requires
from jmslike.testing.line import Line
from jmslike.testing.steps import is_silent, put, take, take_text

Maker = Callable[[Session], TemporaryQueue | TemporaryTopic]
TEMPORARY: dict[str, Maker] = {
    "queue": lambda session: session.create_temporary_queue(),
    "topic": lambda session: session.create_temporary_topic(),
}
temporary = pytest.mark.parametrize("make", TEMPORARY.values(), ids=TEMPORARY.keys())


def test_a_message_waits_in_its_queue_for_a_consumer(jms: Provider) -> None:
    """DST-01: in order, though its sender is gone and the queue never had a consumer."""
    queue = jms.queue()
    with jms.connection() as connection:
        put(connection.create_session(), queue, "one", "two")
    assert Line(jms, queue).next_texts(2) == ["one", "two"]


def test_destinations_are_equal_by_kind_and_name(jms: Provider) -> None:
    """SESS-14: and hash alike, whichever session made them."""
    session = jms.connection().create_session()
    name = jms.name("place")
    queue, topic = session.create_queue(name), session.create_topic(name)
    assert (queue.queue_name, topic.topic_name) == (name, name)
    assert queue == Queue(name)
    assert topic == Topic(name)
    assert queue != topic
    assert queue != Queue(jms.name("place"))
    assert len({queue, topic, Queue(name), Topic(name)}) == 2


def test_a_queue_and_a_topic_of_one_name_are_different_places(jms: Provider) -> None:
    """DST-02: a message sent to the one never arrives at the other."""
    session = jms.connection().create_session()
    name = jms.name("place")
    receiver, subscriber = session.create_consumer(Queue(name)), session.create_consumer(Topic(name))
    put(session, Queue(name), "to the queue")
    put(session, Topic(name), "to the topic")
    assert take_text(jms, receiver) == "to the queue"
    assert take_text(jms, subscriber) == "to the topic"
    assert is_silent(jms, receiver)
    assert is_silent(jms, subscriber)


@requires(Feature.TEMPORARY)
def test_temporary_destinations_have_names_of_their_own(jms: Provider) -> None:
    """DST-03: unique over sessions and connections."""
    sessions = [jms.connection().create_session() for _ in range(2)]
    made = [make(session) for session in sessions for make in TEMPORARY.values() for _ in range(3)]
    assert len({destination.name for destination in made}) == len(made)
    assert {isinstance(destination, Queue) for destination in made} == {True, False}


@requires(Feature.TEMPORARY)
@temporary
def test_a_temporary_destination_outlives_its_session(jms: Provider, make: Maker) -> None:
    """DST-03, DST-04: any session of the connection may consume from it."""
    connection = jms.connection()
    with connection.create_session() as first:
        destination = make(first)
    second = connection.create_session()
    consumer = second.create_consumer(destination)
    put(second, destination, "still there")
    assert take_text(jms, consumer) == "still there"


@requires(Feature.TEMPORARY)
@temporary
def test_another_connection_may_send_to_a_temporary_destination_but_not_consume(jms: Provider, make: Maker) -> None:
    """DST-04, DST-05: create_consumer raises JMSError there."""
    mine, theirs = jms.connection().create_session(), jms.connection().create_session()
    destination = make(mine)
    consumer = mine.create_consumer(destination)
    with pytest.raises(JMSError):
        theirs.create_consumer(destination)
    put(theirs, destination, "from afar")
    assert take_text(jms, consumer) == "from afar"


@requires(Feature.TEMPORARY)
def test_a_temporary_queue_serves_for_replies(jms: Provider) -> None:
    """DST-05, HDR-09: a request names it in reply_to, and the answer comes from another connection."""
    asking, answering = Line(jms), Line(jms)
    replies = asking.session.create_temporary_queue()
    consumer = asking.session.create_consumer(replies)
    request = asking.session.create_message()
    request.reply_to = replies
    answering.producer.send(request)
    received = take(jms, answering.consumer)
    assert received.reply_to is not None
    put(answering.session, received.reply_to, "answer")
    assert take_text(jms, consumer) == "answer"
    assert isinstance(received.reply_to, TemporaryQueue)
    with pytest.raises(JMSError):
        received.reply_to.delete()


@requires(Feature.TEMPORARY)
def test_a_temporary_queue_shares_and_a_temporary_topic_copies(jms: Provider) -> None:
    """DST-06: they work as other queues and topics do."""
    session = jms.connection().create_session()
    queue, topic = session.create_temporary_queue(), session.create_temporary_topic()
    put(session, queue, "1", "2")
    receiver = session.create_consumer(queue)
    assert [take_text(jms, receiver) for _ in range(2)] == ["1", "2"]
    put(session, topic, "before any subscription")
    subscribers = [session.create_consumer(topic) for _ in range(2)]
    put(session, topic, "copied")
    assert [take_text(jms, subscriber) for subscriber in subscribers] == ["copied", "copied"]


@requires(Feature.TEMPORARY)
@temporary
def test_a_temporary_destination_with_a_consumer_cannot_be_deleted(jms: Provider, make: Maker) -> None:
    """DST-07: delete() raises JMSError until the consumer is closed, and harms nothing."""
    session = jms.connection().create_session()
    destination = make(session)
    consumer = session.create_consumer(destination)
    with pytest.raises(JMSError):
        destination.delete()
    put(session, destination, "still there")
    assert take_text(jms, consumer) == "still there"
    consumer.close()
    destination.delete()


@requires(Feature.TEMPORARY)
@temporary
def test_a_deleted_temporary_destination_cannot_be_used(jms: Provider, make: Maker) -> None:
    """DST-08, PROD-11: neither to send nor to consume; what waited in it is gone."""
    session = jms.connection().create_session()
    destination = make(session)
    put(session, destination, "lost")
    destination.delete()
    with pytest.raises(InvalidDestinationError):
        put(session, destination, "too late")
    with pytest.raises(InvalidDestinationError):
        session.create_consumer(destination)


@requires(Feature.TEMPORARY)
@temporary
def test_a_temporary_destination_ends_with_its_connection(jms: Provider, make: Maker) -> None:
    """DST-08, CONN-19: other connections cannot send to it any more."""
    with jms.connection() as connection:
        destination = make(connection.create_session())
    other = jms.connection().create_session()
    with pytest.raises(InvalidDestinationError):
        put(other, destination, "too late")
    with pytest.raises(IllegalStateError):
        destination.delete()


@requires(Feature.TEMPORARY, Feature.DURABLE_SUBSCRIPTION)
def test_a_temporary_topic_has_no_durable_subscriptions(jms: Provider) -> None:
    """DST-09: InvalidDestinationError, shared or not."""
    session = jms.connection(client_id=jms.name("client")).create_session()
    topic = session.create_temporary_topic()
    for create in (session.create_durable_subscriber, session.create_durable_consumer):
        with pytest.raises(InvalidDestinationError):
            create(topic, jms.name("subscription"))
    if jms.capabilities.supports(Feature.SHARED_SUBSCRIPTION):
        with pytest.raises(InvalidDestinationError):
            session.create_shared_durable_consumer(topic, jms.name("subscription"))
