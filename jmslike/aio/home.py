"""Where a connection of `jmslike.aio` lives: its event loop, and the threads in which calls wait for a provider."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, Final, Generic, TypeVar

from jmslike.core.connection_state import ConnectionState
from jmslike.errors import IllegalStateError
from jmslike.prompt import Prompt

T = TypeVar("T")

_MOST_THREADS: Final = 8
"""Threads of one connection."""
_LINGER: Final = 0.05
"""Seconds for which they wait for more work: consumers that only wait have no threads."""


class Home:
    """The loop of one connection. Made on that loop; only `soon` may be called by other threads."""

    def __init__(self) -> None:
        self.loop: Final = asyncio.get_running_loop()
        self.is_prompt: bool = False
        """Whether nothing waits for the provider, so that the loop does without threads (`Prompt`)."""
        self._state: Callable[[], ConnectionState | None] = lambda: None
        self._thread = threading.get_ident()
        self._threads: ThreadPoolExecutor | None = None
        self._jobs = 0

    def opened(self, state: ConnectionState) -> None:
        """Note the connection that was opened."""
        self._state = weakref.ref(state)  # a timer of the loop may keep this object longer than the application does
        self.is_prompt = isinstance(state.transport, Prompt) and state.transport.is_prompt

    def check(self) -> None:
        """Raise IllegalStateError if the connection is closed, or the caller is not on its loop."""
        state = self._state()
        if state is not None:
            state.check_open()
        try:
            running = asyncio.get_running_loop()
        except RuntimeError:
            running = None
        if running is not self.loop:
            raise IllegalStateError(
                f"the connection belongs to the event loop {self.loop!r}, but was used in {running!r}: "
                "make a connection in each event loop"
            )

    def soon(self, callback: Callable[..., object], *arguments: Any) -> bool:
        """Call on the loop, at once if this is its thread. Return False if the loop is closed: nothing runs there."""
        if self.loop.is_closed():
            return False
        if threading.get_ident() == self._thread:
            callback(*arguments)
            return True
        try:
            self.loop.call_soon_threadsafe(callback, *arguments)
        except RuntimeError:  # closed at this moment
            return False
        return True

    def submit(self, call: Callable[[], T]) -> Future[T]:
        """Make the call in a thread, with the context variables of the caller."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(_MOST_THREADS, "jmslike-aio")
        self._jobs += 1
        return self._threads.submit(copy_context().run, call)

    def ended(self) -> None:
        """Note that a call has ended; after the last one the threads end, too."""
        self._jobs -= 1
        if not self._jobs:
            self.loop.call_later(_LINGER, self.end_threads)

    def end_threads(self) -> None:
        """End the threads unless a call is under way, after which they end."""
        threads = self._threads
        if not self._jobs and threads is not None:
            self._threads = None
            threads.shutdown(wait=False)


class Job(Generic[T]):
    """A call that may wait. Its outcome is for the loop."""

    __slots__ = ("_call", "_home", "_work", "outcome")

    def __init__(self, home: Home, call: Callable[[], T]) -> None:
        self.outcome: asyncio.Future[T] = home.loop.create_future()
        self._home = home
        self._call = call
        self._work: Future[None] | None = None
        if home.is_prompt:
            self._run()
        else:
            self._work = home.submit(self._run)
            self._work.add_done_callback(lambda _: home.soon(home.ended))

    def withdraw(self) -> bool:
        """Do not begin; return False if it has begun."""
        return self._work is not None and self._work.cancel()

    def _run(self) -> None:
        try:
            result = self._call()
        except BaseException as error:  # raised to the caller on the loop
            self._home.soon(self._raised, error)
        else:
            self._home.soon(self.outcome.set_result, result)

    def _raised(self, error: BaseException) -> None:
        self.outcome.set_exception(error)
        self.outcome.exception()  # a caller that was cancelled does not fetch it
