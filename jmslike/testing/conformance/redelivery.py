"""Redelivery, its limit and its delay, and dead letters (RED)."""

from __future__ import annotations

import time

import pytest

from jmslike import Destination, Message, MessageConsumer, MessageFormatError, Queue, Session
from jmslike.testing import Provider
from jmslike.testing.steps import (
    Listener,
    attempt_of,
    consumer_of,
    is_silent,
    left_in,
    put,
    take,
    take_text,
    text_of,
    texts_of,
)


def dead_letters_of(destination: Destination) -> Queue:
    """Return the default dead-letter queue of the destination."""
    return Queue(f"DLQ.{destination.name}")


def attempts_at(jms: Provider, session: Session, consumer: MessageConsumer, count: int) -> list[tuple[bool, int]]:
    """Receive and recover so many times; return the mark and the count of each delivery."""
    attempts = []
    for _ in range(count):
        attempts.append(attempt_of(take(jms, consumer)))
        session.recover()
    return attempts


def give_back(session: Session) -> None:
    """Have what the session received redelivered."""
    if session.transacted:
        session.rollback()
    else:
        session.recover()


def test_a_first_delivery_says_so(jms: Provider) -> None:
    """RED-01, ACK-12: not marked as redelivered, count 1; every later one is marked, with a higher count."""
    session, queue = jms.connection().create_session(Session.CLIENT_ACKNOWLEDGE), jms.queue()
    put(session, queue, "1")
    attempts = attempts_at(jms, session, session.create_consumer(queue), 4)
    assert attempts == [(False, 1), (True, 2), (True, 3), (True, 4)]


def test_attempts_add_up_over_sessions(jms: Provider) -> None:
    """RED-02, SESS-11: a recover and a session that closed without acknowledging count alike."""
    connection, queue = jms.connection(), jms.queue()
    put(connection.create_session(), queue, "1")
    first = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
    attempts = attempts_at(jms, first, first.create_consumer(queue), 2)
    first.close()
    second = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
    attempts += attempts_at(jms, second, second.create_consumer(queue), 2)
    assert attempts == [(False, 1), (True, 2), (True, 3), (True, 4)]


@pytest.mark.parametrize("mode", [Session.AUTO_ACKNOWLEDGE, Session.DUPS_OK_ACKNOWLEDGE])
def test_a_body_that_cannot_be_received_was_not_delivered(jms: Provider, mode: int) -> None:
    """RED-04: after a failed receive_body() the same message is next, as a first delivery."""
    context, queue = jms.context(mode), jms.queue()
    consumer = context.create_consumer(queue)
    context.create_producer().send(queue, "1").send(queue, "2")
    with pytest.raises(MessageFormatError):
        consumer.receive_body(bytes, jms.patience)
    messages = [take(jms, consumer), take(jms, consumer)]
    assert texts_of(messages) == ["1", "2"]
    assert [attempt_of(message) for message in messages] == [(False, 1), (False, 1)]


@pytest.mark.parametrize("limit", [0, 2])
def test_a_message_is_redelivered_so_often_and_then_a_dead_letter(jms: Provider, limit: int) -> None:
    """RED-06: max_redeliveries counts the attempts after the first; what follows in the queue is delivered."""
    session, queue = jms.connection(max_redeliveries=limit).create_session(Session.CLIENT_ACKNOWLEDGE), jms.queue()
    consumer = session.create_consumer(queue)
    put(session, queue, "poison")
    assert len(attempts_at(jms, session, consumer, limit + 1)) == limit + 1
    put(session, queue, "next")
    assert take_text(jms, consumer) == "next"
    assert left_in(jms, dead_letters_of(queue)) == ["poison"]


def test_a_message_is_redelivered_for_ever_without_a_limit(jms: Provider) -> None:
    """RED-06: max_redeliveries=-1."""
    session, queue = jms.connection(max_redeliveries=-1).create_session(Session.CLIENT_ACKNOWLEDGE), jms.queue()
    put(session, queue, "1")
    assert attempts_at(jms, session, session.create_consumer(queue), 20)[-1] == (True, 20)


def test_six_redeliveries_are_the_default(jms: Provider) -> None:
    """RED-06: then the message goes to DLQ. and the name of its queue."""
    session, queue = jms.connection().create_session(Session.CLIENT_ACKNOWLEDGE), jms.queue()
    consumer = session.create_consumer(queue)
    put(session, queue, "poison")
    assert attempts_at(jms, session, consumer, 7)[-1] == (True, 7)
    assert is_silent(jms, consumer)
    assert left_in(jms, dead_letters_of(queue)) == ["poison"]


