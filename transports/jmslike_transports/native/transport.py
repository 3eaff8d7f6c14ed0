"""The SPI over the engine. Senders and receivers of the engine are used as they are: no frame is added per message."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import version
from typing import Any, Final, cast

from jmslike.capabilities import NATIVE, Capabilities, Expectation, Feature, unsupported
from jmslike.errors import IllegalStateError, InvalidDestinationError, JMSError
from jmslike.selector import Selector
from jmslike.spi import (
    Destination,
    Envelope,
    Events,
    QueueStatistics,
    Sender,
    SessionSpec,
    Settlement,
    Subscription,
    SubscriptionSpec,
    TemporaryQueue,
    TemporaryTopic,
)
from jmslike.statistics import EngineQueue, EngineStatistics, JournalStatistics
from jmslike_transports.native import engines
from jmslike_transports.native.places import Place
from native_engine import TEMPORARY_PREFIX, Engine, Kind, QueueAddress, Receiver, Scope, Statistics

_IN_MEMORY: Final = unsupported(
    "native://NAME is in memory, and its messages end with the process: native:///absolute/folder keeps persistent ones"
)

_ONE_PROCESS: Final = unsupported("it lives in one process: use a broker to connect several")

NO_STATISTICS: Final = QueueStatistics(*[0] * 8)

_KEPT: Final = 16
"""Receivers kept before those that are closed and hold nothing are dropped."""


def _kind(destination: Destination) -> Kind:
    return "queue" if destination.is_queue else "topic"


def _engine_queue(address: QueueAddress, counts: Statistics) -> EngineQueue:
    return EngineQueue(f"{address.kind}://{address.name}", address.subscription, counts.dropped, _counts(counts))


def _counts(counts: Statistics) -> QueueStatistics:
    return QueueStatistics(
        counts.depth,
        counts.in_flight,
        counts.consumers,
        counts.enqueued,
        counts.delivered,
        counts.acknowledged,
        counts.expired,
        counts.dead_lettered,
    )


class NativeTransport:
    """One connection to an engine of this process."""

    def __init__(self, place: Place, options: Mapping[str, Any], user: str | None, password: str | None) -> None:
        self._place = place
        self._options = options
        self._user = user
        self._password = password
        self._shared: engines.SharedEngine | None = None
        self._events: Events | None = None
        self.client_id: str | None = None
        self.is_prompt: bool = False
        """See Prompt."""
        self._temporaries: set[Destination] = set()
        self._links: set[NativeLink] = set()

    @property
    def engine(self) -> Engine:
        """The engine behind this connection, from `open` to `close`."""
        if self._shared is None:
            raise IllegalStateError("the connection is closed")
        return self._shared.engine

    def open(self, events: Events) -> Capabilities:
        """See Transport.open."""
        self._events = events
        self._shared = engines.join(self._place, self._options, self, self._user, self._password)
        self.is_prompt = self.engine.is_prompt
        return self._declared(version("jmslike"))

    def expected(self) -> Expectation:
        """See Expecting.expected."""
        return Expectation(self._declared(""))

    def _declared(self, version: str) -> Capabilities:
        features = {**dict.fromkeys(Feature, NATIVE), Feature.PROCESSES: _ONE_PROCESS}
        if not self._place.is_durable:
            features[Feature.PERSISTENCE] = _IN_MEMORY
        return Capabilities("native engine", version, features)

    def lose(self, error: JMSError) -> None:
        """Report that the engine was forgotten, or has failed (C10)."""
        assert self._events is not None, "an engine loses open connections only"
        self._events.lost(error)

    def identify(self, client_id: str) -> None:
        """See Transport.identify."""
        self.engine.claim(client_id)
        self.client_id = client_id

    def session(self, spec: SessionSpec) -> NativeLink:
        """See Transport.session."""
        link = NativeLink(self, spec)
        self._links.add(link)
        return link

    def engine_statistics(self) -> EngineStatistics:
        """See Embedding."""
        engine = self.engine
        return EngineStatistics(
            self._place.url,
            tuple(_engine_queue(*each) for each in engine.statistics().items()),
            None if (files := engine.file_statistics()) is None else JournalStatistics(*files),
        )

    def discard(self, link: NativeLink) -> None:
        """Drop a session link that is closed."""
        self._links.discard(link)

    def create_temporary(self, kind: type[TemporaryQueue] | type[TemporaryTopic]) -> str:
        """See Transport.create_temporary."""
        name = self.engine.create_temporary("queue" if kind.is_queue else "topic")
        self._temporaries.add(kind(name))
        return name

    def check_consumable(self, destination: Destination) -> None:
        """Raise InvalidDestinationError for a temporary destination of another connection, also by its plain name."""
        if destination.name.startswith(TEMPORARY_PREFIX) and destination not in self._temporaries:
            raise InvalidDestinationError(
                f"{destination} was deleted, or belongs to another connection: this one may only send to it"
            )

    def delete_temporary(self, destination: Destination) -> None:
        """See Transport.delete_temporary."""
        if destination not in self._temporaries:
            raise InvalidDestinationError(f"{destination} was deleted, or belongs to another connection")
        self.engine.delete(_kind(destination), destination.name)
        self._temporaries.discard(destination)

    def delete(self, destination: Destination) -> None:
        """See Deleting.delete."""
        self.engine.delete(_kind(destination), destination.name)

    def unsubscribe(self, name: str) -> None:
        """See Transport.unsubscribe."""
        self.engine.unsubscribe(self.client_id, name)

    def close(self) -> None:
        """See Transport.close."""
        shared, self._shared = self._shared, None
        if shared is None:
            return
        try:
            for link in list(self._links):
                link.close()
            for destination in self._temporaries:
                with suppress(JMSError):  # the engine was forgotten, say, and the destination with it
                    shared.engine.delete(_kind(destination), destination.name)
            if self.client_id is not None:
                shared.engine.disclaim(self.client_id)
        finally:
            engines.leave(shared, self)


class NativeLink:
    """One session on an engine."""

    def __init__(self, transport: NativeTransport, spec: SessionSpec) -> None:
        self._transport = transport
        self._engine = transport.engine
        self._awaits_settlement = spec.awaits_settlement
        self._receivers: list[Receiver] = []
        self._most_kept = _KEPT
        self._scope = Scope()  # of its commits, which wait for room no longer than it is open

    def sender(self, destination: Destination) -> Sender:
        """See SessionLink.sender."""
        # it raises JMS errors, because the engine was made with them
        return cast("Sender", self._engine.sender(_kind(destination), destination.name))

    def subscribe(self, spec: SubscriptionSpec) -> Subscription:
        """See SessionLink.subscribe."""
        self._transport.check_consumable(spec.destination)
        selector = spec.selector
        matches = None if selector is None else selector.matches
        if spec.destination.is_queue:
            receiver = self._engine.receiver(spec.destination.name, matches, awaits_disk=self._awaits_settlement)
        else:
            receiver = self._engine.subscribe(
                spec.destination.name,
                name=spec.name,
                durable=spec.durable,
                shared=spec.shared,
                matches=matches,
                selector_text=None if selector is None else selector.text,
                excluded_origin=spec.excluded_origin,
                owner=self._transport.client_id,
                awaits_disk=self._awaits_settlement,
            )
        self._keep(receiver)
        return receiver

    def _keep(self, receiver: Receiver) -> None:
        """Keep the receiver until the session closes; now and then drop those that are closed and hold nothing."""
        self._receivers.append(receiver)
        if len(self._receivers) >= self._most_kept:
            self._receivers = [kept for kept in self._receivers if kept.unsettled or not kept.closed]
            self._most_kept = 2 * len(self._receivers) + _KEPT

    def commit(
        self, sends: Sequence[tuple[Sender, Envelope]], settlements: Sequence[Settlement], *, dead_letters: bool = False
    ) -> None:
        """See SessionLink.commit."""
        # senders and subscriptions are the engine's own
        self._engine.commit(cast("Any", sends), cast("Any", settlements), scope=self._scope, dead_letters=dead_letters)

    def browse(self, queue: Destination, selector: Selector | None) -> Generator[Envelope, None, None]:
        """See SessionLink.browse."""
        return self._engine.browse(queue.name, None if selector is None else selector.matches)

    def statistics(self, queue: Destination) -> QueueStatistics:
        """See StatisticsLink."""
        counts = self._engine.queue_statistics(queue.name)
        return NO_STATISTICS if counts is None else _counts(counts)

    def close(self) -> None:
        """See SessionLink.close."""
        self._scope.close()
        receivers, self._receivers = self._receivers, []
        for receiver in receivers:
            receiver.close()
            receiver.release_unsettled()
        self._transport.discard(self)
