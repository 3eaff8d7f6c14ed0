"""Order, priority, time to live, delivery delay (ORD)."""

from __future__ import annotations

import time
from threading import Event

import pytest

from jmslike import DeliveryMode, Destination, Message, Session
from jmslike.capabilities import Feature
from jmslike.testing import Provider, requires
from jmslike.testing.steps import (
    Completions,
    consumer_of,
    is_silent,
    left_in,
    put,
    take,
    take_text,
    take_texts,
    text_of,
    texts_of,
)


def put_with(session: Session, destination: Destination, text: str, **settings: object) -> Message:
    """Send a text with these settings of the producer; return the message."""
    with session.create_producer(destination) as producer:
        for name, value in settings.items():
            setattr(producer, name, value)
        message = session.create_text_message(text)
        producer.send(message)
    return message


@requires(Feature.ORDER)
@pytest.mark.parametrize("kind", ["queue", "topic"])
@pytest.mark.parametrize("mode", list(DeliveryMode))
def test_messages_of_a_session_keep_their_order(jms: Provider, kind: str, mode: DeliveryMode) -> None:
    """ORD-01: to one destination, with one priority and mode, from one producer or several."""
    session, destination = jms.connection().create_session(), getattr(jms, kind)()
    consumer = consumer_of(jms, destination)
    producers = [session.create_producer(destination), session.create_producer(destination)]
    sent = [str(number) for number in range(60)]
    for number, text in enumerate(sent):
        producers[number % 2].send(session.create_text_message(text), delivery_mode=mode)
    assert take_texts(jms, consumer, len(sent)) == sent


@requires(Feature.PRIORITY)
def test_a_higher_priority_comes_first(jms: Provider) -> None:
    """ORD-02: strictly 9 to 0 among waiting messages, and in order within one priority."""
    session, queue = jms.connection().create_session(), jms.queue()
    for text in ("first", "second"):
        for priority in (4, 0, 9, 5):
            put_with(session, queue, f"{text} of {priority}", priority=priority)
    assert left_in(jms, queue) == [f"{text} of {n}" for n in (9, 5, 4, 0) for text in ("first", "second")]


@requires(Feature.PRIORITY)
def test_a_higher_priority_overtakes_what_waits(jms: Provider) -> None:
    """ORD-02: also messages sent earlier, except those already pushed to an open consumer."""
    session, queue = jms.connection(window=1).create_session(), jms.queue()
    consumer = session.create_consumer(queue)
    put(session, queue, "1", "2", "3", "4", "5")
    assert take_text(jms, consumer) == "1"
    put_with(session, queue, "urgent", priority=9)
    rest = take_texts(jms, consumer, 5)
    assert sorted(map(str, rest)) == ["2", "3", "4", "5", "urgent"]
    assert rest.index("urgent") < rest.index("5")


@requires(Feature.ORDER)
def test_sends_of_both_kinds_arrive_in_order(jms: Provider) -> None:
    """ORD-03: mixed in one session."""
    session, queue = jms.connection().create_session(), jms.queue()
    producer, completions = session.create_producer(queue), Completions(jms)
    sent = [str(number) for number in range(40)]
    for number, text in enumerate(sent):
        listener = completions if number % 2 else None
        producer.send(session.create_text_message(text), completion_listener=listener)
    assert left_in(jms, queue) == sent
    assert {completions.next()[1] for _ in range(20)} == {None}


@requires(Feature.ORDER, Feature.QUEUE_SELECTOR)
def test_consumers_with_selectors_keep_the_order(jms: Provider) -> None:
    """ORD-03: each consumer receives the messages that it selects in the order of sending."""
    session, queue = jms.connection().create_session(), jms.queue()
    producer = session.create_producer(queue)
    for number in range(40):
        message = session.create_text_message(str(number))
        message.set_int_property("side", number % 2)
        producer.send(message)
    for side in (1, 0):
        consumer = session.create_consumer(queue, f"side = {side}")
        assert take_texts(jms, consumer, 20) == [str(number) for number in range(side, 40, 2)]


@requires(Feature.TTL)
@pytest.mark.parametrize("kind", ["queue", "topic"])
def test_an_expired_message_is_not_delivered(jms: Provider, kind: str) -> None:
    """ORD-04: also not to a consumer that was there before it expired."""
    session, destination = jms.connection().create_session(), getattr(jms, kind)()
    consumer = session.create_consumer(destination)
    put_with(session, destination, "short", time_to_live=0.01)
    put(session, destination, "long")
    Event().wait(0.02)
    assert take_text(jms, consumer) == "long"
    assert is_silent(jms, consumer)


