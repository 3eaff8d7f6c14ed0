"""The workers of a container that was started, over one connection: from its start to its stop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from jmslike.factory import ConnectionFactory
from jmslike.listening.kept_connection import KeptConnection
from jmslike.listening.listener import Listener
from jmslike.listening.settings import ListenerSettings
from jmslike.listening.worker import Worker

_log = logging.getLogger("jmslike.listening")


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

        Raises what connecting and making consumers raise; then nothing stays open.
        """
        try:
            for worker in self._workers:
                worker.open()
            self._connection.start()  # now, so that the provider finds all sessions when it begins to push
            for worker in self._workers:
                worker.thread.start()
        except BaseException:
            self.stop()
            for worker in self._workers:
                if not worker.thread.is_alive():  # one that runs ends by itself
                    worker.close()
            self._connection.close()
            raise
        _log.info("listening to %s", self._what)

    @property
    def is_running(self) -> bool:
        """Whether a worker has not ended yet."""
        return not self._ended.is_set()

    @property
    def is_healthy(self) -> bool:
        """Whether all sessions are up, and the link to the provider, and none is to stop."""
        is_up = not self.is_stopping and self._connection.is_linked
        return is_up and all(worker.is_serving for worker in self._workers)

    @property
    def is_inside(self) -> bool:
        """Whether the caller is a listener of this container."""
        return any(threading.current_thread() is worker.thread for worker in self._workers)

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
                _log.info("stopped listening to %s", self._what)
                self._ended.set()
