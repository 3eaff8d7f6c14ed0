"""Declarations on the broker that messages need: exchanges, queues and bindings.

Any thread may call; requests are made one at a time, because they share a channel.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from jmslike.errors import ConnectionLostError, JMSError, UnsupportedFeatureError
from jmslike.spi import Destination, QueueStatistics
from jmslike_transports.amqp.channel import Channel, Reply
from jmslike_transports.amqp.errors import ACCESS_REFUSED, NOT_FOUND, PRECONDITION_FAILED, RESOURCE_LOCKED, code_of
from jmslike_transports.amqp.profiles import Profile, checked
from jmslike_transports.amqp.wire import Wire
from jmslike_transports.shared.java_destinations import TEMPORARY_TOPICS

_log = logging.getLogger("jmslike.amqp")

_DELAYS_LAST: Final = 60.0
"""Seconds for which the queue of a delay is used before it is declared again, which renews its lifetime."""
_LONGEST_LIFETIME: Final = 2**32 - 1
_OTHERWISE_DEFINED: Final = (ACCESS_REFUSED, RESOURCE_LOCKED, PRECONDITION_FAILED)


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
        self._delays: dict[str, float] = {}

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
        if not destination.is_queue:
            self._exchanges.discard(self._profile.route(destination)[0])

    def lasting_queue(self, name: str) -> None:
        """Declare a durable queue. An existing queue is used, however it was declared."""
        try:
            self.queue(name, durable=True, arguments=self._arguments)
        except JMSError as refusal:
            if code_of(refusal) not in _OTHERWISE_DEFINED or not self.exists(name):
                raise

    def _declare_queue(self, name: str) -> None:
        self.lasting_queue(name)
        exchange = self._profile.binds_queues_to
        if exchange is not None:
            try:
                self.exchange(exchange, "direct")
                self.bind(name, exchange, name)
            except JMSError as refusal:  # only Java programs need it, and this user may not declare it
                if code_of(refusal) not in _OTHERWISE_DEFINED:
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

    def exchange(self, name: str, kind: str = "topic") -> None:
        """Declare a durable exchange. An existing exchange is used, however it was declared."""
        if name in self._exchanges or name.startswith("amq."):
            return
        durable = name != TEMPORARY_TOPICS  # the Java client refuses one that it would declare differently
        try:
            self.call(
                "declare an exchange",
                lambda raw, reply: raw.exchange_declare(name, kind, durable=durable, callback=reply),
            )
        except JMSError as refusal:
            if code_of(refusal) not in _OTHERWISE_DEFINED:
                raise
            self.call(
                "find an exchange",
                lambda raw, reply: raw.exchange_declare(name, passive=True, callback=reply),
            )
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

    # ---- delays ---------------------------------------------------------------------------------------------------

    def delay(self, exchange: str, milliseconds: int) -> str:
        """Return an exchange that forwards messages to `exchange` that much later, with the same routing key.

        Behind it is a queue in which messages expire. Each delay needs its own: a queue expires only its first message.
        """
        name = f"jmslike.delay.{milliseconds}.{exchange}"
        declared = self._delays.get(name)
        if declared is not None and time.monotonic() - declared < _DELAYS_LAST:
            return name
        now = time.monotonic()
        lifetime = milliseconds + round(2000 * _DELAYS_LAST)
        if lifetime > _LONGEST_LIFETIME:
            raise UnsupportedFeatureError(f"RabbitMQ delays a message by at most 49 days, not {milliseconds:,} ms")
        arguments = {"x-message-ttl": milliseconds, "x-dead-letter-exchange": exchange, "x-expires": lifetime}

        def declare_exchange(raw: Any, reply: Reply) -> None:
            raw.exchange_declare(name, "fanout", durable=True, auto_delete=True, callback=reply)

        self.call("declare an exchange", declare_exchange)
        self.queue(name, durable=True, arguments=arguments)
        self.bind(name, name, "")
        self._delays = {each: at for each, at in list(self._delays.items()) if now - at < _DELAYS_LAST}
        self._delays[name] = now
        return name
