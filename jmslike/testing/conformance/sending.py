"""Asynchronous sends (PROD-22 to PROD-31): when completions come, on which thread, and what they may do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

import pytest

from jmslike import (
    BytesMessage,
    Connection,
    IllegalStateError,
    JMSError,
    Message,
    MessageProducer,
    Session,
    TextMessage,
)
from jmslike.capabilities import Feature
from jmslike.testing import Provider, requires
from jmslike.testing.line import Line
from jmslike.testing.steps import Completions

Closing = Callable[[Connection, Session, MessageProducer], None]
ENDS_OF_WORK: dict[str, Closing] = {
    "producer.close": lambda connection, session, producer: producer.close(),
    "session.close": lambda connection, session, producer: session.close(),
    "connection.close": lambda connection, session, producer: connection.close(),
}


def linger(jms: Provider) -> Callable[[Message], None]:
    """Return a callback that returns after a while."""

    def wait(message: Message) -> None:
        threading.Event().wait(jms.silence)

    return wait


def test_an_asynchronous_send_completes_once_the_provider_has_the_message(jms: Provider) -> None:
    """PROD-22, PROD-23: on_completion gets the message that was sent, on a thread other than the sender's."""
    line = Line(jms)
    completions = Completions(jms)
    message = line.session.create_text_message("async")
    line.producer.send(message, completion_listener=completions)
    assert completions.next() == (message, None)
    assert completions.threads.isdisjoint({threading.get_ident()})
    assert line.next_text() == "async"
    assert completions.is_silent()


def test_a_completed_message_outlives_its_sender(jms: Provider) -> None:
    """PROD-22: at on_completion the provider has the message as safely as after a synchronous send."""
    queue = jms.queue()
    with jms.connection() as connection:
        session = connection.create_session()
        completions = Completions(jms)
        session.create_producer(queue).send(session.create_text_message("kept"), completion_listener=completions)
        completions.next()
    assert Line(jms, queue).next_text() == "kept"


def test_an_unidentified_producer_sends_asynchronously_too(jms: Provider) -> None:
    """PROD-22: with the destination first, as in Java, and all settings."""
    line = Line(jms)
    completions = Completions(jms)
    producer = line.session.create_producer()
    producer.send(line.destination, line.session.create_message(), 1, 7, 60, completion_listener=completions)
    message, error = completions.next()
    assert error is None
    assert (message.delivery_mode, message.priority) == (1, 7)
    assert line.next(Message).priority == 7


def test_completions_come_one_at_a_time_in_the_order_of_sending(jms: Provider) -> None:
    """PROD-24, PROD-27: also of two producers of one session, and with no wait between the sends."""
    line = Line(jms)
    other = line.session.create_producer(line.destination)
    at_work = threading.Lock()
    overlaps: list[Message] = []

    def alone(message: Message) -> None:
        if not at_work.acquire(blocking=False):
            overlaps.append(message)
            return
        at_work.release()

    completions = Completions(jms, alone)
    sent = [line.session.create_text_message(str(number)) for number in range(60)]
    for number, message in enumerate(sent):
        (line.producer, other)[number % 2].send(message, completion_listener=completions)
    completed = [completions.next() for _ in sent]
    assert not overlaps
    assert len(completions.threads) == 1
    assert all(error is None for _, error in completed)
    for mine in (sent[0::2], sent[1::2]):
        assert [message for message, _ in completed if message in mine] == mine


def test_synchronous_and_asynchronous_sends_keep_their_order(jms: Provider) -> None:
    """PROD-27, ORD-03: messages of one producer arrive in the order in which send was called."""
    line = Line(jms)
    completions = Completions(jms)
    for number in range(20):
        listener = completions if number % 3 else None
        line.producer.send(line.session.create_text_message(str(number)), completion_listener=listener)
    assert line.next_texts(20) == [str(number) for number in range(20)]


@requires(Feature.TEMPORARY)
def test_a_failed_asynchronous_send_is_reported_exactly_once(jms: Provider) -> None:
    """PROD-25, PROD-26: either send raises and no listener is called, or on_exception is called once."""
    session = jms.connection().create_session()
    queue = session.create_temporary_queue()
    producer = session.create_producer(queue)
    queue.delete()
    completions = Completions(jms)
    message = session.create_message()
    try:
        producer.send(message, completion_listener=completions)
    except JMSError:
        pass
    else:
        failed, error = completions.next()
        assert failed is message
        assert isinstance(error, JMSError)
    assert completions.is_silent()


def test_a_lost_connection_fails_asynchronous_sends_exactly_once(jms: Provider) -> None:
    """PROD-26, PROD-20: each send after the loss is reported once, by send itself or by on_exception."""
    line = Line(jms)
    jms.cut()
    completions = Completions(jms)
    outstanding = 0
    for _ in range(5):
        with suppress(JMSError):
            line.producer.send(line.session.create_message(), completion_listener=completions)
            outstanding += 1
    for _ in range(outstanding):
        _, error = completions.next()
        assert isinstance(error, JMSError)
    assert completions.is_silent()


