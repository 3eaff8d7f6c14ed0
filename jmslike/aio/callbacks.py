"""Callbacks of the application on an event loop, one after the other."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections import deque
from collections.abc import Callable

from jmslike.core.listener_calls import log_raised, refuse_unrun

_log = logging.getLogger("jmslike.callbacks")


class CallbackTask:
    """Runs submitted calls in their order, in a task that lives while there are any. Used on the loop only."""

    def __init__(self) -> None:
        self._calls: deque[Callable[[], object]] = deque()
        self._task: asyncio.Task[None] | None = None

    def submit(self, call: Callable[[], object]) -> None:
        """Run the call after those before it, and await what it returns."""
        self._calls.append(call)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    @property
    def is_current(self) -> bool:
        """Whether the caller is one of the callbacks."""
        return runs_here(self._task)

    async def _run(self) -> None:
        try:
            while self._calls:
                try:
                    await finished(self._calls.popleft()())
                except asyncio.CancelledError:
                    raise
                except BaseException as error:  # sys.exit() there must not lose the callbacks that follow
                    log_raised(_log, error, "a completion or exception listener raised an exception; later calls go on")
        finally:
            self._task = None


def runs_here(task: asyncio.Task[None] | None) -> bool:
    """Whether the caller is this task. A thread is none."""
    try:
        return task is not None and asyncio.current_task() is task
    except RuntimeError:
        return False


async def finished(result: object) -> None:
    """Await what a listener has returned, if that is an awaitable.

    Raises TypeError for a generator, and for a coroutine that the awaitable returns: they have not run.
    """
    if inspect.isawaitable(result):
        result = await result
        if not inspect.iscoroutine(result):
            return
    refuse_unrun(result)
