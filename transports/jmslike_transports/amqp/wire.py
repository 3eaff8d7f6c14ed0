"""One AMQP connection: pika's SelectConnection on a thread of its own.

Only that thread may call pika. Other threads post tasks, which it runs in order; every wait for a result has a bound.
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
from jmslike_transports.amqp.library import GatheringConnection
from jmslike_transports.shared.loss import ANEW, LosableConnection, connect_in_turn

_log = logging.getLogger("jmslike.amqp")

Task = Callable[[], object]


class Wire(LosableConnection):
    """One connection to a broker, from `connect` on."""

    def __init__(self, address: Address) -> None:
        super().__init__()
        self.request_timeout = address.request_timeout
        self._address = address
        self._connection: Any = None
        self._loop: Any = None
        self._thread: threading.Thread | None = None
        self._tasks: deque[Task] = deque()
        self._is_called = False
        self._is_open = False
        self._ended = threading.Event()
        self._unblocked = threading.Event()
        self._unblocked.set()
        self.on_loss: set[Callable[[JMSError], None]] = set()
        """Called with the error when the connection ends; each channel registers here."""

    # ---- connecting -----------------------------------------------------------------------------------------------

    def connect(self) -> dict[str, Any]:
        """Connect to the first host that answers, and return the properties of its server.

        Each host has the connect timeout. Raises JMSSecurityError or ConnectionLostError; IllegalStateError if `close`
        is called meanwhile.
        """
        return connect_in_turn(self._address.hosts, self._connect_to, "AMQP 0-9-1")

    def _connect_to(self, host: str, port: int) -> dict[str, Any]:
        name, timeout = f"{host}:{port}", self._address.connect_timeout
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
            except Exception as error:  # pika could not read what came
                failure.append(error)
                _log.debug("the connection failed", exc_info=True)
                if opened.is_set():
                    self.lose(connection_error(error))
            finally:
                if connection is not None:
                    connection.abandon(loop)
                with suppress(Exception):
                    loop.close()
                self._ended.set()
                opened.set()

        self._loop = loop
        self._ended.clear()
        if self.is_closing:  # last: a later `close` stops this loop
            loop.close()
            self._ended.set()
            self.check_open()
        self._thread = threading.Thread(target=run, name=f"jmslike-amqp {name}", daemon=True)
        self._thread.start()
        is_answered = opened.wait(timeout)
        if self.is_closing:
            self._stop()
            self.check_open()
        if not is_answered:
            self._stop()
            self._ended.wait(timeout)
            raise ConnectionLostError(f"no answer within {timeout:g} seconds: is this an AMQP port?")
        if failure:
            raise refusal(failure[0], name) from failure[0]
        self._is_open = True
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
        """Let the thread of the connection run a task, after those posted before it. Raises ConnectionLostError."""
        if self.is_lost:
            raise self.loss(ANEW)
        self._tasks.append(task)
        if not self._is_called:
            self._is_called = True
            self._call()

    def _call(self) -> None:
        try:
            self._loop.add_callback_threadsafe(self._work)
        except Exception as error:  # the loop has just ended
            if not self.is_lost:
                raise ConnectionLostError("the connection has ended") from error

    def _work(self) -> None:
        self._is_called = False
        self._connection.gather()
        for _ in range(len(self._tasks)):  # a task that is posted now calls again
            task = self._tasks.popleft()
            try:
                task()
            except Exception:  # each task reports the errors that concern a caller
                _log.exception("a task of the connection failed")
        self._connection.write()

    def ask(self) -> Callable[[float], bool]:
        """Start a round trip after all that was posted, and return what waits for its end. Raises ConnectionLostError.

        It opens a channel, because that is answered without another.
        """
        ended = threading.Event()
        self.on_loss.add(lambda _: ended.set())
        self.post(lambda: self._connection.channel(on_open_callback=lambda _: ended.set()))
        if self.is_lost:
            ended.set()
        return ended.wait

    @property
    def is_current(self) -> bool:
        """Whether the caller is the thread of the connection, which must not wait."""
        return threading.current_thread() is self._thread

    @property
    def connection(self) -> Any:
        """Pika's connection, for the tasks."""
        return self._connection

    def wait_until_unblocked(self) -> None:
        """Wait while the broker takes no messages. Raises ConnectionLostError after the request timeout."""
        if not self._unblocked.is_set() and not self._unblocked.wait(self.request_timeout):
            raise self.give_up(f"the broker has taken no messages for {self.request_timeout:g} seconds")

    # ---- the end --------------------------------------------------------------------------------------------------

    def _abandon(self, reason: JMSError) -> None:
        self._unblocked.set()
        for call in list(self.on_loss):
            call(self.loss())
        self._stop()

    def _stop(self) -> None:
        with suppress(Exception):  # the loop has ended already
            self._loop.add_callback_threadsafe(self._loop.stop)

    def close(self) -> None:
        """End a `connect`, or close once all posted tasks are done, within the request timeout for the answer."""
        if not self._begin_close():
            return
        if not self._is_open:
            self._stop()
        elif not self.is_lost:
            with suppress(JMSError):
                self.post(self._connection.close)
        if self._thread is not None and not self.is_current:
            if not self._ended.wait(self.request_timeout):
                self._stop()
            self._ended.wait(self.request_timeout)
        self.lose(ConnectionLostError("the connection was closed"))