@pytest.mark.parametrize("end", ENDS_OF_WORK)
def test_closing_waits_for_outstanding_completions(jms: Provider, end: str) -> None:
    """PROD-28: close of producer, session or connection returns after the callbacks of all sends have."""
    line = Line(jms)
    completions = Completions(jms, linger(jms))
    for _ in range(2):
        line.producer.send(line.session.create_message(), completion_listener=completions)
    ENDS_OF_WORK[end](line.connection, line.session, line.producer)
    assert completions.count() == 2


@requires(Feature.TRANSACTION)
@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_ending_a_transaction_waits_for_outstanding_completions(jms: Provider, end: str) -> None:
    """PROD-28: commit and rollback return after the callbacks of the transaction's sends have."""
    session = jms.connection().create_session(Session.SESSION_TRANSACTED)
    completions = Completions(jms, linger(jms))
    session.create_producer(jms.queue()).send(session.create_message(), completion_listener=completions)
    getattr(session, end)()
    assert completions.count() == 1


@pytest.mark.parametrize("end", ENDS_OF_WORK)
def test_a_completion_may_not_close_what_it_belongs_to(jms: Provider, end: str) -> None:
    """PROD-29, CONN-18: close() of its own producer, session or connection raises IllegalStateError in a callback."""
    line = Line(jms)
    outcome = _outcome_in_completion(jms, line, lambda: ENDS_OF_WORK[end](line.connection, line.session, line.producer))
    assert isinstance(outcome, IllegalStateError)
    line.send_texts("still open")
    line.next(Message)
    assert line.next_text() == "still open"


def test_a_completion_may_stop_its_connection(jms: Provider) -> None:
    """PROD-29: stop() is allowed in a callback, and takes effect."""
    line = Line(jms)
    assert _outcome_in_completion(jms, line, line.connection.stop) is None
    assert line.is_silent()
    line.connection.start()
    line.next(Message)


@requires(Feature.TRANSACTION)
@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_a_completion_may_not_end_the_transaction(jms: Provider, end: str) -> None:
    """PROD-29: commit() and rollback() of its own session raise IllegalStateError in a callback."""
    line = Line(jms, session_mode=Session.SESSION_TRANSACTED)
    outcomes: list[Exception | None] = []
    completions = Completions(jms, lambda message: outcomes.append(_outcome(getattr(line.session, end))))
    line.producer.send(line.session.create_text_message("whole"), completion_listener=completions)
    line.session.commit()
    assert [type(outcome) for outcome in outcomes] == [IllegalStateError]
    assert line.next_text() == "whole"


def test_a_send_without_a_listener_is_synchronous(jms: Provider) -> None:
    """PROD-30: completion_listener=None is the default."""
    line = Line(jms)
    line.producer.send(line.session.create_text_message("sync"), completion_listener=None)
    assert line.next_text() == "sync"


@pytest.mark.parametrize("listener", [object(), print, "text"], ids=["object", "callable", "str"])
def test_a_listener_without_the_two_methods_is_refused(jms: Provider, listener: object) -> None:
    """PROD-30: ValueError at the call, and nothing is sent."""
    line = Line(jms)
    with pytest.raises(ValueError):  # noqa: PT011
        line.producer.send(line.session.create_message(), completion_listener=listener)  # type: ignore[call-overload]
    assert line.is_silent()


def test_the_completion_sees_the_headers_and_a_readable_body(jms: Provider) -> None:
    """PROD-31: what send stamped is readable in the callback, and a BytesMessage was reset."""
    line = Line(jms)
    read: list[bytes] = []

    def read_it(message: Message) -> None:
        assert isinstance(message, BytesMessage)
        read.append(message.read_bytes())

    completions = Completions(jms, read_it)
    message = line.session.create_bytes_message()
    message.write_bytes(b"abc")
    line.producer.send(message, priority=6, completion_listener=completions)
    completed, error = completions.next()
    assert error is None
    assert read == [b"abc"]
    assert (completed.destination, completed.priority) == (line.destination, 6)
    assert completed.message_id == line.next(BytesMessage).message_id


def test_an_error_in_a_completion_harms_nobody(jms: Provider) -> None:
    """PROD-24: a callback that raises does not keep the next one from being called."""
    line = Line(jms)

    def fail_at_first(message: Message) -> None:
        assert isinstance(message, TextMessage)
        if message.text == "0":
            raise RuntimeError("a listener's own error")

    completions = Completions(jms, fail_at_first)
    for number in range(3):
        line.producer.send(line.session.create_text_message(str(number)), completion_listener=completions)
    assert [completions.next()[1] for _ in range(3)] == [None] * 3
    assert line.next_texts(3) == ["0", "1", "2"]


def _outcome(call: Callable[[], None]) -> Exception | None:
    try:
        call()
    except Exception as error:
        return error
    return None


def _outcome_in_completion(jms: Provider, line: Line, call: Callable[[], None]) -> Exception | None:
    """Return what `call` raised when a completion made it, or None."""
    outcomes: list[Exception | None] = []
    completions = Completions(jms, lambda message: outcomes.append(_outcome(call)))
    line.producer.send(line.session.create_message(), completion_listener=completions)
    completions.next()
    return outcomes[0]
