"""The workers of a container that was started, over one connection: from its start to its stop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from jmslike.errors import IllegalStateError
from jmslike.factory import ConnectionFactory
from jmslike.listening.kept_connection import KeptConnection
from jmslike.listening.listener import Listener
from jmslike.listening.settings import ListenerSettings
from jmslike.listening.worker import Worker

_log = logging.getLogger("jmslike.listening")


class StartInterrupted(BaseException):
    """Raised by a signal handler in the thread that starts a crew. No handler of errors may take it."""


class Crew:
    """Workers that begin together and end together. The last one closes the connection."""

    def __init__(
        self,
        factory: ConnectionFactory,
        settings: ListenerSettings,
        listener: Listener,
        on_exit: Callable[[], None],
    ) -> None:
        """`on_exit` is called when a listener has raised SystemExit or KeyboardInterrupt, on its thread."""
        self.exit: BaseException | None = None
        self.is_stopping: bool = False
        self._on_exit = on_exit
        self._what = f"{settings.destination}, sessions: {settings.concurrency}, at {factory!r}"
        self._connection = KeptConnection(factory, settings.client_id)
        self._changing = threading.Lock()
        self._left = settings.concurrency
        self._ended = threading.Event()
        self._starter: threading.Thread | None = None
        self._is_opening = False
        self._has_started = False
        subscription = settings.subscription_name()
        self._workers = [
            Worker(
                f"jmslike-worker-{settings.destination}-{number}",
                settings,
                subscription,
                listener,
                self._connection,
                self._worker_ended,
            )
            for number in range(1, settings.concurrency + 1)
        ]

    def start(self) -> None:
        """Make all sessions, so that the destination is listened to when this returns, and then begin.

        Raises what connecting and making consumers raise, and IllegalStateError if it is stopped meanwhile; then
        nothing stays open.
        """
        self._starter, self._is_opening = threading.current_thread(), True
        try:
            for worker in self._workers:
                self._check_stop()
                worker.open()
            self._check_stop()
            self._is_opening = False
            self._has_started = True
            self._connection.start()  # now, so that the provider finds all sessions when it begins to push
            for worker in self._workers:
                worker.thread.start()
        except BaseException:
            self._is_opening = self._has_started = False
            self.stop()
            for worker in self._workers:
                if worker.thread.ident is None:  # one that runs ends by itself
                    worker.close()
                    self._worker_ended(None)
            raise
        finally:
            self._starter = None
        _log.info("listening to %s", self._what)

    def interrupt_start(self) -> None:
        """Leave `start` while it connects, by StartInterrupted. For a signal handler of its thread."""
        if self._is_opening and threading.current_thread() is self._starter:
            raise StartInterrupted

    def _check_stop(self) -> None:
        if self.is_stopping:
            raise IllegalStateError("the container was stopped while it started")

    @property
    def has_ended(self) -> bool:
        """Whether all workers have ended, or could not be started."""
        return self._ended.is_set()

    @property
    def is_running(self) -> bool:
        """Whether it has started, and a worker has not ended yet."""
        return self._has_started and not self.has_ended

    @property
    def is_healthy(self) -> bool:
        """Whether all sessions are up, and the link to the provider, and none is to stop."""
        is_up = self._has_started and not self.is_stopping and self._connection.is_linked
        return is_up and all(worker.is_serving for worker in self._workers)

    @property
    def is_inside(self) -> bool:
        """Whether the caller is a listener of this container, or interrupts its start."""
        caller = threading.current_thread()
        return caller is self._starter or any(caller is worker.thread for worker in self._workers)

    def stop(self) -> None:
        """Let no worker begin another message, and wake those that wait."""
        self.is_stopping = True
        self._connection.stop_waiting()
        for worker in self._workers:
            worker.stop()

    def join(self, timeout: float | None) -> bool:
        """Wait for the workers, at most `timeout` seconds. Return whether all have ended."""
        # an event and no `Thread.join`: a signal interrupts it on every Python
        return self._ended.wait(timeout)

    def _worker_ended(self, exit_of_listener: BaseException | None) -> None:
        if exit_of_listener is not None:
            self.exit = exit_of_listener
            self.stop()
            self._on_exit()
        with self._changing:
            self._left -= 1
            is_last = not self._left
        if is_last:
            try:
                self._connection.close()
            finally:
                if self._has_started:
                    _log.info("stopped listening to %s", self._what)
                self._ended.set()
