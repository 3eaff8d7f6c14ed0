"""One session of a container, with the thread that works in it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Final

from jmslike.context import JMSContext
from jmslike.context_consumer import JMSConsumer
from jmslike.core.listener_calls import is_exit, log_raised
from jmslike.core.redelivery import LONGEST_PAUSE
from jmslike.errors import (
    ConnectionLostError,
    IllegalStateError,
    InvalidDestinationError,
    JMSError,
    TransactionInDoubtError,
    TransactionRolledBackError,
)
from jmslike.listening.backoff import Backoff
from jmslike.listening.kept_connection import KeptConnection, close_quietly
from jmslike.listening.listener import Listener
from jmslike.listening.settings import ListenerSettings
from jmslike.listening.settling import settling_of
from jmslike.message import Message

_log = logging.getLogger("jmslike.listening")


class Worker:
    """Receives in a session of its own, and calls the listener: one message after the other.

    A session that fails is closed and made again. After each failure, of the listener or of the session, it pauses.
    """

    def __init__(
        self,
        name: str,
        settings: ListenerSettings,
        subscription: str | None,
        listener: Listener,
        connection: KeptConnection,
        ended: Callable[[BaseException | None], None],
    ) -> None:
        """`ended` is called at the end of the thread, with the SystemExit or KeyboardInterrupt of a listener."""
        self.thread: Final = threading.Thread(target=self._run, name=name, daemon=True)
        self._settings = settings
        self._subscription = subscription
        self._listener = listener
        self._connection = connection
        self._ended = ended
        self._settling = settling_of(settings.session_mode)
        self._stopping = threading.Event()
        self._backoff = Backoff()
        self._context: JMSContext | None = None
        self._consumer: JMSConsumer | None = None
        self._opened_at = 0.0
        self._without_reply: set[str] = set()  # ids of messages that are done, and whose reply has no reader

    @property
    def is_serving(self) -> bool:
        """Whether there is a session that receives, or works on a message."""
        return self._consumer is not None

    def open(self) -> None:
        """Make the session, before the thread begins. Raises what connecting and making a consumer raise."""
        self._subscribe(self._connection.context(self._settling.mode))

    def _subscribe(self, context: JMSContext) -> None:
        self._context = context
        self._consumer = self._settings.consumer(context, self._subscription)
        self._opened_at = time.monotonic()
        self._without_reply.clear()

    def stop(self) -> None:
        """Begin no other message. Wakes the thread where it waits; does not wait for the listener. Any thread."""
        self._stopping.set()
        consumer = self._consumer
        if consumer is not None:
            try:
                consumer.close()
            except JMSError as error:
                _log.debug("%s: closing its consumer: %s", self.thread.name, error)

    def close(self) -> None:
        """Close the session; what it has not settled is redelivered. For the thread, or where it does not run."""
        self._consumer = None
        context, self._context = self._context, None
        if context is not None:
            close_quietly(context)

    # ---- the thread -------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        exit_of_listener = None
        try:
            while not self._stopping.is_set():
                try:
                    self._work()
                except Exception as error:
                    self._failed(error)
        except BaseException as error:
            exit_of_listener = error
        finally:
            self.close()
            self._ended(exit_of_listener)

    def _work(self) -> None:
        if self._consumer is None:
            self._subscribe(self._connection.restored(self._settling.mode))
            _log.info("%s: restarted", self.thread.name)
        consumer, context = self._consumer, self._context
        assert consumer is not None
        assert context is not None
        handle = consumer.instrumented(partial(self._listener.handle, context=context))
        while not self._stopping.is_set():
            message = consumer.receive()
            if self._stopping.is_set():
                return  # a message that came at this moment is given back when the session closes
            if message is None:
                raise IllegalStateError("the session was closed")
            self._handle(handle, message, context)

    def _handle(self, handle: Callable[[Message], None], message: Message, context: JMSContext) -> None:
        message_id, reply_to = message.message_id, message.reply_to
        self._settling.prepare(message)
        try:
            if message_id not in self._without_reply:
                handle(message)
        except BaseException as error:
            where, fate = self._settings.destination, self._settling.fate
            log_raised(_log, error, "a listener of %s raised at %s; %s", where, message_id, fate)
            if is_exit(error):
                raise  # the session closes, which gives the message back, also when the link is away
            self._settling.undo(context)
            self._pause()
            return
        try:
            self._settling.finish(context)
        except (TransactionRolledBackError, TransactionInDoubtError) as error:
            _log.warning("%s: %s was handled, but: %s", self.thread.name, message_id, error)
            if message_id is not None and reply_to is not None and reply_to.is_temporary and _is_unreadable(error):
                self._without_reply.add(message_id)
            self._pause()
        else:
            self._without_reply.discard(message_id or "")
            self._backoff.reset()

    def _pause(self) -> None:
        self._stopping.wait(self._backoff.next())

    def _failed(self, error: Exception) -> None:
        """Close a session that cannot go on, and pause. It is no failure if the container stops."""
        self.close()
        if self._stopping.is_set():
            _log.debug("%s: ended: %s", self.thread.name, error)
            return
        if time.monotonic() - self._opened_at > LONGEST_PAUSE:
            self._backoff.reset()
        if isinstance(error, ConnectionLostError):  # which the connection has logged
            _log.debug("%s: ended with its connection: %s", self.thread.name, error)
        elif isinstance(error, JMSError):
            _log.warning("%s: its session failed and is made again: %s", self.thread.name, error)
        else:
            _log.error("%s: its session failed by a fault and is made again", self.thread.name, exc_info=error)
        self._pause()


def _is_unreadable(error: JMSError) -> bool:
    """Whether a transaction was rolled back because the destination of what it sends, the reply, is gone.

    Some providers find that out in the commit. The message then comes again, but the work on it is done.
    """
    return isinstance(error, TransactionRolledBackError) and isinstance(error.linked_exception, InvalidDestinationError)
