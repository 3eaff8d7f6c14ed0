"""Connection (section 6.1): one link to a provider, with the sessions on it.

A face over `ConnectionState`, which the sessions share. Here stands the order in which sessions start, stop and close.
"""

from __future__ import annotations

import atexit
import itertools
import logging
import os
import threading
import weakref
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final, Self

from jmslike import ending
from jmslike.capabilities import Capabilities, Feature
from jmslike.clock import Clock, SystemClock
from jmslike.constants import SessionMode
from jmslike.core import program_end
from jmslike.core.connection_state import ConnectionState
from jmslike.core.listener_calls import (
    ExceptionListener,
    LinkCalls,
    LinkListener,
    ListenerCall,
    exception_call,
    link_calls,
)
from jmslike.core.snapshot import connection_statistics
from jmslike.destinations import Destination, exact_destination
from jmslike.errors import IllegalStateError, JMSError
from jmslike.exact import exact_boolean
from jmslike.message.serializers import ObjectSerializer
from jmslike.metadata import ConnectionMetaData
from jmslike.session import Session
from jmslike.settings import Settings
from jmslike.spi import Transport
from jmslike.statistics import ConnectionStatistics, LinkState

_log = logging.getLogger("jmslike.connection")

_UNSAID: Final[Any] = object()
"""An argument that was not given."""


