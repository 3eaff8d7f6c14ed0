"""Where one session is: bound to the connection to a host, or to none while the link is away."""

from __future__ import annotations

from typing import Final, NamedTuple

from jmslike.errors import IllegalStateError
from jmslike.spi import Destination, SessionLink
from jmslike_transports.failover.hosts import HostConnection
from jmslike_transports.failover.reconnection import Reconnection
from jmslike_transports.failover.temporaries import Temporaries
from jmslike_transports.failover.unsettled import Unsettled


class Place(NamedTuple):
    """A session link at a host. Each restored link makes a new one, to which senders compare theirs."""

    connection: HostConnection
    link: SessionLink


class Binding:
    """The place of one session, for its senders. The lock of the reconnection protects it."""

    def __init__(self, reconnection: Reconnection, temporaries: Temporaries, unsettled: Unsettled) -> None:
        self.reconnection: Final = reconnection
        self.temporaries: Final = temporaries
        self.unsettled: Final = unsettled
        self.place: Place | None = None
        self.is_closed = False

    def here(self, destination: Destination | None = None) -> Place | None:
        """Return the place; None while the link is away.

        Raises IllegalStateError if the session is closed; InvalidDestinationError if the destination ended with an
        earlier link.
        """
        if self.is_closed:
            raise IllegalStateError("the session is closed")
        if destination is not None:
            self.temporaries.check(destination)
        return self.place
