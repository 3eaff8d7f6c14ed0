"""Transacted sessions (TX)."""

from __future__ import annotations

import time

import pytest

from jmslike import IllegalStateError, Message, Session, TransactionRolledBackError
from jmslike.capabilities import Feature
from jmslike.testing import Provider, requires
from jmslike.testing.steps import (
    Listener,
    attempt_of,
    consumer_of,
    counts_survive,
    is_silent,
    left_in,
    put,
    take,
    take_text,
    take_texts,
    text_of,
    texts_of,
)

needs_transactions = requires(Feature.TRANSACTION)


def transacted(jms: Provider) -> Session:
    """Return a transacted session on a connection of its own."""
    return jms.connection().create_session(Session.SESSION_TRANSACTED)


@needs_transactions
def test_a_transaction_follows_the_other(jms: Provider) -> None:
    """TX-01, TX-04: commit() and rollback() end the transaction and begin the next; what was rolled back stays so."""
    session, queue = transacted(jms), jms.queue()
    put(session, queue, "1")
    session.commit()
    put(session, queue, "2")
    session.rollback()
    put(session, queue, "3")
    session.commit()
    session.commit()
    session.rollback()
    assert left_in(jms, queue) == ["1", "3"]


@needs_transactions
def test_sends_are_invisible_before_the_commit(jms: Provider) -> None:
    """TX-02, TX-03: no consumer sees them, not even the session's own; after commit() they come in order."""
    session, queues = transacted(jms), [jms.queue(), jms.queue()]
    own = session.create_consumer(queues[0])
    other = consumer_of(jms, queues[1])
    for queue in queues:
        put(session, queue, "1", "2", "3")
    assert is_silent(jms, own)
    assert is_silent(jms, other)
    session.commit()
    assert take_texts(jms, own, 3) == ["1", "2", "3"]
    assert take_texts(jms, other, 3) == ["1", "2", "3"]
    session.commit()


@requires(Feature.TRANSACTION, Feature.BROWSE)
def test_a_browser_sees_no_uncommitted_message(jms: Provider) -> None:
    """TX-02: an uncommitted message does not appear in a browser, a committed one does."""
    session, queue = transacted(jms), jms.queue()
    browser = jms.connection().create_session().create_browser(queue)
    put(session, queue, "1")
    assert list(browser) == []
    session.commit()
    assert texts_of(browser) == ["1"]


@needs_transactions
def test_a_subscriber_sees_no_uncommitted_message(jms: Provider) -> None:
    """TX-02, TX-03: a topic's messages are published by commit()."""
    session, topic = transacted(jms), jms.topic()
    consumer = consumer_of(jms, topic)
    put(session, topic, "1", "2")
    assert is_silent(jms, consumer)
    session.commit()
    assert take_texts(jms, consumer, 2) == ["1", "2"]


@needs_transactions
def test_rollback_discards_what_was_sent(jms: Provider) -> None:
    """TX-04: it is gone for good."""
    session, queue = transacted(jms), jms.queue()
    put(session, queue, "1", "2")
    session.rollback()
    session.commit()
    assert left_in(jms, queue) == []


@needs_transactions
def test_commit_acknowledges_what_was_received(jms: Provider) -> None:
    """TX-05: neither rollback() nor a close redelivers it."""
    session, queue = transacted(jms), jms.queue()
    put(jms.connection().create_session(), queue, "1", "2")
    consumer = session.create_consumer(queue)
    assert take_texts(jms, consumer, 2) == ["1", "2"]
    session.commit()
    session.rollback()
    assert is_silent(jms, consumer)
    session.close()
    assert left_in(jms, queue) == []


@needs_transactions
@pytest.mark.parametrize("kind", ["queue", "topic"])
def test_rollback_repeats_what_was_received(jms: Provider, kind: str) -> None:
    """TX-06, RED-05: it is redelivered in order before other messages, marked, its count raised each time."""
    session, destination = transacted(jms), getattr(jms, kind)()
    consumer = session.create_consumer(destination)
    put(jms.connection().create_session(), destination, "1", "2", "3")
    assert take_texts(jms, consumer, 2) == ["1", "2"]
    for attempt in (2, 3):
        session.rollback()
        again = [take(jms, consumer), take(jms, consumer)]
        assert texts_of(again) == ["1", "2"]
        assert [attempt_of(message) for message in again] == [(True, attempt)] * 2
    last = take(jms, consumer)
    assert (text_of(last), *attempt_of(last)) == ("3", False, 1)
    session.commit()
    assert is_silent(jms, consumer)


@needs_transactions
def test_a_transaction_spans_destinations(jms: Provider) -> None:
    """TX-07: receives from queues and topics and sends to others are committed or rolled back as one."""
    session, other = transacted(jms), jms.connection().create_session()
    sources = [jms.queue(), jms.queue(), jms.topic()]
    queue, topic = jms.queue(), jms.topic()
    consumers = [session.create_consumer(source) for source in sources]
    subscriber = other.create_consumer(topic)
    for source in sources:
        put(other, source, "in")

    def work() -> None:
        assert [take_text(jms, consumer) for consumer in consumers] == ["in", "in", "in"]
        put(session, queue, "out")
        put(session, topic, "out")

    work()
    session.rollback()
    assert is_silent(jms, subscriber)
    work()
    session.commit()
    assert take_text(jms, subscriber) == "out"
    assert is_silent(jms, subscriber)
    assert left_in(jms, queue) == ["out"]
    assert all(is_silent(jms, consumer) for consumer in consumers)
    session.close()
    assert [left_in(jms, source) for source in sources] == [[], [], []]


