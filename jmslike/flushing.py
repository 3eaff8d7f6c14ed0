"""What a transport offers for the end of a program that does not close its connections; a part of `jmslike.spi`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable


class Flush(Protocol):
    """The last chance of what was sent on a connection to be answered for."""

    def wait(self, seconds: float) -> bool:
        """Wait at most so long until the provider has what was sent and settled; return whether it has. Called once.

        If it does not, the link is lost (C10), so that open completions are called with an error (C5).
        """

    def unanswered(self) -> Mapping[str, int]:
        """Return how many messages the provider is not known to have, by the name of their destination.

        Called after `wait`. Of messages without an answer of their own, those since the last answer count. What was
        lost with the link before `flush` does not count.
        """


@runtime_checkable
class Flushing(Protocol):
    """A transport that may be sending or settling when the call of the core has returned.

    When a program ends without closing its connections, the core waits for the flushes of all of them at once, and then
    closes the transports whose provider has answered.
    """

    def flush(self) -> Flush:
        """Ask the provider to answer for everything so far. Does not wait, starts no thread, and does not raise."""
