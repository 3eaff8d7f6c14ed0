"""Message listeners on an event loop: one task per session runs them all, one at a time (sections 6.2.13 and 8.7)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, TypeVar

from jmslike.aio.callbacks import finished, runs_here
from jmslike.aio.calls import Calls, CallTurn, Turn
from jmslike.aio.taker import Taker
from jmslike.core.dispatcher import Listeners
from jmslike.core.intake import Intake
from jmslike.core.listener_calls import UNRUN_ON_A_LOOP, ListenerCall, is_exit, message_call
from jmslike.core.listener_outcome import delivery_failed, listener_raised, listener_returned
from jmslike.core.session_state import SessionState
from jmslike.errors import IllegalStateError, JMSError
from jmslike.message import received_message
from jmslike.message.base import Owner
from jmslike.spi import Delivery

T = TypeVar("T")


class _HandOver(NamedTuple):
    """A delivery with its listener, and its number in the ledger. No listener: it was removed meanwhile."""

    intake: Intake
    delivery: Delivery
    listener: ListenerCall | None
    number: int


class LoopListeners(Listeners):
    """The listeners of one session, and the takers of its receives: all look again when the session changes."""

    __slots__ = ("_end", "_quiet", "_receives", "_running", "_taker", "_task", "calls", "owner")

    def __init__(self, session: SessionState, close_session: Callable[[], None]) -> None:
        super().__init__(session, close_session)
        self._receives: dict[Intake, Taker] = {}
        self._task: asyncio.Task[None] | None = None
        self._running: Intake | None = None
        self._quiet = asyncio.Event()
        self._quiet.set()
        session.connection.waiters.add(self)

    def join(self, calls: Calls, owner: Owner, end: Callable[[], object]) -> None:
        """Deliver on the loop of these calls, messages with this owner. `end` closes the session after an exit."""
        self.calls: Calls = calls
        self.owner: Owner = owner
        self._end = end
        self._taker = Taker(self._session, calls, Turn)

    # ---- receives ---------------------------------------------------------------------------------------------------

    def check_free(self, intake: Intake) -> None:
        """Raise IllegalStateError if another task receives from the intake."""
        if intake in self._receives:
            raise IllegalStateError("another task receives from this consumer; use one consumer per task")

    async def receive(
        self, intake: Intake, deadline: float | None, then: Callable[[Turn, Intake, Delivery], T]
    ) -> T | None:
        """Take one delivery for a receive: see `Taker.take`."""
        taker = self._receives[intake] = Taker(self._session, self.calls, CallTurn)
        taker.add(intake)
        try:
            return await taker.take(deadline, then)
        finally:
            del self._receives[intake]
            taker.remove(intake)

    # ---- listeners --------------------------------------------------------------------------------------------------

    def call_of(self, listener: Any) -> ListenerCall | None:
        """See Listeners.call_of; it may be a coroutine function."""
        return message_call(listener, UNRUN_ON_A_LOOP)

    def set(self, intake: Intake, listener: ListenerCall | None) -> None:
        """See Listeners.set."""
        self.calls.home.check()
        if listener is None:
            intake.serve(None)
            self.remove(intake)
            return
        if self._receives:
            raise IllegalStateError("a task receives in this session; use another session for the listener")
        if not self._session.gate.listening:
            self._session.gate.listening = True
            self._session.refresh()
        intake.serve(listener)
        self._taker.add(intake)
        if self._task is None or self._task.done():
            self._task = self.calls.home.loop.create_task(self._serve())

    def remove(self, intake: Intake) -> None:
        """See Listeners.remove. A receive from the intake looks whether it is still open."""
        if intake in self._taker.intakes:
            self._taker.remove(intake)
            if not self._taker.intakes:
                self._session.gate.listening = False
                self._session.refresh()
        self.poke()

    @property
    def is_running_here(self) -> bool:
        """Whether the caller is a listener of the session."""
        return runs_here(self._task)

    async def wait_quiet(self, intake: Intake | None = None) -> None:
        """Wait until no listener runs, or not that of the intake, unless it is the caller."""
        if not self.is_running_here and (intake is None or intake is self._running):
            await self._quiet.wait()

    async def finish(self) -> None:
        """Wait for the end of the task, after the gate was closed."""
        self.poke()
        if self._task is not None:
            await asyncio.wait([self._task])

    # ---- the session has changed: called by any thread --------------------------------------------------------------

    def arm(self) -> None:
        """See Listeners.arm."""
        for taker in (self._taker, *list(self._receives.values())):
            taker.arm()

    def poke(self) -> None:
        """See Listeners.poke."""
        for taker in (self._taker, *list(self._receives.values())):
            taker.ring()

    def wake(self) -> None:
        """Look again, because the link is lost (see `Waiter`)."""
        self.poke()

    def close(self) -> None:
        """See Listeners.close; no listener runs any more."""
        self._session.connection.waiters.discard(self)
        self.poke()

    def abandon(self) -> None:
        """See Listeners.abandon: in a forked child there is no such loop."""
        self._task = None

    # ---- the task ---------------------------------------------------------------------------------------------------

    async def _serve(self) -> None:
        try:
            while (found := await self._taker.take(None, self._begin)) is not None:
                if found.listener is not None:
                    await self._run(found, found.listener)
        except JMSError as error:
            delivery_failed(self._session, f"jmslike-listener-{self._session.name}", error)
        finally:
            for intake in self._taker.intakes:
                self._taker.remove(intake)  # no message must count on this task any more

    def _begin(self, turn: Turn, intake: Intake, delivery: Delivery) -> _HandOver:
        if intake.listener is None:
            intake.put_back(delivery)
            return _HandOver(intake, delivery, None, 0)
        self._running = intake
        self._quiet.clear()
        return _HandOver(intake, delivery, intake.listener, self._session.ledger.add(intake, delivery))

    async def _run(self, found: _HandOver, listener: ListenerCall) -> None:
        intake, (envelope, _, attempts), _, number = found
        session = self._session
        failure: BaseException | None = None
        try:
            try:
                await finished(listener.call(received_message(envelope, self.owner, attempts, number)))
            except BaseException as error:
                failure = error
                if not self._is_cancelled(error):
                    listener_raised(session, error, f"a message listener of {intake.destination}", envelope.id, number)
            async with Turn(self.calls) as turn:
                await turn.run(partial(listener_returned, session, intake, number, failure))
        finally:
            self._running = None
            self._quiet.set()
        if failure is not None and is_exit(failure):
            self._end()
        elif failure is not None and self._is_cancelled(failure):
            raise failure

    def _is_cancelled(self, error: BaseException) -> bool:
        """Whether the task itself is cancelled, as at the end of its loop."""
        return isinstance(error, asyncio.CancelledError) and self._task is not None and self._task.cancelling() > 0
