"""One channel of a connection, and the requests on it.

Any thread but that of the connection may call `call` and `close`; the thread of the connection calls `_open_raw`,
`_lose`, and the `start` of each request.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from jmslike.errors import IllegalStateError, JMSError
from jmslike_transports.amqp.errors import channel_error
from jmslike_transports.amqp.wire import Wire

Reply = Callable[[Any], None]
"""Called with the broker's answer."""


class _Request:
    """A request to the broker, and its answer."""

    __slots__ = ("_answered", "answer", "error")

    def __init__(self) -> None:
        self._answered = threading.Lock()
        self._answered.acquire()
        self.answer: Any = None
        self.error: JMSError | None = None

    def reply(self, answer: Any = None) -> None:
        self.answer = answer
        self._wake()

    def fail(self, error: JMSError) -> None:
        self.error = error
        self._wake()

    def _wake(self) -> None:
        with suppress(RuntimeError):  # it is answered already, perhaps just now by another thread
            self._answered.release()

    def wait(self, timeout: float) -> bool:
        return self._answered.acquire(timeout=timeout)


class Channel:
    """A channel, opened when it is made. `raw` is pika's, for the thread of the connection only."""

    def __init__(self, wire: Wire, on_failed: Callable[[JMSError], None] = lambda error: None) -> None:
        self.wire = wire
        self.raw: Any = None
        self.error: JMSError | None = None
        """Why the channel cannot be used any more; None while it can."""
        self._on_failed = on_failed
        self._requests: set[_Request] = set()
        self._closing = False
        wire.on_loss.add(self._lose)
        try:
            self.call("open a channel", self._open_raw)
        except JMSError:
            wire.on_loss.discard(self._lose)
            raise

    def _open_raw(self, reply: Reply) -> None:
        self.raw = self.wire.connection.channel(on_open_callback=reply)
        self.raw.add_on_close_callback(lambda _, reason: self._lose(channel_error(reason)))

    def call(self, what: str, start: Callable[[Reply], object]) -> Any:
        """Let the connection's thread start a request, wait for the broker's answer, and return it.

        `what` names the request in errors. A refusal closes the channel and raises JMSError; a broker that does not
        answer within the request timeout is given up, with ConnectionLostError.
        """
        self.wire.check()
        if self.wire.is_current:
            raise IllegalStateError("the thread that reads from the broker cannot wait for an answer of the broker")
        request = _Request()
        self._requests.add(request)

        def begin() -> None:
            try:
                start(request.reply)
            except Exception as error:
                request.fail(self.error or channel_error(error))

        try:
            self.wire.post(begin)
            if self.error is not None:
                raise self.error
            timeout = self.wire.request_timeout
            if not request.wait(timeout):
                raise self.wire.give_up(f"the broker did not answer within {timeout:g} seconds: {what}")
        finally:
            self._requests.discard(request)
        if request.error is not None:
            raise request.error
        return request.answer

    def _lose(self, error: JMSError) -> None:
        if self.error is not None:
            return
        self.error = error
        self.wire.on_loss.discard(self._lose)
        for request in list(self._requests):
            request.fail(error)
        if not self._closing:
            self._on_failed(error)

    def close(self) -> None:
        """Close. The broker releases the deliveries that are not settled."""
        if self.error is not None or self._closing:
            return
        self._closing = True

        def close(reply: Reply) -> None:
            self.raw.add_on_close_callback(lambda *_: reply(None))
            self.raw.close()

        try:
            self.call("close a channel", close)
        except JMSError:
            return  # the broker has closed it
        finally:
            self.wire.on_loss.discard(self._lose)
