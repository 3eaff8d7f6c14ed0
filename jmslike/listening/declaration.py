"""`@jms_listener`, which writes down at a function what it listens to, and `listen`, which makes the containers."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from types import MethodType, ModuleType
from typing import Any, Final, NamedTuple, TypeVar, Unpack

from jmslike.core.listener_calls import refuse_unrun_function
from jmslike.destinations import Destination
from jmslike.factory import ConnectionFactory
from jmslike.listening.container import ListenerContainer
from jmslike.listening.group import ContainerGroup
from jmslike.listening.kept_connection import factory_of
from jmslike.listening.settings import ListenerOptions, ListenerSettings

Function = TypeVar("Function", bound=Callable[..., Any])

_MARKS: Final = "__jms_listeners__"
"""The attribute of a function that holds its marks."""


class Mark(NamedTuple):
    """What is written at a function: where it listens, and how."""

    destination: Destination | str
    options: ListenerOptions


def jms_listener(destination: Destination | str, **options: Unpack[ListenerOptions]) -> Callable[[Function], Function]:
    """Mark a function as the listener of a destination, with the options of `ListenerContainer`. It stays as it is.

    A function may be marked several times. Raises as `ListenerContainer` does.
    """
    if callable(destination):
        raise ValueError('@jms_listener needs a destination: write @jms_listener("queue://NAME")')
    ListenerSettings(destination, **options)  # what is wrong is refused here, where it is written

    def mark(function: Function) -> Function:
        refuse_unrun_function(function, "a message listener")  # its arguments are checked once a method has its object
        setattr(function, _MARKS, (Mark(destination, options), *_marks_of(function)))
        return function

    return mark


def listen(factory_or_url: ConnectionFactory | str, *functions_or_modules: Any) -> ContainerGroup:
    """Make a container for each mark of these functions, and of those that the modules have. None is started.

    Raises ValueError for a function that is not marked, a module without a listener, and nothing at all; JMSError for a
    bad URL.
    """
    factory = factory_of(factory_or_url)
    functions = dict.fromkeys(function for given in functions_or_modules for function in _functions_of(given))
    if not functions:
        raise ValueError("there is nothing to listen with: name a function marked by @jms_listener, or its module")
    return ContainerGroup(
        ListenerContainer(factory, mark.destination, function, **mark.options)
        for function in functions
        for mark in _marks_of(function)
    )


def _functions_of(given: object) -> Iterator[Any]:
    if isinstance(given, ModuleType):
        found = [value for value in vars(given).values() if _is_marked(value)]
        if not found:
            raise ValueError(
                f"the module {given.__name__} has no listener: mark its functions by @jms_listener, and give a method "
                "with its object, as listen(url, shop.on_order)"
            )
        yield from found
    elif _marks_of(given):
        yield given
    else:
        raise ValueError(f"{given!r} is no listener: mark the function by @jms_listener")


def _is_marked(value: object) -> bool:
    function = value.__func__ if isinstance(value, MethodType) else value
    # whatever else a module has is not asked, but looked at: a proxy may raise anything
    return isinstance(inspect.getattr_static(function, _MARKS, None), tuple) and not isinstance(value, type)


def _marks_of(function: object) -> tuple[Mark, ...]:
    """Return the marks of a function, in the order in which they are written."""
    marks: tuple[Mark, ...] = getattr(function, _MARKS, ())
    return marks
