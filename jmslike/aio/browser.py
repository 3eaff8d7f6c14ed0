"""QueueBrowser on an event loop (section 4.1.6)."""

# What may wait is a coroutine here: a subclass differs from its base.
# mypy: disable-error-code="override"

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterator
from functools import partial
from itertools import islice
from typing import Final, Self

import jmslike.browser as synchronous
from jmslike.aio.calls import Calls
from jmslike.aio.managers import Closing
from jmslike.message import Message, received_message
from jmslike.message.base import Owner

_AT_ONCE: Final = 100
"""Messages that one call fetches."""


class QueueBrowser(Closing, synchronous.QueueBrowser):
    """As `jmslike.QueueBrowser`, for `async for`. It may be awaited, too, like what takes time to make."""

    __slots__ = ("_calls", "_owner")

    def _join(self, calls: Calls, owner: Owner) -> Self:
        """Look by these calls, at messages with this owner."""
        self._calls = calls
        self._owner = owner
        return self

    def __await__(self) -> Generator[None, None, Self]:
        return self
        yield

    def __iter__(self) -> Iterator[Message]:
        raise TypeError("a browser of jmslike.aio is iterated by `async for`")

    def __aiter__(self) -> AsyncIterator[Message]:
        self._check_open()
        self._session.connection.loss.check()
        return self._seen()

    async def _seen(self) -> AsyncIterator[Message]:
        look = partial(self._session.link.browse, self._queue, self._selector)
        envelopes = await self._calls.run(look, lambda unused: unused.close())
        try:
            while some := await self._calls.run(lambda: list(islice(envelopes, _AT_ONCE))):
                for envelope in some:
                    self._check_open()
                    yield received_message(envelope, self._owner, 0, 0)
        finally:
            await self._calls.run(envelopes.close)

    async def close(self) -> None:
        """As `jmslike.QueueBrowser.close`."""
        super(Closing, self).close()
