"""Acknowledgement modes and recover (ACK)."""

from __future__ import annotations

import pytest

from jmslike import IllegalStateError, Message, Session
from jmslike.capabilities import Feature
from jmslike.testing import Provider, requires
from jmslike.testing.steps import (
    Listener,
    attempt_of,
    is_silent,
    left_in,
    put,
    take,
    take_text,
    take_texts,
    text_of,
    texts_of,
)


def test_auto_acknowledges_when_receive_has_returned(jms: Provider) -> None:
    """ACK-01, ACK-02: a message is not delivered again after receive(), neither by recover() nor by a close."""
    session, queue = jms.connection().create_session(), jms.queue()
    consumer = session.create_consumer(queue)
    put(session, queue, "1", "2")
    assert take_text(jms, consumer) == "1"
    session.recover()
    assert take_text(jms, consumer) == "2"
    session.close()
    assert left_in(jms, queue) == []


def test_auto_acknowledges_when_the_listener_has_returned(jms: Provider) -> None:
    """ACK-01: a message is not delivered again after its listener returned normally."""
    session, queue = jms.connection().create_session(), jms.queue()
    session.create_consumer(queue).message_listener = listener = Listener(jms)
    put(jms.connection().create_session(), queue, "1", "2")
    listener.wait_for(2)
    session.close()
    assert left_in(jms, queue) == []


def test_recover_in_an_auto_listener_repeats_the_current_message_only(jms: Provider) -> None:
    """ACK-03: earlier messages stay acknowledged."""
    session, queue = jms.connection().create_session(), jms.queue()

    def recover_once(message: Message) -> None:
        if text_of(message) == "2" and not message.redelivered:
            session.recover()

    session.create_consumer(queue).message_listener = listener = Listener(jms, recover_once)
    put(jms.connection().create_session(), queue, "1", "2", "3")
    listener.wait_for(4)
    assert listener.texts == ["1", "2", "2", "3"]
    assert [attempt_of(message) for message in listener.messages] == [(False, 1), (False, 1), (True, 2), (False, 1)]
    session.close()
    assert left_in(jms, queue) == []


@pytest.mark.parametrize("which", [0, 1, 2], ids=["oldest", "middle", "newest"])
def test_acknowledging_one_message_acknowledges_the_session(jms: Provider, which: int) -> None:
    """ACK-04, ACK-11: acknowledge() covers what all consumers of the session received, earlier and later."""
    connection, queues = jms.connection(), [jms.queue(), jms.queue()]
    session = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
    first, second = (session.create_consumer(queue) for queue in queues)
    put(session, queues[0], "1", "2")
    put(session, queues[1], "3")
    messages = [take(jms, first), take(jms, second), take(jms, first)]
    messages[which].acknowledge()
    session.recover()
    assert is_silent(jms, first)
    session.close()
    assert [left_in(jms, queue) for queue in queues] == [[], []]


def test_acknowledge_covers_only_what_was_delivered(jms: Provider) -> None:
    """ACK-05: what waits in the consumer and was not handed over stays, as a first delivery."""
    session, queue = jms.connection().create_session(Session.CLIENT_ACKNOWLEDGE), jms.queue()
    put(session, queue, "1", "2", "3")
    take(jms, session.create_consumer(queue)).acknowledge()
    session.close()
    consumer = jms.connection().create_session().create_consumer(queue)
    rest = [take(jms, consumer), take(jms, consumer)]
    assert texts_of(rest) == ["2", "3"]
    assert [attempt_of(message) for message in rest] == [(False, 1), (False, 1)]


def test_recover_repeats_what_came_after_acknowledge(jms: Provider) -> None:
    """ACK-06: a message received after acknowledge() is unacknowledged; only it is redelivered."""
    session, queue = jms.connection().create_session(Session.CLIENT_ACKNOWLEDGE), jms.queue()
    consumer = session.create_consumer(queue)
    put(session, queue, "1", "2")
    take(jms, consumer).acknowledge()
    assert take_text(jms, consumer) == "2"
    session.recover()
    again = take(jms, consumer)
    assert (text_of(again), *attempt_of(again)) == ("2", True, 2)
    assert is_silent(jms, consumer)


def test_acknowledge_and_recover_with_nothing_outstanding_do_nothing(jms: Provider) -> None:
    """ACK-07: a second acknowledge() and a recover() of an empty session are no errors."""
    session, queue = jms.connection().create_session(Session.CLIENT_ACKNOWLEDGE), jms.queue()
    consumer = session.create_consumer(queue)
    session.recover()
    put(session, queue, "1", "2")
    message = take(jms, consumer)
    message.acknowledge()
    message.acknowledge()
    session.recover()
    assert take_text(jms, consumer) == "2"


def test_acknowledge_works_after_the_consumer_was_closed(jms: Provider) -> None:
    """ACK-08: the message belongs to the session, which is still open."""
    session, queue = jms.connection().create_session(Session.CLIENT_ACKNOWLEDGE), jms.queue()
    put(session, queue, "1")
    with session.create_consumer(queue) as consumer:
        message = take(jms, consumer)
    message.acknowledge()
    session.close()
    assert left_in(jms, queue) == []


def test_dups_ok_repeats_nothing_after_a_clean_close(jms: Provider) -> None:
    """ACK-09: however late the session acknowledges, close() leaves nothing unacknowledged."""
    session, queue = jms.connection(window=20).create_session(Session.DUPS_OK_ACKNOWLEDGE), jms.queue()
    consumer = session.create_consumer(queue)
    sent = [str(number) for number in range(35)]
    put(session, queue, *sent)
    assert take_texts(jms, consumer, len(sent)) == sent
    session.close()
    assert left_in(jms, queue) == []


