"""Sessions: what they make, one thread of control, closing (SESS)."""

from __future__ import annotations

import threading

import pytest

from jmslike import (
    BytesMessage,
    IllegalStateError,
    MapMessage,
    Message,
    ObjectMessage,
    Queue,
    Session,
    StreamMessage,
    TextMessage,
    Topic,
)
from jmslike.testing import Provider
from jmslike.testing.steps import (
    Listener,
    Pause,
    answering,
    attempt_of,
    error_of,
    is_silent,
    put,
    still_runs,
    take,
    take_text,
    text_of,
)


def test_a_second_thread_in_a_session_is_refused(jms: Provider) -> None:
    """SESS-02: while one thread waits in receive, receive in another raises IllegalStateError and harms nothing."""
    session, queue = jms.connection().create_session(), jms.queue()
    first, second = session.create_consumer(queue), session.create_consumer(jms.queue())
    receiving = jms.in_thread(lambda: first.receive(jms.patience))
    assert still_runs(jms, receiving)
    with pytest.raises(IllegalStateError):
        second.receive(jms.silence)
    put(jms.connection().create_session(), queue, "1")
    assert text_of(receiving.result()) == "1"
    assert is_silent(jms, second)


def test_the_listeners_of_a_session_never_overlap(jms: Provider) -> None:
    """SESS-03: a session calls all its message listeners one after the other, in one thread."""
    session, queues = jms.connection().create_session(), [jms.queue(), jms.queue()]
    running, most, threads = 0, 0, set()

    def work(_message: Message) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        threads.add(threading.get_ident())
        threading.Event().wait(0.001)
        running -= 1

    listeners = [Listener(jms, work), Listener(jms, work)]
    for queue, listener in zip(queues, listeners, strict=True):
        session.create_consumer(queue).message_listener = listener
    sending = jms.connection().create_session()
    for number in range(10):
        for queue in queues:
            put(sending, queue, str(number))
    for listener in listeners:
        listener.wait_for(10)
    assert (most, len(threads)) == (1, 1)


def test_listeners_of_two_sessions_run_at_the_same_time(jms: Provider) -> None:
    """SESS-04: two sessions of one connection call their listeners in parallel."""
    connection, queue = jms.connection(), jms.queue()
    together = threading.Barrier(2)
    met: list[int] = []
    for _ in range(2):
        consumer = connection.create_session().create_consumer(queue)
        consumer.message_listener = lambda _: met.append(together.wait(jms.patience))
    put(jms.connection().create_session(), queue, "1", "2")
    jms.eventually(lambda: len(met) == 2)
    assert sorted(met) == [0, 1]


def test_receive_beside_a_listener_is_refused(jms: Provider) -> None:
    """SESS-05: beside a listener, receive() of every consumer of the session raises IllegalStateError."""
    session, queue = jms.connection().create_session(), jms.queue()
    heard, received = session.create_consumer(jms.queue()), session.create_consumer(queue)
    heard.message_listener = Listener(jms)
    calls = {
        "receive": received.receive,
        "receive with a time": lambda: received.receive(jms.silence),
        "receive_no_wait": received.receive_no_wait,
    }
    assert answering(calls) == []
    heard.message_listener = None
    put(jms.connection().create_session(), queue, "1")
    assert take_text(jms, received) == "1"


def test_a_second_close_of_a_session_is_silent(jms: Provider) -> None:
    """SESS-06: close() twice raises nothing."""
    session = jms.connection().create_session()
    session.close()
    session.close()


def test_messages_outlive_their_session(jms: Provider) -> None:
    """SESS-08: they can still be read and changed, but acknowledge() raises IllegalStateError."""
    session, queue = jms.connection().create_session(Session.CLIENT_ACKNOWLEDGE), jms.queue()
    put(session, queue, "1")
    message = take(jms, session.create_consumer(queue))
    session.close()
    assert text_of(message) == "1"
    message.clear_properties()
    message.set_int_property("n", 1)
    assert message.get_int_property("n") == 1
    with pytest.raises(IllegalStateError):
        message.acknowledge()


def test_closing_a_session_ends_a_blocked_receive(jms: Provider) -> None:
    """SESS-02, SESS-09: close() may come from another thread; a blocked receive then returns None."""
    session = jms.connection().create_session()
    consumer = session.create_consumer(jms.queue())
    receiving = jms.in_thread(consumer.receive)
    assert still_runs(jms, receiving)
    session.close()
    assert receiving.result() is None


