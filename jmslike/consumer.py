"""MessageConsumer (section 8): receives by `receive`, by iteration, or by a message listener.

A face over `jmslike.core`: the intake decides what is handed over, the gate who may be inside. `receive` is the path of
every message, so its fast lane stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NoReturn, Self, TypeVar, cast

from jmslike.core.dispatcher import Listeners
from jmslike.core.intake import Intake
from jmslike.core.listener_calls import MessageListener
from jmslike.core.session_state import SessionState
from jmslike.core.snapshot import consumer_statistics
from jmslike.durations import Duration, waiting_time
from jmslike.errors import IllegalStateError, MessageFormatError
from jmslike.message import Message, received_message
from jmslike.message_factory import MessageConverter
from jmslike.spi import Delivery
from jmslike.statistics import ConsumerStatistics

_Body = TypeVar("_Body")


class MessageConsumer:
    """Receives the messages of one destination, by `receive` or by a message listener (section 8).

    A consumer belongs to the thread of its session; only `close` may be called by another. Iterating it receives until
    it is closed.
    """

    __slots__ = (
        "_clock", "_converter", "_gate", "_intake", "_ledger", "_listeners", "_on_closed", "_session", "_settles",
    )  # fmt: skip

    def __init__(
        self,
        session: SessionState,
        intake: Intake,
        listeners: Listeners,
        on_closed: Callable[[MessageConsumer], None],
        converter: MessageConverter | None,
    ) -> None:
        self._session = session
        self._intake = intake
        self._listeners = listeners
        self._on_closed = on_closed
        self._converter = converter
        self._clock = session.connection.clock
        self._gate = session.gate
        self._ledger = session.ledger
        self._settles = session.acknowledgement.settles_at_hand_over

    # ---- receiving --------------------------------------------------------------------------------------------------

    def receive(self, timeout: Duration | None = None) -> Message | None:
        """Receive the next message (section 8.1), waiting at most `timeout` (seconds or a timedelta), forever without.

        Returns None when the time is up, or when the consumer is closed meanwhile. Raises IllegalStateError if it is
        closed already, or if the session has a message listener or is in use by another thread; ValueError for a
        negative timeout; ConnectionLostError.
        """
        if timeout is not None:
            timeout = waiting_time(timeout)
        intake, gate = self._intake, self._gate
        if gate.occupant is not None or gate.listening or not intake.is_open:
            self._refuse()
        # `enter` and `leave` of the gate, without their calls
        gate.occupant = intake
        try:
            take = intake.fast_take
            if take is None:
                return self._receive_until(None if timeout is None else self._clock.monotonic() + timeout)
            deadline = self._clock.monotonic() + timeout if timeout else timeout
            delivery = take(timeout, self._settles)
            if delivery is not None:
                envelope, receipt, attempts = delivery
                if not attempts and envelope.constraints is None:
                    if receipt is None:
                        return received_message(envelope, self._session, 0, 0)
                    if not self._settles:
                        return received_message(envelope, self._session, 0, self._ledger.add(intake, delivery))
            return self._look_closer(delivery, deadline)
        finally:
            gate.occupant = None
            if gate.awaited:
                gate.leave()

    _receive = receive  # for the other faces: `receive` of a subclass may count in other units

    def receive_no_wait(self) -> Message | None:
        """Receive the next message if there is one now, else return None (section 8.1). Raises as `receive` does."""
        return self._receive(0)

    def _refuse(self) -> NoReturn:
        self._check_open()
        if self._gate.listening:
            raise IllegalStateError("the session has a message listener, so it cannot receive; use another session")
        raise IllegalStateError("another thread receives in this session; use one session per thread")

    def _look_closer(self, delivery: Delivery | None, deadline: float | None) -> Message | None:
        # what the fast lane took, or found nothing to take; inside the gate
        intake = self._intake
        if delivery is None:
            if deadline == 0 and intake.fast_take is not None and not intake.interrupted:
                return None
        else:
            refuse = intake.refusal(delivery)
            if refuse is None:
                return intake.hand_over(delivery)
            refuse()
        return self._receive_until(deadline)

    def _receive_until(self, deadline: float | None) -> Message | None:
        delivery = self._intake.next_within(deadline, settle=self._settles)
        return None if delivery is None else self._intake.hand_over(delivery)

    def receive_object(self, timeout: Duration | None = None) -> Any:
        """Receive a message and return what the consumer's converter makes of it (an extension), waiting at most
        `timeout`, a number of seconds or a timedelta.

        Returns None when the time is up or the consumer is closed meanwhile. Raises MessageFormatError, or what else
        the converter raises, for a message that cannot be read, and for one that holds None; in the automatic modes the
        same message then comes next, as if it had not been received. Raises IllegalStateError without a converter. Else
        as `receive`.
        """
        converter = self.converter
        if converter is None:
            raise IllegalStateError("receive_object() needs a converter: create_consumer(..., converter=...)")

        def read(message: Message) -> Any:
            found = converter.from_message(message)
            if found is None:
                raise MessageFormatError(f"{message!r} holds None, and that is what is returned when no message came")
            return found

        return self._receive_reading(timeout, read)

    def _receive_reading(self, timeout: Duration | None, read: Callable[[Message], _Body]) -> _Body | None:
        """Receive a message and return what `read` finds in it. If it raises, then in the automatic modes the message
        was not delivered.
        """
        limit = waiting_time(timeout)
        intake, gate = self._intake, self._gate
        if gate.occupant is not None or gate.listening or not intake.is_open:
            self._refuse()
        gate.enter(intake)
        try:
            delivery = intake.next_within(None if limit is None else self._clock.monotonic() + limit, settle=False)
            if delivery is None:
                return None
            try:
                body = read(received_message(delivery[0], self._session, delivery[2], 0))
            except BaseException:
                if self._session.acknowledgement.is_automatic:
                    intake.put_back(delivery)
                else:
                    intake.hand_over(delivery)
                raise
            intake.hand_over(delivery)
            return body
        finally:
            gate.leave()

    def instrumented(self, work: Callable[[Message], _Body]) -> Callable[[Message], _Body]:
        """Return a call that does `work` with a message of this consumer, in a span within the trace of the message (an
        extension): what a message listener has, for a program that receives.

        Without telemetry it is `work` itself. It may be called by several threads at once.
        """
        self._check_open()
        spec = self._intake.spec
        instruments = self._session.connection.instruments
        return cast("Callable[[Message], _Body]", instruments.processing(work, spec.destination, spec.name))

    def __iter__(self) -> Iterator[Message]:
        self._check_open()
        return self._messages()

    def _messages(self) -> Iterator[Message]:
        while self._intake.is_open:
            try:
                message = self.receive()
            except IllegalStateError:
                if self._intake.is_open:
                    raise
                return  # closed by another thread at this moment
            if message is None:
                return
            yield message

    # ---- the listener -----------------------------------------------------------------------------------------------

    @property
    def message_listener(self) -> MessageListener | None:
        """A callable, or an object with `on_message`, that gets each message (section 8.7); None for none.

        Its session then receives by listeners only. A message whose listener raises is redelivered in the automatic
        modes. In the others the session keeps it: the next `commit` or `acknowledge` takes it, too, unless the listener
        itself calls `rollback` or `recover`. SystemExit and KeyboardInterrupt close the session.

        Raises ValueError for anything else, and for a coroutine function; IllegalStateError while another thread
        receives in the session.
        """
        self._check_open()
        listener = self._intake.listener
        return None if listener is None else listener.given

    @message_listener.setter
    def message_listener(self, listener: MessageListener | None) -> None:
        self._check_open()
        call = self._listeners.call_of(listener)
        if call is not None:
            self._session.connection.loss.check()
        self._listeners.set(self._intake, call)

    @property
    def converter(self) -> MessageConverter | None:
        """The converter of `receive_object`, or None (an extension)."""
        self._check_open()
        return self._converter

    @property
    def message_selector(self) -> str | None:
        """The text of the selector, or None (section 3.8.1)."""
        self._check_open()
        selector = self._intake.spec.selector
        return None if selector is None else selector.text

    @property
    def no_local(self) -> bool:
        """Whether messages of the own connection are left out (section 8.3.1)."""
        self._check_open()
        return self._intake.spec.excluded_origin is not None

    def _statistics(self) -> ConsumerStatistics:
        return consumer_statistics(self._intake)

    # ---- closing ----------------------------------------------------------------------------------------------------

    def _check_open(self) -> None:
        if not self._intake.is_open:
            raise self._session.closed("consumer")

    def close(self) -> None:
        """Close (section 8.8). A receive in another thread ends with None; a running listener is waited for.

        What was delivered stays under the session's control. A second call does nothing.
        """
        intake = self._intake
        if not intake.stop():
            return
        self._listeners.remove(intake)
        if not self._listeners.is_running_here:
            self._gate.wait_vacant(intake)
        self._close()

    def _abandon(self) -> None:
        self._intake.is_open = False

    def _close(self) -> None:
        self._intake.close()
        self._on_closed(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()
