"""A transport for tests of the core: everything under one lock, every call noted, every failure to order."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from jmslike.capabilities import NATIVE, Capabilities, Feature, Support
from jmslike.connection import Connection
from jmslike.errors import ConnectionLostError, InvalidClientIDError, InvalidDestinationError, JMSError
from jmslike.selector import Selector
from jmslike.settings import make_settings
from jmslike.spi import (
    Completion,
    Delivery,
    Destination,
    Envelope,
    Events,
    Outcome,
    SessionSpec,
    Settlement,
    SubscriptionSpec,
)


class FakeBroker:
    """Queues that outlive connections, and what the tests look at."""

    def __init__(self, features: dict[Feature, Support] | None = None) -> None:
        self.features = {**dict.fromkeys(Feature, NATIVE), **(features or {})}
        self.changed = threading.Condition(threading.RLock())
        self.waiting: dict[Destination, deque[tuple[Envelope, int]]] = {}
        self.subscriptions: list[FakeSubscription] = []
        self.calls: list[tuple[Any, ...]] = []
        self.client_ids: set[str] = set()
        self.errors: dict[str, JMSError] = {}  # the next call of that name raises it
        self.held_completions: list[Completion] | None = None  # a list: completions wait there for the test
        self.settle_at_hand_over = True
        self.specs: list[SubscriptionSpec] = []

    def called(self, name: str, *details: Any) -> None:
        self.calls.append((name, *details))
        error = self.errors.pop(name, None)
        if error is not None:
            raise error

    def named(self, name: str) -> list[tuple[Any, ...]]:
        """Give the calls of that name."""
        return [call for call in self.calls if call[0] == name]

    def put(self, envelope: Envelope, attempts: int = 0, *, first: bool = False) -> None:
        with self.changed:
            queue = self.waiting.setdefault(envelope.destination, deque())
            (queue.appendleft if first else queue.append)((envelope, attempts))
            self.changed.notify_all()
            armed = [s for s in self.subscriptions if s.callback and s.spec.destination == envelope.destination]
        for subscription in armed:
            if subscription.callback and subscription.callback():
                break

    def depth(self, destination: Destination) -> int:
        return len(self.waiting.get(destination, ()))


class FakeTransport:
    def __init__(self, broker: FakeBroker) -> None:
        self.broker = broker
        self.events: Events | None = None
        self.lost: JMSError | None = None
        self.client_id: str | None = None
        self.temporaries: set[str] = set()
        self.links: list[FakeLink] = []

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
        self.broker.called("session", spec)
        link = FakeLink(self, spec)
        self.links.append(link)
        return link

    def create_temporary(self, kind: type[Destination]) -> str:
        self.broker.called("create_temporary", kind)
        name = f"temporary-{len(self.temporaries)}"
        self.temporaries.add(name)
        return name

    def delete_temporary(self, destination: Destination) -> None:
        self.broker.called("delete_temporary", destination)
        self.temporaries.discard(destination.name)

    def unsubscribe(self, name: str) -> None:
        self.broker.called("unsubscribe", name)

    def close(self) -> None:
        self.broker.called("close transport")
        self.broker.client_ids.discard(self.client_id or "")

    def lose(self) -> None:
        """Cut the link, as a network does."""
        assert self.events is not None
        self.lost = ConnectionLostError("the cable was cut")
        with self.broker.changed:
            self.broker.changed.notify_all()
        self.events.lost(self.lost)

    def check(self) -> None:
        if self.lost is not None:
            raise ConnectionLostError("the link is gone")


class FakeLink:
    def __init__(self, transport: FakeTransport, spec: SessionSpec) -> None:
        self.transport = transport
        self.broker = transport.broker
        self.spec = spec
        self.subscriptions: list[FakeSubscription] = []

    def sender(self, destination: Destination) -> FakeSender:
        self.broker.called("sender", destination)
        if destination.is_temporary and destination.name not in self.transport.temporaries:
            raise InvalidDestinationError(f"{destination} is gone")
        return FakeSender(self, destination)

    def subscribe(self, spec: SubscriptionSpec) -> FakeSubscription:
        self.broker.called("subscribe", spec)
        self.broker.specs.append(spec)
        subscription = FakeSubscription(self, spec)
        self.subscriptions.append(subscription)
        self.broker.subscriptions.append(subscription)
        return subscription

    def commit(
        self, sends: Sequence[tuple[Any, Envelope]], settlements: Sequence[Settlement], *, dead_letters: bool = False
    ) -> None:
        self.transport.check()
        self.broker.called("commit", list(sends), [(s, list(r), o) for s, r, o in settlements])
        for subscription, receipts, outcome in settlements:
            subscription.settle(receipts, outcome)
        for sender, envelope in sends:
            sender.send(envelope)

    def browse(self, queue: Destination, selector: Selector | None) -> Iterator[Envelope]:
        self.broker.called("browse", queue)
        for envelope, _ in list(self.broker.waiting.get(queue, ())):
            if selector is None or selector.matches(envelope):
                yield envelope

    def close(self) -> None:
        self.broker.called("close link")
        for subscription in self.subscriptions:
            subscription.close()


class FakeSender:
    def __init__(self, link: FakeLink, destination: Destination) -> None:
        self.link = link
        self.destination = destination

    def send(self, envelope: Envelope, completion: Completion | None = None) -> None:
        broker = self.link.broker
        self.link.transport.check()
        broker.called("send", envelope)
        broker.put(envelope)
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
        self.callback: Callable[[], bool] | None = None
        self.unsettled: dict[object, tuple[Envelope, int]] = {}
        self.interrupted = False
        self.closed = False
        self.stale: set[object] = set()

    def take(self, timeout: float | None, settle: bool = False) -> Delivery | None:
        deadline = None if timeout is None else time.monotonic() + timeout
        with self.broker.changed:
            self.broker.called("take", timeout, settle)
            while True:
                self.link.transport.check()
                if self.interrupted or self.closed:
                    self.interrupted = False
                    return None
                queue = self.broker.waiting.get(self.spec.destination)
                if queue:
                    envelope, attempts = queue.popleft()
                    if settle and attempts == 0 and self.broker.settle_at_hand_over:
                        return envelope, None, 0
                    receipt = object()
                    self.unsettled[receipt] = (envelope, attempts)
                    return envelope, receipt, attempts
                remaining = None if deadline is None else deadline - time.monotonic()
                if remaining is not None and remaining <= 0:
                    return None
                self.broker.changed.wait(remaining)

    def settle(self, receipts: Sequence[object], outcome: Outcome) -> None:
        self.link.transport.check()
        self.broker.called("settle", [self.unsettled[r][0].id for r in receipts if r in self.unsettled], outcome)
        for receipt in reversed(list(receipts)):
            held = self.unsettled.pop(receipt, None)
            if held is not None and outcome is not None:
                self.broker.put(held[0], outcome, first=True)

    def ready(self, callback: Callable[[], bool] | None) -> None:
        with self.broker.changed:
            self.callback = callback
            waiting = bool(self.broker.waiting.get(self.spec.destination))
        if callback is not None and waiting:
            callback()

    def interrupt(self) -> None:
        with self.broker.changed:
            self.interrupted = True
            self.broker.changed.notify_all()

    def holds(self, receipt: object) -> bool:
        return receipt in self.unsettled and receipt not in self.stale

    def close(self) -> None:
        with self.broker.changed:
            self.closed = True
            self.callback = None
            if self in self.broker.subscriptions:
                self.broker.subscriptions.remove(self)
            self.broker.changed.notify_all()


class FakeClock:
    """Time that passes only when a test says so."""

    def __init__(self) -> None:
        self.time = 1_700_000_000.0
        self._conditions: list[threading.Condition] = []

    def now(self) -> float:
        return self.time

    monotonic = now

    def wait(self, condition: threading.Condition, timeout: float | None) -> None:
        self._conditions.append(condition)
        try:
            condition.wait()
        finally:
            self._conditions.remove(condition)

    @property
    def waiting(self) -> int:
        """How many threads wait."""
        return len(self._conditions)

    def advance(self, seconds: float) -> None:
        self.time += seconds
        for condition in list(self._conditions):
            with condition:
                condition.notify_all()


def connect(broker: FakeBroker, clock: FakeClock | None = None, **options: Any) -> Connection:
    """Give a connection that is not started."""
    return Connection(FakeTransport(broker), make_settings(options), clock)
