"""One session over STOMP. All sessions of a connection share its wire."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Sequence
from typing import Any, Final

from jmslike.selector import Selector
from jmslike.spi import Destination, Envelope, SessionSpec, SubscriptionSpec
from jmslike_transports.shared.dead_letters import require_dead_letters
from jmslike_transports.shared.inventory import Subscriptions
from jmslike_transports.stomp.browser import browse
from jmslike_transports.stomp.commit import DeadLetterCommit, StompCommit
from jmslike_transports.stomp.connection import StompConnection
from jmslike_transports.stomp.sender import StompSender
from jmslike_transports.stomp.subscription import StompSubscription


class StompLink:
    """See SessionLink."""

    def __init__(self, connection: StompConnection, spec: SessionSpec) -> None:
        self._connection = connection
        self._spec = spec
        self.subscriptions: Subscriptions[StompSubscription] = Subscriptions(connection.wire)
        self.posted: Final[Counter[str]] = Counter()
        """How many messages were sent to each destination since the broker last answered: non-persistent ones."""
        self._commit = StompCommit(connection, self.subscriptions)
        self._dead_letter_commit = DeadLetterCommit(connection, self.subscriptions)

    def sender(self, destination: Destination) -> StompSender:
        """See SessionLink.sender."""
        return StompSender(self._connection, destination, self.posted)

    def subscribe(self, spec: SubscriptionSpec) -> StompSubscription:
        """See SessionLink.subscribe."""
        self._connection.inventory.require_subscribable(spec)
        require_dead_letters(spec, self._connection.dialect.address)
        subscription = StompSubscription(self._connection, spec, self._spec)
        self.subscriptions.add(subscription)
        return subscription

    def commit(
        self, sends: Sequence[tuple[Any, Envelope]], settlements: Sequence[Any], *, dead_letters: bool = False
    ) -> None:
        """See SessionLink.commit."""
        (self._dead_letter_commit if dead_letters else self._commit).run(sends, settlements)

    def browse(self, queue: Destination, selector: Selector | None) -> Generator[Envelope, None, None]:
        """See SessionLink.browse."""
        return browse(self._connection, queue, selector)

    def close(self) -> None:
        """See SessionLink.close."""
        self.subscriptions.close()
        self._connection.inventory.discard(self)
