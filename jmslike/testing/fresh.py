"""The engine behind the fixture `jms_url` (`pytest_jmslike`)."""

from __future__ import annotations

import itertools
import threading
from typing import Final

import jmslike
from jmslike import Connection, ConnectionStatistics, IllegalStateError

_numbers = itertools.count(1)

PATIENCE: Final = 5.0
"""Seconds in which what a test has left open must be closed: a listener of it may never return."""


class FreshEngine:
    """An engine in memory with a name that no other one has."""

    def __init__(self) -> None:
        self.url: Final = f"native://jms_url-{next(_numbers)}"

    def end(self) -> str:
        """Forget the engine, and close the connections to it that are open. Return which those were, in words."""
        found = [(connection, _statistics(connection)) for connection in jmslike.open_connections()]
        left = {connection: seen for connection, seen in found if seen is not None and self._is_of(seen)}
        jmslike.forget(self.url)  # which ends every call that waits
        # one of jmslike.aio as well: its own close needs the event loop, which has ended with the test
        closing = [threading.Thread(target=Connection.close, args=(connection,), daemon=True) for connection in left]
        for thread in closing:
            thread.start()
        for thread in closing:
            thread.join(PATIENCE)
        if not left:
            return ""
        told = "".join(f"\n  {_told(seen)}" for seen in left.values())
        return f"the test left connections to {self.url} open: close each, as `with` does{told}"

    def _is_of(self, seen: ConnectionStatistics) -> bool:
        return seen.engine is not None and seen.engine.url == self.url


def _statistics(connection: Connection) -> ConnectionStatistics | None:
    try:
        return connection.statistics()
    except IllegalStateError:  # it was closed meanwhile
        return None


def _told(seen: ConnectionStatistics) -> str:
    consumers = [each.destination for session in seen.sessions for each in session.consumers]
    of_consumers = f", which consumes from {', '.join(consumers)}" if consumers else ""
    return f"{seen.name} ({'started' if seen.started else 'stopped'}, sessions: {len(seen.sessions)}){of_consumers}"
