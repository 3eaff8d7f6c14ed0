"""The boundary between the session core and what carries the traffic.

A transport implements Transport, SessionLink, Sender, Subscription and one of the factories, and declares its
`Capabilities`. The core does everything that is the same everywhere. The value types are never changed after they are
handed over. The clauses C1 to C14 are the whole contract; `jmslike.testing.contract` has at least one test for each and
runs them against any transport.

Threads: the methods of a Transport may be called by several threads at once, each by the thread of a session or of the
connection. A SessionLink and what is opened on it are used by one thread at a time, not always the same, except where a
method says otherwise. `close` may be called by any thread, also while another thread is inside any other method.
`ready` callbacks, completions and events may be called on any thread, also inside a call of the core; they return soon.

- C1   `subscribe` returns only when the subscription is live: what is sent afterwards is received.
- C2   One thread at a time calls `take`. `interrupt` makes a take in progress, or else the next one, return None early.
       `ready(callback)` arms a listener: a message that may be taken calls one armed or blocked subscription that may
       take it. The callback answers True (an idle thread takes it now) or False (busy: the transport offers it to
       another, and the session looks again later by itself). A subscription that was called and then leaves (disarmed,
       closed, interrupted, timed out, or because it found a message itself) passes the call on.
- C3   What was pushed and `take` has not handed out never exceeds `window` messages. A session that holds more than
       that unsettled still gets its next message.
- C4   The order of one producer's messages to one destination, with the same priority and mode and without delay, is
       kept where ORDER is declared. What was released comes before what was never handed over. What was postponed lets
       others pass until its time, and then comes again like what was released.
- C5   `send` without a completion returns only after the broker took responsibility for a persistent message. With one
       it pipelines: the completion is called exactly once, with an error or None, in the order of sending, also on loss
       and close; the core bounds how many are open. `settle` returns when the settlement is applied if the session
       `awaits_settlement`, else when it is handed to the wire; `close` flushes.
- C6   `commit`: where TRANSACTION is NATIVE, all or nothing, else TransactionRolledBackError. Where it is PARTIAL, all
       sends are confirmed before any settlement is applied; a failure before that point is TransactionRolledBackError,
       after it TransactionInDoubtError: duplicates are possible, loss never. After either the session has a new, empty
       transaction. Where the link lives on after the loss of one host, a loss during `commit` is one of these two
       errors, never ConnectionLostError: the core releases what a rolled back transaction received.
- C7   A receipt is stale once the broker may give its message to another consumer. `settle` of a stale receipt does
       nothing; in `commit` it fails the whole commit with TransactionRolledBackError before anything is sent. `holds`
       says whether a receipt is good.
- C8   A message knows its session, never its receipt.
- C9   `close` is idempotent, safe from any thread, bounded, and wakes every waiter. `Subscription.close` releases
       what `take` never handed out; receipts that it did hand out stay valid until they are settled or the session link
       closes. Closing a link releases what is unsettled, each with its attempts.
- C10  Loss is reported once through `Events.lost`; from then on every waiting or later take, send, settle and commit
       raises ConnectionLostError at once. None from `take` means: the time is up, woken, or closed; nothing else.
       A link that lives on after the loss of one host reports `interrupted` and `resumed`, and a loss only when it
       gives up; receipts of the lost host are stale (C7). It takes no host that offers less than `open` returned.
- C11  Only JMSError crosses the border, with the library's error as `__cause__`.
- C12  No lock is held while calling `ready` callbacks, events, completions or the application.
- C13  `settle` names exactly what is settled. A transport acknowledges cumulatively only up to the highest receipt
       below which nothing that was pushed on that channel, subscription or partition is unsettled.
- C14  A subscription to which a provider pushes is `Stoppable`: it starts and stops with its session, and begins as
       `SubscriptionSpec.stopped` says. Stopped, it is live (C1) and asks for no message that another consumer could
       get. `stop` gives back what was pushed and `take` never handed out, its attempts unchanged; receipts stay valid.
       What cannot be given back while they are held follows when they are settled. A `take` of a stopped subscription
       waits as if nothing came.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias, runtime_checkable

from jmslike.capabilities import Capabilities
from jmslike.counting import Counting
from jmslike.deleting import Deleting
from jmslike.destinations import Destination, Queue, TemporaryQueue, TemporaryTopic, Topic
from jmslike.envelope import NO_HEADERS, NO_PROPERTIES, Constraints, Envelope, Headers, Terms
from jmslike.errors import JMSError
from jmslike.flushing import Flush, Flushing
from jmslike.selector import Selector
from jmslike.statistics import Embedding, QueueStatistics
from jmslike.values import PropertyValue

__all__ = [
    "ACCEPT",
    "NO_HEADERS",
    "NO_PROPERTIES",
    "Completion",
    "Counting",
    "Constraints",
    "Deleting",
    "Delivery",
    "Destination",
    "Embedding",
    "Envelope",
    "Events",
    "Flush",
    "Flushing",
    "Headers",
    "MultiProviderFactory",
    "ObjectOption",
    "Outcome",
    "Postponing",
    "PropertyValue",
    "Queue",
    "QueueStatistics",
    "Receipt",
    "Sender",
    "SessionLink",
    "SessionSpec",
    "Settlement",
    "StatisticsLink",
    "Stoppable",
    "Subscription",
    "SubscriptionSpec",
    "Target",
    "TemporaryQueue",
    "TemporaryTopic",
    "Terms",
    "Topic",
    "Transport",
    "TransportFactory",
    "WrapperFactory",
]


Receipt: TypeAlias = Any
"""An opaque object, made by the transport for each delivery."""

Delivery: TypeAlias = "tuple[Envelope, Receipt | None, int]"
"""An envelope, its receipt (None: already settled), and the attempts: hand-overs before this one. A bare redelivered
flag of a broker counts as 1."""

Outcome: TypeAlias = "int | None"
"""The outcome of a delivery: ACCEPT, or the number of attempts with which it is released for redelivery."""

ACCEPT: Final[Outcome] = None

Completion: TypeAlias = "Callable[[JMSError | None], None]"
"""Called once for an asynchronous send, with its error or None."""


@dataclass(frozen=True, slots=True)
class SessionSpec:
    """The needs of a session, whatever its mode.

    `transacted`: it settles by `commit`. `awaits_settlement`: `settle` returns when the settlement is applied, not when
    it is handed to the wire (C5). Receipts are settled in any order, so earlier ones may stay unsettled for long.
    """

    transacted: bool = False
    awaits_settlement: bool = False


@dataclass(frozen=True, slots=True)
class SubscriptionSpec:
    """The subscription of one consumer.

    `name` is None for a queue and for an unshared non-durable subscription; `window` is in messages. `excluded_origin`
    is noLocal: the origin whose messages are left out. The client id of a named subscription is that of
    `Transport.identify`. `stopped` is how a `Stoppable` subscription begins (C14). `dead_letters` is the queue that the
    core would move dead letters to, if any.
    """

    destination: Destination
    selector: Selector | None = None
    name: str | None = None
    durable: bool = False
    shared: bool = False
    excluded_origin: str | None = None
    window: int = 100
    stopped: bool = False
    dead_letters: Destination | None = None


class Events(Protocol):
    """Reports of a transport that no caller is waiting for.

    Called on any thread of the transport, without a lock (C12). The methods return soon: they wait for no message and
    call no application.
    """

    def lost(self, error: JMSError) -> None:
        """Report that the link is gone: once, and nothing after it (C10)."""

    def failed(self, error: JMSError) -> None:
        """Report another failure that no caller is waiting for, such as that of a non-persistent send."""

    def interrupted(self, error: JMSError) -> None:
        """Report that the link to one host is gone, and that the transport tries to restore it: no loss (C10)."""

    def resumed(self, url: str) -> None:
        """Report that an interrupted link works again, with the URL of its host as `Target.url` has it."""


class Sender(Protocol):
    """The way to one destination."""

    def send(self, envelope: Envelope, completion: Completion | None = None) -> None:
        """Send (C5). Raises InvalidDestinationError, ResourceAllocationError, ConnectionLostError.

        May be called by the thread of completions while the session's thread uses the link: a completion listener may
        send. An error is either raised or given to the completion, never both. A send is not retried after a loss:
        the broker may have the message.
        """

    def close(self) -> None:
        """Close; wakes a send that waits (C9). A commit may still name the sender: a producer is often closed first."""


class Subscription(Protocol):
    """One consumer's source of deliveries."""

    def take(self, timeout: float | None, settle: bool = False) -> Delivery | None:
        """Wait in the caller's thread, at most `timeout` seconds (None: forever), for a delivery (C2, C10).

        `settle` allows the transport to settle at hand-over a delivery that has no attempts yet. `take(0)` of an armed
        subscription looks only at what is there, and asks no broker.
        """

    def settle(self, receipts: Sequence[Receipt], outcome: Outcome) -> None:
        """Settle exactly these deliveries (C5, C7, C13). May be called after `close` of the subscription (C9)."""

    def ready(self, callback: Callable[[], bool] | None) -> None:
        """Arm or disarm (None) a listener (C2). One call at a time, by any thread, also during a `take`.

        If a message may be taken now, the callback is called before this returns. An armed listener stays armed until
        it is disarmed; once called it counts as busy until a `take` returns None. The callback never blocks.
        """

    def interrupt(self) -> None:
        """Make a take in progress, or else the next one, return None early (C2). May be called by any thread."""

    def holds(self, receipt: Receipt) -> bool:
        """Whether the receipt is still good (C7). Never waits, and asks no broker."""

    def close(self) -> None:
        """Close (C9)."""


