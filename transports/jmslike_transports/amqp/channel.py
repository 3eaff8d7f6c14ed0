"""One channel, and what is asked on it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from jmslike.errors import IllegalStateError, JMSError
from jmslike_transports.amqp.errors import channel_error
from jmslike_transports.amqp.wire import Wire

Reply = Callable[[Any], None]


class _Question:
    """Something that is asked, and its answer."""

    __slots__ = ("_answered", "answer", "error")

    def __init__(self) -> None:
        self._answered = threading.Lock()
        self._answered.acquire()
        self.answer: Any = None
        self.error: JMSError | None = None

    def reply(self, answer: Any = None) -> None:
        self.answer = answer
        self._end()

    def fail(self, error: JMSError) -> None:
        self.error = error
        self._end()

    def _end(self) -> None:
        with suppress(RuntimeError):  # it has been answered, perhaps just now by another thread
            self._answered.release()

    def wait(self, timeout: float) -> bool:
        return self._answered.acquire(timeout=timeout)


class Channel:
    """Opened when it is made. `raw` is pika's channel, for the thread of the connection only."""

    def __init__(self, wire: Wire, on_failed: Callable[[JMSError], None] = lambda error: None) -> None:
        self.wire = wire
        self.raw: Any = None
        self.error: JMSError | None = None
        """Why the channel cannot be used any more."""
        self._on_failed = on_failed
        self._questions: set[_Question] = set()
        self._closing = False
        wire.closed_with.add(self._end)
        try:
            self.ask("open a channel", self._open_raw)
        except JMSError:
            wire.closed_with.discard(self._end)
            raise

    def _open_raw(self, reply: Reply) -> None:
        self.raw = self.wire.connection.channel(on_open_callback=reply)
        self.raw.add_on_close_callback(lambda _, reason: self._end(channel_error(reason)))

    def ask(self, what: str, start: Callable[[Reply], object]) -> Any:
        """Let the connection's thread start something, wait for the reply, and give it.

        Raises what the broker's refusal means, which closes the channel, or ConnectionLostError.
        """
        if self.wire.is_lost:
            raise self.wire.loss()
        if self.wire.is_current:
            raise IllegalStateError("the thread that reads from the broker cannot wait for its answers")
        question = _Question()
        self._questions.add(question)

        def begin() -> None:
            try:
                start(question.reply)
            except Exception as error:
                question.fail(self.error or channel_error(error))

        try:
            self.wire.post(begin)
            if self.error is not None:
                raise self.error
            if not question.wait(self.wire.patience):
                raise self.wire.give_up(f"no answer within {self.wire.patience:g} seconds to: {what}")
        finally:
            self._questions.discard(question)
        if question.error is not None:
            raise question.error
        return question.answer

    def _end(self, error: JMSError) -> None:
        if self.error is not None:
            return
        self.error = error
        self.wire.closed_with.discard(self._end)
        for question in list(self._questions):
            question.fail(error)
        if not self._closing:
            self._on_failed(error)

    def close(self) -> None:
        """Close; the broker gets back what is not settled."""
        if self.error is not None or self._closing:
            return
        self._closing = True

        def close(reply: Reply) -> None:
            self.raw.add_on_close_callback(lambda *_: reply(None))
            self.raw.close()

        try:
            self.ask("close a channel", close)
        except JMSError:
            return  # it is closed
        finally:
            self.wire.closed_with.discard(self._end)
