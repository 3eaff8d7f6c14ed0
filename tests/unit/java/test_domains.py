"""The types of JMS 1.0 for queues and for topics."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from jmslike.java import (
    IllegalStateException,
    InvalidDestinationException,
    JMSException,
    Message,
    Queue,
    QueueConnectionFactory,
    QueueReceiver,
    QueueSender,
    QueueSession,
    Topic,
    TopicConnectionFactory,
    TopicPublisher,
    TopicSession,
    TopicSubscriber,
)

URL = "native://java-domains"


@pytest.fixture
def queues() -> Iterator[QueueSession]:
    with QueueConnectionFactory(URL).createQueueConnection() as connection:
        connection.start()
        yield connection.createQueueSession(False, QueueSession.AUTO_ACKNOWLEDGE)


@pytest.fixture
def topics() -> Iterator[TopicSession]:
    with TopicConnectionFactory(URL).createTopicConnection() as connection:
        connection.start()
        yield connection.createTopicSession(False, TopicSession.AUTO_ACKNOWLEDGE)


def test_a_queue_session_sends_and_receives(queues: QueueSession) -> None:
    queue = queues.createQueue("orders")
    sender = queues.createSender(queue)
    receiver = queues.createReceiver(queue, "JMSPriority > 4")
    sender.send(queues.createTextMessage("x"), 2, 5, 0)
    assert isinstance(receiver.receive(1000), Message)
    assert isinstance(sender, QueueSender)
    assert isinstance(receiver, QueueReceiver)
    assert sender.getQueue() == receiver.getQueue() == receiver.queue == queue
    unidentified = queues.createSender(None)
    assert unidentified.getQueue() is None
    unidentified.send(queue, queues.createMessage())
    assert len(list(queues.createBrowser(queue).getEnumeration())) == 1


def test_a_topic_session_publishes(topics: TopicSession) -> None:
    topic = topics.createTopic("prices")
    publisher = topics.createPublisher(topic)
    subscriber = topics.createSubscriber(topic, None, False)
    publisher.publish(topics.createTextMessage("x"))
    publisher.publish(topics.createTextMessage("x"), 1, 4, 1000)
    topics.createPublisher(None).publish(topic, topics.createMessage())
    assert [isinstance(subscriber.receive(1000), Message) for _ in range(3)] == [True, True, True]
    assert isinstance(publisher, TopicPublisher)
    assert isinstance(subscriber, TopicSubscriber)
    assert subscriber.getTopic() == publisher.getTopic() == topic
    assert not subscriber.getNoLocal()


@pytest.mark.parametrize(
    "call",
    [
        lambda session: session.createTopic("t"),
        lambda session: session.createTemporaryTopic(),
        lambda session: session.createDurableSubscriber(Topic("t"), "s"),
        lambda session: session.createDurableConsumer(Topic("t"), "s"),
        lambda session: session.createSharedConsumer(Topic("t"), "s"),
        lambda session: session.createSharedDurableConsumer(Topic("t"), "s"),
        lambda session: session.unsubscribe("s"),
    ],
)
def test_a_queue_session_has_no_topics(queues: QueueSession, call: Callable[[QueueSession], object]) -> None:
    with pytest.raises(IllegalStateException, match="QueueSession has no"):
        call(queues)


@pytest.mark.parametrize(
    "call",
    [
        lambda session: session.createQueue("q"),
        lambda session: session.createTemporaryQueue(),
        lambda session: session.createBrowser(Queue("q")),
    ],
)
def test_a_topic_session_has_no_queues(topics: TopicSession, call: Callable[[TopicSession], object]) -> None:
    with pytest.raises(IllegalStateException, match="TopicSession has no"):
        call(topics)


def test_the_other_kind_of_destination_is_refused(queues: QueueSession, topics: TopicSession) -> None:
    for session, names, other in [
        (queues, ("createConsumer", "createProducer", "createReceiver", "createSender"), Topic("t")),
        (topics, ("createConsumer", "createProducer", "createSubscriber", "createPublisher"), Queue("q")),
    ]:
        for name in names:
            with pytest.raises(InvalidDestinationException, match=r"takes a (queue|topic), not"):
                getattr(session, name)(other)
    with pytest.raises(JMSException):
        queues.createReceiver(None)  # type: ignore[arg-type]
