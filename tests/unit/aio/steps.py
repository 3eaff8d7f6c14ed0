"""Steps that several tests take."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from threading import Event
from typing import Any

import jmslike
from jmslike import aio
from jmslike.aio.calls import Calls
from jmslike.aio.home import Home
from jmslike.settings import make_settings
from tests.unit.core.fake import FakeBroker
from tests.unit.core.fake.transport import FakeTransport

PATIENCE = 10.0
"""Seconds to wait for what must come."""
SILENCE = 0.05


def text_of(message: jmslike.Message | None) -> str | None:
    """Return the text of a message that must be a TextMessage."""
    assert isinstance(message, jmslike.TextMessage), f"not a TextMessage: {message!r}"
    return message.text


async def eventually(condition: Callable[[], object]) -> None:
    """Wait until the condition is true."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.001)


async def waits(work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """Start the work, and return its task when it has waited for a while."""
    task = asyncio.ensure_future(work)
    await asyncio.wait([task], timeout=SILENCE)
    assert not task.done(), f"did not wait: {task!r}"
    return task


async def cancelled(task: asyncio.Task[Any]) -> list[str]:
    """Cancel the task, and return the notes on its error."""
    task.cancel()
    try:
        await task
    except asyncio.CancelledError as error:
        return list(getattr(error, "__notes__", []))
    raise AssertionError(f"not cancelled: {task!r}")


class Held:
    """An action at which a call of the transport waits, and then raises if it is to."""

    def __init__(self, error: Exception | None = None) -> None:
        self.over = Event()
        self._error = error

    def __call__(self) -> None:
        assert self.over.wait(PATIENCE)
        if self._error is not None:
            raise self._error


def connection_to(broker: FakeBroker, **options: Any) -> aio.Connection:
    """Return a connection to the fake broker."""
    return aio.Connection(FakeTransport(broker), make_settings(options), Calls(Home()))


async def connected(broker: FakeBroker, **options: Any) -> aio.Connection:
    """Return a started connection to the fake broker."""
    connection = connection_to(broker, **options)
    await connection.start()
    return connection


def factory_of(broker: FakeBroker, **options: Any) -> aio.ConnectionFactory:
    """Return a factory of connections to the fake broker."""
    factory = aio.ConnectionFactory("native://", **options)
    factory._provider = replace(factory._provider, make=lambda _user, _password: FakeTransport(broker))
    return factory


async def left_in(url: str, queue: jmslike.Queue) -> list[str | None]:
    """Receive all that another connection can get from the queue; return the texts."""
    async with aio.connect(url) as context:
        consumer = await context.create_consumer(queue)
        texts = []
        while (message := await consumer.receive(SILENCE)) is not None:
            texts.append(text_of(message))
        return texts
