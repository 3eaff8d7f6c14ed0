"""Connections: starting and stopping, threads, sessions (CONN)."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from jmslike import JMSError, JMSSecurityError, Message, Session, SessionMode
from jmslike.capabilities import Feature
from jmslike.testing import Provider, requires
from jmslike.testing.steps import (
    Listener,
    Pause,
    attempt_of,
    error_of,
    is_silent,
    left_in,
    put,
    still_runs,
    take,
    take_text,
    take_texts,
    text_of,
)


def test_a_new_connection_delivers_nothing_until_it_is_started(jms: Provider) -> None:
    """CONN-01: what was sent before start() then flows in order, also what was sent meanwhile."""
    connection, queue = jms.connection(start=False), jms.queue()
    session = connection.create_session()
    consumer = session.create_consumer(queue)
    put(session, queue, "1", "2")
    assert is_silent(jms, consumer)
    put(session, queue, "3")
    connection.start()
    put(session, queue, "4")
    assert take_texts(jms, consumer, 4) == ["1", "2", "3", "4"]


def test_a_listener_hears_nothing_until_the_connection_is_started(jms: Provider) -> None:
    """CONN-01: a listener may be set before start() and is called only after it."""
    connection, queue = jms.connection(start=False), jms.queue()
    session = connection.create_session()
    put(jms.connection().create_session(), queue, "1", "2")
    consumer = session.create_consumer(queue)
    consumer.message_listener = listener = Listener(jms)
    assert listener.stays_at(0)
    connection.start()
    listener.wait_for(2)
    assert listener.texts == ["1", "2"]


def test_a_second_start_changes_nothing(jms: Provider) -> None:
    """CONN-02: start() on a started connection is ignored; nothing is dispatched twice."""
    connection, queue = jms.connection(), jms.queue()
    session = connection.create_session()
    consumer = session.create_consumer(queue)
    consumer.message_listener = listener = Listener(jms)
    connection.start()
    put(jms.connection().create_session(), queue, "1", "2")
    listener.wait_for(2)
    assert listener.stays_at(2)


def test_a_second_stop_changes_nothing(jms: Provider) -> None:
    """CONN-03: stop() on a stopped connection is ignored."""
    connection, queue = jms.connection(start=False), jms.queue()
    connection.stop()
    connection.start()
    connection.stop()
    connection.stop()
    session = connection.create_session()
    put(session, queue, "1")
    connection.start()
    assert take_text(jms, session.create_consumer(queue)) == "1"


def test_a_connection_that_is_not_started_sends(jms: Provider) -> None:
    """CONN-04: sending works on a connection that was never started, and on a stopped one."""
    queue = jms.queue()
    fresh, stopped = jms.connection(start=False), jms.connection()
    stopped.stop()
    put(fresh.create_session(), queue, "1")
    put(stopped.create_session(), queue, "2")
    assert take_texts(jms, jms.connection().create_session().create_consumer(queue), 2) == ["1", "2"]


def test_a_stopped_connection_delivers_nothing_until_it_is_started_again(jms: Provider) -> None:
    """CONN-05: a pending receive gets no message while stopped, and one after the restart."""
    connection, queue = jms.connection(), jms.queue()
    consumer = connection.create_session().create_consumer(queue)
    receiving = jms.in_thread(lambda: consumer.receive(jms.patience))
    connection.stop()
    put(jms.connection().create_session(), queue, "1")
    assert still_runs(jms, receiving)
    connection.start()
    assert text_of(receiving.result()) == "1"


def test_a_consumer_that_is_not_started_leaves_messages_to_others(jms: Provider) -> None:
    """CONN-27: a second consumer gets all of twenty messages, also those sent before it was made."""
    queue, sent = jms.queue(), [str(number) for number in range(20)]
    sending = jms.connection().create_session()
    put(sending, queue, *sent[:10])
    jms.connection(start=False).create_session().create_consumer(queue)
    consumer = jms.connection().create_session().create_consumer(queue)
    put(sending, queue, *sent[10:])
    assert take_texts(jms, consumer, 20) == sent


def test_what_was_pushed_to_a_stopped_consumer_goes_to_others(jms: Provider) -> None:
    """CONN-28: a second consumer gets what the first has not received, in order."""
    connection, queue, sent = jms.connection(), jms.queue(), [str(number) for number in range(20)]
    put(jms.connection().create_session(), queue, *sent)
    stopped = connection.create_session().create_consumer(queue)
    assert take_text(jms, stopped) == "0"
    connection.stop()
    consumer = jms.connection().create_session().create_consumer(queue)
    assert take_texts(jms, consumer, 19) == sent[1:]


def test_a_batch_of_acknowledgements_keeps_nothing_from_others(jms: Provider) -> None:
    """CONN-28: what DUPS_OK_ACKNOWLEDGE has received is acknowledged by stop(), and the rest goes to others."""
    connection, queue, sent = jms.connection(), jms.queue(), [str(number) for number in range(20)]
    put(jms.connection().create_session(), queue, *sent)
    stopped = connection.create_session(Session.DUPS_OK_ACKNOWLEDGE).create_consumer(queue)
    assert take_text(jms, stopped) == "0"
    connection.stop()
    consumer = jms.connection().create_session().create_consumer(queue)
    assert take_texts(jms, consumer, 19) == sent[1:]


@requires(Feature.TRANSACTION)
@pytest.mark.parametrize("mode", [Session.CLIENT_ACKNOWLEDGE, Session.SESSION_TRANSACTED])
def test_a_settled_session_that_is_stopped_leaves_the_rest_to_others(jms: Provider, mode: SessionMode) -> None:
    """CONN-28: at the latest when what it has received is settled, after the stop."""
    connection, queue, sent = jms.connection(), jms.queue(), [str(number) for number in range(20)]
    put(jms.connection().create_session(), queue, *sent)
    session = connection.create_session(mode)
    received = take(jms, session.create_consumer(queue))
    connection.stop()
    if session.transacted:
        session.commit()
    else:
        received.acknowledge()
    consumer = jms.connection().create_session().create_consumer(queue)
    assert take_texts(jms, consumer, 19) == sent[1:]


def test_stops_and_starts_beside_a_busy_consumer_lose_nothing(jms: Provider) -> None:
    """CONN-08, CONN-27: each of many messages comes once, to the listener that is stopped often, or to the other."""
    connection, queue, sent = jms.connection(), jms.queue(), [str(number) for number in range(200)]
    listener = Listener(jms)
    connection.create_session().create_consumer(queue).message_listener = listener
    busy = jms.connection().create_session().create_consumer(queue)
    received: list[str | None] = []

    def receive() -> None:
        while len(received) + len(listener.texts) < len(sent):
            message = busy.receive(0.05)
            if message is not None:
                received.append(text_of(message))

    receiving = jms.in_thread(receive)
    sending = jms.connection().create_session()
    for start in range(0, len(sent), 10):
        put(sending, queue, *sent[start : start + 10])
        connection.stop()
        connection.start()
    receiving.result()
    assert sorted(map(str, [*received, *listener.texts]), key=int) == sent


def test_a_stopped_connection_calls_no_listener(jms: Provider) -> None:
    """CONN-05, CONN-08: no listener is called after stop() has returned; start() continues where it ended."""
    connection, queue = jms.connection(), jms.queue()
    consumer = connection.create_session().create_consumer(queue)
    consumer.message_listener = listener = Listener(jms)
    sending = jms.connection().create_session()
    put(sending, queue, "1")
    listener.wait_for(1)
    connection.stop()
    put(sending, queue, "2", "3")
    assert listener.stays_at(1)
    connection.start()
    listener.wait_for(3)
    assert listener.texts == ["1", "2", "3"]
    assert [attempt_of(message) for message in listener.messages] == [(False, 1)] * 3


def test_stop_waits_for_a_running_listener(jms: Provider) -> None:
    """CONN-06: stop() returns after the listener did; meanwhile that listener can send, acknowledge and commit."""
    connection, queue, replies = jms.connection(), jms.queue(), jms.queue()
    session = connection.create_session(Session.SESSION_TRANSACTED)
    pause = Pause(jms)

    def reply_and_commit(_message: Message) -> None:
        pause()
        put(session, replies, "reply")
        session.commit()

    session.create_consumer(queue).message_listener = Listener(jms, reply_and_commit)
    other = jms.connection().create_session()
    put(other, queue, "request")
    pause.wait_until_reached()
    stopping = jms.in_thread(connection.stop)
    assert still_runs(jms, stopping)
    pause.end()
    stopping.result()
    assert pause.passed
    assert take_text(jms, other.create_consumer(replies)) == "reply"


def test_receive_times_out_while_stopped(jms: Provider) -> None:
    """CONN-07: the time of a receive runs while the connection is stopped, also with a message waiting."""
    connection, queue = jms.connection(), jms.queue()
    session = connection.create_session()
    consumer = session.create_consumer(queue)
    connection.stop()
    put(session, queue, "1")
    receiving = jms.in_thread(lambda: (consumer.receive(0.02), consumer.receive(timedelta(milliseconds=20))))
    assert receiving.result() == (None, None)
    connection.start()
    assert take_text(jms, consumer) == "1"


def test_stop_and_start_lose_nothing_and_repeat_nothing(jms: Provider) -> None:
    """CONN-08: messages keep their order and count as first deliveries over many stops."""
    connection, queue = jms.connection(), jms.queue()
    session = connection.create_session()
    consumer = session.create_consumer(queue)
    sent = [str(number) for number in range(30)]
    put(jms.connection().create_session(), queue, *sent)
    received = []
    for _ in sent:
        received.append(take(jms, consumer))
        connection.stop()
        connection.start()
    assert [text_of(message) for message in received] == sent
    assert {attempt_of(message) for message in received} == {(False, 1)}
    assert is_silent(jms, consumer)


def test_stop_in_a_listener_is_refused(jms: Provider) -> None:
    """CONN-09: stop() called in a message listener of its own connection raises IllegalStateError."""
    connection, queue = jms.connection(), jms.queue()
    errors: list[str] = []
    listener = Listener(jms, lambda _: errors.append(type(error_of(connection.stop)).__name__))
    connection.create_session().create_consumer(queue).message_listener = listener
    put(jms.connection().create_session(), queue, "1", "2")
    jms.eventually(lambda: len(errors) == 2)
    assert errors == ["IllegalStateError", "IllegalStateError"]


def test_another_connection_may_be_stopped_in_a_listener(jms: Provider) -> None:
    """CONN-09: only the listener's own connection is refused."""
    connection, other, queue = jms.connection(), jms.connection(), jms.queue()
    errors: list[Exception | None] = []
    listener = Listener(jms, lambda _: errors.append(error_of(other.stop)))
    connection.create_session().create_consumer(queue).message_listener = listener
    put(jms.connection().create_session(), queue, "1")
    jms.eventually(lambda: errors)
    assert errors == [None]