def test_the_dead_letter_queue_may_be_named(jms: Provider) -> None:
    """RED-06: dead_letter is a queue's name, in which {name} stands for the destination's."""
    connection, queue = jms.connection(max_redeliveries=0, dead_letter="{name}.dead"), jms.queue()
    session = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
    consumer = session.create_consumer(queue)
    put(session, queue, "poison")
    attempts_at(jms, session, consumer, 1)
    assert is_silent(jms, consumer)
    assert left_in(jms, Queue(f"{queue.name}.dead")) == ["poison"]


def test_without_a_dead_letter_queue_the_message_is_dropped(jms: Provider) -> None:
    """RED-06: dead_letter is empty."""
    session = jms.connection(max_redeliveries=0, dead_letter="").create_session(Session.CLIENT_ACKNOWLEDGE)
    queue = jms.queue()
    consumer = session.create_consumer(queue)
    put(session, queue, "poison", "next")
    assert take_text(jms, consumer) == "poison"
    session.recover()
    assert take_text(jms, consumer) == "next"
    session.close()
    assert left_in(jms, dead_letters_of(queue)) == []


def test_a_subscription_has_the_dead_letter_queue_of_its_topic(jms: Provider) -> None:
    """RED-06: what a subscriber fails on goes to DLQ. and the name of the topic."""
    session, topic = jms.connection(max_redeliveries=1).create_session(Session.CLIENT_ACKNOWLEDGE), jms.topic()
    consumer = session.create_consumer(topic)
    put(session, topic, "poison")
    attempts_at(jms, session, consumer, 2)
    assert is_silent(jms, consumer)
    assert left_in(jms, dead_letters_of(topic)) == ["poison"]


def test_a_dead_letter_does_not_die_again(jms: Provider) -> None:
    """RED-06: a consumer of the dead-letter queue receives its message however often it fails."""
    session, queue = jms.connection(max_redeliveries=0).create_session(Session.CLIENT_ACKNOWLEDGE), jms.queue()
    put(session, queue, "poison")
    consumer = session.create_consumer(queue)
    attempts_at(jms, session, consumer, 1)
    assert is_silent(jms, consumer)
    attempts_at(jms, session, session.create_consumer(dead_letters_of(queue)), 3)
    session.close()
    assert left_in(jms, dead_letters_of(queue)) == ["poison"]


def test_a_redelivery_waits_for_its_delay(jms: Provider) -> None:
    """RED-06: redelivery_delay is in seconds; redelivery_backoff multiplies it with each further attempt."""
    connection, queue = jms.connection(redelivery_delay=0.03, redelivery_backoff=2), jms.queue()
    session = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
    consumer = session.create_consumer(queue)
    put(session, queue, "1")
    assert text_of(take(jms, consumer)) == "1"
    for attempt, delay in [(2, 0.03), (3, 0.06), (4, 0.12)]:
        began = time.monotonic()
        session.recover()
        again = take(jms, consumer)
        assert (text_of(again), attempt_of(again)) == ("1", (True, attempt))
        assert time.monotonic() - began >= delay


@pytest.mark.parametrize("mode", [Session.CLIENT_ACKNOWLEDGE, Session.SESSION_TRANSACTED])
def test_others_pass_a_message_that_waits_for_its_redelivery(jms: Provider, mode: int) -> None:
    """RED-10: what follows is received meanwhile, and the message comes again afterwards."""
    connection, queue = jms.connection(redelivery_delay=1, max_redeliveries=1), jms.queue()
    session = connection.create_session(mode)
    consumer = session.create_consumer(queue)
    put(connection.create_session(), queue, "bad", "2", "3")
    assert take_text(jms, consumer) == "bad"
    began = time.monotonic()
    give_back(session)
    assert [take_text(jms, consumer), take_text(jms, consumer)] == ["2", "3"]
    again = take(jms, consumer)
    assert (text_of(again), attempt_of(again)) == ("bad", (True, 2))
    assert time.monotonic() - began >= 1
    give_back(session)
    session.close()
    assert left_in(jms, dead_letters_of(queue)) == ["bad"]


def test_bad_messages_do_not_stop_the_workers(jms: Provider) -> None:
    """RED-09: listeners of two workers that fail on two messages handle all others before these come again."""
    queue, bad = jms.queue(), {"1", "2"}
    connection = jms.connection(redelivery_delay=3600)

    def refuse_bad(message: Message) -> None:
        if text_of(message) in bad:
            raise ValueError("cannot read this order")

    handled = Listener(jms, refuse_bad)
    for _ in range(2):
        connection.create_session().create_consumer(queue).message_listener = handled
    texts = [str(number) for number in range(1, 21)]
    put(jms.connection().create_session(), queue, *texts)
    handled.wait_for(20)
    assert {*handled.texts} == {*texts}


