"""What can be counted: plain values, which `dataclasses.asdict` turns into what JSON takes (an extension).

Destinations are written as `queue://NAME` and `topic://NAME`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, runtime_checkable

LinkState: TypeAlias = Literal["connected", "interrupted", "lost"]
"""`interrupted`: the link is lost, and the transport restores it; `lost`: for good."""


@dataclass(frozen=True, slots=True)
class QueueStatistics:
    """Counts of one queue, as far as the provider tells them; None for those that it does not.

    `depth`, `in_flight` and `consumers` are as of now, the others since the queue was made. Other programs go on
    meanwhile.
    """

    depth: int
    """Messages that wait for a consumer. What a broker has pushed to one ahead of its `receive` may not count."""
    in_flight: int | None = None
    """Messages that consumers have and did not acknowledge."""
    consumers: int | None = None
    enqueued: int | None = None
    delivered: int | None = None
    """Deliveries, each redelivery included."""
    acknowledged: int | None = None
    expired: int | None = None
    dead_lettered: int | None = None


@dataclass(frozen=True, slots=True)
class ConsumerStatistics:
    """One consumer that is open."""

    destination: str
    selector: str | None
    subscription: str | None
    """The name of a durable or shared subscription."""
    durable: bool
    shared: bool
    no_local: bool
    has_listener: bool
    redeliveries: int
    """Messages that wait in this process to be handed over again, also until their delay is over. What the provider
    keeps meanwhile does not count.
    """


@dataclass(frozen=True, slots=True)
class ProducerStatistics:
    """One producer that is open."""

    destination: str | None
    """None for an unidentified one."""


@dataclass(frozen=True, slots=True)
class SessionStatistics:
    """One session that is open."""

    name: str
    """As in the names of its threads."""
    mode: str
    """The name of its `SessionMode`."""
    listeners: int
    """Consumers with a message listener."""
    unsettled: int
    """Messages that were delivered and are not acknowledged: in a transacted session, what the transaction received."""
    pending: int
    """Messages that the open transaction has sent."""
    unanswered: int
    """Asynchronous sends whose completion listener has not returned yet."""
    producers: tuple[ProducerStatistics, ...]
    """Those of a context do not count: they need no closing."""
    consumers: tuple[ConsumerStatistics, ...]


@dataclass(frozen=True, slots=True)
class EngineQueue:
    """One queue of an engine in this process, or one subscription of a topic."""

    destination: str
    subscription: str | None
    """The subscription's name, with its client id before it ("client:name"); "#" and a number if it has none."""
    dropped: int
    """Messages that a full non-durable subscription lost."""
    counts: QueueStatistics


@dataclass(frozen=True, slots=True)
class JournalStatistics:
    """The files of an engine in a folder, as of now; sizes in bytes."""

    files: int
    size: int
    """The size of all files, the part included that is kept ready for what is sent next."""
    live: int
    """What the messages that are not acknowledged take of it. The engine reuses the rest by and by."""


@dataclass(frozen=True, slots=True)
class EngineStatistics:
    """The engine of this process to which a connection leads. It may have other connections."""

    url: str
    queues: tuple[EngineQueue, ...]
    journal: JournalStatistics | None
    """None for an engine in memory."""


@dataclass(frozen=True, slots=True)
class ConnectionStatistics:
    """One connection, with all that is open on it: what this process knows, without asking the provider."""

    name: str
    """As in the log, and in the names of threads."""
    provider: str
    version: str
    """The provider's version."""
    client_id: str | None
    started: bool
    link_state: LinkState
    temporary_destinations: tuple[str, ...]
    sessions: tuple[SessionStatistics, ...]
    engine: EngineStatistics | None
    """None over a broker: `Session.statistics` asks it for the counts of one queue."""


@runtime_checkable
class Embedding(Protocol):
    """A transport whose engine is in this process; a part of `jmslike.spi`."""

    def engine_statistics(self) -> EngineStatistics | None:
        """Return what the engine counts; None if there is no engine just now.

        Waits for nothing but a lock that is held for a moment.
        """
