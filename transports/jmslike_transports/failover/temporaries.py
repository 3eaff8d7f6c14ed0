"""Temporary destinations: each ends with the host that it was created on."""

from __future__ import annotations

from jmslike.errors import InvalidDestinationError
from jmslike.spi import Destination


class Temporaries:
    """The names of the temporary destinations of one connection. The lock of the reconnection protects them."""

    def __init__(self) -> None:
        self._present: set[str] = set()
        self._gone: set[str] = set()

    def add(self, name: str) -> None:
        """Note a new one."""
        self._present.add(name)

    def discard(self, name: str) -> None:
        """Note that one was deleted."""
        self._present.discard(name)

    def leave(self) -> int:
        """Note that all have ended, because the link is lost, and return how many."""
        ended, self._present = self._present, set()
        self._gone |= ended
        return len(ended)

    def check(self, destination: Destination) -> None:
        """Raise InvalidDestinationError for one that ended with an earlier link."""
        if destination.name in self._gone:
            raise InvalidDestinationError(
                f"{destination} ended when the link to its host was lost: create another temporary destination"
            )
