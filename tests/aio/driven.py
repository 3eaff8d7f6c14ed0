"""`jmslike.aio` under the synchronous names: each call is made on an event loop in another thread, and waited for.

So the conformance suite runs through it. The listeners of a session run in a thread, while their task waits: what a
listener calls is called by that task, as if the listener were a coroutine function.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import sys
import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, cast

import jmslike
import jmslike.aio
from jmslike.aio.context import Browsing
from jmslike.core.listener_calls import check_completion_listener, exception_call, message_call
from jmslike.destinations import TemporaryQueue, TemporaryTopic

Call = Callable[[], Any]


class Loop:
    """An event loop in a thread of its own, which runs until the program ends."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, name="asyncio", daemon=True).start()
        self._here = threading.local()

    def drive(self, call: Call) -> Any:
        """Make the call on the loop, await what it returns if need be, and return the result."""
        done: Future[Any] = Future()
        handling = _Handling(sys.exception(), call)
        hand_over = getattr(self._here, "hand_over", None)
        if hand_over is not None:
            hand_over((handling, done))
        else:
            asyncio.run_coroutine_threadsafe(_run(handling, done), self.loop)
        return done.result()

    async def run_listener(self, thread: ThreadPoolExecutor, listener: Call) -> Any:
        """Run a listener in the thread, and make its calls in this task."""
        calls: asyncio.Queue[tuple[_Handling, Future[Any]] | None] = asyncio.Queue()

        def hand_over(call: tuple[_Handling, Future[Any]] | None) -> None:
            self.loop.call_soon_threadsafe(calls.put_nowait, call)

        def work() -> Any:
            self._here.hand_over = hand_over
            try:
                return listener()
            finally:
                hand_over(None)

        returned = self.loop.run_in_executor(thread, work)
        while (call := await calls.get()) is not None:
            await _run(*call)
        result = await returned
        return await result if inspect.isawaitable(result) else result


class _Handling:
    """A call, with the exception that its caller handles: it may be the reason of a redelivery."""

    def __init__(self, error: BaseException | None, call: Call) -> None:
        self._error = error
        self._call = call

    async def __call__(self) -> Any:
        if self._error is None:
            return await self._finished()
        try:
            raise self._error
        except BaseException:
            return await self._finished()

    async def _finished(self) -> Any:
        result = self._call()
        return await result if inspect.isawaitable(result) else result


async def _run(call: _Handling, done: Future[Any]) -> None:
    try:
        done.set_result(await call())
    except BaseException as error:
        done.set_exception(error)


LOOP = Loop()


class _Threads:
    """The threads in which the listeners of one session run: one for each kind of them.

    Only a call that overlaps another gets a thread of its own, so that a test which counts threads notices it.
    """

    def __init__(self) -> None:
        self._idle: defaultdict[str, list[ThreadPoolExecutor]] = defaultdict(list)

    async def run(self, kind: str, listener: Call) -> Any:
        """Run a listener of this kind, on the loop's behalf."""
        idle = self._idle[kind]
        thread = idle.pop() if idle else ThreadPoolExecutor(1, kind)
        try:
            return await LOOP.run_listener(thread, listener)
        finally:
            idle.append(thread)


class Driven:
    """An object of `jmslike.aio`, under the synchronous names."""

    def __init__(self, there: Any, threads: _Threads) -> None:
        self._there = there
        self._threads = threads

    def __getattr__(self, name: str) -> Any:
        return getattr(self._there, name)  # what is private

    def _receive(self, timeout: float | None = None) -> Any:
        return cast("Any", self).receive(timeout)  # what a requestor calls

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *exc_info: object) -> None:
        cast("Any", self).close()

    def __iter__(self) -> Iterator[Any]:
        return _steps(LOOP.drive(lambda: aiter(self._there)), self._threads)


def _steps(steps: AsyncIterator[Any], threads: _Threads) -> Iterator[Any]:
    while True:
        try:
            yield here(LOOP.drive(lambda: anext(steps)), threads)
        except StopAsyncIteration:
            return


class _Listener:
    """A listener of the test, which runs in a thread."""

    def __init__(self, given: Any, method: str, threads: _Threads) -> None:
        self.given = given
        self._method = method
        self._call = given if callable(given) else getattr(given, method)
        self._threads = threads

    async def __call__(self, argument: Any) -> Any:
        return await self._threads.run(self._method, lambda: self._call(here(argument, self._threads)))


