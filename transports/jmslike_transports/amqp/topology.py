"""What has to be on the broker before messages can go: exchanges, queues and bindings."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from jmslike.errors import ConnectionLostError, JMSError, UnsupportedFeatureError
from jmslike.spi import Destination
from jmslike_transports.amqp.channel import Channel, Reply
from jmslike_transports.amqp.errors import ACCESS_REFUSED, NOT_FOUND, PRECONDITION_FAILED, RESOURCE_LOCKED, code_of
from jmslike_transports.amqp.java_destinations import TEMPORARY_TOPICS
from jmslike_transports.amqp.profiles import Profile, checked
from jmslike_transports.amqp.wire import Wire

_log = logging.getLogger("jmslike.amqp")

_DELAYS_LAST: Final = 60.0
"""Seconds for which the queue of a delay is used before it is declared again, which lets it live on."""
_LONGEST_LIFETIME: Final = 2**32 - 1
_OTHERWISE_DEFINED: Final = (ACCESS_REFUSED, RESOURCE_LOCKED, PRECONDITION_FAILED)


class Topology:
    """Declares on a channel of its own, which a refusal closes; each destination once."""

    def __init__(self, wire: Wire, profile: Profile, arguments: dict[str, Any]) -> None:
        self._wire = wire
        self._profile = profile
        self._arguments = arguments
        self._lock = threading.Lock()
        self._channel: Channel | None = None
        self._known: set[Destination] = set()
        self._exchanges: set[str] = set()
        self._delays: dict[str, float] = {}

    def ask(self, what: str, start: Callable[[Any, Reply], object]) -> Any:
        """Let `start(channel, reply)` ask something, and give the answer. Raises what a refusal means."""
        with self._lock:
            if self._channel is None or self._channel.error is not None:
                self._channel = Channel(self._wire)
            channel = self._channel
            return channel.ask(what, lambda reply: start(channel.raw, reply))

    # ---- destinations ---------------------------------------------------------------------------------------------

    def ensure(self, destination: Destination) -> None:
        """See to it that what is sent there arrives; what others declared otherwise is taken as it is."""
        if destination in self._known:
            return
        if not destination.is_queue:
            self.exchange(self._profile.route(destination)[0])
        elif not destination.is_temporary:
            self._declare_queue(checked(destination.name))
        if not destination.is_temporary:  # who answers sees many of those
            self._known.add(destination)

    def ensure_answers(self, destination: Destination) -> None:
        """See to it that answers arrive, if that can be done here: who answers may publish without a look."""
        try:
            self.ensure(destination)
        except ConnectionLostError:
            raise
        except JMSError as refusal:
            _log.debug("no place for answers at %s: %s", destination, refusal)
            self._known.add(destination)

    def invalidate(self, destination: Destination) -> None:
        """Look again the next time: somebody deleted it, or its exchange."""
        self._known.discard(destination)
        if not destination.is_queue:
            self._exchanges.discard(self._profile.route(destination)[0])

    def lasting_queue(self, name: str) -> None:
        """Declare a durable queue; one that is there, whatever it is like, will do."""
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
            except JMSError as refusal:  # it serves others; not everybody may
                if code_of(refusal) not in _OTHERWISE_DEFINED:
                    raise

    def exists(self, queue: str) -> bool:
        """Tell whether there is such a queue, though it may be somebody's alone."""
        try:
            self.ask("find a queue", lambda raw, reply: raw.queue_declare(queue, passive=True, callback=reply))
        except JMSError as refusal:
            if code_of(refusal) == NOT_FOUND:
                return False
            if code_of(refusal) != RESOURCE_LOCKED:
                raise
        return True

    def consumers(self, queue: str) -> int:
        """Tell how many consumers there are of a queue."""
        found = self.ask("find a queue", lambda raw, reply: raw.queue_declare(queue, passive=True, callback=reply))
        return int(found.method.consumer_count)

    def queue(self, name: str, **how: Any) -> None:
        """Declare a queue."""
        self.ask("declare a queue", lambda raw, reply: raw.queue_declare(name, callback=reply, **how))

    def exchange(self, name: str, kind: str = "topic") -> None:
        """Declare an exchange that lasts; one that is there, whatever it is like, will do."""
        if name in self._exchanges or name.startswith("amq."):
            return
        durable = name != TEMPORARY_TOPICS  # a Java client takes that one only as it would declare it
        try:
            self.ask(
                "declare an exchange",
                lambda raw, reply: raw.exchange_declare(name, kind, durable=durable, callback=reply),
            )
        except JMSError as refusal:
            if code_of(refusal) not in _OTHERWISE_DEFINED:
                raise
            self.ask(
                "find an exchange",
                lambda raw, reply: raw.exchange_declare(name, passive=True, callback=reply),
            )
        self._exchanges.add(name)

    def bind(self, queue: str, exchange: str, key: str) -> None:
        """Let the queue get what is sent to the exchange with that routing key."""
        self.ask("bind a queue", lambda raw, reply: raw.queue_bind(queue, exchange, key, callback=reply))

    def delete(self, queue: str) -> None:
        """Delete a queue."""
        self.ask("delete a queue", lambda raw, reply: raw.queue_delete(queue, callback=reply))

    def delete_unused(self, queue: str) -> None:
        """Delete a queue that has no consumers: only such a one can be had alone. Raises what a refusal means."""
        channel = Channel(self._wire)
        try:
            channel.ask("limit what is pushed", lambda reply: channel.raw.basic_qos(prefetch_count=1, callback=reply))
            channel.ask(
                "have a queue alone",
                lambda reply: channel.raw.basic_consume(queue, lambda *_: None, exclusive=True, callback=reply),
            )
            channel.ask("delete a queue", lambda reply: channel.raw.queue_delete(queue, callback=reply))
        finally:
            channel.close()

    # ---- delays ---------------------------------------------------------------------------------------------------

    def delay(self, exchange: str, milliseconds: int) -> str:
        """Give an exchange that hands on to `exchange` what is sent to it, with its routing key, that much later.

        Behind it is a queue in which messages expire. Each delay needs one of its own: a queue looks only at its head.
        """
        name = f"jmslike.delay.{milliseconds}.{exchange}"
        declared = self._delays.get(name)
        if declared is not None and time.monotonic() - declared < _DELAYS_LAST:
            return name
        now = time.monotonic()
        lifetime = milliseconds + round(2000 * _DELAYS_LAST)
        if lifetime > _LONGEST_LIFETIME:
            raise UnsupportedFeatureError(f"RabbitMQ delays no message by {milliseconds:,} ms: the most is 49 days")
        arguments = {"x-message-ttl": milliseconds, "x-dead-letter-exchange": exchange, "x-expires": lifetime}

        def declare_exchange(raw: Any, reply: Reply) -> None:
            raw.exchange_declare(name, "fanout", durable=True, auto_delete=True, callback=reply)

        self.ask("declare an exchange", declare_exchange)
        self.queue(name, durable=True, arguments=arguments)
        self.bind(name, name, "")
        self._delays = {each: at for each, at in list(self._delays.items()) if now - at < _DELAYS_LAST}
        self._delays[name] = now
        return name
