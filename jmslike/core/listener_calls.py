"""What may be a listener, and what becomes of what it returns and raises.

A listener is a callable, or an object with the method that JMS names. A call of a coroutine function or generator
function runs none of it, so it is refused when it is set, as far as that can be seen. What a call returns shows the
rest. Only `jmslike.aio`, which awaits what a listener returns, takes coroutine functions. A call that does not
take its arguments is refused as well: it would fail at each message, and make dead letters of all of them.
"""

from __future__ import annotations

import inspect
import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, Final, NamedTuple, Protocol, TypeAlias

from jmslike.errors import JMSError
from jmslike.message import Message


class OnMessage(Protocol):
    """A message listener as in Java: an object with this method."""

    def on_message(self, message: Message) -> object:
        """Handle the message."""


class OnException(Protocol):
    """An exception listener as in Java: an object with this method."""

    def on_exception(self, exception: JMSError) -> object:
        """Handle the error."""


class OnInterrupted(Protocol):
    """A link listener that hears of losses."""

    def on_interrupted(self, error: JMSError) -> object:
        """The link is lost, and the transport tries to restore it."""


class OnRestored(Protocol):
    """A link listener that hears of restored links."""

    def on_restored(self, url: str) -> object:
        """The link works again, with the host of this URL, which has no user, password or options."""


class CompletionListener(Protocol):
    """An object with these two methods, which are called when an asynchronous send ends (section 7.3)."""

    def on_completion(self, message: Message) -> object:
        """The provider took responsibility for the message."""

    def on_exception(self, message: Message, exc: JMSError) -> object:
        """The message could not be sent."""


MessageListener: TypeAlias = "Callable[[Message], object] | OnMessage"
ExceptionListener: TypeAlias = "Callable[[JMSError], object] | OnException"
LinkListener: TypeAlias = "OnInterrupted | OnRestored"


class ListenerCall(NamedTuple):
    """A listener as the application gave it, and the call that it stands for."""

    given: Any
    call: Callable[[Any], object]


def _is_asynchronous(function: Any) -> str | None:
    return "coroutine function" if inspect.iscoroutinefunction(function) else _is_generating(function)


def _is_generating(function: Any) -> str | None:
    if inspect.isasyncgenfunction(function):
        return "asynchronous generator function"
    return "generator function" if inspect.isgeneratorfunction(function) else None


UNRUN: Final = _is_asynchronous
"""Names the kind of a function of which a plain call would run nothing; None for others."""
UNRUN_ON_A_LOOP: Final = _is_generating
"""The same where what the call returns is awaited."""


def message_call(listener: Any, unrun: Callable[[Any], str | None] = UNRUN) -> ListenerCall | None:
    """Return the call of a message listener, or None of None. Raises ValueError for what cannot be one."""
    return _call_of(listener, "on_message", "a message listener", "one message", unrun)


def exception_call(listener: Any, unrun: Callable[[Any], str | None] = UNRUN) -> ListenerCall | None:
    """Return the call of an exception listener, or None of None. Raises ValueError for what cannot be one."""
    return _call_of(listener, "on_exception", "an exception listener", "one exception", unrun)


def check_completion_listener(listener: object, unrun: Callable[[Any], str | None] = UNRUN) -> None:
    """Raise ValueError unless the object has the two methods of a CompletionListener."""
    for name in ("on_completion", "on_exception"):
        method = getattr(listener, name, None)
        if not callable(method):
            raise ValueError(f"a completion listener has a method {name}; {listener!r} has none")
        refuse_unrun_function(method, f"{name} of a completion listener", unrun)


class LinkCalls(NamedTuple):
    """A link listener as the application gave it, and the calls that it stands for; None for a method it has not."""

    given: Any
    interrupted: ListenerCall | None
    restored: ListenerCall | None


