"""Where a connection of `jmslike.aio` lives: its event loop, and the threads in which calls wait for a provider."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, Final, Generic, TypeAlias, TypeVar

from jmslike.core.connection_state import ConnectionState
from jmslike.errors import IllegalStateError
from jmslike.prompt import Prompt

T = TypeVar("T")

Undo: TypeAlias = Callable[[T], object]
"""Undoes a call that has returned this, for a caller that was cancelled."""

_MOST_THREADS: Final = 8
"""Threads of one connection for sends, and as many for all else: sends that wait for room must not keep it waiting."""
_LINGER: Final = 0.05
"""Seconds for which they wait for more work: consumers that only wait have no threads."""


class Home:
    """The loop of one connection. Made on that loop; only `soon` may be called by other threads."""

    def __init__(self) -> None:
        self.loop: Final = asyncio.get_running_loop()
        self.is_prompt: bool = False
        """Whether nothing waits for the provider, so that the loop does without threads (`Prompt`)."""
        self._state: Callable[[], ConnectionState | None] = lambda: None
        self._endings: dict[object, asyncio.Task[None]] = {}
        self._thread = threading.get_ident()
        self.threads: Final = Threads(self)
        self.sending: Final = Threads(self)

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

    def ending(self, part: object, end: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.Future[None]:
        """Close a part of the connection, in a task that goes on if its caller is cancelled. All callers share it.

        Raises IllegalStateError on another loop.
        """
        self.check()
        task = self._endings.get(part)
        if task is None:
            task = self._endings[part] = self.loop.create_task(end())
            task.add_done_callback(lambda _: self._endings.pop(part))
        return asyncio.shield(task)

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


class Threads:
    """Some threads of a connection. They end when there is nothing to do."""

    def __init__(self, home: Home) -> None:
        self.home: Final = home
        self._pool: ThreadPoolExecutor | None = None
        self._calls = 0

    def submit(self, call: Callable[[], None]) -> Future[None]:
        """Make the call in a thread, with the context variables of the caller."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(_MOST_THREADS, "jmslike-aio")
        self._calls += 1
        made = self._pool.submit(copy_context().run, call)
        made.add_done_callback(lambda _: self.home.soon(self._ended))
        return made

    def _ended(self) -> None:
        self._calls -= 1
        if not self._calls:
            self.home.loop.call_later(_LINGER, self.end)

    def end(self) -> None:
        """End the threads, unless a call is under way: they end after it."""
        pool = self._pool
        if not self._calls and pool is not None:
            self._pool = None
            pool.shutdown(wait=False)


async def apart(home: Home, call: Callable[[], T]) -> T:
    """Make the call in a thread of its own, as all others may be waiting for what it does. It goes on if cancelled."""
    return await asyncio.shield(Job(Threads(home), call).outcome)


class Job(Generic[T]):
    """A call that may wait. Its outcome is for the loop; if that is closed by then, `undo` gets the result."""

    __slots__ = ("_call", "_home", "_made", "outcome", "undo")

    def __init__(self, threads: Threads, call: Callable[[], T], undo: Undo[T] | None = None) -> None:
        self.undo: Final = undo
        self.outcome: asyncio.Future[T] = threads.home.loop.create_future()
        self._home = threads.home
        self._call = call
        self._made: Future[None] | None = None
        if self._home.is_prompt:
            self._run()
        else:
            self._made = threads.submit(self._run)

    def withdraw(self) -> bool:
        """Do not begin; return False if it has begun."""
        return self._made is not None and self._made.cancel()

    def _run(self) -> None:
        try:
            result = self._call()
        except BaseException as error:  # raised to the caller on the loop
            self._home.soon(self._raised, error)
        else:
            if not self._home.soon(self.outcome.set_result, result) and self.undo is not None:
                self.undo(result)

    def _raised(self, error: BaseException) -> None:
        self.outcome.set_exception(error)
        self.outcome.exception()  # a caller that was cancelled does not fetch it