@runtime_checkable
class Stoppable(Subscription, Protocol):
    """A subscription to which the provider pushes messages ahead of `take` (C14).

    One that asks the provider only in `take` is none: without a `take` it keeps no message from others.
    """

    def start(self) -> None:
        """Let the provider push. Raises JMSError as `SessionLink.subscribe` does; ConnectionLostError.

        Does nothing if it is started or closed. The core calls `start` and `stop` one at a time, from any thread.
        """

    def stop(self) -> None:
        """Ask for nothing more, and give back what `take` never handed out. Raises JMSError; ConnectionLostError.

        Does nothing if it is stopped or closed. No `take` that began before is in progress.
        """


class Postponing(Subscription, Protocol):
    """A source of deliveries whose provider keeps what has failed until it is due: where REDELIVERY_DELAY is NATIVE.

    Where it is EMULATED, the core holds such deliveries unsettled, and goes on to take others.
    """

    def postpone(self, receipts: Sequence[Receipt], attempts: int, delay: float) -> None:
        """Release these deliveries with so many attempts, to be handed over in `delay` seconds or later (C4).

        Otherwise like `settle`.
        """


Settlement: TypeAlias = "tuple[Subscription, Sequence[Receipt], Outcome]"


class SessionLink(Protocol):
    """One session's part of a connection."""

    def sender(self, destination: Destination) -> Sender:
        """Return a new way to the destination, at once, for any thread. Raises InvalidDestinationError."""

    def subscribe(self, spec: SubscriptionSpec) -> Subscription:
        """Subscribe (C1). Waits for the broker, at most `request_timeout`.

        Raises InvalidDestinationError, also if a queue cannot have the name of `dead_letters`; JMSError for a
        subscription that is in use by another; ConnectionLostError.
        """

    def commit(
        self, sends: Sequence[tuple[Sender, Envelope]], settlements: Sequence[Settlement], *, dead_letters: bool = False
    ) -> None:
        """Send and settle as one (C6, C7). Usable in any session mode: the core moves `dead_letters` this way, which a
        provider that limits its queues takes even when they are full. May name senders and subscriptions that were
        closed. A commit is not retried: the caller decides.
        """

    def browse(self, queue: Destination, selector: Selector | None) -> Generator[Envelope, None, None]:
        """Yield what waits in the queue now, oldest first; a generator, so that it can be closed. Only if BROWSE is
        declared. The link may be used for other things between two steps."""

    def close(self) -> None:
        """Close, releasing what is unsettled (C9)."""


