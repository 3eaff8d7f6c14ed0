"""Crossings from Python to Java: which process and which thread makes them, and that none is under way at the end.

A forked child has no threads of the JVM, so that its first call into Java would never return. A thread that calls Java
is known there from then on, also when it has ended: some 11 KB each. Detached as it ended, it took the process with it:
what such a thread leaves behind still refers to Java. And a thread that comes back from Java while the interpreter ends
would abort the process.
"""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

import jpype
import jpype.config

from jmslike.errors import IllegalStateError

_Result = TypeVar("_Result")

STEP: Final = 50
"""Milliseconds that a call waits in Java at most."""

_TO_COME_BACK: Final = 1.0
"""Seconds that other threads have at the end of the program to come back from Java: each of their waits is short."""
_PAUSE: Final = 0.002

_inside: Final[list[None]] = []
"""One for each thread that is in Java now."""
_forever: Final = threading.Lock()
_forever.acquire()


class _Process:
    """The state of this process."""

    def __init__(self) -> None:
        self.why_not = ""
        """Why no crossing is possible any more."""


_process: Final = _Process()


def check_process() -> None:
    """Raise IllegalStateError in a forked child, and in the main thread at the end of the program.

    Other threads wait here at the end of the program, until it has ended: they are daemons without work.
    """
    if _process.why_not:
        _refuse()


def cross(call: Callable[..., _Result], *arguments: Any) -> _Result:
    """Call a Java method. Raises what it throws; otherwise like `check_process`."""
    _inside.append(None)  # first: the end of the program looks here after it has forbidden the rest
    try:
        if not _process.why_not:
            return call(*arguments)
    finally:
        _inside.pop()
    _refuse()
    raise AssertionError("no crossing was made")


def ends(call: Any, seconds: float, check: Callable[[], None] = check_process) -> bool:
    """Wait at most `seconds` for the end of a Call of the helper; return whether it has ended.

    Raises what `check` raises, which is asked after each step.
    """
    deadline = time.monotonic() + seconds
    while not cross(call.ends, STEP):
        check()
        if time.monotonic() >= deadline:
            return False
    return True


def end() -> bool:
    """End all crossings, because the interpreter ends. Waits for those that are under way, at most a second.

    Returns whether the JVM is this process' own.
    """
    if _process.why_not:
        return False
    _process.why_not = "the program ends"
    bound = time.monotonic() + _TO_COME_BACK
    while _inside and time.monotonic() < bound:
        time.sleep(_PAUSE)
    return True


def _refuse() -> None:
    if _process.why_not != _FORKED and threading.current_thread() is not threading.main_thread():
        _forever.acquire()
    raise IllegalStateError(_process.why_not)


_FORKED: Final = (
    "the JVM was started in another process: a forked child cannot use it, nor start one of its own; start the child "
    "with multiprocessing's method spawn, or fork before the first connection of jvm:"
)


_JPYPE: Final = "_jpype"


def _in_child() -> None:
    if jpype.isJVMStarted():
        _process.why_not = _FORKED
        _inside.clear()
        jpype.config.onexit = False  # it would wait for the parent's threads
        gc.callbacks[:] = [each for each in gc.callbacks if each.__module__ != _JPYPE]  # they would call Java


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
