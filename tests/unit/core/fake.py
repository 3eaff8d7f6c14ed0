"""A transport for tests of the core, in which every call is noted, and can be made to fail or to meet another thread;
with a clock that stands still until a test moves it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from typing import Any, TypeVar

from jmslike.capabilities import NATIVE, Capabilities, Feature, Support
from jmslike.clock import Clock
from jmslike.connection import Connection
from jmslike.destinations import Queue, Topic
from jmslike.errors import (
    ConnectionLostError,
    InvalidClientIDError,
    InvalidDestinationError,
    JMSError,
    TransactionRolledBackError,
)
from jmslike.selector import Selector
from jmslike.session import Session
from jmslike.settings import make_settings
from jmslike.spi import (
    Completion,
    Delivery,
    Destination,
    Envelope,
    Events,
    Outcome,
    SessionSpec,
    SubscriptionSpec,
)

PATIENCE = 10.0
SILENCE = 0.03
QUEUE = Queue("q")
OTHER = Queue("other")
TOPIC = Topic("t")

T = TypeVar("T")


class FakeClock:
    """Time that passes only when a test says so. The two clocks differ, as those of a system do."""

    def __init__(self) -> None:
        self.elapsed = 5_000.0
        self._waiting: list[threading.Condition] = []
        self._changed = threading.Condition()

    def now(self) -> float:
        return 1_700_000_000.0 + self.elapsed

    def monotonic(self) -> float:
        return self.elapsed

    def wait(self, condition: threading.Condition, timeout: float | None) -> None:
        with self._changed:
            self._waiting.append(condition)
            self._changed.notify_all()
        try:
            condition.wait()
        finally:
            with self._changed:
                self._waiting.remove(condition)

    def until_waiting(self, threads: int = 1) -> None:
        """Wait until so many threads wait: blocked in a take, or parked in the gate."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self._waiting) >= threads, PATIENCE)

    def advance(self, seconds: float) -> None:
        self.elapsed += seconds
        with self._changed:
            waiting = list(self._waiting)
        for condition in waiting:
            with condition:
                condition.notify_all()


class FakeBroker:
    """Queues that outlive connections, and what the tests look at."""

    def __init__(self, clock: Clock | None = None, /, **features: Support) -> None:
        self.clock: Any = clock or FakeClock()
        self.features = {feature: features.get(feature.name, NATIVE) for feature in Feature}
        self.changed = threading.Condition(threading.RLock())
        self.waiting: dict[Destination, deque[tuple[Envelope, int]]] = {}
        self.subscriptions: list[FakeSubscription] = []
        self.calls: list[tuple[Any, ...]] = []
        self.client_ids: set[str] = set()
        self.actions: dict[str, deque[JMSError | Callable[[], object]]] = {}
        self.held_completions: list[Completion] | None = None  # a list: completions wait there for the test
        self.settle_at_hand_over = True
        self.transports: list[FakeTransport] = []
        self.connections: list[Connection] = []

    def connect(self, *, start: bool = True, **options: Any) -> Connection:
        connection = Connection(FakeTransport(self), make_settings(options), self.clock)
        self.connections.append(connection)
        if start:
            connection.start()
        return connection

    def session(self, mode: int = Session.AUTO_ACKNOWLEDGE, **options: Any) -> Session:
        return self.connect(**options)._open_session(mode)  # type: ignore[arg-type]

    def at(self, name: str, action: JMSError | Callable[[], object]) -> None:
        """Let the next call of that name raise the error, or first do something, with no lock held."""
        self.actions.setdefault(name, deque()).append(action)

    def called(self, name: str, *details: Any) -> None:
        with self.changed:
            self.calls.append((name, *details))
            actions = self.actions.get(name)
            action = actions.popleft() if actions else None
            self.changed.notify_all()
        if isinstance(action, JMSError):
            raise action
        if action is not None:
            action()

    def named(self, *names: str) -> list[tuple[Any, ...]]:
        """Give the calls of these names."""
        return [call for call in self.calls if call[0] in names]

    def until(self, condition: Callable[[], object]) -> None:
        """Wait until the condition holds, which depends on calls."""
        with self.changed:
            assert self.changed.wait_for(condition, PATIENCE)

    def put(self, *envelopes: Envelope, attempts: int = 0, first: bool = False) -> None:
        for envelope in envelopes:
            with self.changed:
                queue = self.waiting.setdefault(envelope.destination, deque())
                (queue.appendleft if first else queue.append)((envelope, attempts))
                self.changed.notify_all()
            self.offer(envelope.destination)

    def offer(self, destination: Destination) -> None:
        """Call one who may take what waits (C2); who leaves after it was called does this again."""
        for subscription in list(self.subscriptions):
            callback = subscription.callback
            if callback is not None and subscription.spec.destination == destination and callback():
                break

    def bodies(self, destination: Destination) -> list[Any]:
        return [envelope.body for envelope, _ in self.waiting.get(destination, ())]

    def attempts(self, destination: Destination) -> list[tuple[Any, int]]:
        return [(envelope.body, attempts) for envelope, attempts in self.waiting.get(destination, ())]


