"""Taking deliveries on an event loop: without a thread that waits."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar

from jmslike.aio.calls import Calls, Turn
from jmslike.core.intake import Intake
from jmslike.core.session_state import SessionState
from jmslike.spi import Delivery

T = TypeVar("T")


class Taker:
    """What one task takes from: one intake for a receive, those with a listener for the listeners of a session.

    It is idle from the beginning of a look until something calls it (C2). A call of an idle taker wakes its task, which
    looks again; any other is refused, and the transport offers its message elsewhere. `arm` and `ring` are for any
    thread.
    """

    def __init__(self, session: SessionState, calls: Calls, turn: type[Turn]) -> None:
        self.intakes: tuple[Intake, ...] = ()
        self._session: Final = session
        self._calls: Final = calls
        self._turn: Final = turn
        self._loop: Final = calls.home.loop
        self._arming = threading.Lock()  # what is armed last is what was decided last
        self._calling = threading.Lock()  # held for a moment only
        self._idle = False
        self._called: Intake | None = None
        self._waiting: asyncio.Future[None] | None = None

    # ---- what it takes from -----------------------------------------------------------------------------------------

    def add(self, intake: Intake) -> None:
        """Take from this intake, too."""
        with self._arming:
            if intake not in self.intakes:
                self.intakes += (intake,)
        self.arm()

    def remove(self, intake: Intake) -> None:
        """Take from it no longer."""
        with self._arming:
            self.intakes = tuple(other for other in self.intakes if other is not intake)
        self._arm(intake)
        self.ring()

    def arm(self) -> None:
        """Let transports call while the session runs, and never while it is stopped. Wakes the task."""
        for intake in self.intakes:
            self._arm(intake)
        self.ring()

    def _arm(self, intake: Intake) -> None:
        with self._arming:
            serving = intake in self.intakes and self._session.gate.running and not self._loop.is_closed()
            intake.subscription.ready(partial(self.ring, intake) if serving else None)

    def ring(self, intake: Intake | None = None) -> bool:
        """Wake the task; return whether it takes now."""
        if intake is not None and intake.is_redelivering:
            return False  # it gets nothing new before its redeliveries
        with self._calling:
            if not self._idle:
                return False
            self._idle = False
            self._called = intake
        return self._calls.home.soon(self._wake)

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    # ---- taking -----------------------------------------------------------------------------------------------------

    async def take(self, deadline: float | None, then: Callable[[Turn, Intake, Delivery], T]) -> T | None:
        """Wait for a delivery, and return what `then` makes of it, called on the loop in the session's turn.

        Returns None at the deadline (monotonic seconds), or when nothing can come any more. A caller that is cancelled
        has taken nothing. Raises ConnectionLostError.
        """
        while True:
            async with self._turn(self._calls) as turn:
                found = await turn.run(self._look, put_back)
                if found is not None:
                    return then(turn, *found)
            now = self._session.connection.clock.monotonic()
            if not self._is_served or (deadline is not None and now >= deadline):
                return None
            times = [intake.due for intake in self.intakes if self._session.gate.running]
            until = min((time for time in (*times, deadline) if time is not None), default=None)
            await self._wait(None if until is None else max(0.0, until - now))

    @property
    def _is_served(self) -> bool:
        return not self._session.gate.closed and any(intake.is_open for intake in self.intakes)

    async def _wait(self, seconds: float | None) -> None:
        with self._calling:
            if not self._idle:
                return  # it was called since the look began
            self._waiting = waiting = self._loop.create_future()
        alarm = None if seconds is None else self._loop.call_later(seconds, self.ring)
        try:
            await waiting
        finally:
            self._waiting = None
            if alarm is not None:
                alarm.cancel()

    def _look(self) -> tuple[Intake, Delivery] | None:
        with self._calling:
            self._idle, self._called = True, None
        gate = self._session.gate
        if not gate.running:
            self._session.connection.loss.check()
            return None
        for intake in self.intakes:
            gate.enter(intake)
            try:
                delivery = intake.next_acceptable()
            finally:
                gate.leave()
            if delivery is not None:
                self._rotate(intake)
                self._pass_on()
                return intake, delivery
        return None

    def _rotate(self, served: Intake) -> None:
        """Look at all others before this intake the next time."""
        if len(self.intakes) > 1:
            with self._arming:
                self.intakes = tuple(sorted(self.intakes, key=lambda intake: intake is served))

    def _pass_on(self) -> None:
        """Be busy; a call that came meanwhile is for a message that others may take."""
        with self._calling:
            self._idle = False
            called = self._called
        if called is not None:
            self._arm(called)  # the transport calls again, is refused, and offers its message elsewhere


def put_back(found: tuple[Intake, Delivery] | None) -> None:
    """Make what was taken for a task that was cancelled the next delivery of its intake."""
    if found is not None:
        intake, delivery = found
        intake.put_back(delivery)
