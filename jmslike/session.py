"""Session (section 6.2): one thread's work, in which messages are sent, received, acknowledged and committed."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final, TypeAlias

from jmslike.browser import QueueBrowser
from jmslike.capabilities import Feature
from jmslike.constants import SessionMode
from jmslike.consumer import MessageConsumer
from jmslike.core.acknowledgement import SESSION_SPECS
from jmslike.core.dispatcher import Dispatcher
from jmslike.core.gate import Gate
from jmslike.core.ledger import Entry, Ledger, acceptances, by_consumer
from jmslike.core.outbox import Outbox
from jmslike.core.subscription_rules import (
    check_consumable,
    check_name,
    check_topic,
    left_to_the_core,
    require_features,
)
from jmslike.destinations import Destination, Queue, TemporaryQueue, TemporaryTopic, Topic
from jmslike.errors import (
    IllegalStateError,
    InvalidDestinationError,
    JMSError,
    TransactionRolledBackError,
)
from jmslike.message import Message
from jmslike.message.serializers import ObjectSerializer
from jmslike.message_factory import MessageFactory
from jmslike.producer import MessageProducer
from jmslike.selector import optional
from jmslike.spi import SubscriptionSpec

if TYPE_CHECKING:
    from jmslike.connection import Connection

_log = logging.getLogger("jmslike.session")

# a look at an enumeration's member costs more than all the rest of an acknowledgement
_CLIENT: Final = SessionMode.CLIENT_ACKNOWLEDGE
_INDIVIDUAL: Final = SessionMode.INDIVIDUAL_ACKNOWLEDGE

_Part: TypeAlias = "MessageProducer | MessageConsumer | QueueBrowser"


class Session(MessageFactory):
    """Made by `Connection.create_session`. Meant for one thread at a time; only `close` may be called by another."""

    __slots__ = (
        "_automatic", "_browsers", "_capabilities", "_clock", "_connection", "_consumers", "_dispatcher", "_ended",
        "_gate", "_lazy", "_ledger", "_link", "_listener_thread", "_mode", "_name", "_open", "_outbox", "_producers",
        "_redelivery", "_settings",
    )  # fmt: skip

    SESSION_TRANSACTED: Final = SessionMode.SESSION_TRANSACTED
    AUTO_ACKNOWLEDGE: Final = SessionMode.AUTO_ACKNOWLEDGE
    CLIENT_ACKNOWLEDGE: Final = SessionMode.CLIENT_ACKNOWLEDGE
    DUPS_OK_ACKNOWLEDGE: Final = SessionMode.DUPS_OK_ACKNOWLEDGE
    INDIVIDUAL_ACKNOWLEDGE: Final = SessionMode.INDIVIDUAL_ACKNOWLEDGE

    def __init__(self, connection: Connection, mode: SessionMode, number: int) -> None:
        self._connection = connection
        self._mode = mode
        self._lazy = mode is SessionMode.DUPS_OK_ACKNOWLEDGE
        self._automatic = mode in (SessionMode.AUTO_ACKNOWLEDGE, SessionMode.DUPS_OK_ACKNOWLEDGE)
        self._settings = connection._settings
        self._redelivery = self._settings.redelivery
        self._capabilities = connection.capabilities
        self._clock = connection._clock
        self._open = True
        self._name = f"{connection._name}-{number}"
        self._gate = Gate(self._clock)
        self._ledger = Ledger()
        self._producers: set[MessageProducer] = set()
        self._consumers: set[MessageConsumer] = set()
        self._browsers: set[QueueBrowser] = set()
        self._dispatcher: Dispatcher | None = None
        self._listener_thread: threading.Thread | None = None
        self._ended = threading.Event()
        self._link = connection._transport.session(SESSION_SPECS[mode])
        self._outbox = Outbox(
            self._link,
            self._capabilities,
            self._clock,
            name=self._name,
            transacted=self.transacted,
            origin=connection._origin,
            id_prefix=connection._id_prefix,
            number=connection._number,
            serializer=self._settings.object_serializer,
            max_in_flight=self._settings.max_in_flight,
        )

    def _check_open(self) -> None:
        if not self._open:
            raise IllegalStateError("the session is closed")

    # ---- properties -----------------------------------------------------------------------------------------------

    @property
    def transacted(self) -> bool:
        """Whether the session is transacted (section 6.2.7)."""
        self._check_open()
        return self._mode is SessionMode.SESSION_TRANSACTED

    @property
    def acknowledge_mode(self) -> SessionMode:
        """How the session acknowledges (section 6.2.10); SESSION_TRANSACTED if it is transacted."""
        self._check_open()
        return self._mode

    @property
    def _serializer(self) -> ObjectSerializer:
        return self._settings.object_serializer

    # ---- temporary destinations --------------------------------------------------------------------------------

    def create_temporary_queue(self) -> TemporaryQueue:
        """Make a queue that lives as long as the connection (section 6.2.2). Raises UnsupportedFeatureError."""
        self._check_open()
        return self._connection._create_temporary(TemporaryQueue)

    def create_temporary_topic(self) -> TemporaryTopic:
        """Make a topic that lives as long as the connection (section 6.2.2). Raises UnsupportedFeatureError."""
        self._check_open()
        return self._connection._create_temporary(TemporaryTopic)

    # ---- producers, consumers, browsers ---------------------------------------------------------------------------

    def create_producer(self, destination: Destination | None = None) -> MessageProducer:
        """Make a producer (section 7.1); without a destination it is unidentified. Raises InvalidDestinationError."""
        self._check_open()
        producer = MessageProducer(self, self._outbox, destination)
        self._producers.add(producer)
        return producer

    def create_consumer(
        self, destination: Destination, message_selector: str | None = None, no_local: bool = False
    ) -> MessageConsumer:
        """Make a consumer of a queue, or a new non-durable subscription of a topic (sections 8.1 and 8.3.1).

        `no_local` leaves out what the own connection publishes; on a queue it has no effect. Raises
        InvalidDestinationError; InvalidSelectorError; UnsupportedFeatureError where the transport cannot do it.
        """
        return self._subscribe(destination, message_selector, no_local=no_local)

    def create_shared_consumer(
        self, topic: Topic, shared_subscription_name: str, message_selector: str | None = None
    ) -> MessageConsumer:
        """Join, or make, a shared non-durable subscription (section 8.3.2).

        Raises JMSError if it is in use with another topic or selector, or for an empty name; else as `create_consumer`.
        """
        return self._subscribe(topic, message_selector, name=shared_subscription_name, shared=True)

    def create_durable_subscriber(
        self, topic: Topic, name: str, message_selector: str | None = None, no_local: bool = False
    ) -> MessageConsumer:
        """Join, or make, an unshared durable subscription of this client id (section 8.3.3).

        Raises IllegalStateError without a client id; JMSError if it has a consumer already; InvalidDestinationError for
        a temporary topic; else as `create_consumer`.
        """
        return self._subscribe(topic, message_selector, name=name, durable=True, no_local=no_local)

    create_durable_consumer = create_durable_subscriber

    def create_shared_durable_consumer(
        self, topic: Topic, name: str, message_selector: str | None = None
    ) -> MessageConsumer:
        """Join, or make, a shared durable subscription (section 8.3.4); a client id is optional.

        Raises as `create_shared_consumer` and `create_durable_subscriber` do.
        """
        return self._subscribe(topic, message_selector, name=name, durable=True, shared=True)

    def unsubscribe(self, name: str) -> None:
        """Delete a durable subscription of this client id, with its messages (section 8.3.3).

        Raises InvalidDestinationError for an unknown name; JMSError while it has a consumer or unsettled messages.
        """
        self._check_open()
        check_name(name)
        self._capabilities.require(Feature.DURABLE_SUBSCRIPTION)
        self._connection._transport.unsubscribe(name)

    def create_browser(self, queue: Queue, message_selector: str | None = None) -> QueueBrowser:
        """Make a browser (section 4.1.6). Raises InvalidDestinationError for anything but a queue,
        InvalidSelectorError, UnsupportedFeatureError."""
        self._check_open()
        if not isinstance(queue, Queue):
            raise InvalidDestinationError(f"only a queue can be browsed, not {queue!r}")
        selector = optional(message_selector)
        self._capabilities.require(Feature.BROWSE)
        browser = QueueBrowser(self, queue, selector)
        self._browsers.add(browser)
        return browser

    def _subscribe(
        self,
        destination: Destination,
        selector_text: str | None,
        *,
        name: str | None = None,
        durable: bool = False,
        shared: bool = False,
        no_local: bool = False,
    ) -> MessageConsumer:
        self._check_open()
        check_consumable(destination, self._connection._made)
        if durable or shared:
            check_topic(destination, durable=durable)
            if durable and not shared and self._connection.client_id is None:
                raise IllegalStateError("a durable subscription that is not shared needs a client id on the connection")
        selector = optional(selector_text)
        origin = self._connection._origin() if no_local and not destination.is_queue else None
        window = self._settings.window
        spec = SubscriptionSpec(destination, selector, name, durable, shared, excluded_origin=origin, window=window)
        require_features(self._capabilities, spec)
        if durable or shared:
            check_name(name)
        subscription = self._link.subscribe(spec)
        consumer = MessageConsumer(
            self,
            subscription,
            destination,
            None if selector is None else selector.text,
            no_local=origin is not None,
            wanted=left_to_the_core(self._capabilities, spec),
        )
        self._consumers.add(consumer)
        consumer._refresh()
        return consumer

    # ---- acknowledgement ------------------------------------------------------------------------------------------

    def _acknowledge(self, message: Message | None) -> None:
        # of a message, or (None) of a context, which has no single one to name
        self._check_open()
        self._connection._raise_if_lost()
        mode = self._mode
        if mode is _CLIENT:
            self._ledger.accept_all()
        elif mode is _INDIVIDUAL and message is not None:
            self._ledger.accept(message._delivery)

    def _flush_full_batch(self) -> None:
        if len(self._ledger) * 2 >= self._settings.window:
            self._ledger.accept_all()

    def recover(self) -> None:
        """Deliver what is unacknowledged again, oldest first (section 6.2.10).

        Raises IllegalStateError if the session is transacted.
        """
        self._check_open()
        if self._mode is SessionMode.SESSION_TRANSACTED:
            raise IllegalStateError("a transacted session recovers by rollback()")
        self._redeliver(self._ledger.clear())

    def _redeliver(self, entries: list[Entry]) -> None:
        for consumer, deliveries in by_consumer(entries).items():
            consumer._give_again(deliveries)
        if self._dispatcher is not None:
            self._dispatcher.poke()

    # ---- transactions ---------------------------------------------------------------------------------------------

    def commit(self) -> None:
        """Send and acknowledge all of the transaction as one (section 6.2.7), after its asynchronous sends.

        Raises IllegalStateError if the session is not transacted; TransactionRolledBackError if nothing of it happened;
        TransactionInDoubtError if that is unknown. In any case a new transaction has begun.
        """
        self._check_transacted("commit")
        self._connection._raise_if_lost()
        sends, entries = self._outbox.take_held(), self._ledger.clear()
        if not sends and not entries:
            return
        try:
            self._link.commit(sends, acceptances(entries))
        except TransactionRolledBackError:
            self._redeliver(entries)
            raise

    def rollback(self) -> None:
        """Forget what the transaction sent, and deliver again what it received (section 6.2.7).

        Raises IllegalStateError if the session is not transacted.
        """
        self._check_transacted("rollback")
        self._outbox.take_held()
        self._redeliver(self._ledger.clear())

    def _check_transacted(self, what: str) -> None:
        self._check_open()
        if self._mode is not SessionMode.SESSION_TRANSACTED:
            raise IllegalStateError(f"{what}() needs a transacted session: create_session(True)")
        self._outbox.completions.wait(what)

    # ---- listeners, start and stop --------------------------------------------------------------------------------

    def _listener_changed(self, consumer: MessageConsumer) -> None:
        dispatcher = self._dispatcher
        if consumer._listener is not None:
            if dispatcher is None or not dispatcher.thread.is_alive():
                if self._gate.occupant is not None and not self._in_listener:
                    consumer._listener = None
                    raise IllegalStateError("another thread receives in this session; use one session per thread")
                self._gate.listening = True
                self._dispatcher = dispatcher = Dispatcher(self, self._name)
                self._listener_thread = dispatcher.thread
                self._refresh()
            dispatcher.add(consumer)
        else:
            self._unlisten(consumer)

    def _unlisten(self, consumer: MessageConsumer) -> None:
        """Serve the consumer's listener no longer; after the last of them the session may receive again."""
        dispatcher = self._dispatcher
        if dispatcher is None:
            return
        dispatcher.remove(consumer)
        if not dispatcher.is_used:
            dispatcher.close()
            self._dispatcher = None
            self._gate.listening = False
            self._refresh()

    def _refresh(self) -> None:
        for consumer in list(self._consumers):
            consumer._refresh()

    def _start(self) -> None:
        self._gate.set_running(True)
        self._refresh()
        self._arm()

    def _stop(self) -> None:
        self._gate.set_running(False)
        self._refresh()
        self._interrupt()
        self._arm()

    def _arm(self) -> None:
        dispatcher = self._dispatcher
        if dispatcher is not None:
            dispatcher.arm()

    def _interrupt(self) -> None:
        for consumer in list(self._consumers):
            consumer._interrupt()

    @property
    def _in_listener(self) -> bool:
        # true also for a listener that has ended its dispatcher, by setting the last listener to None
        return threading.current_thread() is self._listener_thread

    def _refuse_inside(self, what: str) -> None:
        """Raise IllegalStateError if the caller is a listener of this session, for which `what` would wait."""
        if self._in_listener:
            raise IllegalStateError(f"{what} must not be called by a message listener that it would wait for")

    # ---- closing --------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Close (section 6.2.15): waits for a running listener or receive, rolls an open transaction back, and gives
        back what is unacknowledged. A second call does nothing. Raises IllegalStateError if called by a listener of its
        own.
        """
        if not self._open:
            return
        self._refuse_inside("Session.close")
        self._outbox.completions.refuse_inside("Session.close")
        self._close()

    def _close(self) -> None:
        if not self._gate.close():
            self._ended.wait()  # another thread closes it: this call, too, promises that no listener runs
            return
        try:
            self._refresh()
            self._interrupt()
            dispatcher = self._dispatcher
            if dispatcher is not None:
                dispatcher.close()
            self._gate.wait_vacant()
            self._outbox.completions.wait("Session.close")
            self._open = False
            self._give_back()
        except JMSError as error:
            _log.debug("%s was closed on a lost connection: %s", self._name, error)
        finally:
            self._open = False
            self._shut()

    def _abandon(self) -> None:
        """Be closed without a word to anybody: this is a forked child, and all belongs to its parent."""
        gate = self._gate
        gate.changed = threading.Condition()  # the parent's threads may have held it
        gate.occupant, gate.closed, gate.running, gate.listening = None, True, False, False
        self._open = False
        self._ended.set()
        parts: list[_Part] = [*self._producers, *self._browsers, *self._consumers]
        for part in parts:
            part._open = False
        for producer in self._producers:
            producer._refresh()

    def _give_back(self) -> None:
        if self._automatic:
            self._ledger.accept_all()
        for consumer, (_, receipt, attempts) in self._ledger.clear():
            consumer._subscription.settle((receipt,), attempts + 1)

    def _shut(self) -> None:
        parts: list[_Part] = [*self._producers, *self._browsers, *self._consumers]
        for part in parts:
            try:
                part._open = False
                part._shut()
            except JMSError as error:
                _log.debug("%s: closing after a loss: %s", self._name, error)
        try:
            self._outbox.close()
        finally:
            try:
                self._link.close()
            finally:
                self._connection._forget(self)
                self._ended.set()

    def _forget(self, part: _Part) -> None:
        for parts in (self._producers, self._consumers, self._browsers):
            parts.discard(part)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()
