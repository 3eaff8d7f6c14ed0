"""Message listeners that cannot run, that end the program or are ended (CONS, EXL)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from jmslike import IllegalStateError, JMSError, Message, Session
from jmslike.capabilities import Feature
from jmslike.testing import Provider, requires
from jmslike.testing.steps import Listener, left_in, put, text_of

SENT = [str(number) for number in range(20)]


class Told:
    """Listeners as in Java: objects with a method."""

    def __init__(self) -> None:
        self.texts: list[str | None] = []
        self.errors: list[JMSError] = []

    def on_message(self, message: Message) -> None:
        """Keep the text."""
        self.texts.append(text_of(message))

    def on_exception(self, error: JMSError) -> None:
        """Keep the error."""
        self.errors.append(error)


async def work_of(message: Message) -> None:
    """Handle a message in an event loop."""


class Asynchronous:
    """A callable object and a completion listener whose calls run nothing."""

    async def __call__(self, message: Message) -> None:
        """Handle a message in an event loop."""

    async def on_completion(self, message: Message) -> None:
        """Note a message that was sent."""

    async def on_exception(self, message: Message, error: JMSError) -> None:
        """Note a message that was not sent."""


def test_a_listener_may_be_an_object_with_the_method_of_java(jms: Provider) -> None:
    """CONS-29, EXL-07: on_message of a message listener and on_exception of an exception listener are called."""
    connection, queue, told = jms.connection(), jms.queue(), Told()
    consumer = connection.create_session().create_consumer(queue)
    connection.exception_listener = told
    consumer.message_listener = told
    assert connection.exception_listener is told
    assert consumer.message_listener is told
    put(jms.connection().create_session(), queue, "1", "2")
    jms.eventually(lambda: len(told.texts) == 2)
    assert told.texts == ["1", "2"]


@pytest.mark.parametrize("listener", [work_of, partial(work_of), Asynchronous()], ids=["function", "partial", "object"])
def test_a_listener_that_would_not_run_is_refused(jms: Provider, listener: Any) -> None:
    """CONS-30, PROD-30: a call of a coroutine function runs none of it; the message is there for another listener."""
    connection, queue = jms.connection(), jms.queue()
    session = connection.create_session()
    consumer = session.create_consumer(queue)
    put(session, queue, "1")
    with pytest.raises(ValueError, match="plain function"):
        consumer.message_listener = listener
    with pytest.raises(ValueError, match="plain function"):
        connection.exception_listener = listener
    with pytest.raises(ValueError, match="plain function"):
        session.create_producer(queue).send(session.create_text_message("2"), completion_listener=Asynchronous())
    assert consumer.message_listener is None
    session.close()
    assert left_in(jms, queue) == ["1"]


def test_a_message_whose_listener_returns_a_coroutine_is_not_acknowledged(jms: Provider) -> None:
    """CONS-30: what cannot be seen before the first call counts as a listener that failed."""
    session, queue = jms.connection().create_session(), jms.queue()
    texts: list[str | None] = []

    def listener(message: Message) -> object:
        texts.append(text_of(message))
        return work_of(message) if not message.redelivered else None

    session.create_consumer(queue).message_listener = listener
    put(jms.connection().create_session(), queue, "1")
    jms.eventually(lambda: len(texts) == 2)
    assert texts == ["1", "1"]
    session.close()
    assert left_in(jms, queue) == []


def exits_at(text: str, error: BaseException) -> Callable[[Message], None]:
    """Return a listener that raises the error at the message."""

    def listener(message: Message) -> None:
        if text_of(message) == text:
            raise error

    return listener


def check_exit(jms: Provider, mode: int, error: BaseException) -> list[str | None]:
    """Let a listener raise the error at the fourth of 20 messages. Return what others then get, in their order."""
    connection, queue, elsewhere, told = jms.connection(), jms.queue(), jms.queue(), Told()
    connection.exception_listener = told
    session = connection.create_session(mode)
    consumer = session.create_consumer(queue)
    consumer.message_listener = listener = Listener(jms, exits_at("3", error))
    connection.create_session().create_consumer(elsewhere).message_listener = other = Listener(jms)
    sending = jms.connection().create_session()
    put(sending, queue, *SENT)
    jms.eventually(lambda: told.errors)
    session.close()
    left = left_in(jms, queue)
    put(sending, elsewhere, "still")
    other.wait_for(1)
    assert listener.texts == ["0", "1", "2", "3"]
    assert [told_error.linked_exception for told_error in told.errors] == [error]
    for use in (session.create_message, lambda: consumer.message_selector):
        with pytest.raises(IllegalStateError, match=f"closed, because .* raised {type(error).__name__}"):
            use()
    return sorted(left, key=lambda text: int(text or "-1"))


@pytest.mark.parametrize("mode", [Session.AUTO_ACKNOWLEDGE, Session.DUPS_OK_ACKNOWLEDGE])
@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()], ids=["SystemExit", "KeyboardInterrupt"])
def test_a_listener_that_exits_closes_its_session(jms: Provider, mode: int, error: BaseException) -> None:
    """CONS-31, EXL-07: others get its message and what was pushed ahead; other sessions of the connection go on."""
    assert check_exit(jms, mode, error) == SENT[3:]


@pytest.mark.parametrize("mode", [Session.CLIENT_ACKNOWLEDGE, Session.INDIVIDUAL_ACKNOWLEDGE])
def test_a_listener_that_exits_leaves_unacknowledged_messages_to_others(jms: Provider, mode: int) -> None:
    """CONS-31: as closing its session does in the modes in which the application acknowledges."""
    assert check_exit(jms, mode, SystemExit()) == SENT


@requires(Feature.TRANSACTION)
def test_a_listener_that_exits_rolls_back(jms: Provider) -> None:
    """CONS-31: as closing its session does."""
    assert check_exit(jms, Session.SESSION_TRANSACTED, SystemExit()) == SENT


def test_a_listener_that_is_cancelled_has_failed(jms: Provider) -> None:
    """CONS-32, EXL-07: its message is redelivered, delivery goes on, and the exception listener is told."""
    connection, queue, told = jms.connection(), jms.queue(), Told()
    connection.exception_listener = told
    cancelled = asyncio.CancelledError()

    def cancel_once(message: Message) -> None:
        if text_of(message) == "1" and not message.redelivered:
            raise cancelled

    session = connection.create_session()
    session.create_consumer(queue).message_listener = listener = Listener(jms, cancel_once)
    put(jms.connection().create_session(), queue, "1", "2")
    listener.wait_for(3)
    assert listener.texts == ["1", "1", "2"]
    jms.eventually(lambda: told.errors)
    assert [error.linked_exception for error in told.errors] == [cancelled]
    session.close()
    assert left_in(jms, queue) == []


def test_what_cannot_be_a_listener_is_refused(jms: Provider) -> None:
    """CONS-13, CONS-29: neither a callable nor an object with the method; a class is no object of it."""
    consumer = jms.connection().create_session().create_consumer(jms.queue())
    for wrong in ("text", object(), Told):
        with pytest.raises(ValueError, match="a message listener is"):
            consumer.message_listener = wrong  # type: ignore[assignment]
