"""Where telemetry enters: what looks at the messages of a connection on their way.

Each method is called once for a destination, a session or a consumer, and may replace what the core is about to use.
`Instruments` replaces nothing, so no message pays for what is off.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

from jmslike.capabilities import Capabilities
from jmslike.destinations import Destination
from jmslike.envelope import Envelope
from jmslike.message import Message
from jmslike.spi import Completion, Sender, Settlement


class Post(Protocol):
    """Sends a message as `Sender.send` does, or keeps it for the commit and then calls the completion."""

    def __call__(self, envelope: Envelope, completion: Completion | None = None, /) -> None:
        """Send it. The envelope belongs to the caller until then."""


Commit: TypeAlias = "Callable[[Sequence[tuple[Sender, Envelope]], Sequence[Settlement]], None]"
"""`SessionLink.commit` for the application's transaction."""

Call: TypeAlias = "Callable[[Message], object]"
"""Works on a message that was received; what it returns may be awaited by its caller."""

Maker = TypeVar("Maker", bound=Callable[..., Any])


class Instruments:
    """The instruments of one connection. These do nothing."""

    def posting(self, post: Post, destination: Destination, *, deferred: bool) -> Post:
        """Return the call that sends to a destination. A `deferred` one keeps the message for the commit."""
        return post

    def committing(self, commit: Commit) -> Commit:
        """Return the call that commits a session's transactions."""
        return commit

    def receiving(self, make_intake: Maker) -> Maker:
        """Return what makes a consumer's intake (`jmslike.core.intake`), which each of its deliveries passes."""
        return make_intake

    def processing(self, call: Call, destination: Destination, subscription: str | None) -> Call:
        """Return the call that works on a message from there. It may be called several times at once."""
        return call


class Telemetry(Protocol):
    """The option `telemetry` of a connection factory: makes the instruments of each connection."""

    def instruments(self, capabilities: Capabilities, origin: Callable[[], str]) -> Instruments:
        """Return new instruments. `origin` returns the client id, else the connection's own mark."""
