"""Connection on an event loop (section 6.1)."""

# What may wait is a coroutine here: a subclass differs from its base.
# mypy: disable-error-code="assignment, override"

from __future__ import annotations

import logging
from functools import partial

import jmslike.connection as synchronous
from jmslike.aio.callbacks import CallbackTask
from jmslike.aio.calls import Calls, opening, waiting
from jmslike.aio.home import apart
from jmslike.aio.managers import Closing
from jmslike.aio.session import Session
from jmslike.constants import SessionMode
from jmslike.core.listener_calls import (
    UNRUN_ON_A_LOOP,
    ExceptionListener,
    LinkCalls,
    LinkListener,
    ListenerCall,
    exception_call,
    link_calls,
)
from jmslike.errors import IllegalStateError, JMSError
from jmslike.settings import Settings
from jmslike.spi import Transport

_log = logging.getLogger("jmslike.connection")


class Connection(Closing, synchronous.Connection):
    """As `jmslike.Connection`, for the event loop on which it was made. Listeners may be coroutine functions."""

    __slots__ = ("_callbacks", "_calls", "_wanted_id")

    _sessions: list[Session]

    def __init__(self, transport: Transport, settings: Settings, calls: Calls) -> None:
        self._calls = calls
        self._callbacks = CallbackTask()
        self._wanted_id: str | None = None
        super().__init__(transport, settings)
        calls.home.opened(self._state)

    @property
    def client_id(self) -> str | None:
        """As `jmslike.Connection.client_id`; it is claimed by the next call that waits."""
        self._state.check_open()
        return self._wanted_id or self._state.client_id

    @client_id.setter
    def client_id(self, value: str) -> None:
        if self._wanted_id is not None:
            raise IllegalStateError(f"the client id is already set, to {self._wanted_id!r}")
        self._check_unidentified()
        self._wanted_id = self._state.checked_client_id(value)
        if self._calls.home.is_prompt:
            self._claim()

    def _claim(self) -> None:
        wanted, self._wanted_id = self._wanted_id, None
        if wanted is not None:
            self._state.identify(wanted)

    def _use(self) -> None:
        self._claim()
        super()._use()

    def _call_of(self, listener: ExceptionListener | None) -> ListenerCall | None:
        return self._on_loop(exception_call(listener, UNRUN_ON_A_LOOP))

    def _link_calls_of(self, listener: LinkListener | None) -> LinkCalls | None:
        calls = link_calls(listener, UNRUN_ON_A_LOOP)
        return calls and LinkCalls(listener, self._on_loop(calls.interrupted), self._on_loop(calls.restored))

    def _on_loop(self, listener: ListenerCall | None) -> ListenerCall | None:
        if listener is None:
            return None
        submit, call = self._callbacks.submit, listener.call
        return ListenerCall(listener.given, lambda argument: self._calls.home.soon(submit, partial(call, argument)))

    create_session = opening(synchronous.Connection.create_session, Session)
    start = waiting(synchronous.Connection.start)
    delete_destination = waiting(synchronous.Connection.delete_destination)

    def _new_session(self, mode: SessionMode, number: int) -> Session:
        return Session(self._calls, self._state, mode, number, self._discard)

    async def stop(self) -> None:
        """As `jmslike.Connection.stop`."""
        await self._stop_as("Connection.stop")

    async def _stop_as(self, what: str) -> None:
        for session in self._sessions:
            session._refuse_inside_listener(what)
        await self._calls.run(partial(super()._stop_as, what))
        for session in list(self._sessions):
            await session._listeners.wait_quiet()

    async def close(self) -> None:
        """As `jmslike.Connection.close`. One that is cancelled goes on in the background."""
        if not self._state.is_open:
            return
        for session in self._sessions:
            session._refuse_inside("Connection.close")
        await self._calls.home.ending(self, self._end)

    def _close(self) -> None:
        super().close()

    async def _end(self) -> None:
        self._closing = True
        if self._state.link_state == "interrupted":
            await apart(self._calls.home, self._state.transport.close)  # as in the synchronous close
        for session in list(self._sessions):
            if session not in self._sessions:
                continue  # it has closed meanwhile
            try:
                await session._end_soon()
            except JMSError as error:
                _log.debug("%s: a session was closed with an error: %s", self._state.name, error)
        await self._calls.run_last(self._close)
        for threads in (self._calls.home.threads, self._calls.home.sending):
            threads.end()
