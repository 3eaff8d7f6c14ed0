"""ConnectionFactory on an event loop (section 6.1.1)."""

# What may wait is a coroutine here: a subclass differs from its base.
# mypy: disable-error-code="override"

from __future__ import annotations

from functools import partial
from typing import Unpack

import jmslike.factory as synchronous
from jmslike.aio.calls import Calls
from jmslike.aio.connection import Connection
from jmslike.aio.context import JMSContext
from jmslike.aio.home import Home
from jmslike.aio.managers import Opening
from jmslike.constants import SessionMode
from jmslike.factory_options import FactoryOptions


class ConnectionFactory(synchronous.ConnectionFactory):
    """As `jmslike.ConnectionFactory`. What it makes belongs to the event loop on which that is awaited."""

    async def create_connection(self, user_name: str | None = None, password: str | None = None) -> Connection:
        """As `jmslike.ConnectionFactory.create_connection`."""
        calls = Calls(Home())
        transport = self._provider.transport(user_name, password)
        return await calls.run(partial(Connection, transport, self._provider.settings, calls), Connection._close)

    async def create_context(
        self,
        user_name: str | None = None,
        password: str | None = None,
        session_mode: int = SessionMode.AUTO_ACKNOWLEDGE,
    ) -> JMSContext:
        """As `jmslike.ConnectionFactory.create_context`."""
        mode = self._mode_of_context(user_name, session_mode)
        return JMSContext(await self.create_connection(user_name, password), mode)


def connect(url: str, **options: Unpack[FactoryOptions]) -> Opening[JMSContext]:
    """As `jmslike.connect`, for `async with` or `await`."""
    factory = ConnectionFactory(url, **options)

    async def started() -> JMSContext:
        context = await factory.create_context()
        try:
            await context.start()
        except BaseException:
            await context.close()
            raise
        return context

    return Opening("aio.connect()", started)
