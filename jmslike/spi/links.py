"""A connection to a provider, its sessions, and their ways to destinations."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Protocol, TypeAlias, runtime_checkable

from jmslike.capabilities import Capabilities
from jmslike.destinations import Destination, TemporaryQueue, TemporaryTopic
from jmslike.envelope import Envelope
from jmslike.errors import JMSError
from jmslike.selector import Selector
from jmslike.spi.deliveries import Completion, Outcome, Receipt, SessionSpec, SubscriptionSpec
from jmslike.spi.subscriptions import Subscription
from jmslike.statistics import QueueStatistics


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

        A provider that makes ids, timestamps or expirations of its own has them written into the envelope
        (`id_or_number`, `sent_at`, `constraints`) before this returns, or before the completion is called: what was
        sent shows them from then on. An envelope whose `terms.id_prefix` is empty is sent on with its id and timestamp.
        """

    def close(self) -> None:
        """Close; wakes a send that waits (C9). A commit may still name the sender: a producer is often closed first."""


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
        closed. A commit is not retried: the caller decides. What the provider makes of its own is written into the
        envelopes, as by `Sender.send`, before this returns.
        """

    def browse(self, queue: Destination, selector: Selector | None) -> Generator[Envelope, None, None]:
        """Yield what waits in the queue now, oldest first; a generator, so that it can be closed. Only if BROWSE is
        declared. The link may be used for other things between two steps."""

    def close(self) -> None:
        """Close, releasing what is unsettled (C9)."""


@runtime_checkable
class EnlistingLink(SessionLink, Protocol):
    """A session link whose provider takes the sends of a transaction at once, and keeps them until its end (C16)."""

    def enlist(self, sender: Sender, envelope: Envelope) -> None:
        """Send as a part of the open transaction. Raises, and writes into the envelope, what `Sender.send` does.

        The session's thread calls this, in a transacted session only.
        """

    def discard(self) -> None:
        """Roll back what was enlisted, and with it what `settle` has noted meanwhile. Does nothing without an `enlist`.

        Raises ConnectionLostError.
        """


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
        """Open a session link. Raises UnsupportedFeatureError for needs that the provider cannot meet."""

    def create_temporary(self, kind: type[TemporaryQueue] | type[TemporaryTopic]) -> str:
        """Create a temporary destination, which lives until `close`, and return its name."""

    def delete_temporary(self, destination: Destination) -> None:
        """Delete a temporary destination with its messages. Raises JMSError while it has a subscription."""

    def unsubscribe(self, name: str) -> None:
        """Delete a durable subscription. Raises InvalidDestinationError for an unknown name, JMSError while it is in
        use or holds unsettled messages."""

    def close(self) -> None:
        """Close the links that are open, then the connection (C9)."""
