"""Asynchronous sends: one thread per session calls completion listeners in the order of sending (section 7.3)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from jmslike.core.callbacks import CallbackThread
from jmslike.core.listener_calls import CompletionListener, refuse_unrun
from jmslike.errors import IllegalStateError, JMSError
from jmslike.message import BytesMessage, Message, StreamMessage
from jmslike.spi import Completion

_log = logging.getLogger("jmslike.callbacks")


class CompletionCalls:
    """The asynchronous sends of one session that are not completed yet, and the thread that calls their listeners."""

    def __init__(self, name: str, most: int, report: Callable[[JMSError], None]) -> None:
        self._report = report
        self._thread = CallbackThread(name)
        self._lock = threading.Lock()  # a condition could stay locked when Ctrl-C interrupts `with`
        self._changed = threading.Condition(self._lock)
        self._open: set[Completion] = set()
        self._most = most

    def completion(self, message: Message, listener: CompletionListener) -> Completion:
        """Return the completion (C5) of a send, which any thread calls once."""

        def completed(error: JMSError | None) -> None:
            self._thread.submit(lambda: self._call(completed, message, listener, error))

        return completed

    def begin(self, completion: Completion) -> None:
        """Count a send that starts.

        Waits while as many sends as allowed are under way. A completion listener that sends does not wait: it would
        wait for itself.
        """
        with self._lock:
            if not self._thread.is_current:
                self._changed.wait_for(lambda: len(self._open) < self._most)
            self._open.add(completion)
        self._thread.start()  # while the program runs: at its end no thread can be started

    def end(self, completion: Completion) -> None:
        """Count a send no longer: its listener returned, or it raised to the caller.

        One that Ctrl-C interrupted may be completed later all the same, and is not waited for.
        """
        with self._lock:
            self._open.discard(completion)
            self._changed.notify_all()

    @property
    def unanswered(self) -> int:
        """How many sends are open. Safe from any thread."""
        return len(self._open)

    def wait(self, what: str) -> None:
        """Wait until all sends are completed and their listeners have returned.

        Raises IllegalStateError if called by a completion listener: it would wait for itself (section 7.3.4).
        """
        self.refuse_inside(what)
        with self._lock:
            self._changed.wait_for(lambda: not self._open)

    def finish(self, seconds: float) -> None:
        """Wait at most so long for listeners that have not returned, and log how many those are. Takes seconds."""
        with self._lock:
            if not self._changed.wait_for(lambda: not self._open, seconds):
                _log.error(
                    "the program ended before %d completion listeners returned, or were called",
                    len(self._open),
                )

    def refuse_inside(self, what: str) -> None:
        """Raise IllegalStateError if the caller is one of the listeners."""
        if self._thread.is_current:
            raise IllegalStateError(
                f"{what} must not be called by a completion listener of its own session: call it from another thread"
            )

    def close(self) -> None:
        """Let the thread end when it has called all listeners."""
        self._thread.close()

    def _call(
        self, completion: Completion, message: Message, listener: CompletionListener, error: JMSError | None
    ) -> None:
        try:
            if isinstance(message, (BytesMessage, StreamMessage)):
                message.reset()
            result = listener.on_completion(message) if error is None else listener.on_exception(message, error)
            if result is not None:
                refuse_unrun(result)
        except Exception:
            raise
        except BaseException as raised:
            self._report(
                JMSError(
                    f"a completion listener raised {raised!r} at {message.message_id}; the others are called",
                    linked_exception=raised,
                )
            )
            raise
        finally:
            self.end(completion)
