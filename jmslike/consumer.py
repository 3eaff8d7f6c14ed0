"""MessageConsumer (section 8): receiving, and what every delivery goes through before it is handed over."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Final, NamedTuple, NoReturn, TypeVar

from jmslike.constants import SessionMode
from jmslike.core.redelivery import dead_letter_of
from jmslike.destinations import Destination
from jmslike.durations import Duration, waiting_time
from jmslike.errors import ConnectionLostError, IllegalStateError, JMSError
from jmslike.message import Message, received_message
from jmslike.spi import ACCEPT, Delivery, Envelope, Receipt, Subscription

if TYPE_CHECKING:
    from jmslike.session import Session

_log = logging.getLogger("jmslike.redelivery")

_Body = TypeVar("_Body")

_BURY_AGAIN: Final = 1.0
"""Seconds until a dead letter that could not be moved is tried again."""

MessageListener = Callable[[Message], object]


class _Again(NamedTuple):
    """A delivery that waits in this process to be handed over again, from `due` (monotonic seconds) on."""

    due: float
    envelope: Envelope
    receipt: Receipt
    attempts: int


class MessageConsumer:
    """Receives the messages of one destination, by `receive` or by a message listener (section 8).

    A consumer belongs to the thread of its session; only `close` may be called by another. Iterating it receives until
    it is closed.
    """

    __slots__ = (
        "_again", "_auto", "_clock", "_destination", "_gate", "_interrupted", "_ledger", "_listener", "_no_local",
        "_open", "_selector_text", "_session", "_subscription", "_take", "_wanted",
    )  # fmt: skip

    def __init__(
        self,
        session: Session,
        subscription: Subscription,
        destination: Destination,
        selector_text: str | None,
        *,
        no_local: bool,
        wanted: Callable[[Envelope], bool] | None,
    ) -> None:
        self._session = session
        self._gate = session._gate
        self._clock = session._clock
        self._subscription = subscription
        self._destination = destination
        self._selector_text = selector_text
        self._no_local = no_local
        self._wanted = wanted
        self._open = True
        self._listener: MessageListener | None = None
        self._again: deque[_Again] = deque()
        self._ledger = session._ledger
        self._auto = session._mode is SessionMode.AUTO_ACKNOWLEDGE
        self._interrupted = False
        self._take: Callable[[float | None, bool], Delivery | None] | None = None  # until the session knows it

    def _refresh(self) -> None:
        # The fast lane of `receive`: the subscription's take, or None when anything asks for a closer look.
        with self._gate.changed:
            plain = (
                self._gate.running
                and self._open
                and not self._again
                and self._wanted is None
                and not self._gate.listening
                and not self._session._lazy
            )
            self._take = self._subscription.take if plain else None

    # ---- receiving -------------------------------------------------------------------------------------------------

    def receive(self, timeout: Duration | None = None) -> Message | None:
        """Receive the next message (section 8.1), waiting at most `timeout` (seconds or a timedelta), for ever without.

        Gives None when the time is up, or when the consumer is closed meanwhile. Raises IllegalStateError if it is
        closed already, or if the session has a message listener or is in use by another thread; ValueError for a
        negative timeout; ConnectionLostError.
        """
        if timeout is not None:
            timeout = waiting_time(timeout)
        gate = self._gate
        if gate.occupant is not None or gate.listening or not self._open:
            self._refuse()
        gate.occupant = self
        try:
            take = self._take
            if take is None:
                return self._receive(timeout)
            deadline = self._clock.monotonic() + timeout if timeout else timeout
            delivery = take(timeout, self._auto)
            if delivery is not None:
                envelope, receipt, attempts = delivery
                if not attempts and envelope.constraints is None:
                    if receipt is None:
                        return received_message(envelope, self._session, 0, 0)
                    if not self._auto:
                        return received_message(envelope, self._session, 0, self._ledger.add(self, delivery))
            return self._receive(timeout, deadline, delivery)
        finally:
            gate.occupant = None
            if gate._awaited:
                gate.leave()

    def receive_no_wait(self) -> Message | None:
        """Receive the next message if there is one now, else give None (section 8.1). Raises as `receive` does."""
        return self.receive(0)

    def _refuse(self) -> NoReturn:
        self._check_open()
        if self._gate.listening:
            raise IllegalStateError("the session has a message listener, so it cannot receive; use another session")
        raise IllegalStateError("another thread receives in this session; use one session per thread")

    def _receive(
        self, timeout: float | None, deadline: float | None = None, delivery: Delivery | None = None
    ) -> Message | None:
        # inside the gate
        if deadline is None and timeout is not None:
            deadline = self._clock.monotonic() + timeout
        elif delivery is None and timeout == 0 and self._take is not None and not self._interrupted:
            return None
        if delivery is None or not self._acceptable(delivery):
            delivery = self._next(deadline, settle=self._auto)
        return None if delivery is None else self._deliver(delivery)

    def _receive_reading(
        self, timeout: Duration | None, read: Callable[[Message], _Body | None]
    ) -> tuple[Message | None, _Body | None]:
        """Receive a message with what `read` finds in it; in the automatic modes one with None was not delivered."""
        limit = waiting_time(timeout)
        if self._gate.occupant is not None or self._gate.listening or not self._open:
            self._refuse()
        self._gate.enter(self)
        try:
            delivery = self._next(None if limit is None else self._clock.monotonic() + limit, settle=False)
            if delivery is None:
                return None, None
            message = received_message(delivery[0], self._session, delivery[2], 0)
            body = read(message)
            if body is None and self._session._automatic:
                self._put_back(delivery)
                return message, None
            return self._deliver(delivery), body
        finally:
            self._gate.leave()

    def _next(self, deadline: float | None, *, settle: bool) -> Delivery | None:
        """Give the next acceptable delivery, or None at the deadline (monotonic seconds) or when closed.

        Called inside the gate.
        """
        gate = self._gate
        while self._open and not gate.closed:
            delivery = None
            if not gate.running:
                self._park(deadline, lambda: gate.running)
            elif self._holds_again():
                delivery = self._next_again(deadline)
            else:
                delivery = self._take_within(deadline, settle)
                if delivery is None and self._interrupted:
                    self._interrupted = False
                    continue
            if delivery is not None:
                if self._acceptable(delivery):
                    return delivery
            elif deadline is not None and self._clock.monotonic() >= deadline:
                return None
        return None

    def _holds_again(self) -> bool:
        """Tell whether a delivery waits here to come again; those that the transport took back are dropped (C7)."""
        while self._again:
            if self._subscription.holds(self._again[0].receipt):
                return True
            self._pop_again()
        return False

    def _pop_again(self) -> _Again:
        again = self._again.popleft()
        if not self._again:
            self._refresh()
        return again

    def _next_again(self, deadline: float | None) -> Delivery | None:
        due = self._again[0].due
        if due > self._clock.monotonic():
            self._park(due if deadline is None else min(due, deadline), lambda: not self._gate.running)
            return None
        return self._pop_again()[1:]

    def _put_back(self, delivery: Delivery) -> None:
        """Let a delivery that was not handed over be the next."""
        self._again.appendleft(_Again(0.0, *delivery))
        self._refresh()

    def _park(self, deadline: float | None, awake: Callable[[], bool]) -> None:
        connection = self._session._connection
        self._gate.park(deadline, lambda: awake() or not self._open or connection._lost is not None)
        connection._raise_if_lost()

    def _interrupt(self) -> None:
        # An interrupt that no take was waiting for ends the next one early, which is then taken once more. Noted last:
        # a take that ends between the two must not use up the note, and leave the interrupt to the one after it.
        self._subscription.interrupt()
        self._interrupted = True

    def _take_within(self, deadline: float | None, settle: bool) -> Delivery | None:
        session = self._session
        if session._lazy and len(self._ledger):
            # None also if this was interrupted: the caller looks at the gate before a take that waits
            delivery = self._subscription.take(0, False)
            if delivery is None:
                self._ledger.accept_all()
            return delivery
        remaining = None if deadline is None else max(0.0, deadline - self._clock.monotonic())
        return self._subscription.take(remaining, settle)

    def _acceptable(self, delivery: Delivery) -> bool:
        """Tell whether the delivery may be handed over; settle it if not: expired, unwanted, or a dead letter."""
        envelope, receipt, attempts = delivery
        constraints = envelope.constraints
        if constraints is not None and 0 < constraints.expiration <= self._clock.now() * 1000:
            self._drop(receipt)
            return False
        if self._wanted is not None and not self._wanted(envelope):
            self._drop(receipt)
            return False
        if attempts and self._session._redelivery.exhausted(attempts, self._destination):
            self._bury(envelope, receipt, attempts)
            return False
        return True

    def _drop(self, receipt: Receipt | None) -> None:
        if receipt is not None:
            self._subscription.settle((receipt,), ACCEPT)

    def _bury(self, envelope: Envelope, receipt: Receipt, attempts: int) -> None:
        queue = self._session._redelivery.dead_letter_queue(self._destination)
        _log.warning(
            "%s from %s failed %d times and goes to %s", envelope.id, self._destination, attempts, queue or "nowhere"
        )
        if queue is None:
            self._drop(receipt)
            return
        reason = f"delivered {attempts} times without being acknowledged"
        copy = dead_letter_of(envelope, queue, attempts, reason)
        link = self._session._link
        try:
            with closing(link.sender(queue)) as sender:
                # apart from the application's transaction, which may be rolled back
                link.commit([(sender, copy)], [(self._subscription, (receipt,), ACCEPT)], dead_letters=True)
        except ConnectionLostError:
            raise
        except JMSError as error:
            if self._subscription.holds(receipt):
                _log.error("%s cannot go to %s yet: %s", envelope.id, queue, error)
                self._again.appendleft(_Again(self._clock.monotonic() + _BURY_AGAIN, envelope, receipt, attempts))
                self._refresh()

    def _deliver(self, delivery: Delivery) -> Message:
        envelope, receipt, attempts = delivery
        session = self._session
        if receipt is None:
            return received_message(envelope, session, attempts, 0)
        if self._auto:
            self._subscription.settle((receipt,), ACCEPT)
            return received_message(envelope, session, attempts, 0)
        number = self._ledger.add(self, delivery)
        if session._lazy:
            session._flush_full_batch()
        return received_message(envelope, session, attempts, number)

    def __iter__(self) -> Iterator[Message]:
        self._check_open()
        return self._messages()

    def _messages(self) -> Iterator[Message]:
        while self._open:
            try:
                message = self.receive()
            except IllegalStateError:
                if self._open:
                    raise
                return  # closed by another thread at this moment
            if message is None:
                return
            yield message

    # ---- redelivery in this process -------------------------------------------------------------------------------

    def _give_again(self, deliveries: list[Delivery]) -> None:
        """Hand these deliveries, oldest first, over again before anything else; each with one attempt more."""
        if not self._open:
            for _, receipt, attempts in deliveries:
                self._subscription.settle((receipt,), attempts + 1)
            return
        now = self._clock.monotonic()
        delay = self._session._redelivery.delay_before
        self._again.extendleft(
            _Again(now + delay(attempts + 1), envelope, receipt, attempts + 1)
            for envelope, receipt, attempts in reversed(deliveries)
        )
        self._refresh()

    # ---- the listener ---------------------------------------------------------------------------------------------

    @property
    def message_listener(self) -> MessageListener | None:
        """A callable that gets each message (section 8.7), or None. Its session then receives by listeners only.

        Raises ValueError for what is not callable; IllegalStateError while another thread receives in the session.
        """
        self._check_open()
        return self._listener

    @message_listener.setter
    def message_listener(self, listener: MessageListener | None) -> None:
        self._check_open()
        if listener is not None and not callable(listener):
            raise ValueError(f"a message listener is a callable that takes one message, not {listener!r}")
        self._listener = listener
        self._session._listener_changed(self)

    @property
    def message_selector(self) -> str | None:
        """The text of the selector, or None (section 3.8.1)."""
        self._check_open()
        return self._selector_text

    @property
    def no_local(self) -> bool:
        """Whether messages of the own connection are left out (section 8.3.1)."""
        self._check_open()
        return self._no_local

    # ---- closing --------------------------------------------------------------------------------------------------

    def _check_open(self) -> None:
        if not self._open:
            raise IllegalStateError("the consumer is closed")

    def close(self) -> None:
        """Close (section 8.8): a receive in another thread ends with None, a running listener is waited for. What was
        delivered stays under the session's control. A second call does nothing."""
        with self._gate.changed:
            if not self._open:
                return
            self._open = False
            self._take = None
            self._gate.changed.notify_all()
        self._interrupt()
        self._session._unlisten(self)
        if not self._session._in_listener:
            self._gate.wait_vacant(self)
        self._shut()

    def _shut(self) -> None:
        """Give back what was not handed over, and close the subscription. Nobody is inside."""
        waiting, self._again = self._again, deque()
        try:
            for again in waiting:
                self._subscription.settle((again.receipt,), again.attempts)
        except JMSError as error:
            _log.debug("what waited for %s cannot be given back: %s", self._destination, error)
        self._subscription.close()
        self._session._forget(self)

    def __enter__(self) -> MessageConsumer:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()
