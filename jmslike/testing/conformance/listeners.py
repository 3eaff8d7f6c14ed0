"""Message listeners of consumers (CONS)."""

from __future__ import annotations

import logging

import pytest

from jmslike import Message, Session
from jmslike.testing import Provider
from jmslike.testing.steps import Listener, Pause, answering, attempt_of, left_in, put, still_runs, take_text, text_of


def failing(message: Message) -> None:
    """Raise for the message "poison", at every delivery."""
    if text_of(message) == "poison":
        raise ValueError("a listener that fails")


def test_closing_a_consumer_waits_for_its_running_listener(jms: Provider) -> None:
    """CONS-08: close() from another thread returns after the listener did."""
    session, queue = jms.connection().create_session(), jms.queue()
    consumer, pause = session.create_consumer(queue), Pause(jms)
    consumer.message_listener = pause
    put(jms.connection().create_session(), queue, "1")
    pause.wait_until_reached()
    closing = jms.in_thread(consumer.close)
    assert still_runs(jms, closing)
    pause.end()
    closing.result()
    assert pause.passed
    assert left_in(jms, queue) == []


def test_a_listener_may_close_its_consumer(jms: Provider) -> None:
    """CONS-09, SESS-10: the listener returns normally, its message is acknowledged, and it is not called again."""
    session, queue = jms.connection().create_session(), jms.queue()
    consumer = session.create_consumer(queue)
    consumer.message_listener = listener = Listener(jms, lambda _: consumer.close())
    put(jms.connection().create_session(), queue, "1", "2")
    listener.wait_for(1)
    assert listener.stays_at(1)
    assert left_in(jms, queue) == ["2"]
    session.close()
    assert left_in(jms, queue) == []


def test_a_listener_is_what_was_set(jms: Provider) -> None:
    """CONS-13: message_listener is None at first, then what was set; None removes it."""
    session, queue = jms.connection().create_session(), jms.queue()
    consumer, listener = session.create_consumer(queue), Listener(jms)
    assert consumer.message_listener is None
    consumer.message_listener = listener
    assert consumer.message_listener is listener
    consumer.message_listener = None
    assert consumer.message_listener is None
    put(session, queue, "1")
    assert take_text(jms, consumer) == "1"
    assert listener.messages == []


def test_receive_on_a_consumer_with_a_listener_is_refused(jms: Provider) -> None:
    """CONS-14: each form of receive raises IllegalStateError."""
    consumer = jms.connection().create_session().create_consumer(jms.queue())
    consumer.message_listener = Listener(jms)
    calls = {
        "receive": consumer.receive,
        "receive with a time": lambda: consumer.receive(0.01),
        "receive_no_wait": consumer.receive_no_wait,
    }
    assert answering(calls) == []


@pytest.mark.parametrize("kind", ["queue", "topic"])
def test_a_listener_gets_what_came_before_it_was_set(jms: Provider, kind: str) -> None:
    """CONS-15: messages that wait in the consumer go to the listener when it is set."""
    session, destination = jms.connection().create_session(), getattr(jms, kind)()
    consumer = session.create_consumer(destination)
    put(session, destination, "1", "2")
    consumer.message_listener = listener = Listener(jms)
    listener.wait_for(2)
    assert listener.texts == ["1", "2"]


@pytest.mark.parametrize("mode", [Session.AUTO_ACKNOWLEDGE, Session.DUPS_OK_ACKNOWLEDGE])
def test_a_message_whose_listener_failed_is_delivered_again_at_once(jms: Provider, mode: int) -> None:
    """CONS-25, CONS-27: before any other, marked, with its count raised; later messages follow."""
    session, queue = jms.connection().create_session(mode), jms.queue()

    def fail_twice(message: Message) -> None:
        if attempt_of(message)[1] < 3:
            failing(message)

    session.create_consumer(queue).message_listener = listener = Listener(jms, fail_twice)
    put(jms.connection().create_session(), queue, "poison", "2")
    listener.wait_for(4)
    assert listener.texts == ["poison", "poison", "poison", "2"]
    assert [attempt_of(message) for message in listener.messages] == [(False, 1), (True, 2), (True, 3), (False, 1)]
    session.close()
    assert left_in(jms, queue) == []


def test_a_message_whose_client_listener_failed_stays_unacknowledged(jms: Provider) -> None:
    """CONS-26: in CLIENT_ACKNOWLEDGE the next message comes; recover() redelivers the failed one."""
    session, queue = jms.connection().create_session(Session.CLIENT_ACKNOWLEDGE), jms.queue()

    def fail_then_recover(message: Message) -> None:
        if not message.redelivered:
            failing(message)
            session.recover()

    session.create_consumer(queue).message_listener = listener = Listener(jms, fail_then_recover)
    put(jms.connection().create_session(), queue, "poison", "2")
    listener.wait_for(4)
    assert listener.texts == ["poison", "2", "poison", "2"]
    assert [attempt_of(message) for message in listener.messages] == [(False, 1), (False, 1), (True, 2), (True, 2)]


def test_an_error_in_a_listener_is_logged(jms: Provider, caplog: pytest.LogCaptureFixture) -> None:
    """CONS-27: a jmslike logger writes a warning or an error, with the exception."""
    session, queue = jms.connection().create_session(Session.CLIENT_ACKNOWLEDGE), jms.queue()
    session.create_consumer(queue).message_listener = listener = Listener(jms, failing)
    with caplog.at_level(logging.WARNING, logger="jmslike"):
        put(jms.connection().create_session(), queue, "poison", "2")
        listener.wait_for(2)
        session.close()
    reports = [record for record in caplog.records if record.name.startswith("jmslike")]
    assert any(record.exc_info and isinstance(record.exc_info[1], ValueError) for record in reports)


def test_a_listener_gets_each_message_once_in_order(jms: Provider) -> None:
    """CONS-28: in the normal case nothing is lost, repeated or reordered."""
    session, queue = jms.connection().create_session(), jms.queue()
    session.create_consumer(queue).message_listener = listener = Listener(jms)
    sent = [str(number) for number in range(200)]
    put(jms.connection().create_session(), queue, *sent)
    listener.wait_for(len(sent))
    assert listener.stays_at(len(sent))
    assert listener.texts == sent
    assert {attempt_of(message) for message in listener.messages} == {(False, 1)}
