"""Provider: what a test sees of the provider under test. What it opens is closed when the test ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, Generic, Protocol, TypeVar
from uuid import uuid4

import pytest

import jmslike
from jmslike.capabilities import Capabilities
from jmslike.constants import SessionMode
from jmslike.destinations import Queue, Topic
from jmslike.testing.harness import Harness

T = TypeVar("T")
_LOOK_AGAIN = 0.002


class _Closable(Protocol):
    def close(self) -> None: ...


class Task(Generic[T]):
    """A call that runs in a thread of its own."""

    def __init__(self, call: Callable[[], T], patience: float) -> None:
        self._future: Future[T] = Future()
        self._call = call
        self._patience = patience
        self._thread = threading.Thread(target=self._run, name=f"test {call!r}", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._future.set_result(self._call())
        except BaseException as error:  # raised to the caller of `result`
            self._future.set_exception(error)

    def done(self) -> bool:
        """Whether the call has ended."""
        return self._future.done()

    def result(self, timeout: float | None = None) -> T:
        """Return the result of the call, or raise its error.

        Waits `timeout` seconds (None: the harness's patience), then raises TimeoutError.
        """
        return self._future.result(self._patience if timeout is None else timeout)

    def join(self) -> bool:
        """Wait for the thread to end, at most the harness's patience; return whether it has."""
        self._thread.join(self._patience)
        return not self._thread.is_alive()


class Provider:
    """The provider under test, as the fixture `jms`."""

    def __init__(self, harness: Harness, capabilities: Capabilities) -> None:
        self.capabilities = capabilities
        self._harness = harness
        self._mark = uuid4().hex[:8]
        self._names = 0
        self._made: list[_Closable] = []
        self._tasks: list[Task[object]] = []

    @property
    def url(self) -> str:
        """The provider's URL."""
        return self._harness.url

    @property
    def options(self) -> Mapping[str, Any]:
        """The options that a connection factory needs besides the URL."""
        return self._harness.options

    @property
    def patience(self) -> float:
        """The longest wait, in seconds, for something that must come."""
        return self._harness.patience

    @property
    def silence(self) -> float:
        """The seconds to wait before believing that nothing comes."""
        return self._harness.silence

    @property
    def resolution(self) -> float:
        """The seconds between two delivery times that the provider can tell apart."""
        return self._harness.resolution

    def factory(self, **options: Any) -> jmslike.ConnectionFactory:
        """Make a factory for the provider."""
        return self._harness.factory(self._harness.url, **{**self._harness.options, **options})

    def connection(self, start: bool = True, **options: Any) -> jmslike.Connection:
        """Open a connection; the options are the factory's."""
        connection = self.factory(**options).create_connection()
        self._made.append(connection)
        if start:
            connection.start()
        return connection

    def context(self, session_mode: int = SessionMode.AUTO_ACKNOWLEDGE, **options: Any) -> jmslike.JMSContext:
        """Open a context; the options are the factory's."""
        context = self.factory(**options).create_context(session_mode=session_mode)
        self._made.append(context)
        return context

    def keep(self, context: jmslike.JMSContext) -> jmslike.JMSContext:
        """Close this context, too, when the test ends."""
        self._made.append(context)
        return context

    def queue(self) -> Queue:
        """Return a queue with a name used nowhere else."""
        return Queue(self.name("queue"))

    def topic(self) -> Topic:
        """Return a topic with a name used nowhere else."""
        return Topic(self.name("topic"))

    def name(self, prefix: str = "n") -> str:
        """Return a name used nowhere else, for a client id or a subscription. Some providers take no hyphen in it."""
        self._names += 1
        return f"{prefix}_{self._mark}_{self._names}"

    def eventually(self, condition: Callable[[], object]) -> None:
        """Wait until the condition is true; AssertionError after the harness's patience."""
        end = time.monotonic() + self.patience
        while not condition():
            assert time.monotonic() < end, f"not true within {self.patience} s: {condition!r}"
            time.sleep(_LOOK_AGAIN)

    def in_thread(self, call: Callable[[], T]) -> Task[T]:
        """Start the call in a thread of its own, which is joined when the test ends."""
        task = Task(call, self.patience)
        self._tasks.append(task)  # type: ignore[arg-type]  # only joined
        return task

    def cut(self) -> None:
        """Break every open connection, as a failing network would; skips the test where that cannot be done."""
        if self._harness.cut is None:
            pytest.skip(f"{self._harness.name} has no connections that can be cut")
        self._harness.cut()

    def restart(self) -> None:
        """Stop the provider without warning and start it again; skips the test where that cannot be done."""
        if self._harness.restart is None:
            pytest.skip(f"{self._harness.name} cannot be restarted")
        self._harness.restart()

    def refused_user(self) -> tuple[str, str]:
        """Return a user name and password that the provider refuses; skips the test where there are none."""
        if self._harness.refused_user is None:
            pytest.skip(f"{self._harness.name} refuses no user")
        return self._harness.refused_user

    def close(self) -> None:
        """Close what the test has opened and join its threads; AssertionError if that takes too long."""
        stuck = [made for made in reversed(self._made) if not self._closes(made)]
        alive = [task for task in self._tasks if not task.join()]
        assert not stuck, f"close() did not return within {self.patience} s: {stuck}"
        assert not alive, f"{len(alive)} threads of the test did not end within {self.patience} s"

    def _closes(self, made: _Closable) -> bool:
        task = Task(made.close, self.patience)
        if not task.join():
            return False
        task.result()
        return True