class _CompletionListener:
    def __init__(self, given: Any, threads: _Threads) -> None:
        self.given = given
        self._threads = threads

    async def on_completion(self, message: Any) -> Any:
        return await self._threads.run("completion", lambda: self.given.on_completion(message))

    async def on_exception(self, message: Any, error: Exception) -> Any:
        return await self._threads.run("completion", lambda: self.given.on_exception(message, error))


class _Owner:
    """The owner of a message, which the test acknowledges without awaiting."""

    def __init__(self, there: Any) -> None:
        self.there = there
        self.message_types = there.message_types
        self.serializer = there.serializer

    def acknowledge(self, number: int | None) -> None:
        LOOP.drive(lambda: self.there.acknowledge(number))


def here(value: Any, threads: _Threads) -> Any:
    """Return what the test sees of a value of `jmslike.aio`. A part of a session has the threads of that."""
    kind = _KINDS.get(type(value))
    if kind is not None:
        return kind(value, threads if isinstance(value, _PARTS) else _Threads())
    if isinstance(value, Browsing):
        return here(LOOP.drive(lambda: value), threads)
    if isinstance(value, (_Listener, _CompletionListener)):
        return value.given
    if isinstance(value, jmslike.Message):
        owner = value._owner
        if owner is not None and not isinstance(owner, _Owner) and hasattr(owner, "message_types"):
            value._owner = _Owner(owner)
    elif isinstance(value, (TemporaryQueue, TemporaryTopic)) and value._delete is not None:
        return type(value)(value.name, functools.partial(_delete, value))
    return value


def _delete(destination: Any, _same: object) -> None:
    LOOP.drive(destination.delete)


def there(value: Any, name: str, threads: _Threads) -> Any:
    """Return what `jmslike.aio` gets for a value of the test, as the argument or attribute of that name."""
    if isinstance(value, Driven):
        return value._there
    if name == "message_listener" and _is_accepted(message_call, value):
        return _Listener(value, "on_message", threads)
    if name == "exception_listener" and _is_accepted(exception_call, value):
        return _Listener(value, "on_exception", threads)
    if name in ("async_listener", "completion_listener") and _is_accepted(check_completion_listener, value):
        return _CompletionListener(value, threads)
    return value


def _is_accepted(check: Callable[[Any], object], value: Any) -> bool:
    try:
        check(value)
    except ValueError:
        return False  # jmslike.aio is to refuse it, too
    return value is not None


def _method(method: Any, name: str) -> Any:
    @functools.wraps(method)
    def call(self: Driven, *args: Any, **kwargs: Any) -> Any:
        names = ["completion_listener"] if name == "set_async" else [""] * len(args)
        positional = [there(value, of, self._threads) for value, of in zip(args, names, strict=False)]
        keywords = {key: there(value, key, self._threads) for key, value in kwargs.items()}
        result = LOOP.drive(lambda: getattr(self._there, name)(*positional, **keywords))
        return self if result is self._there else here(result, self._threads)

    return call


def _attribute(name: str, attribute: property) -> property:
    def get(self: Driven) -> Any:
        return here(LOOP.drive(lambda: getattr(self._there, name)), self._threads)

    def set_(self: Driven, value: Any) -> None:
        LOOP.drive(lambda: setattr(self._there, name, there(value, name, self._threads)))
        if name == "client_id":  # which the next call claims
            connection = getattr(self._there, "_connection", self._there)
            LOOP.drive(lambda: connection._calls.run(connection._claim))

    return property(get, None if attribute.fset is None else set_, doc=attribute.__doc__)


def _driven(kind: type) -> type[Driven]:
    members: dict[str, Any] = {}
    for name in dir(kind):
        member = inspect.getattr_static(kind, name)
        if name.startswith("_"):
            continue
        if isinstance(member, property):
            members[name] = _attribute(name, member)
        elif inspect.isfunction(member):
            members[name] = _method(member, name)
        else:
            members[name] = getattr(kind, name)
    return type(kind.__name__, (Driven,), members)


_PARTS = (
    jmslike.aio.JMSConsumer,
    jmslike.aio.JMSProducer,
    jmslike.aio.MessageConsumer,
    jmslike.aio.MessageProducer,
    jmslike.aio.QueueBrowser,
)
_KINDS: dict[type, type[Driven]] = {
    kind: _driven(kind)
    for kind in (
        jmslike.aio.Connection,
        jmslike.aio.ConnectionFactory,
        jmslike.aio.JMSContext,
        jmslike.aio.Session,
        *_PARTS,
    )
}


def connection_factory(url: str, **options: Any) -> jmslike.ConnectionFactory:
    """Make a factory whose connections live on the loop."""
    factory: jmslike.ConnectionFactory = here(jmslike.aio.ConnectionFactory(url, **options), _Threads())
    return factory
