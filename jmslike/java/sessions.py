"""Sessions under Java names, with the types of JMS 1.0 for queues and for topics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, NoReturn, TypeVar

import jmslike
from jmslike.destinations import Destination, Queue, Topic
from jmslike.errors import IllegalStateError, InvalidDestinationError
from jmslike.java.endpoints import (
    MessageConsumer,
    MessageProducer,
    QueueBrowser,
    QueueReceiver,
    QueueSender,
    TopicPublisher,
    TopicSubscriber,
)
from jmslike.java.messages import MESSAGE_TYPES
from jmslike.java.names import java_method_name, java_names

S = TypeVar("S", bound="type[Session]")


def _producer(session: Any, destination: Any, *rest: Any) -> MessageProducer:
    """Make a producer, of the type of JMS 1.0 where its destination decides that."""
    kind = MessageProducer
    if isinstance(destination, Destination):
        kind = QueueSender if destination.is_queue else TopicPublisher
    return kind(session, destination, *rest)


def _consumer(session: Any, intake: Any, *rest: Any) -> MessageConsumer:
    """Make a consumer, of the type of JMS 1.0: a TopicSubscriber also where JMS 1.1 asks for one."""
    kind = QueueReceiver if intake.spec.destination.is_queue else TopicSubscriber
    return kind(session, intake, *rest)


@java_names
class Session(jmslike.Session):
    """As `jmslike.Session`."""

    __slots__ = ()

    message_types = MESSAGE_TYPES
    producer_type = staticmethod(_producer)  # type: ignore[assignment]
    consumer_type = staticmethod(_consumer)  # type: ignore[assignment]
    browser_type = QueueBrowser

    def createDurableSubscriber(
        self, topic: Topic, name: str, messageSelector: str | None = None, noLocal: bool = False, /
    ) -> TopicSubscriber:
        """As `jmslike.Session.create_durable_subscriber`."""
        return super().create_durable_subscriber(topic, name, messageSelector, noLocal)  # type: ignore[return-value]


def _refusing(*names: str) -> Callable[[S], S]:
    """Refuse methods in a class of sessions (section 4.11 of JMS 1.1)."""

    def refuse_in(cls: S) -> S:
        for name in names:
            setattr(cls, name, _refusal(cls.__name__, java_method_name(name)))
        return cls

    return refuse_in


def _refusal(session: str, method: str) -> Callable[..., NoReturn]:
    def refuse(self: object, *arguments: object, **keywords: object) -> NoReturn:
        raise IllegalStateError(f"a {session} has no {method}(): use a Session, which has queues and topics")

    return refuse


class _DomainSession(Session):
    """What the sessions of JMS 1.0 share: their destinations are of one kind."""

    __slots__ = ()

    _destinations: ClassVar[type[Destination]]

    def create_producer(self, destination: Destination | None = None, **converter: Any) -> MessageProducer:
        """As `Session.create_producer`. Raises InvalidDestinationError also for the other kind of destination."""
        self._check_kind(destination)
        return super().create_producer(destination, **converter)  # type: ignore[return-value]

    def create_consumer(self, destination: Destination, *arguments: Any, **converter: Any) -> MessageConsumer:
        """As `Session.create_consumer`. Raises InvalidDestinationError also for the other kind of destination."""
        self._check_kind(destination)
        return super().create_consumer(destination, *arguments, **converter)  # type: ignore[return-value]

    def _check_kind(self, destination: Destination | None) -> None:
        if isinstance(destination, Destination) and not isinstance(destination, self._destinations):
            kind = self._destinations.__name__.lower()
            raise InvalidDestinationError(f"a {type(self).__name__} takes a {kind}, not {destination}: use a Session")


@java_names
@_refusing(
    "create_topic",
    "create_temporary_topic",
    "create_durable_subscriber",
    "create_durable_consumer",
    "create_shared_consumer",
    "create_shared_durable_consumer",
    "unsubscribe",
)
class QueueSession(_DomainSession):
    """A session for queues (JMS 1.0). What needs a topic raises IllegalStateError or InvalidDestinationError."""

    __slots__ = ()

    _destinations = Queue
    producer_type = QueueSender

    def create_sender(self, queue: Queue | None) -> QueueSender:
        """Make a producer for a queue; for null an unidentified one. Raises as `createProducer`."""
        return self.create_producer(queue)  # type: ignore[return-value]

    def create_receiver(self, queue: Queue, message_selector: str | None = None) -> QueueReceiver:
        """Make a consumer of a queue. Raises as `createConsumer`."""
        return self.create_consumer(queue, message_selector)  # type: ignore[return-value]


@java_names
@_refusing("create_queue", "create_temporary_queue", "create_browser")
class TopicSession(_DomainSession):
    """A session for topics (JMS 1.0). What needs a queue raises IllegalStateError or InvalidDestinationError."""

    __slots__ = ()

    _destinations = Topic
    producer_type = TopicPublisher

    def create_publisher(self, topic: Topic | None) -> TopicPublisher:
        """Make a producer for a topic; for null an unidentified one. Raises as `createProducer`."""
        return self.create_producer(topic)  # type: ignore[return-value]

    def create_subscriber(
        self, topic: Topic, message_selector: str | None = None, no_local: bool = False
    ) -> TopicSubscriber:
        """Make a consumer with a non-durable subscription. Raises as `createConsumer`."""
        return self.create_consumer(topic, message_selector, no_local)  # type: ignore[return-value]