class FakeTransport:
    def __init__(self, broker: FakeBroker) -> None:
        self.broker = broker
        self.events: Events | None = None
        self.lost: JMSError | None = None
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
        self.broker.called("session", spec)
        link = FakeLink(self, spec)
        self.links.append(link)
        return link

    def create_temporary(self, kind: type[Destination]) -> str:
        self.broker.called("create_temporary", kind)
        name = f"temporary-{len(self.broker.named('create_temporary'))}"
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

    def lose(self) -> ConnectionLostError:
        """Cut the link, as a network does."""
        assert self.events is not None
        self.lost = ConnectionLostError("the cable was cut")
        with self.broker.changed:
            self.broker.changed.notify_all()
        self.events.lost(self.lost)
        return self.lost

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
        subscription = FakeSubscription(self, spec)
        self.subscriptions.append(subscription)
        self.broker.subscriptions.append(subscription)
        return subscription

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
        for subscription, receipts, outcome in settlements:
            subscription.apply(receipts, outcome)
        for _, envelope in sends:
            self.broker.put(envelope)

    def browse(self, queue: Destination, selector: Selector | None) -> Generator[Envelope, None, None]:
        self.broker.called("browse", queue, selector)
        for envelope, _ in list(self.broker.waiting.get(queue, ())):
            if selector is None or selector.matches(envelope):
                yield envelope

    def close(self) -> None:
        self.broker.called("close link")
        for subscription in self.subscriptions:
            subscription.close()
            for receipt in reversed(list(subscription.unsettled)):
                subscription.apply([receipt], subscription.unsettled[receipt][1])


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
        self.stale: set[str] = set()  # ids that the broker may give to somebody else

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
                queue = self.broker.waiting.get(self.spec.destination)
                if queue:
                    envelope, attempts = queue.popleft()
                    if settle and attempts == 0 and self.broker.settle_at_hand_over:
                        return envelope, None, 0
                    receipt = object()
                    self.unsettled[receipt] = (envelope, attempts)
                    return envelope, receipt, attempts
                remaining = None if deadline is None else deadline - clock.monotonic()
                if remaining is not None and remaining <= 0:
                    return None
                clock.wait(self.broker.changed, remaining)

    def settle(self, receipts: Sequence[object], outcome: Outcome) -> None:
        self.link.transport.check()
        self.broker.called("settle", [self.id_of(receipt) for receipt in receipts], outcome)
        self.apply(receipts, outcome)

    def apply(self, receipts: Sequence[object], outcome: Outcome) -> None:
        for receipt in reversed(list(receipts)):
            held = self.unsettled.pop(receipt, None)
            if held is not None and outcome is not None:
                self.broker.put(held[0], attempts=outcome, first=True)

    def id_of(self, receipt: object) -> str | None:
        return self.unsettled[receipt][0].id if receipt in self.unsettled else None

    def ready(self, callback: Callable[[], bool] | None) -> None:
        self.broker.called("ready", callback is not None)
        with self.broker.changed:
            self.callback = callback
            waiting = bool(self.broker.waiting.get(self.spec.destination))
        if not waiting:
            return
        if callback is not None:
            callback()
        else:
            self.broker.offer(self.spec.destination)

    def interrupt(self) -> None:
        with self.broker.changed:
            self.interrupted = True
            self.broker.changed.notify_all()
        self.broker.called("interrupt", self.spec.destination)

    def holds(self, receipt: object) -> bool:
        self.broker.called("holds", self.id_of(receipt))
        return receipt in self.unsettled and self.id_of(receipt) not in self.stale

    def close(self) -> None:
        with self.broker.changed:
            self.closed = True
            self.callback = None
            if self in self.broker.subscriptions:
                self.broker.called("close subscription", self.spec.destination)
                self.broker.subscriptions.remove(self)
            self.broker.changed.notify_all()
        if self.broker.waiting.get(self.spec.destination):
            self.broker.offer(self.spec.destination)


def text(body: str, destination: Destination = QUEUE, **fields: Any) -> Envelope:
    """Give an envelope with a text, whose id says which it is."""
    return Envelope.make(id=f"ID:{body}", destination=destination, kind="text", body=body, **fields)


def texts(bodies: str, destination: Destination = QUEUE) -> list[Envelope]:
    """Give an envelope for each letter."""
    return [text(letter, destination) for letter in bodies]


class Task(Future[T]):
    """A call in a thread of its own."""

    def __init__(self, call: Callable[..., T], *arguments: Any) -> None:
        super().__init__()
        self._call = call, arguments
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        call, arguments = self._call
        try:
            self.set_result(call(*arguments))
        except BaseException as error:
            self.set_exception(error)

    def end(self) -> T:
        """Wait for the call, and give its result or raise its error."""
        return self.result(PATIENCE)

    def goes_on(self) -> bool:
        """Tell whether the call is still running after a short while."""
        try:
            self.exception(SILENCE)
        except NotYet:
            return True
        return False
