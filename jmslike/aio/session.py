"""Session on an event loop (section 6.2)."""

# What may wait is a coroutine here: a subclass differs from its base.
# mypy: disable-error-code="assignment, override"

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from typing import Final, TypeVar, cast

import jmslike.session as synchronous
from jmslike.aio.browser import QueueBrowser
from jmslike.aio.calls import Calls, handling, opening, waiting
from jmslike.aio.consumer import MessageConsumer
from jmslike.aio.home import apart
from jmslike.aio.listeners import LoopListeners
from jmslike.aio.managers import Closing
from jmslike.aio.producer import MessageProducer
from jmslike.aio.sends import Sends
from jmslike.constants import SessionMode
from jmslike.core.connection_state import ConnectionState
from jmslike.core.session_state import SessionState
from jmslike.destinations import Destination, Queue, TemporaryQueue, TemporaryTopic
from jmslike.message import Message
from jmslike.message.serializers import ObjectSerializer
from jmslike.message_factory import MessageConverter
from jmslike.statistics import SessionStatistics

_log = logging.getLogger("jmslike.session")

_Temporary = TypeVar("_Temporary", TemporaryQueue, TemporaryTopic)


class Session(Closing, synchronous.Session):
    """As `jmslike.Session`, for the tasks of one event loop: calls wait for each other, receives for no other call.

    A commit or an acknowledgement that is cancelled ends in the background. The next call waits for it, and raises once
    what it has raised.
    """

    __slots__ = ("_calls", "_connection_calls", "_sends")

    producer_type = MessageProducer
    consumer_type = MessageConsumer
    browser_type = QueueBrowser
    listeners_type = LoopListeners
    _listeners: LoopListeners

    def __init__(
        self,
        connection_calls: Calls,
        connection: ConnectionState,
        mode: SessionMode,
        number: int,
        on_closed: Callable[[synchronous.Session], None],
    ) -> None:
        super().__init__(connection, mode, number, on_closed)
        self._connection_calls = connection_calls
        self._calls = Calls(connection_calls.home)
        sends = self._calls if mode is SessionMode.SESSION_TRANSACTED else self._calls.of_sends()
        self._sends = Sends(sends, connection.settings.max_in_flight, connection.report)
        self._listeners.join(self._calls, _Owner(self._state, self._calls), self._end_soon)

    create_consumer = opening(synchronous.Session.create_consumer, MessageConsumer)
    create_shared_consumer = opening(synchronous.Session.create_shared_consumer, MessageConsumer)
    create_durable_subscriber = opening(synchronous.Session.create_durable_subscriber, MessageConsumer)
    create_durable_consumer = create_durable_subscriber
    """As `create_durable_subscriber`, under the name of JMS 2.0."""
    create_shared_durable_consumer = opening(synchronous.Session.create_shared_durable_consumer, MessageConsumer)
    unsubscribe = waiting(synchronous.Session.unsubscribe)
    statistics = waiting(synchronous.Session.statistics)

    def _statistics(self) -> SessionStatistics:
        return replace(super()._statistics(), unanswered=self._sends.unanswered)

    async def forward(self, message: Message, destination: Destination, *, without: Collection[str] = ()) -> None:
        """As `jmslike.Session.forward`."""
        await self._sends.calls.run(partial(super().forward, message, destination, without=without))

    def create_producer(
        self, destination: Destination | None = None, *, converter: MessageConverter | None = None
    ) -> MessageProducer:
        """As `jmslike.Session.create_producer`."""
        return cast("MessageProducer", super().create_producer(destination, converter=converter))

    def create_browser(self, queue: Queue, message_selector: str | None = None) -> QueueBrowser:
        """As `jmslike.Session.create_browser`."""
        browser = cast("QueueBrowser", super().create_browser(queue, message_selector))
        return browser._join(self._calls, self._listeners.owner)

    async def create_temporary_queue(self) -> TemporaryQueue:
        """As `jmslike.Session.create_temporary_queue`; its `delete` is a coroutine."""
        return self._deleting(await self._calls.run(super().create_temporary_queue, TemporaryQueue.delete))

    async def create_temporary_topic(self) -> TemporaryTopic:
        """As `jmslike.Session.create_temporary_topic`; its `delete` is a coroutine."""
        return self._deleting(await self._calls.run(super().create_temporary_topic, TemporaryTopic.delete))

    def _deleting(self, made: _Temporary) -> _Temporary:
        calls = self._connection_calls
        return type(made)(made.name, lambda _: calls.run(made.delete))

    # ---- acknowledgement and transactions ---------------------------------------------------------------------------

    async def commit(self) -> None:
        """As `jmslike.Session.commit`. One that is cancelled goes on: the next call raises its error, if it fails."""
        await self._sends.wait("commit")
        await self._calls.run(super().commit)

    async def rollback(self) -> None:
        """As `jmslike.Session.rollback`."""
        await self._sends.wait("rollback")
        await self._calls.run(handling(sys.exception(), super().rollback))

    async def recover(self) -> None:
        """As `jmslike.Session.recover`."""
        await self._calls.run(handling(sys.exception(), super().recover))

    # ---- closing ----------------------------------------------------------------------------------------------------

    async def close(self) -> None:
        """As `jmslike.Session.close`. One that is cancelled goes on in the background."""
        if not self._state.is_open:
            return
        self._refuse_inside("Session.close")
        await self._end_soon()

    def _refuse_inside(self, what: str) -> None:
        self._listeners.refuse_inside(what)
        self._sends.refuse_inside(what)

    def _end_soon(self) -> asyncio.Future[None]:
        return self._calls.home.ending(self, self._end_in_turn)

    async def _end_in_turn(self) -> None:
        self._state.gate.close()
        if self._state.connection.link_state == "interrupted":
            await apart(self._calls.home, self._state.end_waits)
        await self._listeners.finish()
        await self._sends.wait("Session.close")
        await self._calls.run_last(self._end)
        for error in self._calls.kept:
            _log.error("%s: a call that was cancelled has failed: %s", self._state.name, error)


class _Owner:
    """The owner of the messages that a session delivers: acknowledging them may wait."""

    def __init__(self, session: SessionState, calls: Calls) -> None:
        self.message_types: Final[Mapping[str, type[Message]]] = session.message_types
        self.serializer: Final[ObjectSerializer] = session.serializer
        self._session = session
        self._calls = calls

    async def acknowledge(self, number: int | None) -> None:
        """See Owner.acknowledge."""
        self._session.check_open()
        await self._calls.run(partial(self._session.acknowledge, number))
