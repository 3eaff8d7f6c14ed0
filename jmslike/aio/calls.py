"""The rule of `jmslike.aio`: what may wait is a coroutine, everything else is as it is.

`waiting` and `opening` make a coroutine of a method of the synchronous API. `Calls` runs it in a thread, one call of a
session after the other.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Callable, Coroutine, Generator
from functools import partial
from typing import TYPE_CHECKING, Any, Concatenate, Final, Generic, NoReturn, ParamSpec, Self, TypeVar, cast

from jmslike.aio.home import Home, Job, Threads

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

    async def run(self, call: Callable[[], T], late: Callable[[Turn, asyncio.Future[T]], object]) -> T:
        """Make the call. If its caller is cancelled meanwhile, `late` gets the outcome, in the same turn."""
        job = Job(self._calls.home, self._calls.threads, call)
        self.has_begun = True
        try:
            return await asyncio.shield(job.outcome)
        except asyncio.CancelledError as cancelled:
            if job.withdraw():
                self.has_begun = False
                cancelled.add_note("jmslike: the call had not begun, so nothing was done")
            else:
                cancelled.add_note("jmslike: the call goes on; the next call waits for it, and raises its error")
                self._follow(job, late)
            raise

    def follow(self, call: Callable[[], object]) -> None:
        """Make a further call in this turn, for which nothing waits but the next turn."""
        self._follow(Job(self._calls.home, self._calls.threads, call), keep_error)

    def _follow(self, job: Job[T], late: Callable[[Turn, asyncio.Future[T]], object]) -> None:
        def ended(outcome: asyncio.Future[T]) -> None:
            self._job = None
            try:
                late(self, outcome)
            finally:
                self._end()

        self._job = job
        job.outcome.add_done_callback(ended)

    def _end(self) -> None:
        if self._job is None:
            self._calls.lock.release()

    def keep(self, error: BaseException | None) -> None:
        """Have the application's next call raise the error."""
        if error is not None:
            self._calls.kept.append(error)


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

    async def run(self, call: Callable[[], T]) -> T:
        """Make a call of the application.

        Raises what it raises, or what an earlier one has raised; IllegalStateError on another loop, or when closed.
        """
        async with CallTurn(self) as turn:
            return await turn.run(call, keep_error)


def keep_error(turn: Turn, outcome: asyncio.Future[Any]) -> None:
    """Have the application's next call raise what this one has raised, if it has."""
    turn.keep(outcome.exception())


def close_result(turn: Turn, outcome: asyncio.Future[Any]) -> None:
    """Close what the call has made."""
    error = outcome.exception()
    if error is None:
        turn.follow(outcome.result()._close)
    else:
        _log.debug("a call that was cancelled failed: %s", error)


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


def opening(
    method: Callable[Concatenate[Any, P], Any], kind: type[T]
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]:
    """Make a coroutine method of a synchronous one that makes a `kind`; if its caller is cancelled, that is closed."""

    @functools.wraps(method)
    async def call(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        async with CallTurn(self._calls) as turn:
            made: T = await turn.run(partial(method, self, *args, **kwargs), close_result)
            return made

    return call


class Closing:
    """What `async with` closes. `with`, which cannot wait, is refused."""

    __slots__ = ()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await cast("Any", self).close()

    def __enter__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} of jmslike.aio is closed by `async with`, not by `with`")

    def __exit__(self, *exc_info: object) -> None:
        """See __enter__."""


_Closing = TypeVar("_Closing", bound=Closing)


_TO_OPEN: Final = "write `async with aio.connect(url) as context`, or `context = await aio.connect(url)`"


class Opening(Generic[_Closing]):
    """What takes time to make: `await` makes it, and `async with` also closes it."""

    __slots__ = ("_made", "_make")

    def __init__(self, make: Callable[[], Coroutine[Any, Any, _Closing]]) -> None:
        self._make = make

    def __await__(self) -> Generator[Any, None, _Closing]:
        return self._make().__await__()

    async def __aenter__(self) -> _Closing:
        self._made = await self._make()
        return self._made

    async def __aexit__(self, *exc_info: object) -> None:
        await cast("Any", self._made).close()

    def __enter__(self) -> NoReturn:
        raise TypeError(f"what connects has to wait, which `with` cannot: {_TO_OPEN}")

    def __exit__(self, *exc_info: object) -> None:
        """See __enter__."""

    if not TYPE_CHECKING:  # a type checker finds the missing await by itself

        def __getattr__(self, name: str) -> NoReturn:
            raise AttributeError(f"{name!r} belongs to a context, and nothing is connected yet: {_TO_OPEN}")
