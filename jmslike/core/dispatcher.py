"""Message listeners: one thread per session runs them all, one at a time (sections 6.2.13 and 8.7).

`Listeners` is what the session and its consumers use; it makes a `Dispatcher`, the thread, for the first listener and
ends it with the last.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from jmslike.core.intake import Intake
from jmslike.core.listener_calls import ListenerCall, is_exit, message_call, refuse_unrun
from jmslike.core.listener_outcome import delivery_failed, listener_raised, listener_returned
from jmslike.core.session_state import SessionState
from jmslike.errors import IllegalStateError, JMSError
from jmslike.message import received_message
from jmslike.spi import Delivery


class Listeners:
    """The listeners of one session. Used by the session's thread, and by listeners themselves."""

    __slots__ = ("_close_session", "_dispatcher", "_session", "_thread")

    def __init__(self, session: SessionState, close_session: Callable[[], None]) -> None:
        """`close_session` is called on the thread of a listener that has raised SystemExit or KeyboardInterrupt."""
        self._session = session
        self._close_session = close_session
        self._dispatcher: Dispatcher | None = None
        self._thread: threading.Thread | None = None

    def call_of(self, listener: Any) -> ListenerCall | None:
        """Return the call of a listener, or None of None. Raises ValueError for what cannot be one here."""
        return message_call(listener)

    def set(self, intake: Intake, listener: ListenerCall | None) -> None:
        """Serve the intake by this listener; None ends that. Raises IllegalStateError during a receive."""
        if listener is None:
            intake.serve(None)
            self.remove(intake)
            return
        dispatcher = self._dispatcher
        if dispatcher is None or not dispatcher.thread.is_alive():
            gate = self._session.gate
            if gate.occupant is not None and not self.is_running_here:
                raise IllegalStateError("another thread receives in this session; use one session per thread")
            gate.listening = True
            self._dispatcher = dispatcher = Dispatcher(self._session, self._close_session)
            self._thread = dispatcher.thread
            self._session.refresh()
        intake.serve(listener)
        dispatcher.add(intake)

    def remove(self, intake: Intake) -> None:
        """Serve the intake no longer. After the last one the session may receive again."""
        dispatcher = self._dispatcher
        if dispatcher is None:
            return
        dispatcher.remove(intake)
        if not dispatcher.is_used:
            dispatcher.close()
            self._dispatcher = None
            self._session.gate.listening = False
            self._session.refresh()

    @property
    def is_running_here(self) -> bool:
        """Whether the caller is a listener of the session, also one that has removed the last listener."""
        return threading.current_thread() is self._thread

    def refuse_inside(self, what: str) -> None:
        """Raise IllegalStateError if the caller is a listener of this session, for which `what` would wait."""
        if self.is_running_here:
            raise IllegalStateError(
                f"{what} must not be called by a message listener that it would wait for: call it from another thread"
            )

    def arm(self) -> None:
        """Follow a start or stop of the session."""
        if self._dispatcher is not None:
            self._dispatcher.arm()

    def poke(self) -> None:
        """Make the thread look again, because something other than a message came."""
        if self._dispatcher is not None:
            self._dispatcher.poke()

    def close(self) -> None:
        """End the thread; waits for a listener that runs. Nothing is served after that."""
        if self._dispatcher is not None:
            self._dispatcher.close()
        self._close_session = _do_nothing  # the session need not wait for the collector

    def abandon(self) -> None:
        """Drop the thread: in a forked child it does not exist."""
        self._dispatcher = None
        self._thread = None


def _do_nothing() -> None:
    pass


