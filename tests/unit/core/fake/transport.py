"""The five protocols of the SPI over the fake broker."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING, Any

from jmslike.capabilities import Capabilities, Feature, Level
from jmslike.errors import (
    ConnectionLostError,
    IllegalStateError,
    InvalidClientIDError,
    InvalidDestinationError,
    JMSError,
    TransactionRolledBackError,
)
from jmslike.selector import Selector
from jmslike.spi import (
    Completion,
    Delivery,
    Destination,
    Envelope,
    Events,
    Outcome,
    QueueStatistics,
    SessionSpec,
    SubscriptionSpec,
)

if TYPE_CHECKING:
    from tests.unit.core.fake.broker import FakeBroker


class FakeTransport:
    def __init__(self, broker: FakeBroker) -> None:
        self.broker = broker
        self.events: Events | None = None
        self.lost: JMSError | None = None
        self.closed = False
        self.client_id: str | None = None
        self.temporaries: set[str] = set()
        self.links: list[FakeLink] = []
        broker.transports.append(self)

    def open(self, events: Events) -> Capabilities:
        self.broker.called("open")
        self.events = events
        return Capabilities("fake", "4.2", self.broker.features)

    def identify(self, client_id: str) -> None:
        self.broker.called("identify", client_id)
        if client_id in self.broker.client_ids:
            raise InvalidClientIDError(f"{client_id} is in use")
        self.broker.client_ids.add(client_id)
        self.client_id = client_id

    def session(self, spec: SessionSpec) -> FakeLink:
        self.check_open()
        self.broker.called("session", spec)
        link = self.broker.link(self, spec)
        self.links.append(link)
        return link

    def create_temporary(self, kind: type[Destination]) -> str:
        self.check_open()
        self.broker.called("create_temporary", kind)
        name = f"temporary-{len(self.broker.named('create_temporary'))}"
        self.temporaries.add(name)
        self.broker.temporaries.add(name)
        return name

    def delete_temporary(self, destination: Destination) -> None:
        self.broker.called("delete_temporary", destination)
        if any(self.broker.in_use(mailbox) for mailbox in self.broker.temporary_mailboxes(destination.name)):
            raise JMSError(f"{destination} has a consumer")
        self.broker.discard_temporary(destination.name)

    def unsubscribe(self, name: str) -> None:
        self.broker.called("unsubscribe", name)
        with self.broker.changed:
            mailbox = self.broker.named_subscriptions.get((self.client_id, name))
            if mailbox is None:
                raise InvalidDestinationError(f"no subscription has the name {name}")
            if self.broker.in_use(mailbox):
                raise JMSError(f"the subscription {name} is in use")
            self.broker.discard(mailbox)

    def close(self) -> None:
        self.broker.called("close transport")
        self.closed = True
        for link in self.links:
            link.release()
        self.broker.client_ids.discard(self.client_id or "")
        for name in self.temporaries:
            self.broker.discard_temporary(name)

    def lose(self) -> ConnectionLostError:
        """Cut the link, as a network does."""
        assert self.events is not None
        self.lost = ConnectionLostError("the cable was cut")
        with self.broker.changed:
            self.broker.changed.notify_all()
        self.events.lost(self.lost)
        return self.lost

    def check(self) -> None:
        """Raise ConnectionLostError after a loss (C10)."""
        if self.lost is not None:
            raise ConnectionLostError("the link is gone")

    def check_open(self) -> None:
        self.check()
        if self.closed:
            raise IllegalStateError("the transport is closed")


class FakeLink:
    def __init__(self, transport: FakeTransport, spec: SessionSpec) -> None:
        self.transport = transport
        self.broker = transport.broker
        self.spec = spec
        self.subscriptions: list[FakeSubscription] = []

    def sender(self, destination: Destination) -> FakeSender:
        self.broker.called("sender", destination)
        self.broker.check(destination)
        return FakeSender(self, destination)

    def subscribe(self, spec: SubscriptionSpec) -> FakeSubscription:
        self.transport.check_open()
        self.broker.called("subscribe", spec)
        with self.broker.changed:
            subscription = self.subscription(spec)
            self.subscriptions.append(subscription)
            self.broker.subscriptions.append(subscription)
        return subscription

    def subscription(self, spec: SubscriptionSpec) -> FakeSubscription:
        return FakeSubscription(self, spec)

    def commit(
        self,
        sends: Sequence[tuple[Any, Envelope]],
        settlements: Sequence[tuple[Any, Sequence[object], Outcome]],
        *,
        dead_letters: bool = False,
    ) -> None:
        self.transport.check()
        noted = [(s, [s.id_of(receipt) for receipt in receipts], outcome) for s, receipts, outcome in settlements]
        self.broker.called("commit", [envelope for _, envelope in sends], noted, dead_letters)
        if any(not s.holds(receipt) for s, receipts, _ in settlements for receipt in receipts):
            raise TransactionRolledBackError("a receipt is stale")
        for _, envelope in sends:
            self.broker.check(envelope.destination)
        for subscription, receipts, outcome in settlements:
            subscription.apply(receipts, outcome)
        for _, envelope in sends:
            self.broker.arrive(envelope)

    def browse(self, queue: Destination, selector: Selector | None) -> Generator[Envelope, None, None]:
        self.broker.called("browse", queue, selector)
        for envelope, _ in list(self.broker.queue(queue).messages):
            if selector is None or selector.matches(envelope):
                yield envelope

    def statistics(self, queue: Destination) -> QueueStatistics:
        self.broker.called("statistics", queue)
        return QueueStatistics(len(self.broker.queue(queue).messages))

    def close(self) -> None:
        self.broker.called("close link")
        self.release()

    def release(self) -> None:
        """Close the subscriptions and release what is unsettled, each with its attempts (C9)."""
        for subscription in self.subscriptions:
            subscription.close()
            for receipt in reversed(list(subscription.unsettled)):
                _, attempts = subscription.unsettled[receipt]
                subscription.apply([receipt], attempts)


class FakeSender:
    def __init__(self, link: FakeLink, destination: Destination) -> None:
        self.link = link
        self.destination = destination

    def send(self, envelope: Envelope, completion: Completion | None = None) -> None:
        broker = self.link.broker
        self.link.transport.check()
        broker.called("send", envelope)
        broker.check(envelope.destination)
        broker.arrive(envelope)
        if completion is None:
            return
        if broker.held_completions is None:
            completion(None)
        else:
            broker.held_completions.append(completion)

    def close(self) -> None:
        self.link.broker.called("close sender", self.destination)


class FakeSubscription:
    def __init__(self, link: FakeLink, spec: SubscriptionSpec) -> None:
        self.link = link
        self.broker = link.broker
        self.spec = spec
        self.mailbox = self.broker.mailbox_for(spec, link.transport.client_id)
        self.callback: Callable[[], bool] | None = None
        self.unsettled: dict[object, tuple[Envelope, int]] = {}
        self.interrupted = False
        self.closed = False
        self.stopped = spec.stopped
        self.stale: set[str] = set()  # ids that the broker may give to another consumer
        selecting = Feature.QUEUE_SELECTOR if spec.destination.is_queue else Feature.TOPIC_SELECTOR
        self._selector = spec.selector if self._filters(selecting) else None
        self._excluded_origin = spec.excluded_origin if self._filters(Feature.NO_LOCAL) else None

    def _filters(self, feature: Feature) -> bool:
        """Whether the broker filters; what is declared EMULATED is left to the core."""
        return self.broker.features[feature].level is not Level.EMULATED

    def first(self) -> tuple[Envelope, int] | None:
        """Return the first waiting message that this subscription may take, with its attempts."""
        with self.broker.changed:
            if self.stopped:
                return None
            self.mailbox.let_in(self.broker.clock.monotonic())
            return next((waiting for waiting in self.mailbox.messages if self._wants(waiting[0])), None)

    def _wants(self, envelope: Envelope) -> bool:
        selected = self._selector is None or self._selector.matches(envelope)
        return selected and (self._excluded_origin is None or envelope.origin != self._excluded_origin)

    def take(self, timeout: float | None, settle: bool = False) -> Delivery | None:
        clock = self.broker.clock
        deadline = None if timeout is None else clock.monotonic() + timeout
        self.broker.called("take", timeout, settle)
        with self.broker.changed:
            while True:
                self.link.transport.check()
                if self.interrupted or self.closed:
                    self.interrupted = False
                    return None
                found = self.first()
                if found is not None:
                    return self._hand_out(found, settle)
                remaining = None if deadline is None else deadline - clock.monotonic()
                if remaining is not None and remaining <= 0:
                    return None
                clock.wait(self.broker.changed, self.mailbox.within(remaining, clock.monotonic()))

    def _hand_out(self, found: tuple[Envelope, int], settle: bool) -> Delivery:
        self.mailbox.messages.remove(found)
        envelope, attempts = found
        if settle and attempts == 0 and self.broker.settle_at_hand_over:
            return envelope, None, 0
        receipt = object()
        self.unsettled[receipt] = found
        return envelope, receipt, attempts

    def settle(self, receipts: Sequence[object], outcome: Outcome) -> None:
        self.link.transport.check()
        self.broker.called("settle", [self.id_of(receipt) for receipt in receipts], outcome)
        self.apply(receipts, outcome)

    def postpone(self, receipts: Sequence[object], attempts: int, delay: float) -> None:
        self.link.transport.check()
        self.broker.called("postpone", [self.id_of(receipt) for receipt in receipts], attempts, delay)
        due = self.broker.clock.monotonic() + delay
        with self.broker.changed:
            for receipt in receipts:
                held = self.unsettled.pop(receipt, None)
                if held is not None and held[0].id not in self.stale:
                    self.mailbox.postponed.append((due, held[0], attempts))

    def apply(self, receipts: Sequence[object], outcome: Outcome) -> None:
        """Settle these deliveries; nothing happens to a message whose receipt is stale (C7)."""
        for receipt in reversed(list(receipts)):
            held = self.unsettled.pop(receipt, None)
            if held is not None and outcome is not None and held[0].id not in self.stale:
                self.broker.deliver(self.mailbox, held[0], outcome, first=True)

    def id_of(self, receipt: object) -> str | None:
        return self.unsettled[receipt][0].id if receipt in self.unsettled else None

    def ready(self, callback: Callable[[], bool] | None) -> None:
        self.broker.called("ready", callback is not None)
        with self.broker.changed:
            self.callback = armed = None if self.closed else callback
            waiting = self.first()
        if armed is None:
            self.broker.offer(self.mailbox)
        elif waiting:
            armed()

    def interrupt(self) -> None:
        with self.broker.changed:
            self.interrupted = True
            self.broker.changed.notify_all()
        self.broker.called("interrupt", self.spec.destination)

    def holds(self, receipt: object) -> bool:
        self.broker.called("holds", self.id_of(receipt))
        held = self.unsettled.get(receipt)
        return held is not None and held[0].id not in self.stale and self.link.transport.lost is None

    def start(self) -> None:
        self.broker.called("start subscription", self.spec.destination)
        with self.broker.changed:
            self.stopped = False
            self.broker.changed.notify_all()
        self.broker.offer(self.mailbox)

    def stop(self) -> None:
        self.broker.called("stop subscription", self.spec.destination)
        with self.broker.changed:
            self.stopped = True

    def close(self) -> None:
        with self.broker.changed:
            if self.closed:
                return
            self.closed = True
            self.callback = None
            self.broker.subscriptions.remove(self)
            outlives = self.spec.destination.is_queue or self.spec.durable or self.broker.in_use(self.mailbox)
            if not outlives:
                self.broker.discard(self.mailbox)
            self.broker.changed.notify_all()
        self.broker.called("close subscription", self.spec.destination)
        self.broker.offer(self.mailbox)
