"""Asynchronous sends (section 7.3)."""

from __future__ import annotations

import threading
from functools import partial
from queue import SimpleQueue
from typing import Any

import pytest

from jmslike.core.callbacks import CallbackThread
from jmslike.core.completions import CompletionCalls
from jmslike.errors import IllegalStateError, ResourceAllocationError
from jmslike.message import BytesMessage, Message
from jmslike.session import Session
from tests.unit.core.fake import OTHER, PATIENCE, QUEUE, FakeBroker, Task, connection_of
from tests.unit.core.listeners import Told


def send(session: Session, told: Any, *bodies: str) -> list[Message]:
    producer = session.create_producer(QUEUE)
    messages: list[Message] = []
    for body in bodies:
        message = session.create_text_message(body)
        producer.send(message, completion_listener=told)
        messages.append(message)
    return messages


def held(broker: FakeBroker) -> list[Any]:
    broker.held_completions = []
    return broker.held_completions


def test_completions_come_in_order_on_a_thread_of_the_session(broker: FakeBroker) -> None:
    completions = held(broker)
    session = broker.session()
    told = Told()
    messages = send(session, told, "a", "b", "c")
    assert broker.bodies(QUEUE) == ["a", "b", "c"]
    assert told.silent
    for completion in completions:
        completion(None)
    completions.clear()
    assert [told.next() for _ in "abc"] == [(message, None) for message in messages]
    assert set(told.threads) == {f"jmslike-completions-{session._state.name}"}


def test_a_failed_send_completes_with_its_error(broker: FakeBroker) -> None:
    completions = held(broker)
    told = Told()
    first, second = send(broker.session(), told, "a", "b")
    error = ResourceAllocationError("full")
    completions[0](error)
    completions[1](None)
    completions.clear()
    assert told.next() == (first, error)
    assert told.next() == (second, None)


def test_an_error_that_send_raises_is_not_completed_as_well(broker: FakeBroker) -> None:
    session = broker.session()
    told = Told()
    broker.at("send", ResourceAllocationError("full"))
    with pytest.raises(ResourceAllocationError, match="full"):
        send(session, told, "a")
    assert session._state.outbox.completions._open == set()
    session.close()
    assert told.silent


def test_in_a_transaction_too_an_error_that_send_raises_is_not_completed(broker: FakeBroker) -> None:
    session = broker.session(Session.SESSION_TRANSACTED)
    told = Told()
    (message,) = send(session, told, "a")
    assert told.next() == (message, None)
    assert broker.bodies(QUEUE) == []


@pytest.mark.parametrize("listener", [object(), print, type("Half", (), {"on_completion": print})()])
def test_a_listener_has_both_methods(broker: FakeBroker, listener: object) -> None:
    session = broker.session()
    with pytest.raises(ValueError, match="a completion listener has a method on_"):
        send(session, listener, "a")
    assert broker.named("send") == []
    session.close()


def test_a_bytes_message_can_be_read_by_the_listener(broker: FakeBroker) -> None:
    session = broker.session()
    read: SimpleQueue[bytes] = SimpleQueue()

    class Reading(Told):
        def on_completion(self, message: Message) -> None:
            assert isinstance(message, BytesMessage)
            read.put(message.read_bytes())

    message = session.create_bytes_message()
    message.write_bytes(b"abc")
    session.create_producer(QUEUE).send(message, completion_listener=Reading())
    assert read.get(timeout=PATIENCE) == b"abc"


def test_a_stream_message_can_be_read_by_the_listener(broker: FakeBroker) -> None:
    session = broker.session()
    message = session.create_stream_message()
    message.write_int(5)
    told = Told()
    session.create_producer(QUEUE).send(message, completion_listener=told)
    told.next()
    assert message.read_int() == 5


