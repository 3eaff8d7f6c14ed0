"""Sends on an event loop: posted, and then awaited or given to a completion listener (section 7.3)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from jmslike.aio.callbacks import CallbackTask, finished
from jmslike.aio.calls import Calls, CallTurn
from jmslike.core.listener_calls import UNRUN_ON_A_LOOP, CompletionListener, check_completion_listener
from jmslike.errors import IllegalStateError, JMSError
from jmslike.message import BytesMessage, StreamMessage
from jmslike.spi import Completion

_log = logging.getLogger("jmslike.callbacks")


class Sends:
    """The sends of one session that are open, and the task that calls completion listeners in their order."""

    def __init__(self, calls: Calls, most: int, report: Callable[[JMSError], None]) -> None:
        self.calls: Calls = calls
        self.report: Callable[[JMSError], None] = report
        self._room = asyncio.Semaphore(most)
        self._open = 0
        self._posting = 0  # of these, those that the transport has not taken yet
        self._answered = asyncio.Event()
        self._answered.set()
        self._listeners = CallbackTask()

    async def send(
        self, post: Callable[[Completion], object], message: Any, listener: CompletionListener | None
    ) -> None:
        """Have `post` send the message, and wait for the answer; with a listener, that gets the answer later.

        Waits first while as many sends as allowed are open, unless the caller is a completion listener.
        """
        if listener is not None:
            check_completion_listener(listener, UNRUN_ON_A_LOOP)
        self.calls.home.check()
        room = asyncio.Semaphore() if self.is_running_here else self._room
        await room.acquire()
        send = _Send(self, post, message, listener, room)
        self._count(open=1, posting=1)
        turn = CallTurn(self.calls)
        try:
            async with turn:
                await turn.run(send.post)
            if listener is None:
                await send.wait()
        except BaseException as error:
            if not turn.has_begun:
                self.posted()
                self.end(send)
            elif isinstance(error, asyncio.CancelledError):
                send.abandon()
            raise

    @property
    def unanswered(self) -> int:
        """How many sends are open. Safe from any thread."""
        return self._open

    def end(self, send: _Send) -> None:
        """Count the send no longer."""
        send.room.release()
        self._count(open=-1)

    def posted(self) -> None:
        """Note that the transport has taken or refused a send."""
        self._count(posting=-1)

    def _count(self, *, open: int = 0, posting: int = 0) -> None:  # noqa: A002
        self._open += open
        self._posting += posting
        if self._open > self._posting:
            self._answered.clear()
        else:
            self._answered.set()

    async def wait(self, what: str) -> None:
        """Wait until all sends that the transport has taken are answered, and all listeners have returned.

        Sends that wait for room are not waited for: a close wakes them. Raises IllegalStateError inside a listener.
        """
        self.refuse_inside(what)
        await self._answered.wait()

    def refuse_inside(self, what: str) -> None:
        """Raise IllegalStateError if the caller is a completion listener of the session (section 7.3.4)."""
        if self.is_running_here:
            raise IllegalStateError(
                f"{what} must not be called by a completion listener of its own session: call it in another task"
            )

    @property
    def is_running_here(self) -> bool:
        """Whether the caller is a completion listener of the session."""
        return self._listeners.is_current

    def call(self, send: _Send, error: JMSError | None) -> None:
        """Have the send's listener called after those before it."""
        self._listeners.submit(partial(self._call, send, error))

    async def _call(self, send: _Send, error: JMSError | None) -> None:
        try:
            await send.call_listener(error)
        except Exception:
            raise
        except BaseException as raised:
            self.report(JMSError(f"a completion listener raised {raised!r}", linked_exception=raised))
            raise
        finally:
            self.end(send)


class _Send:
    """One send. A transport calls it when the send is answered (C5)."""

    __slots__ = ("_answer", "_listener", "_message", "_post", "_sends", "room")

    def __init__(
        self,
        sends: Sends,
        post: Callable[[Completion], object],
        message: Any,
        listener: CompletionListener | None,
        room: asyncio.Semaphore,
    ) -> None:
        self.room: asyncio.Semaphore = room
        self._sends = sends
        self._post = post
        self._message = message
        self._listener = listener
        self._answer: asyncio.Future[None] = sends.calls.home.loop.create_future()

    def post(self) -> None:
        """Hand the message to the transport. If that raises, there is no answer."""
        try:
            self._post(self)
        except BaseException:
            self._sends.calls.home.soon(self._sends.end, self)
            raise
        finally:
            self._sends.calls.home.soon(self._sends.posted)

    def __call__(self, error: JMSError | None) -> None:
        """Take the answer, on any thread."""
        self._sends.calls.home.soon(self._take, error)

    def _take(self, error: JMSError | None) -> None:
        if self._listener is not None:
            self._sends.call(self, error)
            return
        self._sends.end(self)
        if not self._answer.cancelled():
            _set(self._answer, error)
        elif error is not None:
            self._report(error)

    def abandon(self) -> None:
        """Report an error of the answer, which nothing awaits any more."""
        if not self._answer.cancel() and not self._answer.cancelled():
            error = self._answer.exception()
            if isinstance(error, JMSError):
                self._report(error)

    def _report(self, error: JMSError) -> None:
        _log.error("a send that was cancelled has failed: %s", error)
        self._sends.report(error)

    async def wait(self) -> None:
        """Wait for the answer. Raises its error."""
        try:
            await self._answer
        except asyncio.CancelledError as cancelled:
            cancelled.add_note("jmslike: the message was handed over, but not confirmed yet: it may have been sent")
            raise

    async def call_listener(self, error: JMSError | None) -> None:
        """Call the completion listener, and await what it returns."""
        message, listener = self._message, self._listener
        assert listener is not None
        if isinstance(message, (BytesMessage, StreamMessage)):
            message.reset()
        await finished(listener.on_completion(message) if error is None else listener.on_exception(message, error))


def _set(answer: asyncio.Future[None], error: JMSError | None) -> None:
    if error is None:
        answer.set_result(None)
    else:
        answer.set_exception(error)
