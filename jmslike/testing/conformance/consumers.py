"""Consumers: receiving, closing, selectors, sharing a queue (CONS)."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from jmslike import (
    Destination,
    IllegalStateError,
    InvalidDestinationError,
    InvalidSelectorError,
    Message,
    MessageConsumer,
    Session,
)
from jmslike.capabilities import Feature
from jmslike.testing import Provider, requires
from jmslike.testing.steps import (
    attempt_of,
    consumer_of,
    counts_survive,
    error_of,
    is_silent,
    left_in,
    put,
    rest_of,
    still_runs,
    take,
    take_text,
    take_texts,
    text_of,
    texts_of,
)


def put_numbers(session: Session, destination: Destination, *numbers: int) -> None:
    """Send a message for each number, with it as its text and as property `n`."""
    with session.create_producer(destination) as producer:
        for number in numbers:
            message = session.create_text_message(str(number))
            message.set_int_property("n", number)
            producer.send(message)


def test_receive_waits_for_a_message(jms: Provider) -> None:
    """CONS-01, CONS-03: receive() and receive(None) wait until there is one, forever if need be."""
    session, queue = jms.connection().create_session(), jms.queue()
    consumer = session.create_consumer(queue)
    receiving = jms.in_thread(lambda: [consumer.receive(), consumer.receive(None)])
    assert still_runs(jms, receiving)
    sending = jms.connection().create_session()
    put(sending, queue, "1")
    assert still_runs(jms, receiving)
    put(sending, queue, "2")
    assert [text_of(message) for message in receiving.result()] == ["1", "2"]


@pytest.mark.parametrize("timeout", [0.02, timedelta(milliseconds=20)])
def test_receive_gives_none_when_the_time_is_up(jms: Provider, timeout: float | timedelta) -> None:
    """CONS-02, CONS-04: the time is in seconds, or a timedelta."""
    consumer = consumer_of(jms, jms.queue())
    assert jms.in_thread(lambda: consumer.receive(timeout)).result() is None


def test_receive_with_zero_does_not_wait(jms: Provider) -> None:
    """CONS-03: receive(0) returns None on an empty queue, else the message that waits there."""
    session, queue = jms.connection().create_session(), jms.queue()
    consumer = session.create_consumer(queue)
    assert jms.in_thread(lambda: consumer.receive(0)).result() is None
    put(session, queue, "1")
    received: list[Message] = []

    def receives() -> bool:
        message = consumer.receive(0)
        received.extend([message] if message is not None else [])
        return bool(received)

    jms.eventually(receives)
    assert texts_of(received) == ["1"]


@pytest.mark.parametrize("timeout", [-1, -0.001, timedelta(seconds=-1)])
def test_a_negative_time_is_refused(jms: Provider, timeout: float | timedelta) -> None:
    """CONS-04: it raises ValueError."""
    consumer = consumer_of(jms, jms.queue())
    assert type(error_of(lambda: consumer.receive(timeout))) is ValueError


def test_receive_no_wait_returns_at_once(jms: Provider) -> None:
    """CONS-05: it returns None when no message waits."""
    consumer = consumer_of(jms, jms.queue())
    assert jms.in_thread(consumer.receive_no_wait).result() is None


@requires(Feature.NO_WAIT)
def test_receive_no_wait_finds_what_waits_in_the_queue(jms: Provider) -> None:
    """CONS-05, CONS-06: also a message that was sent by another connection before the consumer was made, or after."""
    sending, queue = jms.connection().create_session(), jms.queue()
    put(sending, queue, "1")
    consumer = consumer_of(jms, queue)
    assert text_of(consumer.receive_no_wait()) == "1"
    put(sending, queue, "2")
    assert text_of(consumer.receive_no_wait()) == "2"
    assert consumer.receive_no_wait() is None


def test_closing_a_consumer_ends_its_blocked_receive(jms: Provider) -> None:
    """CONS-01, CONS-07: close() from another thread makes receive() return None."""
    session, queue = jms.connection().create_session(), jms.queue()
    consumer = session.create_consumer(queue)
    receiving = jms.in_thread(consumer.receive)
    assert still_runs(jms, receiving)
    consumer.close()
    assert receiving.result() is None
    put(session, queue, "1")
    assert take_text(jms, session.create_consumer(queue)) == "1"


def test_a_closed_consumer_does_not_iterate(jms: Provider) -> None:
    """CONS-10: a second close() is silent; iteration raises IllegalStateError as receive() does."""
    consumer = consumer_of(jms, jms.queue())
    consumer.close()
    consumer.close()
    with pytest.raises(IllegalStateError):
        next(iter(consumer))


def test_closing_a_consumer_undoes_nothing(jms: Provider) -> None:
    """CONS-11: what it delivered stays with the session until the session acknowledges or recovers."""
    session, queue = jms.connection().create_session(Session.CLIENT_ACKNOWLEDGE), jms.queue()
    put(session, queue, "1")
    with session.create_consumer(queue) as consumer:
        assert take_text(jms, consumer) == "1"
    other = consumer_of(jms, queue)
    assert is_silent(jms, other)
    session.recover()
    again = take(jms, other)
    assert text_of(again) == "1"
    if counts_survive(jms):
        assert attempt_of(again) == (True, 2)


def test_closing_a_consumer_gives_back_what_it_did_not_deliver(jms: Provider) -> None:
    """CONS-12, RED-03: the next consumer receives it unchanged, in order, as first deliveries."""
    session, queue = jms.connection().create_session(), jms.queue()
    put(session, queue, "1", "2", "3", "4")
    with session.create_consumer(queue) as consumer:
        assert take_text(jms, consumer) == "1"
    next_consumer = session.create_consumer(queue)
    rest = [take(jms, next_consumer) for _ in range(3)]
    assert texts_of(rest) == ["2", "3", "4"]
    assert {attempt_of(message) for message in rest} == {(False, 1)}


def test_a_consumer_is_iterable(jms: Provider) -> None:
    """CONS-01: iteration waits for each message, and ends when the consumer is closed."""
    session, queue = jms.connection().create_session(), jms.queue()
    consumer = session.create_consumer(queue)
    put(session, queue, "1", "2")
    iteration = jms.in_thread(lambda: texts_of(consumer))
    assert still_runs(jms, iteration)
    consumer.close()
    assert iteration.result() == ["1", "2"]


def test_a_consumer_without_selector_says_so(jms: Provider) -> None:
    """CONS-16, CONS-17: message_selector is None when the selector was absent, None or empty; all messages come."""
    session = jms.connection().create_session()
    for selector in (None, ""):
        queue = jms.queue()
        consumer = session.create_consumer(queue, selector)
        assert consumer.message_selector is None
        put(session, queue, "1")
        assert take_text(jms, consumer) == "1"
    assert session.create_consumer(jms.queue()).message_selector is None


@requires(Feature.QUEUE_SELECTOR)
def test_a_consumer_knows_its_selector(jms: Provider) -> None:
    """CONS-16: message_selector is the text that was given."""
    session = jms.connection().create_session()
    assert session.create_consumer(jms.queue(), "n > 1").message_selector == "n > 1"


@pytest.mark.parametrize("kind", ["queue", "topic"])
def test_a_bad_selector_is_refused_when_the_consumer_is_made(jms: Provider, kind: str) -> None:
    """CONS-18: it raises InvalidSelectorError, also where selectors cannot be evaluated."""
    session, destination = jms.connection().create_session(), getattr(jms, kind)()
    with pytest.raises(InvalidSelectorError):
        session.create_consumer(destination, "n >")


@requires(Feature.DURABLE_SUBSCRIPTION, Feature.SHARED_SUBSCRIPTION)
def test_a_bad_selector_is_refused_in_every_way_to_consume(jms: Provider) -> None:
    """CONS-18: durable and shared subscriptions and browsers refuse it too, and subscribe nothing."""
    session, topic, name = jms.connection(client_id=jms.name()).create_session(), jms.topic(), jms.name()
    with pytest.raises(InvalidSelectorError):
        session.create_durable_consumer(topic, name, "n >")
    with pytest.raises(InvalidSelectorError):
        session.create_shared_consumer(topic, name, "n >")
    with pytest.raises(InvalidSelectorError):
        session.create_shared_durable_consumer(topic, name, "n >")
    with pytest.raises(InvalidSelectorError):
        session.create_browser(jms.queue(), "n >")
    put(session, topic, "1")
    with session.create_durable_consumer(topic, name) as consumer:
        assert is_silent(jms, consumer)
    session.unsubscribe(name)
    with session.create_shared_consumer(topic, name) as consumer:
        assert is_silent(jms, consumer)


@pytest.mark.parametrize("destination", [None, "queue", 7])
def test_a_consumer_needs_a_destination(jms: Provider, destination: object) -> None:
    """CONS-19: None and what is no destination raise InvalidDestinationError."""
    session = jms.connection().create_session()
    with pytest.raises(InvalidDestinationError):
        session.create_consumer(destination)  # type: ignore[arg-type]


@requires(Feature.QUEUE_SELECTOR)
def test_messages_that_do_not_match_stay_on_the_queue(jms: Provider) -> None:
    """CONS-20: they are there for other consumers, in order."""
    session, queue = jms.connection().create_session(), jms.queue()
    consumer = session.create_consumer(queue, "n > 2")
    put_numbers(session, queue, 1, 3, 2, 4)
    assert take_texts(jms, consumer, 2) == ["3", "4"]
    assert is_silent(jms, consumer)
    assert left_in(jms, queue) == ["1", "2"]


def test_each_message_of_a_queue_goes_to_one_consumer(jms: Provider) -> None:
    """CONS-21: over several consumers nothing is lost and nothing comes twice."""
    queue, sent = jms.queue(), [str(number) for number in range(60)]
    consumers = [consumer_of(jms, queue) for _ in range(3)]
    put(jms.connection().create_session(), queue, *sent)
    received: list[str | None] = []

    def work(consumer: MessageConsumer) -> None:
        while len(received) < len(sent):
            message = consumer.receive(jms.silence)
            if message is not None:
                received.append(text_of(message))

    for task in [jms.in_thread(partial(work, consumer)) for consumer in consumers]:
        task.result()
    assert sorted(map(int, map(str, received))) == list(range(60))


def test_what_an_idle_consumer_was_given_goes_to_others_when_it_closes(jms: Provider) -> None:
    """CONS-12, CONS-21: a consumer that never receives does not keep messages from the queue forever."""
    queue = jms.queue()
    idle, busy = consumer_of(jms, queue), consumer_of(jms, queue)
    put(jms.connection().create_session(), queue, "1", "2", "3", "4")
    received = rest_of(jms, busy)
    idle.close()
    received += take_texts(jms, busy, 4 - len(received))
    assert sorted(map(str, received)) == ["1", "2", "3", "4"]


@requires(Feature.QUEUE_SELECTOR)
def test_a_match_behind_many_others_is_found(jms: Provider) -> None:
    """CONS-22: messages that do not match do not block the queue, however many they are."""
    session, queue = jms.connection().create_session(), jms.queue()
    put_numbers(session, queue, *[0] * 300, 1)
    assert take_text(jms, session.create_consumer(queue, "n = 1")) == "1"


@requires(Feature.TOPIC_SELECTOR)
def test_a_subscription_gets_only_what_matches(jms: Provider) -> None:
    """CONS-23: other messages are never added to it."""
    session, topic = jms.connection().create_session(), jms.topic()
    consumer, everything = session.create_consumer(topic, "n > 2"), session.create_consumer(topic)
    put_numbers(session, topic, 1, 3, 2, 4)
    assert take_texts(jms, consumer, 2) == ["3", "4"]
    assert is_silent(jms, consumer)
    assert take_texts(jms, everything, 4) == ["1", "3", "2", "4"]


@requires(Feature.NO_LOCAL)
def test_no_local_keeps_out_what_the_connection_itself_publishes(jms: Provider) -> None:
    """CONS-24: from any session of it; without no_local the own messages come."""
    connection, topic = jms.connection(), jms.topic()
    session = connection.create_session()
    foreign = session.create_consumer(topic, no_local=True)
    everything = session.create_consumer(topic)
    put(session, topic, "own session")
    put(connection.create_session(), topic, "own connection")
    put(jms.connection().create_session(), topic, "other connection")
    assert take_text(jms, foreign) == "other connection"
    assert is_silent(jms, foreign)
    assert take_texts(jms, everything, 3) == ["own session", "own connection", "other connection"]
