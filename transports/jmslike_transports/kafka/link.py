"""One session over Kafka: it makes the parts of the session, each with the services that it needs.

The thread of the session calls all methods but `close`, which any thread may call, and `lose`, which the connection
calls. Closing ends in this order: subscriptions with their groups, the transactional producer, open sends.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, Final

from jmslike.errors import ConnectionLostError, JMSError
from jmslike.selector import Selector
from jmslike.spi import Destination, Envelope, QueueStatistics, SessionSpec, SubscriptionSpec
from jmslike_transports.kafka.browser import browse
from jmslike_transports.kafka.commit import KafkaCommit
from jmslike_transports.kafka.connection import KafkaConnection
from jmslike_transports.kafka.group_membership import membership
from jmslike_transports.kafka.names import topic_of
from jmslike_transports.kafka.publisher import Publisher
from jmslike_transports.kafka.sender import KafkaSender
from jmslike_transports.kafka.subscription import KafkaSubscription
from jmslike_transports.kafka.topic_reader import TopicReader
from jmslike_transports.kafka.transactional_producer import FencedError, TransactionalProducer
from jmslike_transports.shared.dead_letters import require_dead_letters
from jmslike_transports.shared.inventory import Subscriptions


class KafkaLink:
    """See SessionLink."""

    def __init__(self, connection: KafkaConnection, spec: SessionSpec) -> None:
        self._connection = connection
        self._spec = spec
        self._number = connection.session_numbers.take() if spec.transacted else 0
        self.publisher: Final = Publisher(connection, connection.producer, connection.address.request_timeout)
        self._producer = TransactionalProducer(
            connection.clients, connection.retrying_admin, connection.names.transactional_id(self._number), connection
        )
        self.subscriptions: Subscriptions[KafkaSubscription] = Subscriptions(connection)
        self._commit = KafkaCommit(connection, self.subscriptions, self._producer)

    def sender(self, destination: Destination) -> KafkaSender:
        """See SessionLink.sender."""
        connection = self._connection
        return KafkaSender(destination, self.publisher, connection.topics, connection.inventory, connection.fail)

    def subscribe(self, spec: SubscriptionSpec) -> KafkaSubscription:
        """See SessionLink.subscribe."""
        connection = self._connection
        connection.check()
        self.subscriptions.check()
        connection.inventory.require_subscribable(spec)
        require_dead_letters(spec, topic_of)
        topic = connection.topics.ensure(spec.destination)
        predecessor = next((other for other in self.subscriptions.all() if other.may_precede(spec)), None)
        if predecessor is not None:
            subscription = self._subscription(spec, predecessor.reader)
            subscription.succeed(predecessor)
            self.subscriptions.add(subscription)
            return subscription
        group = membership(connection.topics, connection.groups, connection.names, spec, topic)
        reader = TopicReader(connection.clients, connection.topics, topic, group, self._spec, spec.window)
        subscription = self._subscription(spec, reader)
        self.subscriptions.add(subscription)  # before it waits for its group, so that a loss or a close wakes it
        try:
            subscription.begin()
        except JMSError:
            subscription.release()
            raise
        return subscription

    def _subscription(self, spec: SubscriptionSpec, reader: TopicReader) -> KafkaSubscription:
        connection = self._connection
        return KafkaSubscription(
            spec,
            reader,
            connection,
            connection.topics_once.ends,
            awaits_settlement=self._spec.awaits_settlement,
        )

    def commit(
        self, sends: Sequence[tuple[Any, Envelope]], settlements: Sequence[Any], *, dead_letters: bool = False
    ) -> None:
        """See SessionLink.commit."""
        try:
            self._commit.run(sends, settlements)
        except FencedError as error:
            self._connection.lose(ConnectionLostError(str(error)))
            raise

    def browse(self, queue: Destination, selector: Selector | None) -> Generator[Envelope, None, None]:
        """See SessionLink.browse."""
        return browse(self._connection, queue, selector)

    def statistics(self, queue: Destination) -> QueueStatistics:
        """See StatisticsLink."""
        if not self._connection.topics.exists(topic_of(queue)):
            return QueueStatistics(depth=0)
        return QueueStatistics(depth=sum(1 for _ in self.browse(queue, None)))

    # ---- the end ----------------------------------------------------------------------------------------------------

    def lose(self, error: JMSError) -> None:
        """Be told that the connection is gone: complete all open sends with the error."""
        self.publisher.lose(error)

    def close(self) -> None:
        """See SessionLink.close."""
        self.subscriptions.close()
        with self.subscriptions.settling:
            self._producer.close()
        self.publisher.close()
        if self._number:
            self._connection.session_numbers.discard(self._number)
            self._number = 0
        self._connection.inventory.discard(self)