@pytest.mark.parametrize("mode", [Session.AUTO_ACKNOWLEDGE, Session.CLIENT_ACKNOWLEDGE, Session.DUPS_OK_ACKNOWLEDGE])
def test_commit_and_rollback_need_a_transacted_session(jms: Provider, mode: int) -> None:
    """TX-08: in any other mode both raise IllegalStateError."""
    session = jms.connection().create_session(mode)
    with pytest.raises(IllegalStateError):
        session.commit()
    with pytest.raises(IllegalStateError):
        session.rollback()


@needs_transactions
def test_closing_a_session_rolls_back(jms: Provider) -> None:
    """TX-09: what it sent is gone, what it received is redelivered with a raised count."""
    session, queue, other_queue = transacted(jms), jms.queue(), jms.queue()
    put(jms.connection().create_session(), queue, "1")
    assert take_text(jms, session.create_consumer(queue)) == "1"
    put(session, other_queue, "2")
    session.close()
    assert left_in(jms, other_queue) == []
    again = take(jms, consumer_of(jms, queue))
    assert (text_of(again), *attempt_of(again)) == ("1", True, 2)


@needs_transactions
def test_commit_covers_a_consumer_that_was_closed(jms: Provider) -> None:
    """TX-10: what a closed consumer received still follows the transaction: committed."""
    session, queue = transacted(jms), jms.queue()
    put(jms.connection().create_session(), queue, "1")
    with session.create_consumer(queue) as consumer:
        assert take_text(jms, consumer) == "1"
    session.commit()
    session.close()
    assert left_in(jms, queue) == []


@needs_transactions
def test_rollback_covers_a_consumer_that_was_closed(jms: Provider) -> None:
    """TX-10: what a closed consumer received still follows the transaction: rolled back."""
    session, queue = transacted(jms), jms.queue()
    put(jms.connection().create_session(), queue, "1")
    with session.create_consumer(queue) as consumer:
        assert take_text(jms, consumer) == "1"
    other = consumer_of(jms, queue)
    assert is_silent(jms, other)
    session.rollback()
    again = take(jms, other)
    assert text_of(again) == "1"
    if counts_survive(jms):
        assert attempt_of(again) == (True, 2)


@needs_transactions
def test_an_error_in_a_listener_does_not_roll_back(jms: Provider) -> None:
    """TX-11: the next message is delivered, and a commit covers the failed one."""
    session, queue = transacted(jms), jms.queue()

    def fail_then_commit(message: Message) -> None:
        if text_of(message) == "1":
            raise ValueError("a listener that fails")
        session.commit()

    session.create_consumer(queue).message_listener = listener = Listener(jms, fail_then_commit)
    put(jms.connection().create_session(), queue, "1", "2")
    listener.wait_for(2)
    session.close()
    assert listener.texts == ["1", "2"]
    assert left_in(jms, queue) == []


@needs_transactions
def test_a_listener_commits_and_rolls_back_its_session(jms: Provider) -> None:
    """TX-12: both may be called inside the session's own listener."""
    session, queue, replies = transacted(jms), jms.queue(), jms.queue()

    def reply(message: Message) -> None:
        put(session, replies, f"reply {attempt_of(message)[1]}")
        if message.redelivered:
            session.commit()
        else:
            session.rollback()

    session.create_consumer(queue).message_listener = listener = Listener(jms, reply)
    put(jms.connection().create_session(), queue, "1")
    listener.wait_for(2)
    session.close()
    assert [attempt_of(message) for message in listener.messages] == [(False, 1), (True, 2)]
    assert left_in(jms, replies) == ["reply 2"]
    assert left_in(jms, queue) == []


@requires(Feature.TRANSACTION, Feature.TEMPORARY)
def test_a_commit_that_fails_undoes_the_transaction(jms: Provider) -> None:
    """TX-13: it raises TransactionRolledBackError; nothing was sent, and what was received is redelivered."""
    session, queue, other_queue = transacted(jms), jms.queue(), jms.queue()
    other = jms.connection().create_session()
    put(other, queue, "in")
    gone = other.create_temporary_queue()
    consumer = session.create_consumer(queue)
    assert take_text(jms, consumer) == "in"
    put(session, other_queue, "out")
    put(session, gone, "out")
    gone.delete()
    with pytest.raises(TransactionRolledBackError):
        session.commit()
    assert left_in(jms, other_queue) == []
    again = take(jms, consumer)
    assert (text_of(again), *attempt_of(again)) == ("in", True, 2)
    session.commit()
    session.close()
    assert left_in(jms, queue) == []


@requires(Feature.TRANSACTION, Feature.TTL)
def test_time_to_live_counts_from_the_send(jms: Provider) -> None:
    """TX-14: a message that expires before the commit is never delivered."""
    session, queue = transacted(jms), jms.queue()
    message = session.create_text_message("1")
    session.create_producer(queue).send(message, time_to_live=0.02)
    assert message.expiration - message.timestamp == 20
    jms.eventually(lambda: time.time() * 1000 > message.expiration)
    session.commit()
    assert left_in(jms, queue) == []


@requires(Feature.TRANSACTION, Feature.DELAY)
def test_a_delivery_delay_counts_from_the_send(jms: Provider) -> None:
    """TX-16: the delivery time is fixed by the send. If the commit comes later, the message is there at once."""
    session, queue = transacted(jms), jms.queue()
    other = jms.connection().create_session()
    message = session.create_text_message("1")
    producer = session.create_producer(queue)
    producer.delivery_delay = 0.2
    producer.send(message)
    assert message.delivery_time - message.timestamp == 200
    jms.eventually(lambda: time.time() * 1000 > message.delivery_time)
    session.commit()
    put(other, queue, "2")
    consumer = consumer_of(jms, queue)
    received = take(jms, consumer)
    assert (text_of(received), received.delivery_time) == ("1", message.delivery_time)
    assert take_text(jms, consumer) == "2"
