"""One consumer over AMQP: its consumers on the wire, its inbox, and the receipts that it holds.

The thread of the connection calls `_on_message`, `_on_got` and `cancelled`; PushSubscription says who calls the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple
from uuid import uuid4

from jmslike.errors import InvalidDestinationError, JMSError
from jmslike.spi import Delivery, Outcome, SessionSpec, SubscriptionSpec
from jmslike_transports.amqp.connection import AmqpConnection
from jmslike_transports.amqp.delivery_reader import attempts_of, is_counted, read_envelope
from jmslike_transports.amqp.errors import RESOURCE_LOCKED, code_of
from jmslike_transports.amqp.receive_channel import ReceiveChannel
from jmslike_transports.shared.inventory import Subscriptions
from jmslike_transports.shared.push_subscription import PushSubscription
from jmslike_transports.shared.rabbitmq import LARGEST_PREFETCH, checked, shared_queue
from jmslike_transports.shared.returned import Returned

_IN_USE = "in exclusive use"
"""In the text of this refusal, which has the same code as a missing permission."""


class Arrival(NamedTuple):
    """A delivery as it came. `attempts` is set if it was released here and not pushed."""

    method: Any
    properties: Any
    body: bytes
    attempts: int | None = None


class Held:
    """A receipt: a delivery that was handed out and is not settled. `tag` is 0 if it is acknowledged already."""

    __slots__ = ("arrival", "tag")

    def __init__(self, arrival: Arrival, tag: int) -> None:
        self.arrival = arrival
        self.tag = tag

    @property
    def consumer(self) -> str | None:
        """The tag of the consumer to which it was pushed; None if it was got."""
        return getattr(self.arrival.method, "consumer_tag", None)


class AmqpSubscription(PushSubscription[Arrival, Held]):
    """Takes from an inbox that the thread of the connection fills."""

    def __init__(
        self,
        connection: AmqpConnection,
        channel: ReceiveChannel,
        spec: SubscriptionSpec,
        session: SessionSpec,
        others: Subscriptions[AmqpSubscription],
    ) -> None:
        super().__init__(spec, connection.wire)
        self._channel = channel
        self._wire = connection.wire
        self._topology = connection.topology
        self._report = connection.report
        self._is_private = not spec.destination.is_queue and spec.name is None
        self._confirmed = session.awaits_settlement
        self._is_deleted = False
        self._consumer = ""
        self._competes = not (self._is_private or self.is_exclusive)
        self._is_stopped = spec.stopped and self._competes
        self._is_resuming = False  # started, and reads first what it kept while it was stopped
        self._returned = Returned(2 * spec.window)
        self._queue = self._declare(connection, others)
        if self._is_stopped:
            self._reserve()  # also to learn whether it may consume
            self._pause()
        else:
            self._consume()
        if not spec.destination.is_queue:  # once it is ours: a queue of another consumer must not get this topic
            try:
                self._topology.bind(self._queue, *connection.profile.route(spec.destination))
            except JMSError:
                self.release()
                raise

    def _declare(self, connection: AmqpConnection, others: Subscriptions[AmqpSubscription]) -> str:
        """Declare the queue to read from, and return its name."""
        spec, topology, profile = self.spec, self._topology, connection.profile
        destination = spec.destination
        topology.invalidate(destination)  # if it was deleted, the refusal would end the session's channel
        topology.ensure(destination)
        if destination.is_queue:
            topology.consumers(destination.name)  # a refusal by `_consume` would end the session's channel
            return destination.name
        if spec.name is None:
            queue = f"jms-cons-{uuid4()}"
            topology.queue(queue, exclusive=True, auto_delete=True)
        elif spec.durable:
            queue = profile.durable(spec.name, connection.client_id)
            topology.lasting_queue(queue)
            # a refusal by `_consume` would end the session's other consumers; a quorum queue counts consumers late
            if self.is_exclusive and others.are_in_use and topology.consumers(queue):
                raise JMSError(f"the durable subscription {spec.name!r} is not shared and already has a consumer")
        else:
            queue = checked(shared_queue(connection.client_id, spec.name))
            topology.queue(queue, durable=True, auto_delete=True)
        return queue

    def _consume(self) -> None:
        """Start a consumer whose window is empty, whatever is held of what its predecessor got."""
        window = self.spec.window if self.spec.window <= LARGEST_PREFETCH else 0  # 0: no limit
        self._begin(partial(self._channel.consume, window=window))

    def _reserve(self) -> None:
        """Start a consumer that gets nothing."""
        self._begin(self._channel.reserve)

    def _begin(self, consume: Callable[..., None]) -> None:
        predecessor, self._consumer = self._consumer, f"jmslike-{uuid4()}"
        try:
            consume(self._queue, self._on_message, self._consumer, predecessor, exclusive=self.is_exclusive)
        except JMSError as error:
            if code_of(error) == RESOURCE_LOCKED or _IN_USE in str(error):
                raise JMSError(f"{self._queue} is in use by a consumer that does not share it: {error}") from error
            raise

    def _on_message(self, method: Any, properties: Any, body: bytes) -> None:
        self._channel.delivered(method.delivery_tag)
        self._on_got(method, properties, body)

    def _on_got(self, method: Any, properties: Any, body: bytes) -> None:
        self._release_unread(self._inbox.put(Arrival(method, properties, body)))

    def _release_unread(self, left: Sequence[Arrival]) -> None:
        """Let the broker redeliver what will not be taken here."""
        tags = [arrival.method.delivery_tag for arrival in left if not self._is_acknowledged(arrival)]
        if tags:
            self._channel.release(sorted(tags))

    def _is_acknowledged(self, arrival: Arrival) -> bool:
        return self._is_private and arrival.attempts is not None  # it was handed out before

    # ---- starting and stopping --------------------------------------------------------------------------------------

    def start(self) -> None:
        """See Stoppable.start."""
        with self._closing:
            if self._closed or not self._is_stopped:
                return
            try:
                self._topology.consumers(self._queue)  # a refusal by `_consume` would end the session's channel
            except InvalidDestinationError:
                self._lose_queue()
                return
            kept = self._inbox.drain()
            self._is_resuming = bool(kept)
            self._inbox.put_back(kept)
            if not self._is_resuming:
                self._consume()
            self._is_stopped = False

    def stop(self) -> None:
        """See Stoppable.stop. A consumer with which no other competes stays."""
        with self._closing:
            if self._closed or self._is_stopped or not self._competes:
                return
            self._is_stopped = True
            self._is_resuming = False
            self._pause()

    def _pause(self) -> None:
        """End the pushing, and give back what was not taken, unless that would come last then."""
        if self.spec.name is not None:  # it ends with its last consumer, or is in use as long as it has one
            self._reserve()
        elif self._consumer:
            self._channel.cancel(self._consumer)
            self._consumer = ""
        if self._topology.puts_back_last and (self.spec.destination.is_queue or self.spec.durable):
            return
        left = self._inbox.drain()
        for arrival in left:
            if arrival.attempts is None:
                method, properties = arrival.method, arrival.properties
                reported, counted = attempts_of(method, properties), is_counted(method, properties)
                self._returned.note(_key(arrival), reported, counted=counted)
        self._release_unread(left)

    # ---- taking ---------------------------------------------------------------------------------------------------

    def take(self, timeout: float | None, settle: bool = False) -> Delivery | None:
        """See Subscription.take."""
        arrival = self._inbox.poll()
        if arrival is None:
            self._prepare_to_wait(timeout)
            arrival = self._inbox.get(timeout)
            if arrival is None:
                return None
        return self._hand_out(arrival, settle)

    def _prepare_to_wait(self, timeout: float | None) -> None:
        if self._closed or self._is_stopped or self._is_deleted or self._wire.is_lost:
            return
        if self._is_resuming:
            self._replace_consumer()
        if timeout == 0 and not self._inbox.is_armed:
            self._channel.get(self._queue, self._on_got)
        elif self._is_window_held():
            self._replace_consumer()

    def _replace_consumer(self) -> None:
        with self._closing:
            if not (self._closed or self._is_stopped):
                self._consume()
                self._is_resuming = False

    def _is_window_held(self) -> bool:
        """Whether all that the broker may push is held, so that nothing more would come (C3)."""
        if len(self._held) < self.spec.window:
            return False
        pushed = [held for held in self._held if held.tag and held.consumer == self._consumer]
        return len(pushed) >= self.spec.window

    def _hand_out(self, arrival: Arrival, settle: bool) -> Delivery:
        method, properties, body, attempts = arrival
        if attempts is None:
            attempts = attempts_of(method, properties)
            if attempts and self._returned:
                attempts = self._returned.seen(_key(arrival), attempts)
        envelope = read_envelope(method, properties, body, self.spec.destination)
        tag = method.delivery_tag
        if settle and not attempts:
            self._channel.accept((tag,))
            return envelope, None, 0
        if self._is_private:  # no other consumer could get it
            if not self._is_acknowledged(arrival):
                self._channel.accept((tag,))
            tag = 0
        held = Held(arrival, tag)
        self._held[held] = None
        return envelope, held, attempts

    # ---- settling -------------------------------------------------------------------------------------------------

    def _settle(self, receipts: list[Held], outcome: Outcome) -> None:
        if outcome is not None:  # not ACCEPT
            self._release(receipts, outcome)
            return
        tags = [held.tag for held in receipts if held.tag]
        if tags:
            self._channel.accept(tags)
            if self._confirmed:
                self._channel.round_trip()

    def _release(self, mine: list[Held], attempts: int) -> None:
        """Put them back into the inbox, or let the broker redeliver them if this is closed.

        The broker would push to an open consumer again what it released, and a quorum queue would count that.
        """
        arrivals = [held.arrival._replace(attempts=attempts) for held in mine]
        self._release_unread(self._inbox.put_back(arrivals) if not self._closed else arrivals)

    # ---- closing --------------------------------------------------------------------------------------------------

    def cancelled(self, consumer_tag: str) -> None:
        """Note that the broker has cancelled a consumer, because its queue was deleted."""
        if consumer_tag == self._consumer and not self._closed:
            self._lose_queue()

    def _lose_queue(self) -> None:
        self._is_deleted = True
        error = InvalidDestinationError(f"{self.spec.destination} was deleted; its consumer gets no more messages")
        self._inbox.lose(error)
        self._report(error)

    def _stop(self) -> list[Arrival]:
        try:
            if self._is_usable and self._consumer:
                self._channel.cancel(self._consumer)
        finally:
            left = self._inbox.close()
        return left

    def _give_back(self, left: list[Arrival], held: list[Held]) -> None:
        if self._is_usable:
            self._release_unread(left + [each.arrival for each in held if each.tag])

    @property
    def _is_usable(self) -> bool:
        return not self._wire.is_lost and self._channel.error is None


def _key(arrival: Arrival) -> int:
    """Return what tells the message from others."""
    return hash((arrival.properties.message_id, arrival.body))