class Dispatcher:
    """Takes deliveries for the intakes that have a listener, and calls it.

    Two locks say what the thread does, and who may wake it. A caller that gets hold of `_idle` has the right, and the
    duty, to release `_wake`. So a message that arrives while a listener runs is refused at once (the callback of C2
    returns False), and the transport can offer it to another subscription. The thread looks again after it has freed
    `_idle`.

        the thread                    _idle          _wake          a call gets
        looks, or runs a listener     held           held           False: the thread looks again by itself
        looks once more, then sleeps  free           held           True: it acquires _idle, releases _wake
        was called, not awake yet     held (caller)  free           False
    """

    def __init__(self, session: SessionState, close_session: Callable[[], None]) -> None:
        self._session = session
        self._close_session = close_session
        self._gate = session.gate
        self._intakes: tuple[Intake, ...] = ()
        self._called: Intake | None = None
        self._failed = False
        self._closed = False
        self._exit: BaseException | None = None
        self._idle = threading.Lock()
        self._idle.acquire()
        self._wake = threading.Lock()
        self._wake.acquire()
        self._arming = threading.Lock()  # what is armed last is what was decided last
        self.thread: Final = threading.Thread(target=self._run, name=f"jmslike-listener-{session.name}", daemon=True)
        self.thread.start()

    @property
    def is_used(self) -> bool:
        """Whether any intake has a listener."""
        return bool(self._intakes)

    def add(self, intake: Intake) -> None:
        """Serve the intake."""
        with self._gate.changed:
            if intake not in self._intakes:
                self._intakes += (intake,)
        self.arm()

    def remove(self, intake: Intake) -> None:
        """Serve the intake no longer. Does not wait for a listener that runs."""
        with self._gate.changed:
            self._intakes = tuple(other for other in self._intakes if other is not intake)
        with self._arming:
            intake.subscription.ready(None)

    def arm(self) -> None:
        """Let the transport call for each intake while the session runs, and for none while it is stopped."""
        for intake in self._intakes:
            self._arm(intake)
        self.poke()

    def _arm(self, intake: Intake) -> None:
        with self._arming:
            serving = self._gate.running and not self._closed and not self._failed and intake in self._intakes
            intake.subscription.ready(partial(self._call, intake) if serving else None)

    def poke(self) -> None:
        """Make the thread look again, because something other than a message came."""
        self._call(None)

    def close(self) -> None:
        """End the thread. Waits for the listener that runs, unless that is the caller."""
        self._closed = True
        self.poke()
        if threading.current_thread() is not self.thread:
            self.thread.join()

    def _call(self, intake: Intake | None) -> bool:
        if intake is not None and intake.is_redelivering:
            return False  # it gets nothing new before its redeliveries
        if not self._idle.acquire(blocking=False):
            return False
        self._called = intake
        self._wake.release()
        return True

    # ---- the thread -------------------------------------------------------------------------------------------------

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
            # also if a debugger or the like has raised something in this thread: nothing must wait for it any longer
            self._closed = True
            self.arm()
        if self._exit is not None:
            self._close_session()

    def _pass_on(self, found: tuple[Intake, Delivery] | None) -> None:
        """Answer the call that came while this thread found another message: let its message be offered elsewhere."""
        self._wake.acquire()
        called, self._called = self._called, None
        if found is not None and called is not None:
            self._arm(called)  # the transport calls again, is refused as this thread is busy, and offers it elsewhere

    def _sleep(self) -> None:
        due = min((due for intake in self._intakes if (due := intake.due) is not None), default=None)
        if due is None or not self._gate.running:
            self._wake.acquire()
            return
        remaining = due - self._session.connection.clock.monotonic()
        called = self._wake.acquire(timeout=min(max(0.0, remaining), threading.TIMEOUT_MAX))
        if not called and not self._idle.acquire(blocking=False):
            self._wake.acquire()

    def _look(self, first: Intake | None) -> tuple[Intake, Delivery] | None:
        """Find a delivery, for `first` before all others. If there is one, its intake is the gate's occupant."""
        intakes = self._intakes
        if first is not None:
            intakes = (first, *(other for other in intakes if other is not first))
        for intake in intakes:
            if self._failed or not intake.is_open or intake.listener is None:
                continue
            self._gate.enter(intake)
            delivery = None
            try:
                delivery = intake.next_acceptable()
            except JMSError as error:
                self._fail(error)
            finally:
                if delivery is None:
                    self._gate.leave()
            if delivery is not None:
                self._rotate(intake)
                return intake, delivery
        return None

    def _fail(self, error: JMSError) -> None:
        self._failed = True
        for intake in self._intakes:
            self._arm(intake)  # no message must count on this thread any more
        delivery_failed(self._session, self.thread.name, error)

    def _rotate(self, served: Intake) -> None:
        if len(self._intakes) > 1:
            with self._gate.changed:
                self._intakes = tuple(sorted(self._intakes, key=lambda intake: intake is served))

    def _hand_over(self, intake: Intake, delivery: Delivery) -> None:
        listener = intake.listener
        if listener is None:  # it was removed meanwhile
            intake.put_back(delivery)
            return
        envelope, _, attempts = delivery
        session = self._session
        number = session.ledger.add(intake, delivery)
        raised: BaseException | None = None
        try:
            result = listener.call(received_message(envelope, session, attempts, number))
            if result is not None:
                refuse_unrun(result)
        except BaseException as error:
            raised = error
            if is_exit(error):
                self._exit, self._closed = error, True
            listener_raised(session, error, f"a message listener of {intake.destination}", envelope.id, number)
        listener_returned(session, intake, number, raised)
