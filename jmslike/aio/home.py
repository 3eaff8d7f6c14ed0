"""Where a connection of `jmslike.aio` lives: its event loop, and the threads in which calls wait for a provider."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

from jmslike.core.connection_state import ConnectionState
from jmslike.errors import IllegalStateError, ResourceAllocationError

T = TypeVar("T")

_MOST_THREADS: Final = 8
"""Threads of one connection."""
_LINGER: Final = 0.05
"""Seconds for which a thread without work waits for more: the end of a program may wait as long."""


class Home:
    """The loop of one connection. Made on that loop; only `soon` may be called by other threads."""

    def __init__(self) -> None:
        self.loop: Final = asyncio.get_running_loop()
        self.threads: Final = Threads(_MOST_THREADS, "jmslike-aio")
        self.state: ConnectionState | None = None
        """The connection, once it is open."""
        self.is_prompt: bool = False
        """Whether nothing waits for the provider, so that the loop does without threads (`Prompt`)."""
        self._thread = threading.get_ident()

    def check(self) -> None:
        """Raise IllegalStateError if the connection is closed, or the caller is not on its loop."""
        if self.state is not None:
            self.state.check_open()
        self.check_loop()

    def check_loop(self) -> None:
        """Raise IllegalStateError if the caller is not on the loop."""
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


class Job(Generic[T]):
    """A call that may wait, in a thread of its connection. `outcome` is for the loop."""

    def __init__(self, home: Home, call: Callable[[], T]) -> None:
        self.outcome: asyncio.Future[T] = home.loop.create_future()
        self._home = home
        self._call = call
        if home.is_prompt:
            self.run()
        else:
            home.threads.submit(self.run)

    def withdraw(self) -> bool:
        """Do not begin; return False if it has begun."""
        return self._home.threads.withdraw(self.run)

    def run(self) -> None:
        """Make the call."""
        try:
            result = self._call()
        except BaseException as error:  # raised to the caller on the loop
            self._home.soon(self._raised, error)
        else:
            self._home.soon(self.outcome.set_result, result)

    def _raised(self, error: BaseException) -> None:
        self.outcome.set_exception(error)
        self.outcome.exception()  # a caller that was cancelled does not fetch it


class Threads:
    """At most so many threads, which run calls in their order and end when none is left.

    They are no daemons: a commit that runs when the program ends is not cut off. What they call has its own bounds.
    """

    def __init__(self, most: int, name: str) -> None:
        self._most = most
        self._name = name
        self._changed = threading.Condition()
        self._calls: deque[Callable[[], None]] = deque()
        self._running = 0
        self._idle = 0

    def submit(self, call: Callable[[], None]) -> None:
        """Run the call as soon as a thread is free. Raises ResourceAllocationError if no thread can be started."""
        with self._changed:
            self._calls.append(call)
            if self._idle >= len(self._calls):
                self._changed.notify()
                return
            if self._running == self._most:
                return
            self._running += 1
        try:
            threading.Thread(target=self._run, name=self._name).start()
        except RuntimeError as error:
            with self._changed:
                self._running -= 1
            self.withdraw(call)
            raise ResourceAllocationError(f"nothing was done: no thread can be started: {error}") from error

    def withdraw(self, call: Callable[[], None]) -> bool:
        """Take back a call; return False if a thread has it already."""
        with self._changed:
            if call not in self._calls:
                return False
            self._calls.remove(call)
            return True

    def _run(self) -> None:
        while (call := self._next()) is not None:
            call()
            del call  # nothing that was dropped is kept by a thread that waits for more

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            self._idle += 1
            self._changed.wait_for(lambda: self._calls, _LINGER)
            self._idle -= 1
            if self._calls:
                return self._calls.popleft()
            self._running -= 1
            return None
