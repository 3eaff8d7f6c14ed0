"""Values that Java has in another form: durations in milliseconds, listeners with Java's methods, enumerations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import islice
from typing import Any, Final, Generic, TypeVar

from jmslike.durations import AN_HOUR, Duration

T = TypeVar("T")

_LONGEST: Final = 10**9
"""Seconds. Beyond it a number is passed on, which `timedelta` may not hold."""


def duration(value: int) -> Duration:
    """Return milliseconds as the core's duration; what is None the core refuses. Raises ValueError for what is no whole
    number.
    """
    if value is None:
        return value
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"a duration is a whole number of milliseconds, not {value!r}")
    seconds = value / 1000
    # a number of an hour or more is one that the core may take for milliseconds, and warns of
    return timedelta(seconds=seconds) if AN_HOUR <= seconds < _LONGEST else seconds


def timeout(value: int) -> Duration | None:
    """Return a time-out in milliseconds as the core's: 0 waits forever. Raises ValueError for any other value."""
    if value is None:
        raise ValueError("a time-out is a whole number of milliseconds, not None; 0 waits forever")
    return duration(value) or None


def milliseconds(value: float) -> int:
    """Return seconds in milliseconds."""
    return round(value * 1000)


_METHODS: Final = {
    "onCompletion": "on_completion",
    "onException": "on_exception",
    "onInterrupted": "on_interrupted",
    "onMessage": "on_message",
    "onRestored": "on_restored",
}


class JavaListener:
    """A listener with Java's methods, under their Python names."""

    def __init__(self, given: Any, methods: Mapping[str, Any]) -> None:
        self.given = given
        vars(self).update(methods)


def python_listener(listener: Any) -> Any:
    """Return a listener for the core: one with Java's methods as one with Python's, any other as it is.

    Raises ValueError for a class that has Java's methods: a listener is an object.
    """
    methods = {python: getattr(listener, java) for java, python in _METHODS.items() if hasattr(listener, java)}
    if not methods:
        return listener
    if isinstance(listener, type):
        raise ValueError(f"a listener is an object, not the class {listener!r}: set {listener.__name__}()")
    return JavaListener(listener, methods)


def java_listener(listener: Any) -> Any:
    """Return a listener as the application gave it."""
    return listener.given if isinstance(listener, JavaListener) else listener


class Enumeration(Generic[T]):
    """Java's Enumeration, which is also an iterator over what is left."""

    __slots__ = ("_ahead", "_elements")

    def __init__(self, elements: Iterable[T]) -> None:
        self._elements = iter(elements)
        self._ahead: list[T] = []

    def hasMoreElements(self) -> bool:
        """Whether `nextElement` would return one."""
        if not self._ahead:
            self._ahead.extend(islice(self._elements, 1))
        return bool(self._ahead)

    def nextElement(self) -> T:
        """Return the next element. Raises IndexError at the end, where Java throws NoSuchElementException."""
        if not self.hasMoreElements():
            raise IndexError("the enumeration has no more elements")
        return self._ahead.pop()

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        if not self.hasMoreElements():
            raise StopIteration
        return self._ahead.pop()
