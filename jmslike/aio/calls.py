"""The rule of `jmslike.aio`: what may wait is a coroutine, everything else is as it is.

`waiting` and `opening` make a coroutine of a method of the synchronous API. `Calls` runs it in a thread, one call of a
session after the other.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Concatenate, Final, ParamSpec, Protocol, Self, TypeVar, cast

from jmslike.aio.home import Home, Job, Threads, Undo
from jmslike.errors import JMSError

_log = logging.getLogger("jmslike.session")

P = ParamSpec("P")
T = TypeVar("T")


class Turn:
    """The right to use a session, until the end of `async with`: one task at a time has it, in the order of asking.

    A call whose caller is cancelled goes on, and keeps the turn until it has ended.
    """

    __slots__ = ("_calls", "_job", "has_begun")

    def __init__(self, calls: Calls) -> None:
        self.has_begun: bool = False
        """Whether a call was made, or will be: it was not withdrawn."""
        self._calls = calls
        self._job: Job[Any] | None = None

    async def __aenter__(self) -> Self:
        calls = self._calls
        calls.home.check()
        await asyncio.sleep(0)  # calls that need not wait must not keep others from the event loop
        await calls.lock.acquire()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self._end()

    async def run(self, call: Callable[[], T], undo: Undo[T] | None = None) -> T:
        """Make the call. If its caller is cancelled meanwhile, it goes on in the same turn.

        Then `undo` gets what it returns. If it cannot be undone, the application's next call raises its error.
        """
        job = Job(self._calls.threads, call, undo)
        self.has_begun = True
        try:
            return await asyncio.shield(job.outcome)
        except asyncio.CancelledError as cancelled:
            if job.withdraw():
                self.has_begun = False
                cancelled.add_note("jmslike: the call had not begun, so nothing was done")
            else:
                end = "raises its error" if undo is None else "finds it undone"
                cancelled.add_note(f"jmslike: the call goes on; the next call waits for it, and {end}")
                self._follow(job)
            raise

    def follow(self, call: Callable[[], object]) -> None:
        """Make a further call in this turn, for which nothing waits but the next turn."""
        self._follow(Job(self._calls.threads, call))

    def _follow(self, job: Job[T]) -> None:
        self._job = job
        job.outcome.add_done_callback(partial(self._followed, job.undo))

    def _followed(self, undo: Undo[T] | None, outcome: asyncio.Future[T]) -> None:
        self._job = None
        error = outcome.exception()
        if error is None and undo is not None:
            self.follow(partial(_undo, undo, outcome.result()))
        elif error is not None and undo is None:
            self._calls.kept.append(error)
        elif error is not None:
            _log.debug("a call that was cancelled failed: %s", error)
        self._end()

    def _end(self) -> None:
        if self._job is None:
            self._calls.lock.release()


def _undo(undo: Undo[T], result: T) -> None:
    try:
        undo(result)
    except JMSError as error:
        _log.debug("a call that was cancelled was not undone: %s", error)


class CallTurn(Turn):
    """The turn of a call of the application. Begins by raising what a call has raised whose caller was cancelled."""

    __slots__ = ()

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        if self._calls.kept:
            self._end()
            raise self._calls.kept.pop(0)
        return self


class Calls:
    """The calls of one session but its sends, or its sends, or the calls of a connection itself."""

    __slots__ = ("home", "kept", "lock", "threads")

    def __init__(self, home: Home) -> None:
        self.home: Final = home
        self.threads: Threads = home.threads
        self.lock: Final = asyncio.Lock()
        self.kept: list[BaseException] = []
        """What calls have raised whose callers were cancelled."""

    def of_sends(self) -> Calls:
        """Return calls with turns and threads of their own, so that a send that waits for room keeps no other."""
        calls = Calls(self.home)
        calls.threads, calls.kept = self.home.sending, self.kept
        return calls

    async def run(self, call: Callable[[], T], undo: Undo[T] | None = None) -> T:
        """Make a call of the application: see `Turn.run`.

        Raises what it raises, or what an earlier one has raised; IllegalStateError on another loop, or when closed.
        """
        async with CallTurn(self) as turn:
            return await turn.run(call, undo)

    async def run_last(self, call: Callable[[], None]) -> None:
        """Make a call that closes: what an earlier one has raised does not keep it from that."""
        async with Turn(self) as turn:
            await turn.run(call)


def handling(error: BaseException | None, call: Callable[[], T]) -> Callable[[], T]:
    """Make a call that handles the exception, as its caller does: it may be the reason of a redelivery."""
    if error is None:
        return call

    def handled() -> T:
        traceback = error.__traceback__
        try:
            raise error
        except BaseException:
            return call()
        finally:
            error.__traceback__ = traceback

    return handled


def waiting(method: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]:
    """Make a coroutine method of a synchronous method that may wait."""

    @functools.wraps(method)
    async def call(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        calls: Calls = self._calls
        return await calls.run(partial(method, self, *args, **kwargs))

    return call


def awaiting(method: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]:
    """Make a coroutine method of a synchronous method that returns what a coroutine method of `jmslike.aio` returns."""

    @functools.wraps(method)
    async def call(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await cast("Coroutine[Any, Any, T]", method(self, *args, **kwargs))

    return call


class _Made(Protocol):
    def _close(self) -> None: ...


M = TypeVar("M", bound=_Made)


def opening(
    method: Callable[Concatenate[Any, P], Any], kind: type[M]
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, M]]:
    """Make a coroutine method of a synchronous one that makes a `kind`; if its caller is cancelled, that is closed."""

    @functools.wraps(method)
    async def call(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> M:
        calls: Calls = self._calls
        return await calls.run(partial(method, self, *args, **kwargs), kind._close)

    return call
