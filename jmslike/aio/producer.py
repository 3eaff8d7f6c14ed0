"""MessageProducer on an event loop (section 7)."""

# What may wait is a coroutine here: a subclass differs from its base.
# mypy: disable-error-code="assignment, override"

from __future__ import annotations

from functools import partial
from typing import Any, Protocol

import jmslike.producer as synchronous
from jmslike.aio.managers import Closing
from jmslike.aio.sends import Sends
from jmslike.core.listener_calls import CompletionListener
from jmslike.core.outbox import posting
from jmslike.destinations import Destination
from jmslike.durations import Duration


class _Session(Protocol):
    _sends: Sends


class MessageProducer(Closing, synchronous.MessageProducer):
    """As `jmslike.MessageProducer`. Sends of several tasks are under way together, in the order of their calls."""

    __slots__ = ()

    _messages: _Session  # also a message factory

    async def send(
        self,
        message: Any,
        *positional: Any,
        delivery_mode: int | None = None,
        priority: int | None = None,
        time_to_live: Duration | None = None,
        destination: Destination | None = None,
        completion_listener: CompletionListener | None = None,
    ) -> None:
        """As `jmslike.MessageProducer.send`; methods of a completion listener may be coroutines.

        A send that is cancelled may have been sent; a note on the CancelledError says what is known.
        """
        self._check_open()
        given = {"delivery_mode": delivery_mode, "priority": priority, "time_to_live": time_to_live}
        order = self._order(message, positional, given, destination)
        envelope = self._outbox.sealed(*order)
        outlet, original = order[:2]
        await self._messages._sends.send(partial(posting(outlet, original), envelope), original, completion_listener)

    async def close(self) -> None:
        """As `jmslike.MessageProducer.close`. One that is cancelled goes on in the background."""
        if not self._open:
            return
        sends = self._messages._sends
        sends.refuse_inside("MessageProducer.close")
        await sends.calls.home.ending(self, self._end)

    async def _end(self) -> None:
        self._abandon()
        await self._messages._sends.wait("MessageProducer.close")
        self._close()
