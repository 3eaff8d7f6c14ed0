"""Message listeners: one thread per session runs them all, one at a time (sections 6.2.13 and 8.7)."""

from __future__ import annotations

import logging
import threading
from functools import partial
from typing import TYPE_CHECKING

from jmslike.errors import ConnectionLostError, JMSError
from jmslike.message import received_message
from jmslike.spi import Delivery

if TYPE_CHECKING:
    from jmslike.consumer import MessageConsumer
    from jmslike.session import Session

_log = logging.getLogger("jmslike.listener")


class Dispatcher:
    """Takes deliveries for the consumers that have a listener, and calls it.

    While the thread has nothing to do it sleeps on `_wake`, and `_idle` is free. Whoever gets hold of `_idle` has the
    right, and the duty, to wake it. So a message that arrives while a listener runs is refused at once, and the
    transport can offer it to somebody else; the thread itself looks again after it has freed `_idle`.
    """

    def __init__(self, session: Session, name: str) -> None:
        self._session = session
        self._gate = session._gate
        self._consumers: tuple[MessageConsumer, ...] = ()
        self._called: MessageConsumer | None = None
        self._failed = False
        self._closed = False
        self._idle = threading.Lock()
        self._idle.acquire()
        self._wake = threading.Lock()
        self._wake.acquire()
        self._arming = threading.Lock()  # what is armed last is what was decided last
        self.thread = threading.Thread(target=self._run, name=f"jmslike-listener-{name}", daemon=True)
        self.thread.start()

    @property
    def is_used(self) -> bool:
        """Whether any consumer has a listener."""
        return bool(self._consumers)

    def add(self, consumer: MessageConsumer) -> None:
        """Serve the consumer."""
        with self._gate.changed:
            if consumer not in self._consumers:
                self._consumers += (consumer,)
        self.arm()

    def remove(self, consumer: MessageConsumer) -> None:
        """Serve the consumer no longer; a listener of it that runs is not waited for."""
        with self._gate.changed:
            self._consumers = tuple(other for other in self._consumers if other is not consumer)
        with self._arming:
            consumer._subscription.ready(None)

    def arm(self) -> None:
        """Let the transport call for each consumer, if the session runs; else let it call for none."""
        for consumer in self._consumers:
            self._arm(consumer)
        self.poke()

    def _arm(self, consumer: MessageConsumer) -> None:
        with self._arming:
            serving = self._gate.running and not self._closed and not self._failed and consumer in self._consumers
            consumer._subscription.ready(partial(self._call, consumer) if serving else None)

    def poke(self) -> None:
        """Make the thread look again, because something else than a message came."""
        self._call(None)

    def close(self) -> None:
        """End the thread, and wait for the listener that runs, unless that is what called."""
        self._closed = True
        self.poke()
        if threading.current_thread() is not self.thread:
            self.thread.join()

    def _call(self, consumer: MessageConsumer | None) -> bool:
        if consumer is not None and consumer._again:
            return False  # it gets nothing new before what waits here to be handed over again
        if not self._idle.acquire(blocking=False):
            return False
        self._called = consumer
        self._wake.release()
        return True

    def _run(self) -> None:
        first = None
        try:
            while not self._closed:
                found = self._look(first)
                first = None
                if found is None:
                    self._idle.release()
                    found = self._look(None)
                    if found is None and not self._closed:
                        self._sleep()
                        first, self._called = self._called, None
                    elif not self._idle.acquire(blocking=False):
                        self._pass_on(found)
                if found is not None:
                    try:
                        self._hand_over(*found)
                    finally:
                        self._gate.leave()
        finally:
            # a listener may end this thread (SystemExit, KeyboardInterrupt): nobody must wait for it
            self._closed = True
            self.arm()

    def _pass_on(self, found: tuple[MessageConsumer, Delivery] | None) -> None:
        """Take the call that came while this thread found something by itself, and let others have what it was for."""
        self._wake.acquire()
        called, self._called = self._called, None
        if found is not None and called is not None:
            self._arm(called)  # the transport calls again, is told that this thread is busy, and offers it elsewhere

    def _sleep(self) -> None:
        waiting = [again for consumer in self._consumers if (again := consumer._again)]
        due = min((again[0].due for again in waiting), default=None)
        if due is None or not self._gate.running:
            self._wake.acquire()
            return
        remaining = due - self._session._clock.monotonic()
        called = self._wake.acquire(timeout=min(max(0.0, remaining), threading.TIMEOUT_MAX))
        if not called and not self._idle.acquire(blocking=False):
            self._wake.acquire()

    def _look(self, first: MessageConsumer | None) -> tuple[MessageConsumer, Delivery] | None:
        """Find a delivery, for `first` before all others. If there is one, its consumer is the gate's occupant."""
        consumers = self._consumers
        if first is not None:
            consumers = (first, *(other for other in consumers if other is not first))
        for consumer in consumers:
            if self._failed or not consumer._open or consumer._listener is None:
                continue
            self._gate.enter(consumer)
            delivery = None
            try:
                if self._gate.running:
                    delivery = consumer._next(0.0, settle=False)
            except JMSError as error:
                self._fail()
                _log.error("%s can deliver no more to its listeners: %s", self.thread.name, error)
                if not isinstance(error, ConnectionLostError):  # of which the transport tells
                    self._session._connection._report(error)
            finally:
                if delivery is None:
                    self._gate.leave()
            if delivery is not None:
                self._rotate(consumer)
                return consumer, delivery
        return None

    def _fail(self) -> None:
        self._failed = True
        for consumer in self._consumers:
            self._arm(consumer)  # nobody must count on this thread any more

    def _rotate(self, served: MessageConsumer) -> None:
        if len(self._consumers) > 1:
            with self._gate.changed:
                self._consumers = tuple(sorted(self._consumers, key=lambda consumer: consumer is served))

    def _hand_over(self, consumer: MessageConsumer, delivery: Delivery) -> None:
        listener = consumer._listener
        if listener is None:  # it was taken away meanwhile
            consumer._put_back(delivery)
            return
        envelope, _, attempts = delivery
        session = self._session
        number = session._ledger.add(consumer, delivery)
        failed = True
        try:
            listener(received_message(envelope, session, attempts, number))
            failed = False
        except Exception:
            _log.exception("a message listener of %s raised an exception at %s", consumer._destination, envelope.id)
        except BaseException:
            _log.exception("a message listener of %s ended the delivery to its session", consumer._destination)
            raise
        finally:
            if session._automatic:
                self._settle(consumer, number, failed=failed)

    def _settle(self, consumer: MessageConsumer, number: int, *, failed: bool) -> None:
        session = self._session
        try:
            if failed:
                entry = session._ledger.pop(number)
                if entry is not None:  # else the listener called recover
                    consumer._give_again([entry[1]])
            elif session._lazy:
                session._flush_full_batch()
            else:
                session._ledger.accept(number)
        except JMSError as error:
            _log.error("what a listener of %s has handled could not be acknowledged: %s", consumer._destination, error)