@pytest.mark.parametrize("mode", [Session.AUTO_ACKNOWLEDGE, Session.DUPS_OK_ACKNOWLEDGE])
def test_acknowledge_is_ignored_where_the_session_acknowledges(jms: Provider, mode: int) -> None:
    """ACK-10: in AUTO and DUPS_OK sessions acknowledge() changes nothing and raises nothing."""
    session, queue = jms.connection().create_session(mode), jms.queue()
    consumer = session.create_consumer(queue)
    put(session, queue, "1", "2")
    take(jms, consumer).acknowledge()
    assert take_text(jms, consumer) == "2"
    session.close()
    assert left_in(jms, queue) == []


@requires(Feature.TRANSACTION)
def test_acknowledge_is_ignored_in_a_transaction(jms: Provider) -> None:
    """ACK-10: in a transacted session the message is still redelivered after rollback()."""
    session, queue = jms.connection().create_session(Session.SESSION_TRANSACTED), jms.queue()
    consumer = session.create_consumer(queue)
    put(jms.connection().create_session(), queue, "1")
    take(jms, consumer).acknowledge()
    session.rollback()
    assert take_text(jms, consumer) == "1"


@pytest.mark.parametrize("kind", ["queue", "topic"])
def test_recover_repeats_everything_unacknowledged_in_order(jms: Provider, kind: str) -> None:
    """ACK-12, ACK-14: it comes before what was not delivered yet, marked, with its count raised each time."""
    connection, destination = jms.connection(), getattr(jms, kind)()
    session = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
    consumer = session.create_consumer(destination)
    put(connection.create_session(), destination, "1", "2", "3", "4")
    assert take_texts(jms, consumer, 3) == ["1", "2", "3"]
    for attempt in (2, 3):
        session.recover()
        again = [take(jms, consumer) for _ in range(3)]
        assert texts_of(again) == ["1", "2", "3"]
        assert [attempt_of(message) for message in again] == [(True, attempt)] * 3
    last = take(jms, consumer)
    assert (text_of(last), *attempt_of(last)) == ("4", False, 1)
    last.acknowledge()
    session.recover()
    assert is_silent(jms, consumer)


def test_recover_gives_each_consumer_its_own_messages_again(jms: Provider) -> None:
    """ACK-12: the messages of every consumer of the session are redelivered."""
    session, queues = jms.connection().create_session(Session.CLIENT_ACKNOWLEDGE), [jms.queue(), jms.queue()]
    consumers = [session.create_consumer(queue) for queue in queues]
    for number, queue in enumerate(queues):
        put(session, queue, f"{number}.1", f"{number}.2")
    first = [take_texts(jms, consumer, 2) for consumer in consumers]
    session.recover()
    assert [take_texts(jms, consumer, 2) for consumer in consumers] == first == [["0.1", "0.2"], ["1.1", "1.2"]]


def test_recover_in_a_client_listener_repeats_from_the_oldest(jms: Provider) -> None:
    """ACK-12: recover() called in the listener starts again from the oldest unacknowledged message."""
    session, queue = jms.connection().create_session(Session.CLIENT_ACKNOWLEDGE), jms.queue()

    def recover_once(message: Message) -> None:
        if text_of(message) == "2":
            if message.redelivered:
                message.acknowledge()
            else:
                session.recover()

    session.create_consumer(queue).message_listener = listener = Listener(jms, recover_once)
    put(jms.connection().create_session(), queue, "1", "2")
    listener.wait_for(4)
    assert listener.texts == ["1", "2", "1", "2"]
    session.close()
    assert left_in(jms, queue) == []


@requires(Feature.TRANSACTION)
def test_recover_of_a_transacted_session_is_refused(jms: Provider) -> None:
    """ACK-13: recover() raises IllegalStateError in a transacted session."""
    session = jms.connection().create_session(Session.SESSION_TRANSACTED)
    with pytest.raises(IllegalStateError):
        session.recover()


@pytest.mark.parametrize("mode", [Session.CLIENT_ACKNOWLEDGE, Session.INDIVIDUAL_ACKNOWLEDGE])
def test_a_session_may_hold_more_than_its_window(jms: Provider, mode: int) -> None:
    """ACK-15: an application that has not acknowledged yet still receives its next message."""
    session, queue = jms.connection(window=5).create_session(mode), jms.queue()
    consumer = session.create_consumer(queue)
    sent = [str(number) for number in range(40)]
    put(jms.connection().create_session(), queue, *sent)
    messages = [take(jms, consumer) for _ in sent]
    assert texts_of(messages) == sent
    for message in messages:
        message.acknowledge()
    session.close()
    assert left_in(jms, queue) == []


def test_individual_mode_acknowledges_one_message(jms: Provider) -> None:
    """ACK-11, ACK-12: in INDIVIDUAL_ACKNOWLEDGE, our extension, acknowledge() covers exactly its own message."""
    session, queue = jms.connection().create_session(Session.INDIVIDUAL_ACKNOWLEDGE), jms.queue()
    consumer = session.create_consumer(queue)
    put(session, queue, "1", "2", "3")
    messages = [take(jms, consumer) for _ in range(3)]
    messages[1].acknowledge()
    session.recover()
    assert take_texts(jms, consumer, 2) == ["1", "3"]
    session.close()
    assert left_in(jms, queue) == ["1", "3"]
