"""Session (section 6.2): one thread's work, in which messages are sent, received, acknowledged and committed.

A face over `jmslike.core`: `SessionState` settles and knows the gate, `Listeners` runs listeners. Here stands what a
session makes, and the order in which it starts, stops and closes that.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection
from typing import Any, ClassVar, Final, Self, TypeAlias, cast, overload

from jmslike.browser import QueueBrowser
from jmslike.capabilities import Feature
from jmslike.constants import SessionMode
from jmslike.consumer import MessageConsumer
from jmslike.core.connection_state import ConnectionState
from jmslike.core.dispatcher import Listeners
from jmslike.core.intake import intake_of
from jmslike.core.session_state import SessionState
from jmslike.core.snapshot import session_statistics
from jmslike.core.subscription_rules import checked_spec, subscription_name
from jmslike.destinations import Destination, Queue, TemporaryQueue, TemporaryTopic, Topic, exact_queue
from jmslike.errors import IllegalStateError, JMSError, TransactionRolledBackError
from jmslike.message import Message
from jmslike.message.serializers import ObjectSerializer
from jmslike.message_factory import MessageConverter, MessageFactory, optional_converter
from jmslike.producer import MessageProducer
from jmslike.selector import optional
from jmslike.spi import StatisticsLink
from jmslike.statistics import QueueStatistics, SessionStatistics

_log = logging.getLogger("jmslike.session")

_Part: TypeAlias = "MessageProducer[Any] | MessageConsumer | QueueBrowser"


class Session(MessageFactory):
    """Made by `Connection.create_session`. Meant for one thread at a time; only `close` may be called by another."""

    __slots__ = ("_ended", "_listeners", "_on_closed", "_parts", "_state")

    SESSION_TRANSACTED: Final = SessionMode.SESSION_TRANSACTED
    AUTO_ACKNOWLEDGE: Final = SessionMode.AUTO_ACKNOWLEDGE
    CLIENT_ACKNOWLEDGE: Final = SessionMode.CLIENT_ACKNOWLEDGE
    DUPS_OK_ACKNOWLEDGE: Final = SessionMode.DUPS_OK_ACKNOWLEDGE
    INDIVIDUAL_ACKNOWLEDGE: Final = SessionMode.INDIVIDUAL_ACKNOWLEDGE

    producer_type: ClassVar[type[MessageProducer[Any]]] = MessageProducer
    consumer_type: ClassVar[type[MessageConsumer]] = MessageConsumer
    browser_type: ClassVar[type[QueueBrowser]] = QueueBrowser
    listeners_type: ClassVar[type[Listeners]] = Listeners

    def __init__(
        self, connection: ConnectionState, mode: SessionMode, number: int, on_closed: Callable[[Session], None]
    ) -> None:
        super().__init__()
        self._state = SessionState(connection, mode, number, self.message_types, keeps=on_closed)
        self._listeners = self.listeners_type(self._state, self._exit)
        self._on_closed = on_closed
        self._parts: dict[_Part, None] = {}  # a set in the order of making, in which they close
        self._ended = threading.Event()

    def _check_open(self) -> None:
        if not self._state.is_open:  # looked at here, as this runs for each message that is made
            self._state.check_open()

    def _check_usable(self) -> None:
        """Raise IllegalStateError if the session is closed, ConnectionLostError from a loss of its connection on."""
        self._check_open()
        self._state.connection.loss.check()

    # ---- properties -------------------------------------------------------------------------------------------------

    @property
    def transacted(self) -> bool:
        """Whether the session is transacted (section 6.2.7)."""
        return self.acknowledge_mode is SessionMode.SESSION_TRANSACTED

    @property
    def acknowledge_mode(self) -> SessionMode:
        """How the session acknowledges (section 6.2.10); SESSION_TRANSACTED if it is transacted."""
        self._check_open()
        return self._state.mode

    @property
    def _serializer(self) -> ObjectSerializer:
        return self._state.serializer

    # ---- temporary destinations -------------------------------------------------------------------------------------

    def create_temporary_queue(self) -> TemporaryQueue:
        """Make a queue that lives as long as the connection (section 6.2.2). Raises UnsupportedFeatureError."""
        self._check_open()
        return self._state.connection.create_temporary(TemporaryQueue)

    def create_temporary_topic(self) -> TemporaryTopic:
        """Make a topic that lives as long as the connection (section 6.2.2). Raises UnsupportedFeatureError."""
        self._check_open()
        return self._state.connection.create_temporary(TemporaryTopic)

    # ---- producers, consumers, browsers -----------------------------------------------------------------------------

    @overload
    def create_producer(self, destination: Destination | None = None, *, converter: None = None) -> MessageProducer: ...

    @overload
    def create_producer(
        self, destination: Destination | None = None, *, converter: MessageConverter
    ) -> MessageProducer[object]: ...

    def create_producer(self, destination: Destination | None = None, *, converter: Any = None) -> MessageProducer[Any]:
        """Make a producer (section 7.1); without a destination it is unidentified.

        With a `converter` it sends objects, too (an extension). Raises InvalidDestinationError; ValueError for what is
        no converter.
        """
        self._check_usable()
        producer = self.producer_type(self._state, destination, self._discard, self, optional_converter(converter))
        self._parts[producer] = None
        return producer

    def create_consumer(
        self,
        destination: Destination,
        message_selector: str | None = None,
        no_local: bool = False,
        *,
        converter: MessageConverter | None = None,
    ) -> MessageConsumer:
        """Make a consumer of a queue, or a new non-durable subscription of a topic (sections 8.1 and 8.3.1).

        `no_local` leaves out what the own connection publishes; on a queue it has no effect. `converter` is that of
        `receive_object` (an extension). Raises InvalidDestinationError; InvalidSelectorError; ValueError for a
        `no_local` that is no boolean, and for what is no converter; UnsupportedFeatureError where the transport cannot
        do it.
        """
        return self._subscribe(destination, message_selector, no_local=no_local, converter=converter)

    def create_shared_consumer(
        self,
        topic: Topic,
        shared_subscription_name: str,
        message_selector: str | None = None,
        *,
        converter: MessageConverter | None = None,
    ) -> MessageConsumer:
        """Join, or make, a shared non-durable subscription (section 8.3.2).

        Raises JMSError if it is in use with another topic or selector, or for an empty name; else as `create_consumer`.
        """
        return self._subscribe(topic, message_selector, name=shared_subscription_name, shared=True, converter=converter)

    def create_durable_subscriber(
        self,
        topic: Topic,
        name: str,
        message_selector: str | None = None,
        no_local: bool = False,
        *,
        converter: MessageConverter | None = None,
    ) -> MessageConsumer:
        """Join, or make, an unshared durable subscription of this client id (section 8.3.3).

        Raises IllegalStateError without a client id; JMSError if it has a consumer already; InvalidDestinationError for
        a temporary topic; else as `create_consumer`.
        """
        return self._subscribe(topic, message_selector, name=name, durable=True, no_local=no_local, converter=converter)

    create_durable_consumer = create_durable_subscriber
    """As `create_durable_subscriber`, under the name of JMS 2.0."""

    def create_shared_durable_consumer(
        self,
        topic: Topic,
        name: str,
        message_selector: str | None = None,
        *,
        converter: MessageConverter | None = None,
    ) -> MessageConsumer:
        """Join, or make, a shared durable subscription (section 8.3.4); a client id is optional.

        Raises as `create_shared_consumer` and `create_durable_subscriber` do.
        """
        return self._subscribe(topic, message_selector, name=name, durable=True, shared=True, converter=converter)

    def unsubscribe(self, name: str) -> None:
        """Delete a durable subscription of this client id, with its messages (section 8.3.3).

        Raises InvalidDestinationError for an unknown name; JMSError while it has a consumer or unsettled messages.
        """
        self._check_usable()
        name = subscription_name(name)
        self._state.connection.capabilities.require(Feature.DURABLE_SUBSCRIPTION)
        self._state.connection.transport.unsubscribe(name)

    def create_browser(self, queue: Queue, message_selector: str | None = None) -> QueueBrowser:
        """Make a browser (section 4.1.6). Raises InvalidDestinationError for anything but a queue,
        InvalidSelectorError, UnsupportedFeatureError."""
        self._check_usable()
        queue = exact_queue(queue, "can be browsed")
        selector = optional(message_selector)
        self._state.connection.capabilities.require(Feature.BROWSE)
        browser = self.browser_type(self._state, queue, selector, self._discard)
        self._parts[browser] = None
        return browser

    def forward(self, message: Message, destination: Destination, *, without: Collection[str] = ()) -> None:
        """Send a received message on as it is, also with its id and times, but for properties (an extension). Raises
        JMSError for one that was never sent, UnsupportedFeatureError for a delay; else as `MessageProducer.send`.
        """
        self._check_usable()
        self._state.outbox.forward(message, destination, without)

    def statistics(self, queue: Queue) -> QueueStatistics:
        """Return the depth of a queue, and what else the provider counts (an extension).

        Raises InvalidDestinationError for anything but a queue; UnsupportedFeatureError where the provider tells
        nothing, with what to use instead; ConnectionLostError.
        """
        self._check_open()
        queue = exact_queue(queue, "has statistics")
        self._state.connection.capabilities.require(Feature.STATISTICS)
        return cast("StatisticsLink", self._state.link).statistics(queue)

    def _statistics(self) -> SessionStatistics:
        return session_statistics(self._state, [part._statistics() for part in list(self._parts)])

    def _subscribe(
        self,
        destination: Destination,
        selector_text: str | None,
        *,
        name: str | None = None,
        durable: bool = False,
        shared: bool = False,
        no_local: bool = False,
        converter: MessageConverter | None = None,
    ) -> MessageConsumer:
        self._check_usable()
        converter = optional_converter(converter)
        state = self._state
        spec = checked_spec(
            state, destination, selector_text, name=name, durable=durable, shared=shared, no_local=no_local
        )
        intake = intake_of(state, spec)
        consumer = self.consumer_type(state, intake, self._listeners, self._discard, converter)
        self._parts[consumer] = None
        try:
            with state.following:
                intake.follow(running=state.gate.running)  # the connection may have been started or stopped meanwhile
        except JMSError:
            consumer._close()
            raise
        return consumer

    # ---- acknowledgement and transactions ---------------------------------------------------------------------------

    def recover(self) -> None:
        """Redeliver what is unacknowledged, oldest first (section 6.2.10).

        Raises IllegalStateError if the session is transacted; ConnectionLostError.
        """
        if self.transacted:
            raise IllegalStateError("a transacted session recovers by rollback()")
        self._state.connection.loss.check("the messages will be redelivered to others")
        self._state.recover()
        self._listeners.poke()

    def commit(self) -> None:
        """Send and acknowledge all of the transaction as one (section 6.2.7), after its asynchronous sends.

        Raises IllegalStateError if the session is not transacted; TransactionRolledBackError if nothing of it happened;
        TransactionInDoubtError if that is unknown; ConnectionLostError. In any case a new transaction has begun.
        """
        self._finish_sends("commit")
        try:
            self._state.commit()
        except TransactionRolledBackError:
            self._listeners.poke()
            raise

    def rollback(self) -> None:
        """Drop what the transaction sent, and redeliver what it received (section 6.2.7).

        Raises IllegalStateError if the session is not transacted; ConnectionLostError, after which the transaction is
        rolled back, too.
        """
        self._finish_sends("rollback")
        self._state.rollback()
        self._listeners.poke()

    def _finish_sends(self, what: str) -> None:
        if not self.transacted:
            raise IllegalStateError(
                f"{what}() needs a transacted session: create_session(True), or a context made with SESSION_TRANSACTED"
            )
        self._state.outbox.completions.wait(what)

    # ---- start, stop, close: called by the connection, or by any thread that closes ---------------------------------

    def _start(self) -> None:
        try:
            self._state.start()
        finally:
            self._listeners.arm()

    def _stop(self) -> None:
        self._state.gate.set_running(False)
        self._state.refresh()
        self._state.interrupt()
        self._listeners.arm()

    def _settle_down(self) -> None:
        self._state.gate.wait_quiet()
        self._state.follow()

    def _refuse_inside_listener(self, what: str) -> None:
        self._listeners.refuse_inside(what)

    def _refuse_inside(self, what: str) -> None:
        self._listeners.refuse_inside(what)
        self._state.outbox.completions.refuse_inside(what)

    def close(self) -> None:
        """Close (section 6.2.15): waits for a running listener or receive, rolls an open transaction back, and releases
        what is unacknowledged. A second call does nothing. Raises IllegalStateError if called by a listener of its own.
        """
        if self._state.is_open:
            self._refuse_inside("Session.close")
            self._close()

    def _close(self) -> None:
        if self._state.gate.close():
            self._end()
        else:
            self._ended.wait()  # another thread closes it: this call, too, promises that no listener runs

    def _exit(self) -> None:
        # on the thread of the listeners, for which another thread that closes the session may wait
        if self._state.gate.close():
            try:
                self._end()
            except JMSError as error:
                _log.debug("%s was closed with an error: %s", self._state.name, error)

    def _end(self) -> None:
        state = self._state
        try:
            state.end_waits()
            self._listeners.close()
            state.gate.wait_vacant()
            state.outbox.completions.wait("Session.close")
            state.is_open = False
            state.acknowledgement.closing()
        except JMSError as error:
            _log.debug("%s was closed on a lost connection: %s", state.name, error)
        finally:
            state.is_open = False
            self._close_parts()

    def _close_parts(self) -> None:
        state = self._state
        for part in list(self._parts):
            try:
                part._close()
            except JMSError as error:
                _log.debug("%s: closing after a loss: %s", state.name, error)
        try:
            state.outbox.close()
        finally:
            try:
                state.link.close()
            finally:
                state.connection.waiters.discard(state.gate)
                self._on_closed(self)
                self._ended.set()

    def _abandon(self) -> None:
        """Mark as closed without any I/O: in a forked child the sockets belong to the parent."""
        self._state.abandon()
        self._listeners.abandon()
        self._ended.set()
        for part in self._parts:
            part._abandon()

    def _discard(self, part: _Part) -> None:
        self._parts.pop(part, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()
