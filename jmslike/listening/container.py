"""ListenerContainer: a listener at work in several sessions, from its start to its stop."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Any, Self, Unpack

from jmslike.destinations import Destination
from jmslike.durations import Duration, waiting_time
from jmslike.errors import IllegalStateError
from jmslike.factory import ConnectionFactory
from jmslike.listening.crew import Crew, StartInterrupted
from jmslike.listening.end_signals import end_signals
from jmslike.listening.kept_connection import factory_of
from jmslike.listening.listener import Listener
from jmslike.listening.settings import ListenerOptions, ListenerSettings

_log = logging.getLogger("jmslike.listening")


class ListenerContainer:
    """Calls a listener with the messages of one destination, in `concurrency` sessions, each with a thread.

    The listener gets the Message, or with a `converter` the object. What it returns, unless that is None, is sent to
    JMSReplyTo, if there is one. The message and its reply are one transaction. With another `session_mode` the message
    is acknowledged when the listener has returned. What fails is redelivered, and in the end a dead letter.

    Sessions and connections that fail are made again. Any thread may use a container. As a context manager it starts
    and stops.
    """

    def __init__(
        self,
        factory_or_url: ConnectionFactory | str,
        destination: Destination | str,
        listener: Any,
        **options: Unpack[ListenerOptions],
    ) -> None:
        """`destination` may be a text: `queue://NAME`, `topic://NAME`, or `NAME` for a queue. The listener is a
        callable, or an object with `on_message`; several threads call it at once. `options` are those of
        `ListenerSettings`.

        Raises ValueError for what cannot be a listener, such as a coroutine function, for which there is `jmslike.aio`;
        JMSError for a bad URL; else as `ListenerSettings`.
        """
        self._factory = factory_of(factory_or_url)
        self._settings = ListenerSettings(destination, **options)
        self._listener = Listener(listener, self._settings.converter)
        self._starting = threading.RLock()  # one start at a time; a program's signal handler may interrupt it
        self._crew: Crew | None = None
        self._runs: set[Callable[[], None]] = set()

    def __repr__(self) -> str:
        return f"ListenerContainer({self._factory!r}, {str(self.destination)!r}, concurrency={self.concurrency})"

    @property
    def destination(self) -> Destination:
        """The destination that is listened to."""
        return self._settings.destination

    @property
    def concurrency(self) -> int:
        """The number of sessions."""
        return self._settings.concurrency

    @property
    def is_running(self) -> bool:
        """Whether it was started, and not all of its sessions have ended since; also while the provider is away."""
        crew = self._crew
        return crew is not None and crew.is_running

    @property
    def is_healthy(self) -> bool:
        """Whether it runs, is not asked to stop, and all of its sessions are connected."""
        crew = self._crew
        return crew is not None and crew.is_healthy

    def start(self) -> None:
        """Connect, and listen: what is sent after this returns is received. Ignored if it runs.

        Raises what connecting raises, UnsupportedFeatureError where the provider has no such subscription,
        InvalidSelectorError, and what else making a consumer raises. Then nothing runs. IllegalStateError while it
        stops, and if `stop` is called meanwhile.
        """
        with self._starting:
            if self._crew is not None and not self._crew.has_ended:
                if self._crew.is_stopping:
                    raise IllegalStateError("the container is stopping: its listeners have not ended yet")
                return
            self._crew = Crew(self._factory, self._settings, self._listener, self._tell_runs)
            self._crew.start()

    def stop(self, timeout: Duration | None = None) -> bool:
        """Stop: listeners that run end their work, with their transactions; other messages stay with the provider.

        Waits at most `timeout` (seconds or a timedelta), forever without. Returns whether all has ended; if not, the
        listeners go on to their end, and another call may wait for them. A start that is connecting ends when that has
        ended. A listener of the container may call this, and so may a signal handler during a start: it does not wait
        then.
        """
        limit = waiting_time(timeout)
        self._tell_runs()
        crew = self._crew
        if crew is None:
            return True
        crew.stop()
        return crew.join(0 if self._is_inside() else limit)

    def run(self) -> None:
        """Start, unless it runs, and stop after SIGTERM, SIGINT or a call of `stop`; returns when all has ended.

        The first signal also ends a start that waits for its provider. A second one ends at once: SIGINT raises
        KeyboardInterrupt, SIGTERM ends the process. The signal handlers are then as before. Only the main thread can
        have them; in another, `stop` ends this. Raises what `start` raises, and SystemExit or KeyboardInterrupt if a
        listener raised that.
        """
        run([self])

    def _is_inside(self) -> bool:
        """Whether the caller is a listener of this container, or starts it, and must not wait for itself."""
        crew = self._crew
        return crew is not None and crew.is_inside

    def _interrupt_start(self) -> None:
        """Leave `start`, in a signal handler of the thread that calls it, while it connects."""
        crew = self._crew
        if crew is not None:
            crew.interrupt_start()

    def _tell_runs(self) -> None:
        for tell in list(self._runs):
            tell()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()


def run(containers: Sequence[ListenerContainer]) -> None:
    """As `ListenerContainer.run`, for several: all stop when one is stopped."""
    ends: SimpleQueue[None] = SimpleQueue()  # of all that can wake a thread, a signal handler may use this

    def end() -> None:
        ends.put(None)

    def signalled() -> None:
        end()
        for container in containers:
            container._interrupt_start()

    with end_signals(signalled) as handled:
        for container in containers:
            container._runs.add(end)
        try:
            try:
                start_all(containers)
            except (StartInterrupted, IllegalStateError):
                if ends.empty():
                    raise
            ends.get()
            _log.info("stopping: %s", "listeners that run end their work" + "; a second signal ends at once" * handled)
            stop_all(containers)
        finally:
            for container in containers:
                container._runs.discard(end)
    for container in containers:
        if container._crew is not None and container._crew.exit is not None:
            raise container._crew.exit


def start_all(containers: Sequence[ListenerContainer]) -> None:
    """Start all of them; if one cannot start, those that this has started are stopped."""
    idle = [container for container in containers if not container.is_running]
    try:
        for container in containers:
            container.start()
    except Exception:  # and not at a second signal, which must not wait
        stop_all(idle)
        raise


def stop_all(containers: Sequence[ListenerContainer], timeout: Duration | None = None) -> bool:
    """Stop all of them at the same time. Return whether all have ended within the timeout. A listener of one does not
    wait: another listener may wait for it.
    """
    limit = 0.0 if any(container._is_inside() for container in containers) else waiting_time(timeout)
    deadline = None if limit is None else time.monotonic() + limit
    for container in containers:
        container.stop(0)
    remaining = (None if deadline is None else max(0.0, deadline - time.monotonic()) for _ in containers)
    return all(container.stop(left) for container, left in zip(containers, remaining, strict=True))
