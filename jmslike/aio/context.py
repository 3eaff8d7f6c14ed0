"""JMSContext, JMSProducer and JMSConsumer on an event loop (sections 6.1, 7.10 and 8)."""

# What may wait is a coroutine here: a subclass differs from its base.
# mypy: disable-error-code="assignment, override"

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterator
from functools import partial
from typing import Any, Concatenate, Final, ParamSpec, Self, TypeVar, overload

import jmslike.context as synchronous
from jmslike.aio.browser import QueueBrowser
from jmslike.aio.calls import awaiting
from jmslike.aio.connection import Connection
from jmslike.aio.consumer import MessageConsumer
from jmslike.aio.managers import Closing, Opening
from jmslike.aio.session import Session
from jmslike.constants import SessionMode
from jmslike.context_consumer import JMSConsumer as SynchronousConsumer
from jmslike.context_producer import JMSProducer as SynchronousProducer
from jmslike.core.listener_calls import UNRUN_ON_A_LOOP, CompletionListener, check_completion_listener
from jmslike.destinations import Destination, Queue
from jmslike.message import Message
from jmslike.message_factory import MessageConverter, optional_converter
from jmslike.statistics import ConnectionStatistics, QueueStatistics

_UNSAID: Final[Any] = object()

P = ParamSpec("P")
T = TypeVar("T")
_Part = TypeVar("_Part", MessageConsumer, QueueBrowser)