def test_sessions_of_one_connection_work_in_parallel_threads(jms: Provider) -> None:
    """CONN-21: each of several threads sends and receives through a session of its own."""
    connection, queue = jms.connection(), jms.queue()
    threads, each = 4, 25

    def work(mark: int) -> list[str | None]:
        session = connection.create_session()
        put(session, queue, *(f"{mark}.{number}" for number in range(each)))
        with session.create_consumer(queue) as consumer:  # releases what it did not take
            return take_texts(jms, consumer, each)

    tasks = [jms.in_thread(partial(work, mark)) for mark in range(threads)]
    received = [text for task in tasks for text in task.result()]
    assert sorted(map(str, received)) == sorted(f"{mark}.{n}" for mark in range(threads) for n in range(each))


def test_a_factory_serves_several_threads(jms: Provider) -> None:
    """CONN-21: one factory and one destination are used by several threads at once."""
    factory, queue = jms.factory(), jms.queue()

    def send(text: str) -> None:
        with factory.create_connection() as connection:
            put(connection.create_session(), queue, text)

    consumer = jms.connection().create_session().create_consumer(queue)
    tasks = [jms.in_thread(partial(send, str(number))) for number in range(4)]
    for task in tasks:
        task.result()
    assert set(take_texts(jms, consumer, 4)) == {"0", "1", "2", "3"}


