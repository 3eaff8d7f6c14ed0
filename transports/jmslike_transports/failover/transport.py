"""The SPI's face of a connection that outlives the loss of its host."""

from __future__ import annotations

from collections.abc import Mapping

from jmslike.capabilities import Capabilities, Expectation
from jmslike.errors import UnsupportedFeatureError
from jmslike.spi import (
    Deleting,
    Destination,
    Embedding,
    Events,
    Flush,
    Flushing,
    SessionSpec,
    TemporaryQueue,
    TemporaryTopic,
)
from jmslike.statistics import EngineStatistics
from jmslike_transports.failover.binding import Binding
from jmslike_transports.failover.hosts import HostConnection
from jmslike_transports.failover.link import FailoverLink
from jmslike_transports.failover.outage import Left
from jmslike_transports.failover.reconnection import Reconnection
from jmslike_transports.failover.temporaries import Temporaries
from jmslike_transports.failover.unsettled import Unsettled


class FailoverTransport:
    """See Transport. The parts that it restores are the client id and the session links."""

    def __init__(self, reconnection: Reconnection) -> None:
        self._reconnection = reconnection
        reconnection.parts = self
        self._temporaries = Temporaries()
        self._unsettled = Unsettled()
        self._client_id: str | None = None
        self._links: list[FailoverLink] = []
        self._prepared: list[FailoverLink] = []

    def open(self, events: Events) -> Capabilities:
        """See Transport.open."""
        return self._reconnection.open(events)

    def expected(self) -> Expectation | None:
        """See Expecting.expected: that of the first host, as those with less are not taken after it."""
        return self._reconnection.hosts.expected()

    def identify(self, client_id: str) -> None:
        """See Transport.identify."""

        def claim(connection: HostConnection) -> None:
            connection.transport.identify(client_id)
            with self._reconnection.lock:
                connection.check()
                self._client_id = client_id  # the next host needs it

        self._reconnection.call(self._reconnection.here, claim)

    def session(self, spec: SessionSpec) -> FailoverLink:
        """See Transport.session."""
        link = FailoverLink(spec, Binding(self._reconnection, self._temporaries, self._unsettled), self._discard)

        def bind(connection: HostConnection) -> None:
            link.prepare(connection)
            with self._reconnection.lock:
                connection.check()
                link.move()
                self._links.append(link)

        self._reconnection.call(self._reconnection.here, bind)
        return link

    def _discard(self, link: FailoverLink) -> None:
        with self._reconnection.lock:
            if link in self._links:
                self._links.remove(link)

    # ---- temporary destinations and subscriptions -------------------------------------------------------------------

    def create_temporary(self, kind: type[TemporaryQueue] | type[TemporaryTopic]) -> str:
        """See Transport.create_temporary. It ends when the link to its host is lost."""

        def create(connection: HostConnection) -> str:
            name = connection.transport.create_temporary(kind)
            with self._reconnection.lock:
                connection.check()
                self._temporaries.add(name)
            return name

        return self._reconnection.call(self._reconnection.here, create)

    def delete_temporary(self, destination: Destination) -> None:
        """See Transport.delete_temporary."""

        def delete(connection: HostConnection) -> None:
            connection.transport.delete_temporary(destination)
            with self._reconnection.lock:
                self._temporaries.discard(destination.name)

        self._reconnection.call(lambda: self._here(destination), delete)

    def _here(self, destination: Destination) -> HostConnection | None:
        self._temporaries.check(destination)
        return self._reconnection.here()

    def unsubscribe(self, name: str) -> None:
        """See Transport.unsubscribe. Not called again at another host: it may have been done."""
        self._reconnection.call(
            self._reconnection.here, lambda connection: connection.transport.unsubscribe(name), again=False
        )

    def delete(self, destination: Destination) -> None:
        """See Deleting.delete."""

        def delete(connection: HostConnection) -> None:
            if not isinstance(connection.transport, Deleting):
                raise UnsupportedFeatureError(f"{destination} stays: at {connection.url} only its own tools delete it")
            connection.transport.delete(destination)

        self._reconnection.call(lambda: self._here(destination), delete)

    # ---- what is restored: see Parts --------------------------------------------------------------------------------

    def prepare(self, connection: HostConnection) -> None:
        """See Parts.prepare."""
        if self._client_id is not None:
            connection.transport.identify(self._client_id)
        with self._reconnection.lock:
            self._prepared = [link for link in self._links if not link.is_closed]
        for link in self._prepared:
            link.prepare(connection)

    def move(self) -> None:
        """See Parts.move."""
        for link in self._prepared:
            link.move()

    def settle_in(self) -> None:
        """See Parts.settle_in."""
        for link in self._prepared:
            link.settle_in()
        self._prepared = []

    def leave(self) -> Left:
        """See Parts.leave."""
        unsettled = sum(link.unsettled for link in self._links)
        temporaries = self._temporaries.leave()
        return Left([error for link in self._links for error in link.leave()], unsettled, temporaries)

    def engine_statistics(self) -> EngineStatistics | None:
        """See Embedding."""
        current = self._reconnection.current
        if current is None or not isinstance(current.transport, Embedding):
            return None
        return current.transport.engine_statistics()

    # ---- the end ----------------------------------------------------------------------------------------------------

    def flush(self) -> Flush:
        """See Flushing.flush. What was sent to a lost host has failed already."""
        current = self._reconnection.current
        if current is None:
            return _NothingOpen(is_answered=False)
        if isinstance(current.transport, Flushing):
            return current.transport.flush()
        return _NothingOpen(is_answered=True)

    def close(self) -> None:
        """See Transport.close."""
        self._reconnection.close()
        for link in list(self._links):
            link.close()


class _NothingOpen:
    """The flush of a link that is away, or of a host that answers each call before it returns."""

    def __init__(self, *, is_answered: bool) -> None:
        self._is_answered = is_answered

    def wait(self, seconds: float) -> bool:
        """See Flush.wait."""
        return self._is_answered

    def unanswered(self) -> Mapping[str, int]:
        """See Flush.unanswered."""
        return {}