def test_closing_a_session_waits_for_a_running_listener(jms: Provider) -> None:
    """SESS-09: close() returns after the listener did, and the listener's message is acknowledged."""
    session, queue = jms.connection().create_session(), jms.queue()
    pause = Pause(jms)
    session.create_consumer(queue).message_listener = pause
    other = jms.connection().create_session()
    put(other, queue, "1")
    pause.wait_until_reached()
    closing = jms.in_thread(session.close)
    assert still_runs(jms, closing)
    pause.end()
    closing.result()
    assert pause.passed
    assert is_silent(jms, other.create_consumer(queue))


def test_closing_a_session_in_its_listener_is_refused(jms: Provider) -> None:
    """SESS-10: close() in a listener of the same session raises IllegalStateError; of another one it succeeds."""
    connection, queue = jms.connection(), jms.queue()
    session, other = connection.create_session(), connection.create_session()
    errors: list[Exception | None] = []

    def close_both(_message: Message) -> None:
        errors.extend([error_of(session.close), error_of(other.close)])

    session.create_consumer(queue).message_listener = close_both
    put(jms.connection().create_session(), queue, "1")
    jms.eventually(lambda: len(errors) == 2)
    assert [type(error) for error in errors] == [IllegalStateError, type(None)]


def test_messages_of_an_ended_session_come_again(jms: Provider) -> None:
    """SESS-11: what a CLIENT_ACKNOWLEDGE session left unacknowledged is redelivered to the next consumer."""
    connection, queue = jms.connection(), jms.queue()
    session = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
    put(session, queue, "1")
    assert attempt_of(take(jms, session.create_consumer(queue))) == (False, 1)
    session.close()
    again = take(jms, connection.create_session().create_consumer(queue))
    assert (text_of(again), *attempt_of(again)) == ("1", True, 2)


def test_messages_of_an_ended_subscription_are_dropped(jms: Provider) -> None:
    """SESS-12: what a non-durable subscription left unacknowledged does not come to a later one."""
    connection, topic = jms.connection(), jms.topic()
    session, sending = connection.create_session(Session.CLIENT_ACKNOWLEDGE), connection.create_session()
    consumer = session.create_consumer(topic)
    put(sending, topic, "1")
    assert take_text(jms, consumer) == "1"
    session.close()
    later = connection.create_session().create_consumer(topic)
    put(sending, topic, "2")
    assert take_text(jms, later) == "2"
    assert is_silent(jms, later)


def test_a_message_may_be_sent_with_any_session(jms: Provider) -> None:
    """SESS-13: also with a session of another connection than the one that made it."""
    message = jms.connection().create_session().create_text_message("1")
    connection, queue = jms.connection(), jms.queue()
    for session in (connection.create_session(), connection.create_session()):
        session.create_producer(queue).send(message)
    consumer = connection.create_session().create_consumer(queue)
    assert take_text(jms, consumer) == take_text(jms, consumer) == "1"


def test_create_queue_and_create_topic_only_wrap_a_name(jms: Provider) -> None:
    """SESS-14: they return destinations equal to all others of the name."""
    session, name = jms.connection().create_session(), jms.name()
    queue, topic = session.create_queue(name), session.create_topic(name)
    assert (type(queue), type(topic)) == (Queue, Topic)
    assert (queue, topic) == (Queue(name), Topic(name))
    assert (queue.queue_name, topic.topic_name) == (name, name)


def test_a_session_makes_empty_messages_of_each_kind(jms: Provider) -> None:
    """SESS-15: each factory returns a writable message of its kind, with the content that it was given."""
    session = jms.connection().create_session()
    assert type(session.create_message()) is Message
    text = session.create_text_message()
    assert (type(text), text.text) == (TextMessage, None)
    text.text = "t"
    assert session.create_text_message("t").text == text.text
    thing = session.create_object_message()
    assert (type(thing), thing.object) == (ObjectMessage, None)
    thing.object = [1]
    assert session.create_object_message([1]).object == thing.object
    table = session.create_map_message()
    assert (type(table), table.map_names) == (MapMessage, [])
    table.set_int("n", 1)
    block = session.create_bytes_message()
    assert type(block) is BytesMessage
    block.write_byte(1)
    stream = session.create_stream_message()
    assert type(stream) is StreamMessage
    stream.write_int(1)
