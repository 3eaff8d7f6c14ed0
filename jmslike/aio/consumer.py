"""MessageConsumer on an event loop: receives by `receive`, by `async for`, or by a message listener (section 8)."""

# What may wait is a coroutine here: a subclass differs from its base.
# mypy: disable-error-code="assignment, override"

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from typing import TypeVar

import jmslike.consumer as synchronous
from jmslike.aio.calls import CallTurn, Turn, awaiting
from jmslike.aio.listeners import LoopListeners
from jmslike.aio.managers import Closing
from jmslike.aio.taker import put_back
from jmslike.core.intake import Intake
from jmslike.durations import Duration, waiting_time
from jmslike.message import Message, received_message
from jmslike.spi import Delivery

T = TypeVar("T")


class MessageConsumer(Closing, synchronous.MessageConsumer):
    """As `jmslike.MessageConsumer`. Several consumers of a session may be received from at once, each by one task.

    A receive that is cancelled has taken nothing.
    """

    __slots__ = ()

    _listeners: LoopListeners

    async def receive(self, timeout: Duration | None = None) -> Message | None:
        """As `jmslike.MessageConsumer.receive`."""
        return await self._take(timeout, self._handed_over)

    _receive = receive
    receive_no_wait = awaiting(synchronous.MessageConsumer.receive_no_wait)
    receive_object = awaiting(synchronous.MessageConsumer.receive_object)

    async def _receive_reading(self, timeout: Duration | None, read: Callable[[Message], T]) -> T | None:
        def read_and_handed_over(turn: Turn, intake: Intake, delivery: Delivery) -> T:
            try:
                found = read(received_message(delivery[0], self._listeners.owner, delivery[2], 0))
            except BaseException:
                if self._session.acknowledgement.is_automatic:
                    intake.put_back(delivery)
                else:
                    intake.hand_over(delivery)
                raise
            self._handed_over(turn, intake, delivery)
            return found

        return await self._take(timeout, read_and_handed_over)

    async def _take(self, timeout: Duration | None, then: Callable[[Turn, Intake, Delivery], T]) -> T | None:
        limit = waiting_time(timeout)
        intake, listeners = self._intake, self._listeners
        if not intake.is_open or self._gate.listening:
            self._refuse()
        listeners.check_free(intake)
        if limit != 0:
            return await listeners.receive(intake, None if limit is None else self._clock.monotonic() + limit, then)
        async with CallTurn(listeners.calls) as turn:
            found = await turn.run(self._take_now, put_back)
            return None if found is None else then(turn, *found)

    def _take_now(self) -> tuple[Intake, Delivery] | None:
        # not armed, so that the transport may ask its broker
        self._gate.enter(self._intake)
        try:
            delivery = self._intake.next_within(self._clock.monotonic(), settle=False)
        finally:
            self._gate.leave()
        return None if delivery is None else (self._intake, delivery)

    def _handed_over(self, turn: Turn, intake: Intake, delivery: Delivery) -> Message:
        acknowledgement = self._session.acknowledgement
        if acknowledgement.is_automatic and not self._listeners.calls.home.is_prompt:
            # not awaited: a receive that is cancelled meanwhile would lose the message
            turn.follow(partial(acknowledgement.handed_over, intake, delivery))
            number = 0
        else:
            number = acknowledgement.handed_over(intake, delivery)
        return intake.delivered(delivery, self._listeners.owner, number)

    def __iter__(self) -> Iterator[Message]:
        raise TypeError("a consumer of jmslike.aio is iterated by `async for`")

    def __aiter__(self) -> AsyncIterator[Message]:
        self._check_open()
        return self._received()

    async def _received(self) -> AsyncIterator[Message]:
        while self._intake.is_open:
            message = await self.receive()
            if message is None:
                return
            yield message

    async def close(self) -> None:
        """As `jmslike.MessageConsumer.close`. A receive of another task ends with None; a close that is cancelled
        goes on in the background."""
        if not self._intake.is_open:
            return
        calls = self._listeners.calls
        await calls.home.ending(self, partial(calls.run_last, super().close))
        await self._listeners.wait_quiet(self._intake)