def test_a_message_that_always_fails_lets_others_pass(jms: Provider) -> None:
    """RED-09: without a limit and a delay, what follows is delivered although a listener goes on failing."""
    connection, queue = jms.connection(max_redeliveries=-1), jms.queue()

    def fail_on_poison(message: Message) -> None:
        if text_of(message) == "poison":
            raise ValueError("a listener that fails")

    connection.create_session().create_consumer(queue).message_listener = listener = Listener(jms, fail_on_poison)
    put(jms.connection().create_session(), queue, "poison", "next")
    jms.eventually(lambda: "next" in listener.texts)


def test_a_receive_ends_before_a_later_redelivery(jms: Provider) -> None:
    """RED-06, CONS-02: it returns None when its time is up before the redelivery is due, and nothing is lost."""
    session = jms.connection(redelivery_delay=2).create_session(Session.CLIENT_ACKNOWLEDGE)
    queue = jms.queue()
    consumer = session.create_consumer(queue)
    put(session, queue, "1")
    assert take_text(jms, consumer) == "1"
    session.recover()
    assert jms.in_thread(lambda: consumer.receive(0.02)).result() is None
    assert jms.in_thread(consumer.receive_no_wait).result() is None
    assert take_text(jms, consumer) == "1"


def test_a_dead_letter_tells_where_it_came_from(jms: Provider) -> None:
    """RED-07: it keeps its id, body, headers and properties, and gains the destination, the attempts and a reason."""
    session, queue = jms.connection(max_redeliveries=1).create_session(Session.CLIENT_ACKNOWLEDGE), jms.queue()
    consumer = session.create_consumer(queue)
    message = session.create_text_message("poison")
    message.correlation_id, message.type, message.reply_to = "c-1", "order", queue
    message.set_int_property("n", 7)
    session.create_producer(queue).send(message)
    attempts_at(jms, session, consumer, 2)
    assert is_silent(jms, consumer)
    letter = take(jms, consumer_of(jms, dead_letters_of(queue)))
    assert (text_of(letter), letter.message_id) == ("poison", message.message_id)
    assert (letter.correlation_id, letter.type, letter.reply_to) == ("c-1", "order", queue)
    assert letter.get_int_property("n") == 7
    assert letter.get_string_property("JMS_jmslike_original_destination") == str(queue)
    assert letter.get_int_property("JMS_jmslike_attempts") == 2
    assert letter.get_string_property("JMS_jmslike_reason")


def test_a_dead_letter_says_why_its_listener_failed(jms: Provider) -> None:
    """RED-07: the reason is what the listener raised at the last attempt."""
    queue = jms.queue()

    def fail(message: Message) -> None:
        raise ValueError('no order "é"\nin this text')

    connection = jms.connection(max_redeliveries=0)
    connection.create_session().create_consumer(queue).message_listener = fail
    put(jms.connection().create_session(), queue, "poison")
    letter = take(jms, consumer_of(jms, dead_letters_of(queue)))
    assert letter.get_string_property("JMS_jmslike_reason") == 'ValueError: no order "é" in this text'


def test_a_dead_letter_says_why_its_listener_recovered(jms: Provider) -> None:
    """RED-07: the reason is the exception that was being handled when the message was given back."""
    session, queue = jms.connection(max_redeliveries=0).create_session(Session.CLIENT_ACKNOWLEDGE), jms.queue()

    def recover_and_raise(message: Message) -> None:
        try:
            raise ValueError("no such order")
        except ValueError:
            session.recover()
            raise

    session.create_consumer(queue).message_listener = recover_and_raise
    put(jms.connection().create_session(), queue, "poison")
    letter = take(jms, consumer_of(jms, dead_letters_of(queue)))
    assert letter.get_string_property("JMS_jmslike_reason") == "ValueError: no such order"


def test_a_listener_that_always_fails_does_not_spin(jms: Provider) -> None:
    """RED-08: after its last attempt the message is a dead letter in AUTO_ACKNOWLEDGE, and the next one comes."""
    session, queue = jms.connection().create_session(), jms.queue()

    def fail_on_poison(message: Message) -> None:
        if text_of(message) == "poison":
            raise ValueError("a listener that fails")

    session.create_consumer(queue).message_listener = listener = Listener(jms, fail_on_poison)
    put(jms.connection().create_session(), queue, "poison", "next")
    listener.wait_for(8)
    assert listener.texts == ["poison"] * 7 + ["next"]
    assert left_in(jms, dead_letters_of(queue)) == ["poison"]