def test_a_wrong_password_is_refused(jms: Provider) -> None:
    """CONN-22: create_connection() and create_context() raise JMSSecurityError for a user that the provider refuses."""
    user, password = jms.refused_user()
    with pytest.raises(JMSSecurityError):
        jms.factory().create_connection(user, password)
    with pytest.raises(JMSSecurityError):
        jms.factory().create_context(user, password)


def test_a_session_acknowledges_automatically_by_default(jms: Provider) -> None:
    """CONN-23: create_session() returns a session in AUTO_ACKNOWLEDGE mode without transactions."""
    session = jms.connection().create_session()
    assert session.transacted is False
    assert session.acknowledge_mode == Session.AUTO_ACKNOWLEDGE


@pytest.mark.parametrize("mode", [1, 2, 3, 4])
def test_a_session_takes_its_mode_in_first_or_second_place(jms: Provider, mode: int) -> None:
    """CONN-24, SESS-01: each mode is accepted as in either overload, and reported."""
    connection = jms.connection()
    assert connection.create_session(mode).acknowledge_mode == mode
    assert connection.create_session(False, mode).acknowledge_mode == mode


@pytest.mark.parametrize("mode", [-1, 5, 99])
def test_an_unknown_session_mode_is_refused(jms: Provider, mode: int) -> None:
    """CONN-24: any other number raises JMSError."""
    connection = jms.connection()
    with pytest.raises(JMSError):
        connection.create_session(False, mode)
    with pytest.raises(JMSError):
        connection.create_session(mode)


