"""A connection that is made again after it was lost, for sessions on any thread."""

from __future__ import annotations

import logging
import threading

from jmslike.context import JMSContext
from jmslike.errors import ConnectionLostError, IllegalStateError, JMSError
from jmslike.factory import ConnectionFactory
from jmslike.listening.backoff import Backoff

_log = logging.getLogger("jmslike.listening")


def factory_of(factory_or_url: ConnectionFactory | str) -> ConnectionFactory:
    """Return the factory. Raises what `ConnectionFactory` raises; ValueError for what is neither."""
    if isinstance(factory_or_url, str):
        return ConnectionFactory(factory_or_url)
    if not isinstance(factory_or_url, ConnectionFactory):
        raise ValueError(f"wanted a ConnectionFactory or a URL, not {factory_or_url!r}")
    return factory_or_url


class KeptConnection:
    """One connection at a time, made when it is first needed. Any thread may use it.

    Those that need it while it is lost wait for one thread, which connects for all of them.
    """

    def __init__(self, factory: ConnectionFactory, client_id: str | None = None) -> None:
        self._factory = factory
        self._client_id = client_id
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._base: JMSContext | None = None  # it has no session, and keeps the connection open between sessions
        self._started = False
        self._attempts = 0
        self._failure: JMSError | None = None

    def context(self, mode: int) -> JMSContext:
        """Make a context with a session of its own, and connect for it if there is no connection, or a lost one.

        Its consumers do not start the connection. Raises what connecting raises, also if another thread has tried
        meanwhile; IllegalStateError when closed.
        """
        seen = self._attempts
        with self._lock:
            if self._attempts != seen and self._failure is not None:
                raise self._failure
            return self._context(mode)

    def restored(self, mode: int) -> JMSContext:
        """As `context`, but try until it succeeds, with growing pauses. Raises IllegalStateError once closed."""
        backoff = Backoff()
        with self._lock:
            while True:
                try:
                    return self._context(mode)
                except JMSError as error:
                    if self._closed.is_set():
                        raise
                    pause = backoff.next()
                    _log.warning("%s: cannot connect; retrying in %.2g s: %s", self._factory, pause, error)
                    self._closed.wait(pause)

    def _context(self, mode: int) -> JMSContext:
        if self._closed.is_set():
            raise IllegalStateError("the connection is closed")
        if self._base is not None:
            try:
                return _unstarted(self._base, mode)
            except ConnectionLostError:
                self._drop()
        self._attempts += 1
        try:
            self._base = self._connect()
        except JMSError as error:
            self._failure = error
            raise
        self._failure = None
        return _unstarted(self._base, mode)

    def _connect(self) -> JMSContext:
        base = self._factory.create_context()
        try:
            if self._client_id is not None:
                base.client_id = self._client_id
            if self._started:
                base.start()
        except JMSError:
            base.close()
            raise
        return base

    def start(self) -> None:
        """Start delivery, now and on each later connection. Raises what `Connection.start` raises."""
        with self._lock:
            self._started = True
            if self._base is not None:
                self._base.start()

    @property
    def is_linked(self) -> bool:
        """Whether there is a connection, and its link to the provider works."""
        base = self._base
        try:
            return base is not None and base.link_state == "connected"
        except IllegalStateError:  # it is closed at this moment
            return False

    def stop_waiting(self) -> None:
        """Connect no more; a thread that waits to try again raises IllegalStateError. Sessions go on."""
        self._closed.set()

    def close(self) -> None:
        """Close the connection when its last context is closed."""
        self._closed.set()
        with self._lock:
            self._drop()

    def _drop(self) -> None:
        base, self._base = self._base, None
        if base is not None:
            close_quietly(base)


def _unstarted(base: JMSContext, mode: int) -> JMSContext:
    context = base.create_context(mode)
    context.auto_start = False
    return context


def close_quietly(context: JMSContext) -> None:
    """Close a context whose connection may be lost."""
    try:
        context.close()
    except JMSError as error:
        _log.debug("closing a context: %s", error)
