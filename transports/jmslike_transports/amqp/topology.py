"""Declarations on the broker that messages need: exchanges, queues and bindings.

Any thread may call; requests are made one at a time, because they share a channel.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, Final

from jmslike.errors import ConnectionLostError, JMSError
from jmslike.spi import Destination, QueueStatistics
from jmslike_transports.amqp.channel import Channel, Reply
from jmslike_transports.amqp.delays import Delays
from jmslike_transports.amqp.errors import NOT_FOUND, OTHERWISE_DEFINED, RESOURCE_LOCKED, code_of
from jmslike_transports.amqp.profiles import Profile
from jmslike_transports.amqp.wire import Wire
from jmslike_transports.shared.java_destinations import TEMPORARY_TOPICS
from jmslike_transports.shared.rabbitmq import checked

_log = logging.getLogger("jmslike.amqp")


class Topology:
    """The declarations of one connection. Each destination is declared once, on a channel that a refusal closes."""

    def __init__(self, wire: Wire, profile: Profile, arguments: dict[str, Any]) -> None:
        self._wire = wire
        self._profile = profile
        self._arguments = arguments
        self._lock = threading.Lock()
        self._channel: Channel | None = None
        self._known: set[Destination] = set()
        self._exchanges: set[str] = set()
        self.delays: Final = Delays(self, profile)

    @property
    def puts_back_last(self) -> bool:
        """Whether its queues put back what is released behind all others, as quorum queues do."""
        return self._arguments.get("x-queue-type") == "quorum"

    def call(self, what: str, start: Callable[[Any, Reply], object]) -> Any:
        """Let `start(channel, reply)` make a request, and return the broker's answer. Raises JMSError for a refusal."""
        with self._lock:
            if self._channel is None or self._channel.error is not None:
                self._channel = Channel(self._wire)
            channel = self._channel
            return channel.call(what, lambda reply: start(channel.raw, reply))

    # ---- destinations ---------------------------------------------------------------------------------------------

    def ensure(self, destination: Destination) -> None:
        """Declare what a destination needs, once. What others declared differently is used as it is."""
        if destination in self._known:
            return
        if not destination.is_queue:
            self.exchange(self._profile.route(destination)[0])
        elif not destination.is_temporary:
            self._declare_queue(checked(destination.name))
        if not destination.is_temporary:  # a program that answers sees many of those
            self._known.add(destination)

    def ensure_reply_queue(self, destination: Destination) -> None:
        """Declare the reply destination if permitted: repliers may publish without checking that it exists."""
        try:
            self.ensure(destination)
        except ConnectionLostError:
            raise
        except JMSError as refusal:
            _log.debug("cannot declare the reply destination %s: %s", destination, refusal)
            self._known.add(destination)

    def invalidate(self, destination: Destination) -> None:
        """Declare it again the next time, because it or its exchange was deleted."""
        self._known.discard(destination)
        self.delays.forget(destination)
        if not destination.is_queue:
            self._exchanges.discard(self._profile.route(destination)[0])

    def lasting_queue(self, name: str, arguments: dict[str, Any] | None = None) -> None:
        """Declare a durable queue, by default with the connection's arguments. An existing queue is used as it is."""
        try:
            self.queue(name, durable=True, arguments=self._arguments if arguments is None else arguments)
        except JMSError as refusal:
            if code_of(refusal) not in OTHERWISE_DEFINED or not self.exists(name):
                raise

    def _declare_queue(self, name: str) -> None:
        self.lasting_queue(name)
        exchange = self._profile.binds_queues_to
        if exchange is not None:
            try:
                self.exchange(exchange, "direct")
                self.bind(name, exchange, name)
            except JMSError as refusal:  # only Java programs need it, and this user may not declare it
                if code_of(refusal) not in OTHERWISE_DEFINED:
                    raise

    def exists(self, queue: str) -> bool:
        """Whether the queue exists; it may be exclusive to another connection."""
        try:
            self._find(queue)
        except JMSError as refusal:
            if code_of(refusal) == NOT_FOUND:
                return False
            if code_of(refusal) != RESOURCE_LOCKED:
                raise
        return True

    def consumers(self, queue: str) -> int:
        """Return the number of consumers of a queue. Raises InvalidDestinationError if it does not exist."""
        return int(self._find(queue).consumer_count)

    def statistics(self, queue: str) -> QueueStatistics:
        """Return what the broker counts of a queue; zeros if it does not exist."""
        try:
            found = self._find(queue)
        except JMSError as refusal:
            if code_of(refusal) != NOT_FOUND:
                raise
            return QueueStatistics(depth=0, consumers=0)
        return QueueStatistics(depth=int(found.message_count), consumers=int(found.consumer_count))

    def _find(self, queue: str) -> Any:
        find: Any = self.call("find a queue", lambda raw, reply: raw.queue_declare(queue, passive=True, callback=reply))
        return find.method

    def queue(self, name: str, **options: Any) -> None:
        """Declare a queue. Raises JMSError if it was declared with other options."""
        self.call("declare a queue", lambda raw, reply: raw.queue_declare(name, callback=reply, **options))

    def exchange_exists(self, name: str) -> bool:
        """Whether the exchange exists."""
        try:
            self.call(
                "find an exchange",
                lambda raw, reply: raw.exchange_declare(name, passive=True, callback=reply),
            )
        except JMSError as refusal:
            if code_of(refusal) != NOT_FOUND:
                raise
            return False
        return True

    def exchange(self, name: str, kind: str = "topic", arguments: dict[str, Any] | None = None) -> None:
        """Declare a durable exchange. An existing exchange is used, however it was declared."""
        if name in self._exchanges or name.startswith("amq."):
            return
        durable = name != TEMPORARY_TOPICS  # the Java client refuses one that it would declare differently
        try:
            self.call(
                "declare an exchange",
                lambda raw, reply: raw.exchange_declare(
                    name, kind, durable=durable, arguments=arguments, callback=reply
                ),
            )
        except JMSError as refusal:
            if code_of(refusal) not in OTHERWISE_DEFINED:
                raise
            if not self.exchange_exists(name):
                raise
        self._exchanges.add(name)

    def bind(self, queue: str, exchange: str, key: str) -> None:
        """Bind the queue to the exchange with that routing key."""
        self.call("bind a queue", lambda raw, reply: raw.queue_bind(queue, exchange, key, callback=reply))

    def delete(self, queue: str) -> None:
        """Delete a queue."""
        self.call("delete a queue", lambda raw, reply: raw.queue_delete(queue, callback=reply))

    def delete_unused(self, queue: str) -> None:
        """Delete a queue without consumers. An exclusive consumer is refused, with JMSError, if there are others."""
        channel = Channel(self._wire)
        try:
            channel.call("set the window", lambda reply: channel.raw.basic_qos(prefetch_count=1, callback=reply))
            channel.call(
                "consume exclusively",
                lambda reply: channel.raw.basic_consume(queue, lambda *_: None, exclusive=True, callback=reply),
            )
            channel.call("delete a queue", lambda reply: channel.raw.queue_delete(queue, callback=reply))
        finally:
            channel.close()
