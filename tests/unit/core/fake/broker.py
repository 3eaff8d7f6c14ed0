"""The broker behind the fake transport: queues and subscriptions that outlive connections, and every call noted."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from jmslike.capabilities import NATIVE, Feature, Support
from jmslike.clock import Clock
from jmslike.connection import Connection, _connections
from jmslike.destinations import Queue, Topic
from jmslike.errors import InvalidDestinationError, JMSError, UnsupportedFeatureError
from jmslike.session import Session
from jmslike.settings import make_settings
from jmslike.spi import Completion, Constraints, Destination, Envelope, SessionSpec, SubscriptionSpec
from tests.unit.core.fake.clock import FakeClock
from tests.unit.core.fake.task import PATIENCE
from tests.unit.core.fake.transport import FakeLink, FakeTransport

if TYPE_CHECKING:
    from tests.unit.core.fake.transport import FakeSubscription

QUEUE = Queue("q")
OTHER = Queue("other")
TOPIC = Topic("t")
PROVIDER_EXPIRATION = 10**15
"""The expiration of a provider that makes the times itself."""


class Mailbox:
    """The messages that wait in a queue, or in one subscription of a topic, each with its attempts."""

    def __init__(self, destination: Destination) -> None:
        self.destination = destination
        self.messages: deque[tuple[Envelope, int]] = deque()
        self.postponed: list[tuple[float, Envelope, int]] = []

    def let_in(self, now: float) -> None:
        """Put what was postponed until `now` (monotonic seconds) first."""
        due = sorted((each for each in self.postponed if each[0] <= now), key=lambda each: each[0])
        self.postponed = [each for each in self.postponed if each[0] > now]
        self.messages.extendleft((envelope, attempts) for _, envelope, attempts in reversed(due))

    def within(self, remaining: float | None, now: float) -> float | None:
        """Return the seconds to wait for a message, so that none that is postponed is missed."""
        waits = [each[0] - now for each in self.postponed] + ([] if remaining is None else [remaining])
        return min(waits, default=None)


class FakeBroker:
    """Mailboxes, the calls of the SPI, and the actions that a test wants at a call."""

    def __init__(self, clock: Clock | None = None, /, **features: Support) -> None:
        self.clock: Any = clock or FakeClock()
        self.features = {feature: features.get(feature.name, NATIVE) for feature in Feature}
        self.changed = threading.Condition(threading.RLock())
        self.mailboxes: list[Mailbox] = []
        self.named_subscriptions: dict[tuple[str | None, str], Mailbox] = {}
        self.subscriptions: list[FakeSubscription] = []
        self.calls: list[tuple[Any, ...]] = []
        self.client_ids: set[str] = set()
        self.temporaries: set[str] = set()
        self.actions: dict[str, deque[JMSError | Callable[[], object]]] = {}
        self.held_completions: list[Completion] | None = None  # None: called at once; a list: kept there for the test
        self.settle_at_hand_over = True
        self.individual = True  # False: no session may settle in any order
        self.makes_ids = False  # True: the ids and times of what is sent are the provider's
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

    def link(self, transport: FakeTransport, spec: SessionSpec) -> FakeLink:
        if spec.individual and not self.individual:
            raise UnsupportedFeatureError("this broker acknowledges all or nothing; use CLIENT_ACKNOWLEDGE")
        return FakeLink(transport, spec)

    def cut(self) -> None:
        """Break every open connection."""
        for transport in list(self.transports):
            if not transport.closed and transport.lost is None:
                transport.lose()

    # ---- calls ------------------------------------------------------------------------------------------------------

    def at(self, name: str, action: JMSError | Callable[[], object]) -> None:
        """Make the next call of that name raise the error, or call `action` first, with no lock held."""
        self.actions.setdefault(name, deque()).append(action)

    def called(self, name: str, *details: Any) -> None:
        """Note a call and run the action that a test set for it. The caller holds no lock."""
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
        """Return the calls of these names."""
        return [call for call in self.calls if call[0] in names]

    def until(self, condition: Callable[[], object]) -> None:
        """Wait until the condition holds, which depends on calls."""
        with self.changed:
            assert self.changed.wait_for(condition, PATIENCE)

    # ---- messages ---------------------------------------------------------------------------------------------------

    def arrive(self, envelope: Envelope) -> None:
        """Add a message that was sent, with an id and times of the provider's own if it makes them."""
        if self.makes_ids and envelope.terms.id_prefix:
            envelope.id_or_number = f"ID:provider-{envelope.body}"
            envelope.sent_at += 1
            envelope.constraints = Constraints(expiration=PROVIDER_EXPIRATION)
        self.put(envelope)

    def put(self, *envelopes: Envelope, attempts: int = 0) -> None:
        """Add each message to its queue, or to every subscription of its topic."""
        for envelope in envelopes:
            destination = envelope.destination
            if destination.is_queue:
                self.deliver(self.queue(destination), envelope, attempts)
            else:
                for mailbox in [mailbox for mailbox in self.mailboxes if mailbox.destination == destination]:
                    self.deliver(mailbox, envelope, attempts)

    def deliver(self, mailbox: Mailbox, envelope: Envelope, attempts: int, *, first: bool = False) -> None:
        """Add a message to a mailbox, last or first, and wake a subscription that may take it (C2)."""
        with self.changed:
            (mailbox.messages.appendleft if first else mailbox.messages.append)((envelope, attempts))
            self.changed.notify_all()
        self.offer(mailbox)

    def offer(self, mailbox: Mailbox) -> None:
        """Call a listener that may take a waiting message (C2); a listener that leaves after its call repeats this."""
        for subscription in list(self.subscriptions):
            callback = subscription.callback
            if callback is not None and subscription.mailbox is mailbox and subscription.first() and callback():
                break

    def bodies(self, queue: Destination) -> list[Any]:
        return [envelope.body for envelope, _ in self.queue(queue).messages]

    def attempts(self, queue: Destination) -> list[tuple[Any, int]]:
        return [(envelope.body, attempts) for envelope, attempts in self.queue(queue).messages]

    # ---- destinations -----------------------------------------------------------------------------------------------

    def queue(self, destination: Destination) -> Mailbox:
        with self.changed:
            for mailbox in self.mailboxes:
                if mailbox.destination == destination:
                    mailbox.let_in(self.clock.monotonic())
                    return mailbox
            return self.add_mailbox(destination)

    def add_mailbox(self, destination: Destination) -> Mailbox:
        mailbox = Mailbox(destination)
        self.mailboxes.append(mailbox)
        return mailbox

    def check(self, destination: Destination) -> None:
        """Raise InvalidDestinationError for a temporary destination that does not exist."""
        if destination.is_temporary and destination.name not in self.temporaries:
            raise InvalidDestinationError(f"{destination} is gone")

    def in_use(self, mailbox: Mailbox) -> bool:
        return any(subscription.mailbox is mailbox for subscription in self.subscriptions)

    def mailbox_for(self, spec: SubscriptionSpec, client_id: str | None) -> Mailbox:
        """Find or make the mailbox of a new subscription. Raises JMSError for an unshared one that is in use."""
        if spec.destination.is_queue:
            return self.queue(spec.destination)
        if spec.name is None:
            return self.add_mailbox(spec.destination)
        name = (client_id, spec.name)
        mailbox = self.named_subscriptions.get(name)
        if mailbox is None:
            mailbox = self.named_subscriptions[name] = self.add_mailbox(spec.destination)
        elif not spec.shared and self.in_use(mailbox):
            raise JMSError(f"the subscription {spec.name} is in use")
        return mailbox

    def temporary_mailboxes(self, name: str) -> list[Mailbox]:
        return [box for box in self.mailboxes if box.destination.is_temporary and box.destination.name == name]

    def discard_temporary(self, name: str) -> None:
        """Remove a temporary destination with its messages."""
        self.temporaries.discard(name)
        for mailbox in self.temporary_mailboxes(name):
            self.discard(mailbox)

    def discard(self, mailbox: Mailbox) -> None:
        """Remove a mailbox with its messages."""
        self.mailboxes.remove(mailbox)
        self.named_subscriptions = {name: box for name, box in self.named_subscriptions.items() if box is not mailbox}


def text(body: str, destination: Destination = QUEUE, **fields: Any) -> Envelope:
    """Return an envelope with a text, whose id says which it is."""
    return Envelope.make(id=f"ID:{body}", destination=destination, kind="text", body=body, **fields)


def texts(bodies: str, destination: Destination = QUEUE) -> list[Envelope]:
    """Return an envelope for each letter."""
    return [text(letter, destination) for letter in bodies]


def connection_of(session: Session) -> Connection:
    """Return the connection that made the session."""
    return next(made for made in _connections if made._state is session._state.connection)