def _of_session(
    method: Callable[Concatenate[Session, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]:
    """Make a method of a context of the session's."""

    @functools.wraps(method)
    async def call(self: JMSContext, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await method(await self._opened(), *args, **kwargs)

    return call


def _consuming(
    method: Callable[Concatenate[Session, P], Coroutine[Any, Any, MessageConsumer]],
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, JMSConsumer]]:
    """Make a method of a context of one that makes a consumer, after which the connection starts."""

    @functools.wraps(method)
    async def call(self: JMSContext, /, *args: P.args, **kwargs: P.kwargs) -> JMSConsumer:
        return JMSConsumer(await self._started(await method(await self._opened(), *args, **kwargs)))

    return call


class JMSContext(Closing, synchronous.JMSContext):
    """As `jmslike.JMSContext`, for the event loop on which it was made. It may be awaited, too."""

    __slots__ = ("_opening",)

    _connection: Connection
    _session_or_none: Session | None

    def __init__(self, connection: Connection, mode: SessionMode, shared: Any = None) -> None:
        super().__init__(connection, mode, shared)
        self._opening = asyncio.Lock()

    def __await__(self) -> Generator[None, None, Self]:
        return self
        yield

    async def _opened(self) -> Session:
        """Return the session, which the first use of the context makes: a client id may be set until then."""
        async with self._opening:
            self._check_open()
            if self._session_or_none is None:
                session = self._session_or_none = await self._connection.create_session(self._mode)
                if not self._open:  # closed meanwhile
                    await session.close()
                    self._check_open()
            return self._session_or_none

    async def _started(self, made: _Part) -> _Part:
        if self.auto_start:
            try:
                await self.start()
            except BaseException:
                await made.close()
                raise
        return made

    create_consumer = _consuming(Session.create_consumer)
    create_shared_consumer = _consuming(Session.create_shared_consumer)
    create_durable_consumer = _consuming(Session.create_durable_consumer)
    create_durable_subscriber = create_durable_consumer
    """As `create_durable_consumer`, under the name of JMS 1.1."""
    create_shared_durable_consumer = _consuming(Session.create_shared_durable_consumer)
    create_temporary_queue = _of_session(Session.create_temporary_queue)
    create_temporary_topic = _of_session(Session.create_temporary_topic)
    unsubscribe = _of_session(Session.unsubscribe)
    forward = _of_session(Session.forward)
    recover = _of_session(Session.recover)
    commit = _of_session(Session.commit)
    rollback = _of_session(Session.rollback)

    def create_producer(self, *, converter: MessageConverter | None = None) -> JMSProducer:
        """As `jmslike.JMSContext.create_producer`."""
        self._check_open()
        self._connection._state.check_usable()
        return JMSProducer(self, optional_converter(converter))

    def create_browser(self, queue: Queue, message_selector: str | None = None) -> Browsing:
        """As `jmslike.JMSContext.create_browser`."""
        return Browsing("create_browser()", partial(self._browse, queue, message_selector))

    async def _browse(self, queue: Queue, message_selector: str | None) -> QueueBrowser:
        return await self._started((await self._opened()).create_browser(queue, message_selector))

    @overload
    def statistics(self) -> ConnectionStatistics: ...

    @overload
    def statistics(self, queue: Queue) -> Coroutine[Any, Any, QueueStatistics]: ...

    def statistics(self, queue: Any = _UNSAID) -> ConnectionStatistics | Coroutine[Any, Any, QueueStatistics]:
        """As `jmslike.JMSContext.statistics`: at once, or for a queue as a coroutine."""
        return super().statistics() if queue is _UNSAID else self._queue_statistics(queue)

    _queue_statistics = _of_session(Session.statistics)

    async def delete_destination(self, destination: Destination) -> None:
        """As `jmslike.JMSContext.delete_destination`."""
        self._check_open()
        await self._connection.delete_destination(destination)

    async def start(self) -> None:
        """As `jmslike.JMSContext.start`."""
        self._check_open()
        await self._connection.start()

    async def stop(self) -> None:
        """As `jmslike.JMSContext.stop`."""
        self._check_open()
        await self._connection._stop_as("JMSContext.stop")

    async def acknowledge(self) -> None:
        """As `jmslike.JMSContext.acknowledge`."""
        await (await self._opened())._listeners.owner.acknowledge(None)

    async def close(self) -> None:
        """As `jmslike.JMSContext.close`. One that is cancelled goes on in the background."""
        if not self._open or not self._connection._state.is_open:
            return
        if self._session_or_none is not None and self._session_or_none._state.is_open:
            self._session_or_none._refuse_inside("JMSContext.close")
        await self._connection._calls.home.ending(self, self._end)

    async def _end(self) -> None:
        try:
            if self._session_or_none is not None:
                await self._session_or_none.close()
        finally:
            self._open = False
            if self._shared.leave(self):
                await self._connection.close()


class Browsing(Opening[QueueBrowser]):
    """A browser of a context: each `async for` is a look at the queue, `await` and `async with` give the browser."""

    __slots__ = ()

    async def __aiter__(self) -> AsyncIterator[Message]:
        async with await self._make() as browser:
            async for message in browser:
                yield message


class JMSProducer(SynchronousProducer):
    """As `jmslike.JMSProducer`."""

    __slots__ = ("_context",)

    def __init__(self, context: JMSContext, converter: MessageConverter | None) -> None:
        self._context = context
        self._set_up(context, converter)

    def _check_open(self) -> None:
        self._context._check_open()

    async def send(self, destination: Destination, body: Any) -> JMSProducer:
        """As `jmslike.JMSProducer.send`; methods of the completion listener may be coroutines."""
        session = await self._context._opened()
        outlet, message, envelope = self._sealed(session._state.outbox, destination, body)
        await session._sends.send(partial(outlet.post, envelope), message, self._listener)
        return self

    def _check_listener(self, listener: CompletionListener) -> None:
        check_completion_listener(listener, UNRUN_ON_A_LOOP)


class JMSConsumer(Closing, SynchronousConsumer):
    """As `jmslike.JMSConsumer`."""

    __slots__ = ()

    _consumer: MessageConsumer

    receive = awaiting(SynchronousConsumer.receive)
    receive_no_wait = awaiting(SynchronousConsumer.receive_no_wait)
    receive_body = awaiting(SynchronousConsumer.receive_body)
    receive_body_no_wait = awaiting(SynchronousConsumer.receive_body_no_wait)
    receive_object = awaiting(SynchronousConsumer.receive_object)

    def __iter__(self) -> Iterator[Message]:
        raise TypeError("a consumer of jmslike.aio is iterated by `async for`")

    def __aiter__(self) -> AsyncIterator[Message]:
        return aiter(self._consumer)

    async def close(self) -> None:
        """As `jmslike.JMSConsumer.close`."""
        await self._consumer.close()