class StatisticsLink(SessionLink, Protocol):
    """A session link of a transport that declares STATISTICS."""

    def statistics(self, queue: Destination) -> QueueStatistics:
        """Return the counts of the queue. Zero for a queue that is not there."""


class Transport(Protocol):
    """One connection to a provider."""

    def open(self, events: Events) -> Capabilities:
        """Connect, and return what the provider can do. Called once, before everything else but `close`.

        Raises JMSSecurityError, ConnectionLostError, ResourceAllocationError; the core does not retry.
        """

    def identify(self, client_id: str) -> None:
        """Claim the client id until `close`. Raises InvalidClientIDError if it is in use.

        Called at most once, before the first session and the first temporary destination.
        """

    def session(self, spec: SessionSpec) -> SessionLink:
        """Open a session link."""

    def create_temporary(self, kind: type[TemporaryQueue] | type[TemporaryTopic]) -> str:
        """Create a temporary destination, which lives until `close`, and return its name."""

    def delete_temporary(self, destination: Destination) -> None:
        """Delete a temporary destination with its messages. Raises JMSError while it has a subscription."""

    def unsubscribe(self, name: str) -> None:
        """Delete a durable subscription. Raises InvalidDestinationError for an unknown name, JMSError while it is in
        use or holds unsettled messages."""

    def close(self) -> None:
        """Close the links that are open, then the connection (C9)."""