class Connection:
    """Made by `ConnectionFactory.create_connection`; stopped until `start`. May be used by several threads."""

    __slots__ = (
        "__weakref__", "_closing", "_lock", "_session_numbers", "_sessions", "_started", "_state", "_used",
    )  # fmt: skip

    session_type: ClassVar[type[Session]] = Session
    meta_data_type: ClassVar[type[ConnectionMetaData]] = ConnectionMetaData

    def __init__(self, transport: Transport, settings: Settings, clock: Clock | None = None) -> None:
        self._lock = threading.RLock()
        self._closing = False
        self._used = False
        self._started = False
        self._sessions: list[Session] = []
        self._session_numbers = itertools.count(1)
        self._state = ConnectionState(transport, settings, clock or SystemClock())
        _connections[self] = None
        _states.add(self._state)

    def _use(self) -> None:
        self._state.check_usable()
        self._used = True

    # ---- identity and metadata --------------------------------------------------------------------------------------

    @property
    def client_id(self) -> str | None:
        """The client identifier (section 6.1.2), or None. May be set once, before any other use of the connection.

        Raises InvalidClientIDError if it is empty or in use; IllegalStateError if it is set or the connection was used;
        ConnectionLostError when set after a loss.
        """
        self._state.check_open()
        return self._state.client_id

    @client_id.setter
    def client_id(self, value: str) -> None:
        self._check_unidentified()
        self._state.identify(value)

    def _check_unidentified(self) -> None:
        self._state.check_open()
        if self._state.client_id is not None:
            raise IllegalStateError(f"the client id is already set, to {self._state.client_id!r}")
        if self._used:
            raise IllegalStateError("the client id must be set before anything else is done with the connection")
        self._state.check_usable()

    @property
    def meta_data(self) -> ConnectionMetaData:
        """JMS version, provider and its version (section 6.1.6)."""
        return self.meta_data_type(self.capabilities)

    @property
    def capabilities(self) -> Capabilities:
        """What this connection's transport and provider can do."""
        self._state.check_open()
        return self._state.capabilities

    @property
    def object_serializer(self) -> ObjectSerializer:
        """The encoder of the bodies of object messages: JSON unless the factory has another."""
        self._state.check_open()
        return self._state.settings.object_serializer

    @property
    def exception_listener(self) -> ExceptionListener | None:
        """A callable, or an object with `on_exception`, that gets errors no caller waits for; None for none.

        Such an error is the loss of the connection (section 6.1.7). Others are the failure of a send without an answer,
        and SystemExit and the like in another listener. It is called by a thread of its own, one call at a time, and
        may call anything. Raises ValueError for anything else, and for a coroutine function.
        """
        self._state.check_open()
        listener = self._state.exception_listener
        return None if listener is None else listener.given

    @exception_listener.setter
    def exception_listener(self, listener: ExceptionListener | None) -> None:
        self._state.check_open()
        self._state.exception_listener = self._call_of(listener)

    def _call_of(self, listener: ExceptionListener | None) -> ListenerCall | None:
        return exception_call(listener)

    @property
    def link_state(self) -> LinkState:
        """The state of the link to the provider (an extension): `connected`, `interrupted` or `lost`.

        A transport that reconnects, as that of `failover:`, is interrupted while it tries to; calls wait then. All
        others are connected until they are lost.
        """
        self._state.check_open()
        return self._state.link_state

    @property
    def link_listener(self) -> LinkListener | None:
        """An object with `on_interrupted(error)`, `on_restored(url)` or both (an extension); None for none.

        It is called by the thread of the exception listener, one call at a time, and may call anything. The URL is that
        of the host, without user, password and options. Raises ValueError for an object with neither method, and for
        coroutine functions.
        """
        self._state.check_open()
        listener = self._state.link_listener
        return None if listener is None else listener.given

    @link_listener.setter
    def link_listener(self, listener: LinkListener | None) -> None:
        self._state.check_open()
        self._state.link_listener = self._link_calls_of(listener)

    def _link_calls_of(self, listener: LinkListener | None) -> LinkCalls | None:
        return link_calls(listener)

    def statistics(self) -> ConnectionStatistics:
        """Return a look at this connection: its sessions, consumers and producers, the state of its link, and the
        engine where that is in this process (an extension).

        Any thread may ask, also after a loss. Asks no broker and waits for none.
        """
        self._state.check_open()
        sessions = [session._statistics() for session in list(self._sessions)]
        return connection_statistics(self._state, sessions, started=self._started)

    # ---- sessions ---------------------------------------------------------------------------------------------------

    def create_session(
        self, first: bool | int = False, /, acknowledge_mode: int = _UNSAID, *, transacted: bool | int = _UNSAID
    ) -> Session:
        """Make a session (section 6.2): `create_session(transacted, acknowledge_mode)` or `create_session(mode)`.

        A number alone, by position, is a session mode, as in Java's `createSession(int)`. The first of two arguments,
        and `transacted` by name, is a boolean: 0 and 1, as scripts for Java write them, are False and True. A
        transacted session ignores `acknowledge_mode`.

        Raises JMSError for an unknown mode, and for what is no boolean; UnsupportedFeatureError where there are no
        transactions, or for INDIVIDUAL_ACKNOWLEDGE where the provider acknowledges all or nothing; ConnectionLostError
        from a loss of the connection on.
        """
        if transacted is not _UNSAID:
            if first is not False:
                raise TypeError("create_session() got two values for transacted")
            first = _transacted(transacted)
        elif acknowledge_mode is not _UNSAID:
            first = _transacted(first)
        if first is True:
            return self._open_session(SessionMode.SESSION_TRANSACTED)
        if first is not False:
            return self._open_session(check_session_mode(first))
        if acknowledge_mode is _UNSAID:
            return self._open_session(SessionMode.AUTO_ACKNOWLEDGE)
        mode = check_session_mode(acknowledge_mode)
        if mode is SessionMode.SESSION_TRANSACTED:
            raise JMSError("SESSION_TRANSACTED contradicts transacted=False; say create_session(True)")
        return self._open_session(mode)

    def _open_session(self, mode: SessionMode) -> Session:
        self._use()
        if mode is SessionMode.SESSION_TRANSACTED:
            self._state.capabilities.require(Feature.TRANSACTION)
        with self._lock:
            if self._closing:
                raise IllegalStateError("the connection is being closed")
            session = self._new_session(mode, next(self._session_numbers))
            self._sessions.append(session)
            if self._started:
                session._start()
        return session

    def _new_session(self, mode: SessionMode, number: int) -> Session:
        return self.session_type(self._state, mode, number, self._discard)

    def _discard(self, session: Session) -> None:
        with self._lock:
            if session in self._sessions:
                self._sessions.remove(session)

    # ---- destinations -----------------------------------------------------------------------------------------------

    def delete_destination(self, destination: Destination) -> None:
        """Delete a queue or topic with its messages (an extension). Does nothing if it does not exist.

        What is sent to it later may make a new one. A temporary destination has a `delete` of its own.

        Raises JMSError while it has a consumer, and where the provider refuses; InvalidDestinationError for a temporary
        destination; UnsupportedFeatureError where only the provider's own tools can delete it; ConnectionLostError.
        """
        self._use()
        self._state.delete(exact_destination(destination, "to delete"))

    # ---- start, stop, close -----------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start or resume delivery (section 6.1.4). Ignored if started.

        Raises JMSError if a provider refuses a consumer; all others are started. Raises ConnectionLostError from a loss
        of the connection on.
        """
        self._use()
        with self._lock:
            if self._started:
                return
            self._started = True
            _each([session._start for session in self._sessions])

    def stop(self) -> None:
        """Stop delivery (section 6.1.5). Waits until no listener runs and no receive can return a message.

        What was pushed to consumers ahead of their receives goes back to the provider, for others that wait. Ignored if
        stopped. Raises IllegalStateError if called by a message listener of this connection.
        """
        self._stop_as("Connection.stop")

    def _stop_as(self, what: str) -> None:
        self._state.check_open()  # a lost connection delivers nothing, so it can be stopped
        self._used = True
        with self._lock:
            sessions = list(self._sessions)
            for session in sessions:
                session._refuse_inside_listener(what)
            self._started = False
            for session in sessions:
                session._stop()
        _each([session._settle_down for session in sessions])

    def close(self) -> None:
        """Close, with all sessions and what they made (section 6.1.8). A second call does nothing.

        Waits for running listeners and receives; open transactions are rolled back. Raises IllegalStateError if called
        by a message or completion listener of this connection.
        """
        state = self._state
        with self._lock:
            if not state.is_open:
                return
            sessions = list(self._sessions)
            for session in sessions:
                session._refuse_inside("Connection.close")
            self._closing = True
        if state.link_state == "interrupted":
            state.transport.close()  # nothing can be settled: this wakes the calls that wait for the link
        for session in sessions:
            try:
                session._close()
            except JMSError as error:
                _log.debug("%s: a session was closed with an error: %s", state.name, error)
        with self._lock:
            if not state.is_open:
                return
            state.is_open = False
        state.close()

    def _abandon(self) -> None:
        self._lock = threading.RLock()
        for session in self._sessions:
            session._abandon()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def _each(calls: Sequence[Callable[[], None]]) -> None:
    """Make all calls, and then raise the first JMSError of one."""
    failures = []
    for call in calls:
        try:
            call()
        except JMSError as error:
            failures.append(error)
    if failures:
        raise failures[0]


_connections: weakref.WeakKeyDictionary[Connection, None] = weakref.WeakKeyDictionary()
_states: weakref.WeakSet[ConnectionState] = weakref.WeakSet()
"""They outlive connections that the program has dropped: an open send keeps its completion, and that the state."""


def open_connections() -> list[Connection]:
    """Return the connections of this process that are not closed, also those that are lost (an extension).

    They are in no particular order. Any thread may ask. What `failover:` connects to are none of them.
    """
    return [each for ref in _connections.keyrefs() if (each := ref()) is not None and each._state.is_open]


def _abandon_all() -> None:
    """Close what a forked child has inherited: its threads and sockets are its parent's."""
    for state in list(_states):
        state.abandon()
    for connection in list(_connections):
        connection._abandon()
    program_end.forget_dropped()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_abandon_all)


def _end_all() -> None:
    """Let what was sent reach its provider when the interpreter ends with connections that are not closed."""
    try:
        program_end.end([state.unclosed() for state in list(_states) if state.is_open])
    finally:
        ending.end()


atexit.register(_end_all)


def _transacted(value: object) -> bool:
    try:
        if isinstance(value, SessionMode):
            raise ValueError(f"transacted is True or False, not the session mode {value!r}")
        return exact_boolean(value, "transacted")
    except ValueError as error:
        raise JMSError(
            f"{error}: say create_session(transacted, acknowledge_mode), or create_session(mode) with the mode alone"
        ) from error


def check_session_mode(mode: int) -> SessionMode:
    """Return the session mode. Raises JMSError for an unknown one."""
    try:
        if isinstance(mode, bool):
            raise ValueError(mode)
        return SessionMode(mode)
    except ValueError as error:
        names = ", ".join(f"Session.{known.name} ({known.value})" for known in SessionMode)
        raise JMSError(f"{mode!r} is no session mode; known are {names}") from error