@requires(Feature.TTL)
def test_an_expired_message_is_not_delivered_again(jms: Provider) -> None:
    """ORD-04: recover() leaves out what has expired meanwhile."""
    session, queue = jms.connection().create_session(Session.CLIENT_ACKNOWLEDGE), jms.queue()
    consumer = session.create_consumer(queue)
    message = put_with(session, queue, "short", time_to_live=1)
    put(session, queue, "long")
    assert take_texts(jms, consumer, 2) == ["short", "long"]
    jms.eventually(lambda: time.time() * 1000 > message.expiration)
    session.recover()
    assert take_text(jms, consumer) == "long"
    assert is_silent(jms, consumer)


@requires(Feature.TTL, Feature.BROWSE)
def test_an_expired_message_leaves_without_a_consumer(jms: Provider) -> None:
    """ORD-05: the provider removes it by itself."""
    session, queue = jms.connection().create_session(), jms.queue()
    put_with(session, queue, "short", time_to_live=0.01)
    put(session, queue, "long")
    browser = session.create_browser(queue)
    jms.eventually(lambda: texts_of(browser) == ["long"])


@requires(Feature.DELAY)
def test_a_delayed_message_comes_when_it_is_due(jms: Provider) -> None:
    """ORD-06: never before its delivery time."""
    session, queue = jms.connection().create_session(), jms.queue()
    consumer = session.create_consumer(queue)
    delayed = put_with(session, queue, "delayed", delivery_delay=0.1)
    received = take(jms, consumer)
    later = put_with(session, queue, "later")
    assert text_of(received) == "delayed"
    assert received.delivery_time == delayed.delivery_time == delayed.timestamp + 100
    assert later.timestamp >= delayed.delivery_time


@requires(Feature.DELAY, Feature.TTL)
def test_a_delay_leaves_no_trace_in_the_message(jms: Provider) -> None:
    """ORD-06: neither as a property nor in a header, whatever the message has passed on its way."""
    session, queue = jms.connection().create_session(), jms.queue()
    message = session.create_text_message("1")
    message.set_string_property("name", "value")
    producer = session.create_producer(queue)
    producer.delivery_delay = 0.1
    producer.send(message, priority=7, time_to_live=60)
    received = take(jms, session.create_consumer(queue))
    assert (received.destination, received.redelivered, received.priority) == (queue, False, 7)
    assert (received.message_id, received.expiration) == (message.message_id, message.expiration)
    assert sorted(received.property_names) == ["JMSXDeliveryCount", "name"]


@requires(Feature.DELAY)
def test_later_messages_pass_a_delayed_one(jms: Provider) -> None:
    """ORD-06: those without a delay do not wait for it."""
    session, queue = jms.connection().create_session(), jms.queue()
    consumer = session.create_consumer(queue)
    put_with(session, queue, "delayed", delivery_delay=3600)
    put(session, queue, "1", "2")
    assert take_texts(jms, consumer, 2) == ["1", "2"]
    assert is_silent(jms, consumer)


@requires(Feature.DELAY)
def test_delayed_messages_come_in_the_order_of_their_times(jms: Provider) -> None:
    """ORD-06: the one that is due first comes first, whichever was sent first."""
    session, queue = jms.connection().create_session(), jms.queue()
    delays = [steps * jms.resolution for steps in (3, 1, 2)]
    sent = [put_with(session, queue, str(delay), delivery_delay=delay) for delay in delays]
    due = sorted(sent, key=lambda message: message.delivery_time)
    assert take_texts(jms, session.create_consumer(queue), 3) == texts_of(due)


@requires(Feature.DELAY, Feature.BROWSE)
def test_a_delayed_message_is_not_browsed(jms: Provider) -> None:
    """ORD-06: a browser shows it only when it is due."""
    session, queue = jms.connection().create_session(), jms.queue()
    browser = session.create_browser(queue)
    put_with(session, queue, "much later", delivery_delay=3600)
    put_with(session, queue, "later", delivery_delay=0.05)
    put(session, queue, "1")
    jms.eventually(lambda: sorted(map(str, texts_of(browser))) == ["1", "later"])


@requires(Feature.DELAY)
def test_a_delayed_publication_goes_to_the_subscriptions_of_its_send(jms: Provider) -> None:
    """ORD-07: not to those made later, although before it is due, nor to those gone by then."""
    session, topic = jms.connection().create_session(), jms.topic()
    early = session.create_consumer(topic)
    with session.create_consumer(topic):
        put_with(session, topic, "delayed", delivery_delay=0.5)  # a busy broker needs that long for the other consumer
    late = session.create_consumer(topic)
    assert take_text(jms, early) == "delayed"
    assert is_silent(jms, late)


@requires(Feature.DELAY, Feature.TTL)
def test_a_message_that_expires_before_it_is_due_never_comes(jms: Provider) -> None:
    """ORD-08: a time to live shorter than the delay."""
    session, queue = jms.connection().create_session(), jms.queue()
    put_with(session, queue, "never", delivery_delay=0.05, time_to_live=0.02)
    put_with(session, queue, "due", delivery_delay=0.06)
    consumer = session.create_consumer(queue)
    assert take_text(jms, consumer) == "due"
    assert is_silent(jms, consumer)