def link_calls(listener: Any, unrun: Callable[[Any], str | None] = UNRUN) -> LinkCalls | None:
    """Return the calls of a link listener, or None of None. Raises ValueError for what cannot be one."""
    if listener is None:
        return None
    methods = {name: getattr(listener, name, None) for name in ("on_interrupted", "on_restored")}
    if isinstance(listener, type) or not any(callable(method) for method in methods.values()):
        raise ValueError(
            f"a link listener is an object with on_interrupted(error), on_restored(url) or both, not {listener!r}"
        )
    for name, method in methods.items():
        if method is not None:
            refuse_unrun_function(method, f"{name} of a link listener", unrun)
            _refuse_arguments(method, f"{name} of a link listener")
    return LinkCalls(
        listener, *(None if method is None else ListenerCall(listener, method) for method in methods.values())
    )


def _call_of(
    listener: Any, name: str, what: str, argument: str, unrun: Callable[[Any], str | None]
) -> ListenerCall | None:
    if listener is None:
        return None
    method = getattr(listener, name, None)
    if isinstance(listener, type) and method is not None:
        raise ValueError(f"{what} is an object, not the class {listener!r}: set {listener.__name__}()")
    call = listener if callable(listener) else method
    if not callable(call):
        raise ValueError(f"{what} is a callable that takes {argument}, or has a method {name}, not {listener!r}")
    refuse_unrun_function(call, what, unrun)
    _refuse_arguments(call, what)
    return ListenerCall(listener, call)


def _refuse_arguments(call: Any, what: str) -> None:
    """Raise ValueError if the call does not take one argument. A method without its object takes one more."""
    try:
        signature = inspect.signature(call)
    except (TypeError, ValueError):
        return  # what is written in C may not tell
    try:
        signature.bind(None)
    except TypeError as error:
        raise ValueError(
            f"{what} is called with one argument, which {call!r} does not take: {error}; "
            "give a method with its object, not with its class"
        ) from None


def refuse_unrun_function(call: Any, what: str, unrun: Callable[[Any], str | None] = UNRUN) -> None:
    """Raise ValueError for a coroutine function or the like, of which a call would run nothing."""
    plain = call
    while isinstance(plain, partial):
        plain = plain.func
    for function in (plain, type(plain).__call__):
        kind = unrun(function)
        if kind is not None:
            raise ValueError(
                f"{what} is a plain function, not the {kind} {call!r}: a call would run none of it. "
                "Run it in a plain function, or use jmslike.aio, where coroutine functions are listeners"
            )


def refuse_unrun(result: object) -> None:
    """Raise TypeError if a listener has returned a coroutine or the like, after closing it: it has not run."""
    if not (inspect.isawaitable(result) or inspect.isgenerator(result) or inspect.isasyncgen(result)):
        return
    if inspect.iscoroutine(result) or inspect.isgenerator(result):
        result.close()  # one that is only dropped warns that it was never awaited
    raise TypeError(
        f"the listener returned {result!r}, which has not run: a listener is a plain function; "
        "jmslike.aio has coroutines as listeners"
    )


# ---- what a listener raises -----------------------------------------------------------------------------------------


def is_exit(error: BaseException) -> bool:
    """Whether the error asks for the end of what runs, and is no failure of the work."""
    return isinstance(error, (SystemExit, KeyboardInterrupt))


def log_raised(log: logging.Logger, error: BaseException, text: str, *arguments: object) -> None:
    """Log what a listener raised. Without logging set up it goes to `threading.excepthook`, as from any thread."""
    log.error(text, *arguments, exc_info=error)
    if not is_heard(log):
        if isinstance(error, SystemExit):  # which the hook passes over in silence
            error = JMSError(text % arguments, linked_exception=error)
        thread = threading.current_thread()
        threading.excepthook(threading.ExceptHookArgs((type(error), error, error.__traceback__, thread)))


def is_heard(log: logging.Logger) -> bool:
    """Whether logging is set up: a handler gets what the logger logs."""
    current: logging.Logger | None = log
    while current is not None:
        if any(not isinstance(handler, logging.NullHandler) for handler in current.handlers):
            return True
        current = current.parent if current.propagate else None
    return False
