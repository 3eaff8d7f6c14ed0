"""One AMQP connection: pika's SelectConnection on a thread of its own.

pika may be called by that thread only. Others give it tasks, which it does in turn; whatever they wait for has a bound.
"""

from __future__ import annotations

import logging
import math
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pika
from pika.adapters.select_connection import IOLoop

from jmslike.errors import ConnectionLostError, JMSError
from jmslike_transports.amqp.address import Address
from jmslike_transports.amqp.errors import connection_error, refusal
from jmslike_transports.amqp.write_buffer import GatheringConnection
from jmslike_transports.shared.loss import LosableConnection, connect_in_turn

_log = logging.getLogger("jmslike.amqp")

Task = Callable[[], object]


class Wire(LosableConnection):
    """A live connection. `on_lost` is called by its thread, once, unless the connection was closed."""

    def __init__(self, address: Address) -> None:
        super().__init__()
        self.patience = address.request_timeout
        self._address = address
        self._connection: Any = None
        self._loop: Any = None
        self._thread: threading.Thread | None = None
        self._tasks: deque[Task] = deque()
        self._is_called = False
        self._ended = threading.Event()
        self._unblocked = threading.Event()
        self._unblocked.set()
        self.closed_with: set[Callable[[JMSError], None]] = set()
        """Called with the error when the connection ends: everything that waits for something."""

    # ---- connecting -----------------------------------------------------------------------------------------------

    def connect(self) -> dict[str, Any]:
        """Connect to the first host that answers, and give what the server says of itself.

        Raises JMSSecurityError or ConnectionLostError, within the connect timeout for each host.
        """
        return connect_in_turn(self._address.hosts, self._connect_to)

    def _connect_to(self, host: str, port: int) -> dict[str, Any]:
        name, patience = f"{host}:{port}", self._address.connect_timeout
        opened = threading.Event()
        failure: list[BaseException] = []

        loop = IOLoop()
        connection: Any = None

        def failed(_: Any, reason: BaseException) -> None:
            failure.append(reason)
            loop.stop()

        def run() -> None:
            nonlocal connection
            try:
                self._connection = connection = GatheringConnection(
                    self._parameters(host, port),
                    on_open_callback=lambda _: opened.set(),
                    on_open_error_callback=failed,
                    on_close_callback=lambda _, reason: self.lose(connection_error(reason)),
                    custom_ioloop=loop,
                )
                connection.add_on_connection_blocked_callback(lambda *_: self._unblocked.clear())
                connection.add_on_connection_unblocked_callback(lambda *_: self._unblocked.set())
                loop.start()
            except Exception as error:  # something came that pika cannot read
                failure.append(error)
                _log.debug("the connection failed", exc_info=True)
                if opened.is_set():
                    self.lose(connection_error(error))
            finally:
                _finish(connection, loop)
                self._ended.set()
                opened.set()

        self._loop = loop
        self._ended.clear()
        self._thread = threading.Thread(target=run, name=f"jmslike-amqp {name}", daemon=True)
        self._thread.start()
        if not opened.wait(patience):
            self._stop()
            self._ended.wait(patience)
            raise ConnectionLostError(f"no answer within {patience:g} seconds: is this an AMQP port?")
        if failure:
            raise refusal(failure[0], name) from failure[0]
        return dict(self._connection.server_properties or {})

    def _parameters(self, host: str, port: int) -> pika.ConnectionParameters:
        address = self._address
        return pika.ConnectionParameters(
            host,
            port,
            address.virtual_host,
            pika.PlainCredentials(address.user, address.password),
            heartbeat=math.ceil(address.heartbeat),
            blocked_connection_timeout=address.request_timeout,
            socket_timeout=address.connect_timeout,
            stack_timeout=address.connect_timeout,
            ssl_options=None if address.tls is None else pika.SSLOptions(address.tls, host),
            client_properties={"product": "jmslike"},
        )

    # ---- tasks for the thread of the connection -------------------------------------------------------------------

    def post(self, task: Task) -> None:
        """Let the thread of the connection do it, after all that was posted before. Raises ConnectionLostError."""
        if self.is_lost:
            raise self.loss()
        self._tasks.append(task)
        if not self._is_called:
            self._is_called = True
            self._call()

    def _call(self) -> None:
        try:
            self._loop.add_callback_threadsafe(self._work)
        except Exception as error:  # it has just ended
            if not self.is_lost:
                raise ConnectionLostError("the connection has ended") from error

    def _work(self) -> None:
        self._is_called = False
        self._connection.gather()
        for _ in range(len(self._tasks)):  # what comes now calls again
            task = self._tasks.popleft()
            try:
                task()
            except Exception:  # each task reports what concerns somebody
                _log.exception("a task of the connection failed")
        self._connection.write()

    @property
    def is_current(self) -> bool:
        """Whether the caller is the thread of the connection, which may wait for nothing."""
        return threading.current_thread() is self._thread

    @property
    def connection(self) -> Any:
        """Pika's connection, for the tasks."""
        return self._connection

    def wait_until_unblocked(self) -> None:
        """Wait while the broker takes no messages. Raises ConnectionLostError if that is too long."""
        if not self._unblocked.is_set() and not self._unblocked.wait(self.patience):
            raise self.give_up(f"the broker has taken no messages for {self.patience:g} seconds")

    # ---- the end --------------------------------------------------------------------------------------------------

    def _end(self, reason: JMSError) -> None:
        self._unblocked.set()
        for tell in list(self.closed_with):
            tell(self.loss())
        self._stop()

    def _stop(self) -> None:
        with suppress(Exception):  # it has ended already
            self._loop.add_callback_threadsafe(self._loop.stop)

    def close(self) -> None:
        """Close in good order, within the request timeout."""
        if not self._begin_close():
            return
        if not self.is_lost and self._connection is not None:
            with suppress(JMSError):
                self.post(self._connection.close)
        if self._thread is not None and not self.is_current:
            if not self._ended.wait(self.patience):
                self._stop()
            self._ended.wait(self.patience)
        self.lose(ConnectionLostError("the connection was closed"))


def _finish(connection: Any, loop: Any) -> None:
    """The thread ends: nothing of the socket may stay open."""
    with suppress(Exception):
        stream = connection._transport
        if stream is not None:
            stream.abort()
            loop.add_callback_threadsafe(loop.stop)
            loop.start()  # closes the socket
    with suppress(Exception):
        loop.close()
