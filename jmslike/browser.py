"""QueueBrowser (section 4.1.6): looks at a queue without taking anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Self

from jmslike.core.session_state import SessionState
from jmslike.destinations import Queue
from jmslike.message import Message, received_message
from jmslike.selector import Selector


class QueueBrowser:
    """Iterate it to see what waits in the queue, oldest first. Each `iter()` is a new look, and it ends."""

    __slots__ = ("_on_closed", "_open", "_queue", "_selector", "_session")

    def __init__(
        self,
        session: SessionState,
        queue: Queue,
        selector: Selector | None,
        on_closed: Callable[[QueueBrowser], None],
    ) -> None:
        self._session = session
        self._on_closed = on_closed
        self._queue = queue
        self._selector = selector
        self._open = True

    def __iter__(self) -> Iterator[Message]:
        self._check_open()
        self._session.connection.loss.check()
        return self._look()

    def _look(self) -> Iterator[Message]:
        with closing(self._session.link.browse(self._queue, self._selector)) as envelopes:
            for envelope in envelopes:
                self._check_open()
                yield received_message(envelope, self._session, 0, 0)

    @property
    def queue(self) -> Queue:
        """The queue that is browsed."""
        self._check_open()
        return self._queue

    @property
    def message_selector(self) -> str | None:
        """The text of the selector, or None."""
        self._check_open()
        return None if self._selector is None else self._selector.text

    def _check_open(self) -> None:
        if not self._open:
            raise self._session.closed("browser")

    def _statistics(self) -> None:
        return None  # it holds nothing

    def close(self) -> None:
        """Close. A second call does nothing."""
        if self._open:
            self._close()

    def _abandon(self) -> None:
        self._open = False

    def _close(self) -> None:
        self._open = False
        self._on_closed(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()
