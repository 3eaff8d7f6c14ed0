"""Connection (section 6.1): one link to a provider, with the sessions on it."""

from __future__ import annotations

import itertools
import logging
import os
import threading
import uuid
import warnings
import weakref
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from jmslike.capabilities import Capabilities, Feature
from jmslike.clock import Clock, SystemClock
from jmslike.constants import SessionMode
from jmslike.core.callbacks import CallbackThread
from jmslike.destinations import Destination, TemporaryQueue, TemporaryTopic
from jmslike.errors import ConnectionLostError, IllegalStateError, InvalidClientIDError, JMSError
from jmslike.message.serializers import ObjectSerializer
from jmslike.metadata import ConnectionMetaData
from jmslike.session import Session
from jmslike.settings import Settings
from jmslike.spi import Transport

if TYPE_CHECKING:
    from collections.abc import Iterable

_log = logging.getLogger("jmslike.connection")

ExceptionListener = Callable[[JMSError], object]

_Temporary = TypeVar("_Temporary", TemporaryQueue, TemporaryTopic)


class Connection:
    """Made by `ConnectionFactory.create_connection`; stopped until `start`. May be used by several threads."""

    __slots__ = (
        "__weakref__", "_capabilities", "_client_id", "_clock", "_closing", "_exception_listener", "_exceptions",
        "_id_prefix", "_lock", "_losing", "_lost", "_name", "_number", "_open", "_session_numbers", "_sessions",
        "_settings", "_started", "_temporaries", "_transport", "_used", "_uuid",
    )  # fmt: skip

    def __init__(self, transport: Transport, settings: Settings, clock: Clock | None = None) -> None:
        self._transport = transport
        self._settings = settings
        self._clock = clock or SystemClock()
        self._uuid = str(uuid.uuid4())
        self._name = self._uuid[:8]
        self._id_prefix = f"ID:{self._uuid}:1:1:1:"
        self._number: Callable[[], int] = itertools.count(1).__next__
        self._lock = threading.RLock()
        self._losing = threading.Lock()
        self._open = True
        self._closing = False
        self._used = False
        self._started = False
        self._lost: JMSError | None = None
        self._client_id: str | None = None
        self._sessions: list[Session] = []
        self._session_numbers = itertools.count(1)
        self._temporaries: dict[Destination, Destination] = {}
        self._exception_listener: ExceptionListener | None = None
        self._exceptions = CallbackThread(f"jmslike-exceptions-{self._name}")
        _connections.add(self)
        self._capabilities = transport.open(_Reports(self))
        if settings.client_id is not None:
            try:
                self._identify(settings.client_id)
            except JMSError:
                self._open = False
                transport.close()
                raise
        _log.debug("%s: connected to %s %s", self._name, self._capabilities.product, self._capabilities.version)

    def _check_open(self) -> None:
        if not self._open:
            raise IllegalStateError("the connection is closed")

    def _use(self) -> None:
        self._check_open()
        self._used = True

    # ---- identity and metadata ------------------------------------------------------------------------------------

    @property
    def client_id(self) -> str | None:
        """The client identifier (section 6.1.2), or None. May be set once, before any other use of the connection.

        Raises InvalidClientIDError if it is empty or in use; IllegalStateError if it is set or the connection was used.
        """
        self._check_open()
        return self._client_id

    @client_id.setter
    def client_id(self, value: str) -> None:
        self._check_open()
        if self._client_id is not None:
            raise IllegalStateError(f"the client id is already set, to {self._client_id!r}")
        if self._used:
            raise IllegalStateError("the client id must be set before anything else is done with the connection")
        self._identify(value)

    def _identify(self, client_id: str) -> None:
        if not isinstance(client_id, str) or not client_id:
            raise InvalidClientIDError(f"a client id is a non-empty str, not {client_id!r}")
        self._capabilities.require(Feature.CLIENT_ID)
        self._transport.identify(client_id)
        self._client_id = client_id

    def _origin(self) -> str:
        return self._client_id or self._uuid

    @property
    def meta_data(self) -> ConnectionMetaData:
        """JMS version, provider and its version (section 6.1.6)."""
        self._check_open()
        return ConnectionMetaData(self._capabilities)

    @property
    def capabilities(self) -> Capabilities:
        """What this connection's transport and provider can do."""
        self._check_open()
        return self._capabilities

    @property
    def object_serializer(self) -> ObjectSerializer:
        """What encodes and decodes the bodies of object messages: JSON unless the factory was given another."""
        self._check_open()
        return self._settings.object_serializer

    # ---- errors that no caller is waiting for ---------------------------------------------------------------------

    @property
    def exception_listener(self) -> ExceptionListener | None:
        """A callable that gets a JMSError when the connection is lost (section 6.1.7), or None.

        It is called by a thread of its own, one call at a time, and may call anything. Raises ValueError when set to
        what is not callable.
        """
        self._check_open()
        return self._exception_listener

    @exception_listener.setter
    def exception_listener(self, listener: ExceptionListener | None) -> None:
        self._check_open()
        if listener is not None and not callable(listener):
            raise ValueError(f"an exception listener is a callable that takes one exception, not {listener!r}")
        self._exception_listener = listener

    def _report(self, error: JMSError) -> None:
        listener = self._exception_listener
        if listener is not None and self._open:
            self._exceptions.submit(partial(listener, error))

    def _set_lost(self, error: JMSError) -> None:
        # not under the lock that is held while a session is opened, which may wait for the very thread that reports
        with self._losing:
            if self._lost is not None or not self._open:
                return
            self._lost = error
        _log.error("%s: the connection is lost: %s", self._name, error)
        for session in list(self._sessions):
            with session._gate.changed:
                session._gate.changed.notify_all()
        self._report(error)

    def _raise_if_lost(self) -> None:
        if self._lost is not None:
            raise ConnectionLostError(f"the connection is lost: {self._lost}") from self._lost

    # ---- sessions and temporary destinations ----------------------------------------------------------------------

    def create_session(
        self, transacted: bool | int = False, acknowledge_mode: int = SessionMode.AUTO_ACKNOWLEDGE
    ) -> Session:
        """Make a session (section 6.2). A session mode, not a bool, in first place is Java's `createSession(int)`.

        Raises JMSError for an unknown mode; UnsupportedFeatureError where there are no transactions.
        """
        if transacted is True:
            mode = SessionMode.SESSION_TRANSACTED
        else:
            mode = check_session_mode(acknowledge_mode if transacted is False else transacted)
            if transacted is False and mode is SessionMode.SESSION_TRANSACTED:
                raise JMSError("SESSION_TRANSACTED contradicts transacted=False; say create_session(True)")
        return self._open_session(mode)

    def _open_session(self, mode: SessionMode) -> Session:
        self._use()
        if mode is SessionMode.SESSION_TRANSACTED:
            self._capabilities.require(Feature.TRANSACTION)
        with self._lock:
            if self._closing:
                raise IllegalStateError("the connection is being closed")
            session = Session(self, mode, next(self._session_numbers))
            self._sessions.append(session)
            if self._started:
                session._start()
        return session

    def _forget(self, session: Session) -> None:
        with self._lock:
            if session in self._sessions:
                self._sessions.remove(session)

    def _create_temporary(self, kind: type[_Temporary]) -> _Temporary:
        self._capabilities.require(Feature.TEMPORARY)
        destination = kind(self._transport.create_temporary(kind), self._delete_temporary)
        self._temporaries[destination] = destination
        return destination

    def _delete_temporary(self, destination: Destination) -> None:
        self._check_open()
        self._transport.delete_temporary(destination)
        self._temporaries.pop(destination, None)

    def _made(self, destination: Destination) -> bool:
        return destination in self._temporaries

    # ---- start, stop, close ---------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin, or go on, to deliver messages (section 6.1.4). Ignored if started."""
        self._use()
        with self._lock:
            if self._started:
                return
            self._started = True
            for session in self._sessions:
                session._start()

    def stop(self) -> None:
        """Stop delivering (section 6.1.5); returns when no listener runs and no receive can give a message any more.

        Ignored if stopped. Raises IllegalStateError if called by a message listener of this connection.
        """
        self._use()
        with self._lock:
            sessions = list(self._sessions)
            _refuse_inside(sessions, "Connection.stop")
            self._started = False
            for session in sessions:
                session._stop()
        for session in sessions:
            session._gate.wait_quiet()

    def close(self) -> None:
        """Close, with all sessions and what they made (section 6.1.8). A second call does nothing.

        Waits for running listeners and receives; open transactions are rolled back. Raises IllegalStateError if called
        by a message or completion listener of this connection.
        """
        with self._lock:
            if not self._open:
                return
            sessions = list(self._sessions)
            _refuse_inside(sessions, "Connection.close")
            for session in sessions:
                session._outbox.completions.refuse_inside("Connection.close")
            self._closing = True
        for session in sessions:
            try:
                session._close()
            except JMSError as error:
                _log.debug("%s: a session was closed with an error: %s", self._name, error)
        with self._lock:
            if not self._open:
                return
            self._open = False
        self._temporaries.clear()
        self._exceptions.close()
        self._transport.close()
        _log.debug("%s: closed", self._name)

    def _abandon(self) -> None:
        self._lock = threading.RLock()
        self._open = False
        for session in self._sessions:
            session._abandon()

    def __del__(self, warn: Callable[..., None] = warnings.warn) -> None:
        if getattr(self, "_capabilities", None) is not None and self._open:
            warn(f"a connection to {self._capabilities.product} was never closed", ResourceWarning, source=self)

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


class _Reports:
    """What the transport tells its connection, if that is not forgotten: a transport's threads do not keep it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = weakref.ref(connection)

    def lost(self, error: JMSError) -> None:
        connection = self._connection()
        if connection is not None:
            connection._set_lost(error)

    def failed(self, error: JMSError) -> None:
        connection = self._connection()
        if connection is not None:
            _log.error("%s: %s", connection._name, error)
            connection._report(error)


_connections: weakref.WeakSet[Connection] = weakref.WeakSet()


def _abandon_all() -> None:
    """Close what a forked child has inherited: its threads and sockets are its parent's."""
    for connection in list(_connections):
        connection._abandon()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_abandon_all)


def _refuse_inside(sessions: Iterable[Session], what: str) -> None:
    for session in sessions:
        session._refuse_inside(what)


def check_session_mode(mode: int) -> SessionMode:
    """Give the session mode. Raises JMSError for an unknown one."""
    try:
        if isinstance(mode, bool):
            raise ValueError(mode)
        return SessionMode(mode)
    except ValueError as error:
        names = ", ".join(f"Session.{known.name} ({known.value})" for known in SessionMode)
        raise JMSError(f"{mode!r} is no session mode; known are {names}") from error