class ObjectOption(str):
    """The meaning of an option that is an object: a keyword only, which reaches the factory as it is."""

    __slots__ = ()


class TransportFactory(Protocol):
    """The entry point of a transport (group `jmslike.transports`, named as its URL scheme)."""

    options: Mapping[str, str]
    """The transport's own options and what each means; others are refused by name before `make` is called. Values
    arrive as text, also those given as keywords, unless the meaning is an `ObjectOption`."""

    def make(self, url: str, options: Mapping[str, Any], user: str | None, password: str | None) -> Transport:
        """Make a transport that is not open yet. Raises ValueError for a bad option value.

        `url` has no user, password or options. `options` has the transport's own and, where given, `connect_timeout`
        and `request_timeout`.
        """

    def forget(self, url: str) -> None:
        """Drop what the process keeps for the URL (`jmslike.forget`); most transports keep nothing."""


@runtime_checkable
class MultiProviderFactory(TransportFactory, Protocol):
    """The entry point of a transport that speaks to several providers, by name: `jvm:PROVIDER://host`.

    The provider's name is a part of the URL that `make` gets. The URL may also do without: `jvm:///path`.
    """

    providers: Collection[str]
    """The names that are known; others are refused."""


class Target(Protocol):
    """An inner URL that is checked: where a wrapper may connect to."""

    @property
    def url(self) -> str:
        """The URL without users, passwords and options: it may be shown."""

    def transport(self, user_name: str | None, password: str | None) -> Transport:
        """Make a transport that is not open yet: one for each attempt to connect.

        `user_name` overrides the user of the inner URL. Raises JMSError for an option value that the transport refuses.
        """


@runtime_checkable
class WrapperFactory(Protocol):
    """The entry point of a transport around others: `failover:(URL,URL)?option=value`.

    The inner URLs are checked, so that a wrapper parses no URL and looks no transport up. Inner URLs have the options
    of their transports; the options of the whole connection stand behind the parentheses. Of these, `connect_timeout`
    and `request_timeout` also go to the targets.
    """

    options: Mapping[str, str]
    """The wrapper's own options, as in TransportFactory."""

    def wrap(
        self, targets: Sequence[Target], options: Mapping[str, Any], user: str | None, password: str | None
    ) -> Transport:
        """Make a transport around others that is not open yet. Raises ValueError for a bad option value.

        `user` and `password` are those of the whole connection, to be given to each target; None: each has its own.
        """
