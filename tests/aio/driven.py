"""`jmslike.aio` under the synchronous names: each call is made on an event loop in another thread, and waited for.

So the conformance suite runs through it. A listener runs in a thread, for as long as its task waits: what the listener
calls is called by that task, as if the listener were a coroutine function.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any, cast

import jmslike
import jmslike.aio
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
        hand_over = getattr(self._here, "hand_over", None)
        if hand_over is not None:
            hand_over((call, done))
        else:
            self.loop.call_soon_threadsafe(lambda: self.loop.create_task(_run(call, done)))
        return done.result()

    async def run_listener(self, listener: Call) -> Any:
        """Run a listener in a thread, and make its calls in this task."""
        calls: asyncio.Queue[tuple[Call, Future[Any]] | None] = asyncio.Queue()
        returned: Future[Any] = Future()

        def hand_over(call: tuple[Call, Future[Any]] | None) -> None:
            self.loop.call_soon_threadsafe(calls.put_nowait, call)

        def work() -> None:
            self._here.hand_over = hand_over
            try:
                returned.set_result(listener())
            except BaseException as error:
                returned.set_exception(error)
            hand_over(None)

        threading.Thread(target=work, name="listener", daemon=True).start()
        while (call := await calls.get()) is not None:
            await _run(*call)
        return returned.result()


async def _run(call: Call, done: Future[Any]) -> None:
    try:
        result = call()
        done.set_result(await result if inspect.isawaitable(result) else result)
    except BaseException as error:
        done.set_exception(error)


LOOP = Loop()


class Driven:
    """An object of `jmslike.aio`, under the synchronous names."""

    def __init__(self, there: Any) -> None:
        self._there = there

    def __getattr__(self, name: str) -> Any:
        return getattr(self._there, name)  # what is private

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *exc_info: object) -> None:
        cast("Any", self).close()

    def __iter__(self) -> Iterator[Any]:
        steps = LOOP.drive(lambda: aiter(self._there))
        while True:
            try:
                yield here(LOOP.drive(lambda: anext(steps)))
            except StopAsyncIteration:
                return


class _Listener:
    """A listener of the test, which runs in a thread."""

    def __init__(self, given: Any) -> None:
        self.given = given

    async def __call__(self, argument: Any) -> Any:
        call = (
            self.given if callable(self.given) else getattr(self.given, "on_message", None) or self.given.on_exception
        )
        return await LOOP.run_listener(lambda: call(here(argument)))


class _CompletionListener:
    def __init__(self, given: Any) -> None:
        self.given = given

    async def on_completion(self, message: Any) -> Any:
        return await LOOP.run_listener(lambda: self.given.on_completion(message))

    async def on_exception(self, message: Any, error: Exception) -> Any:
        return await LOOP.run_listener(lambda: self.given.on_exception(message, error))


class _Owner:
    """The owner of a message, which the test acknowledges without awaiting."""

    def __init__(self, there: Any) -> None:
        self.there = there
        self.message_types = there.message_types
        self.serializer = there.serializer

    def acknowledge(self, number: int | None) -> None:
        LOOP.drive(lambda: self.there.acknowledge(number))


def here(value: Any) -> Any:
    """Return what the test sees of a value of `jmslike.aio`."""
    kind = _KINDS.get(type(value))
    if kind is not None:
        return kind(value)
    if isinstance(value, jmslike.aio.context.Browsing):
        return here(LOOP.drive(lambda: value))
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


def there(value: Any, name: str = "") -> Any:
    """Return what `jmslike.aio` gets for a value of the test, as the argument or attribute of that name."""
    if isinstance(value, Driven):
        return value._there
    if name in ("message_listener", "exception_listener") and _may_listen(value):
        return _Listener(value)
    if name in ("async_listener", "completion_listener") and _may_complete(value):
        return _CompletionListener(value)
    return value


def _may_listen(value: Any) -> bool:
    try:
        jmslike.core.listener_calls.message_call(value)
    except ValueError:
        try:
            jmslike.core.listener_calls.exception_call(value)
        except ValueError:
            return False
    return value is not None


def _may_complete(value: Any) -> bool:
    try:
        jmslike.core.listener_calls.check_completion_listener(value)
    except ValueError:
        return False
    return True


def _method(method: Any, name: str) -> Any:
    @functools.wraps(method)
    def call(self: Driven, *args: Any, **kwargs: Any) -> Any:
        names = ["completion_listener"] if name == "set_async" else [""] * len(args)
        positional = [there(value, of) for value, of in zip(args, names, strict=False)]
        keywords = {key: there(value, key) for key, value in kwargs.items()}
        result = LOOP.drive(lambda: getattr(self._there, name)(*positional, **keywords))
        return self if result is self._there else here(result)

    return call


def _attribute(name: str, attribute: property) -> property:
    def get(self: Driven) -> Any:
        return here(LOOP.drive(lambda: getattr(self._there, name)))

    def set_(self: Driven, value: Any) -> None:
        LOOP.drive(lambda: setattr(self._there, name, there(value, name)))

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


_KINDS: dict[type, type[Driven]] = {
    kind: _driven(kind)
    for kind in (
        jmslike.aio.Connection,
        jmslike.aio.JMSConsumer,
        jmslike.aio.JMSContext,
        jmslike.aio.JMSProducer,
        jmslike.aio.MessageConsumer,
        jmslike.aio.MessageProducer,
        jmslike.aio.QueueBrowser,
        jmslike.aio.Session,
        jmslike.aio.ConnectionFactory,
    )
}


def connection_factory(url: str, **options: Any) -> jmslike.ConnectionFactory:
    """Make a factory whose connections live on the loop."""
    factory: jmslike.ConnectionFactory = here(jmslike.aio.ConnectionFactory(url, **options))
    return factory