@pytest.mark.parametrize("failure", [RuntimeError("mine"), SystemExit(1)])
def test_a_listener_that_raises_does_not_hold_up_the_next(
    broker: FakeBroker, failure: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise failure

    session = broker.session()
    told = Told(fail)
    a, b = send(session, told, "a", "b")
    assert [told.next()[0], told.next()[0]] == [a, b]
    Task(session.close).end()
    assert caplog.messages == ["a completion, exception or link listener raised an exception; later calls go on"]


@pytest.mark.parametrize("what", ["producer", "session", "connection"])
def test_close_waits_until_everything_is_completed(broker: FakeBroker, what: str) -> None:
    completions = held(broker)
    session = broker.session()
    told = Told()
    producer = session.create_producer(QUEUE)
    producer.send(session.create_text_message("a"), completion_listener=told)
    part: Any = {"producer": producer, "session": session, "connection": connection_of(session)}[what]
    task = Task(part.close)
    assert task.goes_on()
    completions.pop()(None)
    task.end()
    assert not told.silent


@pytest.mark.parametrize("act", ["commit", "rollback"])
def test_commit_and_rollback_wait_until_everything_is_completed(broker: FakeBroker, act: str) -> None:
    over = threading.Event()
    session = broker.session(Session.SESSION_TRANSACTED)
    send(session, Told(lambda: over.wait(PATIENCE)), "a")
    task = Task(getattr(session, act))
    assert task.goes_on()
    assert broker.named("commit") == []
    over.set()
    task.end()


@pytest.mark.parametrize(
    ("what", "name"),
    [
        ("session.close", "Session.close"),
        ("connection.close", "Connection.close"),
        ("producer.close", "MessageProducer.close"),
        ("session.commit", "commit"),
        ("session.rollback", "rollback"),
    ],
)
def test_a_completion_listener_may_not_wait_for_itself(broker: FakeBroker, what: str, name: str) -> None:
    session = broker.session(Session.SESSION_TRANSACTED)
    producer = session.create_producer(QUEUE)
    refused: SimpleQueue[str] = SimpleQueue()
    part, act = what.split(".")

    def forbidden() -> None:
        try:
            getattr({"session": session, "connection": connection_of(session), "producer": producer}[part], act)()
        except IllegalStateError as error:
            refused.put(str(error))

    producer.send(session.create_text_message("a"), completion_listener=Told(forbidden))
    message = f"{name} must not be called by a completion listener of its own session: call it from another thread"
    assert refused.get(timeout=PATIENCE) == message
    producer.send(session.create_text_message("b"))


def test_a_completion_listener_may_stop_close_others_and_send(broker: FakeBroker) -> None:
    session, other = broker.session(), broker.session()
    told = Told()

    def allowed() -> None:
        connection_of(session).stop()
        other.close()
        session.create_producer(OTHER).send(session.create_text_message("more"))

    first = Told(allowed)
    (message,) = send(session, first, "a")
    Task(session._state.outbox.completions.wait, "the test").end()
    assert first.next() == (message, None)
    assert broker.bodies(OTHER) == ["more"]
    assert not other._state.is_open
    assert told.silent


def test_after_a_loss_close_reports_what_the_transport_completes(broker: FakeBroker) -> None:
    completions = held(broker)
    session = broker.session()
    told = Told()
    (message,) = send(session, told, "a")
    error = broker.transports[0].lose()
    completions.pop()(error)
    Task(session.close).end()
    assert told.next() == (message, error)


def test_waiting_for_completions_ends_with_the_last_of_them() -> None:
    completions = CompletionCalls("test", 10, lambda error: None)
    told = Told()
    message: Any = object()
    first, second, third = (completions.completion(message, told) for _ in range(3))
    completions.begin(first)
    completions.begin(second)
    task = Task(completions.wait, "the test")
    first(None)
    assert task.goes_on()
    second(None)
    task.end()
    completions.begin(third)
    task = Task(completions.wait, "the test")
    assert task.goes_on()
    completions.end(third)
    task.end()
    completions.close()


# ---- the thread -----------------------------------------------------------------------------------------------------


def test_a_callback_thread_starts_with_the_first_task_and_ends_when_closed() -> None:
    callbacks = CallbackThread("jmslike-test")
    threads: SimpleQueue[threading.Thread] = SimpleQueue()
    assert not callbacks.is_current
    callbacks.submit(lambda: threads.put(threading.current_thread()))
    thread = threads.get(timeout=PATIENCE)
    assert thread.name == "jmslike-test"
    assert thread.daemon
    inside: SimpleQueue[bool] = SimpleQueue()
    callbacks.submit(lambda: inside.put(callbacks.is_current))
    assert inside.get(timeout=PATIENCE)
    callbacks.close()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert callbacks._thread is None


def test_a_closed_callback_thread_still_runs_what_it_is_given() -> None:
    callbacks = CallbackThread("jmslike-test")
    callbacks.close()
    over = threading.Event()
    done: SimpleQueue[int] = SimpleQueue()
    callbacks.submit(lambda: over.wait(PATIENCE))
    for number in range(3):
        callbacks.submit(partial(done.put, number))
    callbacks.close()
    over.set()
    assert [done.get(timeout=PATIENCE) for _ in range(3)] == [0, 1, 2]
