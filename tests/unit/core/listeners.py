"""Message and completion listeners for tests: they record, and call what a test passes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from jmslike.errors import JMSError
from jmslike.message import Message
from jmslike.session import Session
from tests.unit.core.fake import PATIENCE, SILENCE

AUTOMATIC = [Session.AUTO_ACKNOWLEDGE, Session.DUPS_OK_ACKNOWLEDGE]
MANUAL = [Session.CLIENT_ACKNOWLEDGE, Session.INDIVIDUAL_ACKNOWLEDGE, Session.SESSION_TRANSACTED]


class Seen:
    """A listener that keeps its messages and calls one of the `acts` for each."""

    def __init__(self, *acts: Callable[[], object]) -> None:
        self._acts = list(acts)
        self._messages: SimpleQueue[Message] = SimpleQueue()
        self.threads: set[str] = set()

    def __call__(self, message: Message) -> None:
        self.threads.add(threading.current_thread().name)
        self._messages.put(message)
        if self._acts:
            self._acts.pop(0)()

    def next(self) -> Message:
        return self._messages.get(timeout=PATIENCE)

    def bodies(self, number: int) -> list[Any]:
        return [self.next()._body for _ in range(number)]

    def nothing_more(self) -> bool:
        threading.Event().wait(SILENCE)
        return self._messages.empty()


class Told:
    """A completion listener that keeps the results, and first calls what a test passes."""

    def __init__(self, *acts: Callable[[], object]) -> None:
        self._acts = list(acts)
        self.threads: list[str] = []
        self._told: SimpleQueue[tuple[Message, JMSError | None]] = SimpleQueue()

    def on_completion(self, message: Message) -> None:
        self._note(message, None)

    def on_exception(self, message: Message, exc: JMSError) -> None:
        self._note(message, exc)

    def _note(self, message: Message, error: JMSError | None) -> None:
        self.threads.append(threading.current_thread().name)
        self._told.put((message, error))
        if self._acts:
            self._acts.pop(0)()

    def next(self) -> tuple[Message, JMSError | None]:
        return self._told.get(timeout=PATIENCE)

    @property
    def silent(self) -> bool:
        return self._told.empty()


class Pause:
    """A call that lasts until the test ends it."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.over = threading.Event()

    def __call__(self) -> None:
        self.begun.set()
        assert self.over.wait(PATIENCE)

    def until_begun(self) -> None:
        assert self.begun.wait(PATIENCE)


def fail() -> None:
    raise RuntimeError("the listener's own trouble")


def idle(session: Session) -> None:
    """Wait until the thread of the session's listeners sleeps."""
    assert session._listeners._dispatcher is not None
    assert session._listeners._dispatcher._idle.acquire(timeout=PATIENCE)
    session._listeners._dispatcher._idle.release()