def test_zero_beside_a_mode_is_false(jms: Provider) -> None:
    """CONN-24, SESS-01: create_session(0, mode), as scripts for Java write it, is not transacted; others are errors."""
    connection, queue = jms.connection(), jms.queue()
    session = connection.create_session(0, Session.AUTO_ACKNOWLEDGE)
    assert (session.transacted, session.acknowledge_mode) == (False, Session.AUTO_ACKNOWLEDGE)
    put(session, queue, "1")
    session.close()
    assert left_in(jms, queue) == ["1"]
    with pytest.raises(JMSError):
        connection.create_session(Session.CLIENT_ACKNOWLEDGE, Session.CLIENT_ACKNOWLEDGE)


@requires(Feature.TRANSACTION)
def test_one_beside_a_mode_is_true(jms: Provider) -> None:
    """CONN-25: create_session(1, mode) is transacted."""
    session = jms.connection().create_session(1, Session.CLIENT_ACKNOWLEDGE)
    assert (session.transacted, session.acknowledge_mode) == (True, Session.SESSION_TRANSACTED)


@requires(Feature.TRANSACTION)
@pytest.mark.parametrize("mode", [0, 1, 2, 3])
def test_a_transacted_session_ignores_the_mode(jms: Provider, mode: int) -> None:
    """CONN-24, CONN-25, SESS-01: create_session(True, anything) is transacted and reports SESSION_TRANSACTED."""
    connection = jms.connection()
    for session in (connection.create_session(True, mode), connection.create_session(Session.SESSION_TRANSACTED)):
        assert session.transacted is True
        assert session.acknowledge_mode == Session.SESSION_TRANSACTED
