"""One session over AMQP: a channel to receive on, and one to send on, each opened when it is needed.

The thread of the session calls all methods but `close`, which any thread may call. The thread of the wire calls
`_on_channel_failed` and `_on_cancelled`.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Sequence
from typing import Any

from jmslike.errors import ConnectionLostError, JMSError
from jmslike.selector import Selector
from jmslike.spi import Destination, Envelope, QueueStatistics, SessionSpec, SubscriptionSpec
from jmslike_transports.amqp.browser import browse
from jmslike_transports.amqp.commit import ConfirmedCommit, TransactedCommit
from jmslike_transports.amqp.connection import AmqpConnection
from jmslike_transports.amqp.publisher import Publisher
from jmslike_transports.amqp.receive_channel import ReceiveChannel
from jmslike_transports.amqp.sender import AmqpSender
from jmslike_transports.amqp.subscription import AmqpSubscription
from jmslike_transports.shared.dead_letters import require_dead_letters
from jmslike_transports.shared.inventory import Subscriptions
from jmslike_transports.shared.ordered_completions import OrderedCompletions
from jmslike_transports.shared.rabbitmq import checked


class AmqpLink:
    """See SessionLink."""

    def __init__(self, connection: AmqpConnection, spec: SessionSpec) -> None:
        self._connection = connection
        self._spec = spec
        self._publisher = Publisher(connection.wire)
        self._opening = threading.Lock()
        self._channel: ReceiveChannel | None = None
        self.subscriptions: Subscriptions[AmqpSubscription] = Subscriptions(connection.wire)
        commit = TransactedCommit if spec.transacted else ConfirmedCommit
        self._commit = commit(connection, self.subscriptions, self._receive_channel)

    def sender(self, destination: Destination) -> AmqpSender:
        """See SessionLink.sender."""
        return AmqpSender(self._connection, self._publisher, destination)

    # ---- receiving ------------------------------------------------------------------------------------------------

    def subscribe(self, spec: SubscriptionSpec) -> AmqpSubscription:
        """See SessionLink.subscribe."""
        self._connection.inventory.require_subscribable(spec)
        require_dead_letters(spec, lambda queue: checked(queue.name))
        channel = self._receive_channel()
        subscription = AmqpSubscription(self._connection, channel, spec, self._spec, self.subscriptions)
        self.subscriptions.add(subscription)
        return subscription

    def _receive_channel(self) -> ReceiveChannel:
        with self._opening:
            if self._channel is None or self._channel.error is not None:
                self._channel = ReceiveChannel(self._connection.wire, self._on_channel_failed, self._on_cancelled)
            return self._channel

    def _on_channel_failed(self, error: JMSError) -> None:
        """Lose the connection: the broker has closed the channel, and given what it delivered there to others."""
        if not self.subscriptions.are_in_use:
            return  # the first consumer was refused
        if not isinstance(error, ConnectionLostError):
            error = ConnectionLostError(f"the broker closed the channel of a session: {error}")
        self._connection.wire.lose(error)

    def _on_cancelled(self, consumer_tag: str) -> None:
        for subscription in self.subscriptions.all():
            subscription.cancelled(consumer_tag)

    def browse(self, queue: Destination, selector: Selector | None) -> Generator[Envelope, None, None]:
        """See SessionLink.browse."""
        return browse(self._connection, queue, selector)

    def statistics(self, queue: Destination) -> QueueStatistics:
        """See StatisticsLink."""
        return self._connection.topology.statistics(queue.name)

    # ---- settling -------------------------------------------------------------------------------------------------

    def commit(
        self, sends: Sequence[tuple[Any, Envelope]], settlements: Sequence[Any], *, dead_letters: bool = False
    ) -> None:
        """See SessionLink.commit."""
        self._commit.run(sends, settlements)

    def unconfirmed(self) -> list[OrderedCompletions[Any]]:
        """Return the sends that are open, as one list or none."""
        return self._publisher.unconfirmed()

    def close(self) -> None:
        """See SessionLink.close."""
        self.subscriptions.close()
        self._publisher.close()
        self._commit.close()
        if self._channel is not None:
            self._channel.close()
        self._connection.inventory.discard(self)
