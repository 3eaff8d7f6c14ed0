"""JMSContext (section 6.1): a connection and a session in one object, with its producers and consumers."""

from __future__ import annotations

import threading
from collections.abc import Collection
from typing import Any, ClassVar, Final, Self, overload

from jmslike.browser import QueueBrowser
from jmslike.capabilities import Capabilities
from jmslike.connection import Connection, check_session_mode
from jmslike.constants import SessionMode
from jmslike.consumer import MessageConsumer
from jmslike.context_consumer import JMSConsumer
from jmslike.context_producer import JMSProducer
from jmslike.core.listener_calls import ExceptionListener, LinkListener
from jmslike.destinations import Destination, Queue, TemporaryQueue, TemporaryTopic, Topic
from jmslike.errors import IllegalStateError
from jmslike.exact import exact_boolean
from jmslike.message import Message
from jmslike.message.serializers import ObjectSerializer
from jmslike.message_factory import MessageConverter, MessageFactory, optional_converter
from jmslike.metadata import ConnectionMetaData
from jmslike.session import Session
from jmslike.statistics import ConnectionStatistics, LinkState, QueueStatistics

_UNSAID: Final[Any] = object()
"""An argument that was not given."""


class _Shared:
    """The contexts of one connection, which closes with the last of them (section 6.1.8)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._contexts: set[JMSContext] = set()

    def join(self, context: JMSContext) -> None:
        with self._lock:
            self._contexts.add(context)

    def leave(self, context: JMSContext) -> bool:
        """Return whether it was the last one."""
        with self._lock:
            self._contexts.discard(context)
            return not self._contexts


class JMSContext(MessageFactory):
    """Made by `ConnectionFactory.create_context`. Meant for one thread, as its session is."""

    __slots__ = (
        "_auto_start",
        "_connection",
        "_mode",
        "_open",
        "_session_or_none",
        "_shared",
    )

    SESSION_TRANSACTED: Final = SessionMode.SESSION_TRANSACTED
    AUTO_ACKNOWLEDGE: Final = SessionMode.AUTO_ACKNOWLEDGE
    CLIENT_ACKNOWLEDGE: Final = SessionMode.CLIENT_ACKNOWLEDGE
    DUPS_OK_ACKNOWLEDGE: Final = SessionMode.DUPS_OK_ACKNOWLEDGE
    INDIVIDUAL_ACKNOWLEDGE: Final = SessionMode.INDIVIDUAL_ACKNOWLEDGE

    producer_type: ClassVar[type[JMSProducer]] = JMSProducer
    consumer_type: ClassVar[type[JMSConsumer]] = JMSConsumer

    def __init__(self, connection: Connection, mode: SessionMode, shared: _Shared | None = None) -> None:
        super().__init__()
        self._shared = shared or _Shared()
        self._shared.join(self)
        self._connection = connection
        self._mode = mode
        self._auto_start = True
        self._open = True
        self._session_or_none: Session | None = None

    @property
    def _session(self) -> Session:
        # made by the first use, because a client id may be set until then (section 6.1.2)
        self._check_open()
        if self._session_or_none is None:
            self._session_or_none = self._connection.create_session(self._mode)
        return self._session_or_none

    def _check_open(self) -> None:
        state = self._connection._state
        if not self._open or not state.is_open:
            raise IllegalStateError(f"the context {state.ending}")

    # ---- the connection ---------------------------------------------------------------------------------------------

    def create_context(self, session_mode: int) -> Self:
        """Make a context with a session of its own on the same connection (section 6.1).

        Raises JMSError for an unknown session mode; ConnectionLostError.
        """
        self._check_open()
        self._connection._state.check_usable()
        return type(self)(self._connection, check_session_mode(session_mode), self._shared)

    @property
    def client_id(self) -> str | None:
        """As `Connection.client_id`; creating the context does not count as a use of the connection."""
        self._check_open()
        return self._connection.client_id

    @client_id.setter
    def client_id(self, value: str) -> None:
        self._check_open()
        self._connection.client_id = value

    @property
    def meta_data(self) -> ConnectionMetaData:
        """As `Connection.meta_data`."""
        self._check_open()
        return self._connection.meta_data

    @property
    def capabilities(self) -> Capabilities:
        """As `Connection.capabilities`."""
        self._check_open()
        return self._connection.capabilities

    @property
    def _serializer(self) -> ObjectSerializer:
        return self._connection.object_serializer

    @property
    def exception_listener(self) -> ExceptionListener | None:
        """As `Connection.exception_listener`."""
        self._check_open()
        return self._connection.exception_listener

    @exception_listener.setter
    def exception_listener(self, listener: ExceptionListener | None) -> None:
        self._check_open()
        self._connection.exception_listener = listener

    @property
    def link_state(self) -> LinkState:
        """As `Connection.link_state`."""
        self._check_open()
        return self._connection.link_state

    @property
    def link_listener(self) -> LinkListener | None:
        """As `Connection.link_listener`."""
        self._check_open()
        return self._connection.link_listener

    @link_listener.setter
    def link_listener(self, listener: LinkListener | None) -> None:
        self._check_open()
        self._connection.link_listener = listener

    @property
    def auto_start(self) -> bool:
        """Whether making a consumer starts the connection (section 6.1.4): True unless it is set."""
        self._check_open()
        return self._auto_start

    @auto_start.setter
    def auto_start(self, value: bool) -> None:
        self._check_open()
        self._auto_start = exact_boolean(value, "auto_start")

    def start(self) -> None:
        """As `Connection.start`."""
        self._check_open()
        self._connection.start()

    def stop(self) -> None:
        """As `Connection.stop`."""
        self._check_open()
        self._connection._stop_as("JMSContext.stop")

    # ---- the session ------------------------------------------------------------------------------------------------

    @property
    def session_mode(self) -> SessionMode:
        """How the context acknowledges (section 6.2.10)."""
        self._check_open()
        return self._mode

    @property
    def transacted(self) -> bool:
        """Whether the context is transacted (section 6.2.7)."""
        self._check_open()
        return self._mode is SessionMode.SESSION_TRANSACTED

    def acknowledge(self) -> None:
        """Acknowledge everything that the context delivered, in CLIENT_ACKNOWLEDGE; else nothing happens.

        Raises IllegalStateError if the context is closed; ConnectionLostError from a loss of the connection on.
        """
        self._session._state.acknowledge(None)

    def recover(self) -> None:
        """As `Session.recover`."""
        self._session.recover()

    def commit(self) -> None:
        """As `Session.commit`."""
        self._session.commit()

    def rollback(self) -> None:
        """As `Session.rollback`."""
        self._session.rollback()

    def unsubscribe(self, name: str) -> None:
        """As `Session.unsubscribe`."""
        self._session.unsubscribe(name)

    def delete_destination(self, destination: Destination) -> None:
        """As `Connection.delete_destination`."""
        self._connection.delete_destination(destination)

    # ---- temporary destinations -------------------------------------------------------------------------------------

    def create_temporary_queue(self) -> TemporaryQueue:
        """As `Session.create_temporary_queue`."""
        return self._session.create_temporary_queue()

    def create_temporary_topic(self) -> TemporaryTopic:
        """As `Session.create_temporary_topic`."""
        return self._session.create_temporary_topic()

    # ---- producers, consumers, browsers -----------------------------------------------------------------------------

    def create_producer(self, *, converter: MessageConverter | None = None) -> JMSProducer:
        """Make a producer (section 7.10), which sends to any destination. `converter` is as in
        `Session.create_producer`.
        """
        session = self._session
        session._check_usable()
        return self.producer_type(session, session._state, optional_converter(converter))

    def create_browser(self, queue: Queue, message_selector: str | None = None) -> QueueBrowser:
        """As `Session.create_browser`; starts the connection as making a consumer does."""
        browser = self._session.create_browser(queue, message_selector)
        self._start_for(browser)
        return browser

    def forward(self, message: Message, destination: Destination, *, without: Collection[str] = ()) -> None:
        """As `Session.forward`."""
        self._session.forward(message, destination, without=without)

    @overload
    def statistics(self) -> ConnectionStatistics: ...

    @overload
    def statistics(self, queue: Queue) -> QueueStatistics: ...

    def statistics(self, queue: Any = _UNSAID) -> ConnectionStatistics | QueueStatistics:
        """As `Connection.statistics` or, for a queue, as `Session.statistics`."""
        if queue is not _UNSAID:
            return self._session.statistics(queue)
        self._check_open()
        return self._connection.statistics()

    def create_consumer(
        self,
        destination: Destination,
        message_selector: str | None = None,
        no_local: bool = False,
        *,
        converter: MessageConverter | None = None,
    ) -> JMSConsumer:
        """As `Session.create_consumer`; starts the connection unless `auto_start` is off."""
        return self._started(
            self._session.create_consumer(destination, message_selector, no_local, converter=converter)
        )

    def create_durable_consumer(
        self,
        topic: Topic,
        name: str,
        message_selector: str | None = None,
        no_local: bool = False,
        *,
        converter: MessageConverter | None = None,
    ) -> JMSConsumer:
        """As `Session.create_durable_consumer`; starts the connection unless `auto_start` is off."""
        return self._started(
            self._session.create_durable_consumer(topic, name, message_selector, no_local, converter=converter)
        )

    create_durable_subscriber = create_durable_consumer
    """As `create_durable_consumer`, under the name of JMS 1.1."""

    def create_shared_consumer(
        self,
        topic: Topic,
        shared_subscription_name: str,
        message_selector: str | None = None,
        *,
        converter: MessageConverter | None = None,
    ) -> JMSConsumer:
        """As `Session.create_shared_consumer`; starts the connection unless `auto_start` is off."""
        return self._started(
            self._session.create_shared_consumer(topic, shared_subscription_name, message_selector, converter=converter)
        )

    def create_shared_durable_consumer(
        self,
        topic: Topic,
        name: str,
        message_selector: str | None = None,
        *,
        converter: MessageConverter | None = None,
    ) -> JMSConsumer:
        """As `Session.create_shared_durable_consumer`; starts the connection unless `auto_start` is off."""
        return self._started(
            self._session.create_shared_durable_consumer(topic, name, message_selector, converter=converter)
        )

    def _started(self, consumer: MessageConsumer) -> JMSConsumer:
        self._start_for(consumer)
        return self.consumer_type(consumer)

    def _start_for(self, made: MessageConsumer | QueueBrowser) -> None:
        if self._auto_start:
            try:
                self._connection.start()
            except BaseException:
                made.close()  # the caller does not get it
                raise

    # ---- closing ----------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Close the session, and with the last context the connection (section 6.1.8). A second call does nothing.

        Raises IllegalStateError if called by a listener of the context.
        """
        if not self._open:
            return
        session = self._session_or_none
        if session is not None and session._state.is_open:
            session._refuse_inside("JMSContext.close")
        try:
            if session is not None:
                session.close()
        finally:
            self._open = False
            if self._shared.leave(self):
                self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()
