"""What may be a listener, and what its call may return."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any
from unittest.mock import MagicMock

import pytest

from jmslike.core.listener_calls import (
    check_completion_listener,
    exception_call,
    link_calls,
    message_call,
    refuse_unrun,
)


async def coroutine(message: object) -> None: ...


async def asynchronous_generator(message: object) -> AsyncIterator[int]:
    yield 1


def generator(message: object) -> Iterator[int]:
    yield 1


class Callables:
    async def __call__(self, message: object) -> None: ...

    async def method(self, message: object) -> None: ...

    async def on_message(self, message: object) -> None: ...


class ObjectListener:
    def on_message(self, message: object) -> None: ...

    def on_exception(self, exception: object) -> None: ...


class Both(ObjectListener):
    def __call__(self, message: object) -> None: ...


@pytest.mark.parametrize(
    "listener",
    [
        coroutine,
        asynchronous_generator,
        generator,
        partial(coroutine),
        partial(partial(generator)),
        partial(Callables()),
        Callables(),
        Callables().method,
    ],
    ids=[
        "coroutine",
        "asynchronous generator",
        "generator",
        "partial of a coroutine",
        "partial of a partial",
        "partial of an object",
        "object",
        "method",
    ],
)
def test_a_function_of_which_a_call_runs_nothing_is_refused(listener: Any) -> None:
    for make in (message_call, exception_call):
        with pytest.raises(ValueError, match="is a plain function, not the "):
            make(listener)


def test_the_method_of_an_object_is_looked_at_too() -> None:
    class Deferring:
        async def on_message(self, message: object) -> None: ...

        async def on_completion(self, message: object) -> None: ...

    with pytest.raises(ValueError, match="coroutine function"):
        message_call(Deferring())
    with pytest.raises(ValueError, match="on_completion of a completion listener is a plain function"):
        check_completion_listener(Deferring())


@pytest.mark.parametrize(
    "listener", [lambda: None, lambda a, b: None, lambda *, message: None, ObjectListener.on_message]
)
def test_a_call_that_does_not_take_its_argument_is_refused(listener: Any) -> None:
    for make in (message_call, exception_call):
        with pytest.raises(ValueError, match=r"is called with one argument, which .* does not take: "):
            make(listener)


def test_the_methods_of_a_link_listener_take_their_argument() -> None:
    class Short:
        def on_restored(self) -> None: ...

    with pytest.raises(ValueError, match="on_restored of a link listener is called with one argument, which "):
        link_calls(Short())


@pytest.mark.parametrize(
    "listener", [print, partial(print), ObjectListener().on_message, MagicMock(), list, lambda m: m]
)
def test_callables_are_called(listener: Any) -> None:
    call = message_call(listener)
    assert call is not None
    assert call.given is listener
    assert call.call is listener


def test_an_object_is_called_by_its_method() -> None:
    listener = ObjectListener()
    for make, method in ((message_call, listener.on_message), (exception_call, listener.on_exception)):
        call = make(listener)
        assert call is not None
        assert call.given is listener
        assert call.call == method


def test_an_object_that_is_callable_is_called_itself() -> None:
    both = Both()
    call = message_call(both)
    assert call is not None
    assert call.call is both


def test_none_is_no_listener() -> None:
    assert message_call(None) is None
    assert exception_call(None) is None


def test_a_class_of_listeners_is_no_listener() -> None:
    with pytest.raises(ValueError, match=r"not the class .* set ObjectListener\(\)"):
        message_call(ObjectListener)


@pytest.mark.parametrize("function", [coroutine, asynchronous_generator, generator])
def test_a_result_that_has_not_run_is_refused_and_closed(function: Any) -> None:
    result = function(None)
    with pytest.raises(TypeError, match="which has not run"):
        refuse_unrun(result)
    assert list(result) == [] if function is generator else True


def test_a_future_is_refused_as_nothing_waits_for_it() -> None:
    loop = asyncio.new_event_loop()
    with pytest.raises(TypeError, match="which has not run"):
        refuse_unrun(loop.create_future())
    loop.close()


@pytest.mark.parametrize("result", [0, "text", MagicMock(), [], iter([1])])
def test_other_results_are_ignored(result: object) -> None:
    refuse_unrun(result)
