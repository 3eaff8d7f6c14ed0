"""JmsTemplate: single sends, receives and requests, without sessions to look after."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from jmslike.constants import SessionMode
from jmslike.context import JMSContext
from jmslike.context_consumer import JMSConsumer
from jmslike.context_producer import JMSProducer
from jmslike.destinations import Destination, TemporaryQueue, destination_of
from jmslike.durations import Duration
from jmslike.errors import ConnectionLostError, IllegalStateError, JMSError
from jmslike.factory import ConnectionFactory
from jmslike.listening.kept_connection import KeptConnection, close_quietly, factory_of
from jmslike.message import Message
from jmslike.message_factory import MessageConverter, optional_converter
from jmslike.values import PropertyValue

_log = logging.getLogger("jmslike.listening")


class JmsTemplate:
    """Sends and receives with one call each. Any number of threads may use it; it connects when it is first used.

    It keeps one connection, and a session for each thread that uses it at the same time as others. After a loss the
    next call connects again. Destinations may be texts: `queue://NAME`, `topic://NAME`, or `NAME` for a queue. Without
    a `converter` it takes and returns messages, and sends str, bytes and mappings as JMSProducer does; with one it
    takes and returns objects.
    """

    def __init__(self, factory_or_url: ConnectionFactory | str, *, converter: MessageConverter | None = None) -> None:
        """Raises JMSError for a bad URL, ValueError for what is no converter."""
        self._connection = KeptConnection(factory_of(factory_or_url))
        self._connection.start()
        self._converter = optional_converter(converter)
        self._lock = threading.Lock()
        self._contexts: set[JMSContext] = set()
        self._idle: list[JMSContext] = []
        self._closed = False

    def send(self, destination: Destination | str, object_or_message: Any, /, **properties: PropertyValue) -> None:
        """Send a message, or make one of an object, with these properties. Returns when the provider has taken it.

        Raises what `JMSProducer.send` raises. After a ConnectionLostError the provider may have the message: it is not
        sent again.
        """
        target = destination_of(destination)
        with self._session() as context:
            self._producer(context, properties).send(target, object_or_message)

    def receive(self, destination: Destination | str, timeout: Duration | None = None) -> Any:
        """Receive one message, waiting at most `timeout` (seconds or a timedelta), forever without.

        Returns None when the time is up, or when the template is closed meanwhile. The message is acknowledged before
        it is returned. One that the converter cannot read raises MessageFormatError, and is redelivered or becomes a
        dead letter. Raises what making a consumer raises, and ConnectionLostError, after which the message comes again.

        Each call makes a consumer. To receive one message after the other, use a ListenerContainer or a consumer.
        """
        target = destination_of(destination)
        with self._session() as context, context.create_consumer(target) as consumer:
            return self._receive(context, consumer, timeout)

    def send_and_receive(
        self, destination: Destination | str, object_or_message: Any, timeout: Duration | None = None
    ) -> Any:
        """Send a request, and wait for its reply on a temporary queue: at most `timeout` (seconds or a timedelta),
        forever without.

        Returns the reply, or None when the time is up. The queue is deleted then, so a late reply comes to no other
        request. Raises what `send` and `receive` raise; UnsupportedFeatureError where there are no temporary queues.
        """
        target = destination_of(destination)
        with (
            self._session() as context,
            _temporary_queue(context) as reply_to,
            context.create_consumer(reply_to) as consumer,
        ):
            producer = self._producer(context, {}).set_reply_to(reply_to)
            if not isinstance(object_or_message, Message) or object_or_message.correlation_id is None:
                producer.set_correlation_id(str(uuid.uuid4()))
            producer.send(target, object_or_message)
            return self._receive(context, consumer, timeout)

    def _producer(self, context: JMSContext, properties: dict[str, PropertyValue]) -> JMSProducer:
        producer = context.create_producer(converter=self._converter)
        for name, value in properties.items():
            producer.set_property(name, value)
        return producer

    def _receive(self, context: JMSContext, consumer: JMSConsumer, timeout: Duration | None) -> Any:
        message = consumer.receive(timeout)
        if message is None:
            return None
        try:
            found = message if self._converter is None else self._converter.from_message(message)
        except BaseException:
            context.recover()
            raise
        context.acknowledge()
        return found

    # ---- sessions ---------------------------------------------------------------------------------------------------

    @contextmanager
    def _session(self) -> Iterator[JMSContext]:
        """Lend a session to the caller. One in which something failed is not used again: it may hold a message."""
        context = self._borrow()
        try:
            yield context
        except BaseException:
            self._discard(context)
            raise
        with self._lock:
            if not self._closed:
                self._idle.append(context)

    def _borrow(self) -> JMSContext:
        while True:
            with self._lock:
                self._check_open()
                context = self._idle.pop() if self._idle else None
            if context is None:
                return self._open()
            try:
                context.create_producer()
            except ConnectionLostError:
                self._discard(context)
            else:
                return context

    def _open(self) -> JMSContext:
        context = self._connection.context(SessionMode.CLIENT_ACKNOWLEDGE)
        with self._lock:
            if not self._closed:
                self._contexts.add(context)
                return context
        close_quietly(context)
        raise IllegalStateError("the template is closed")

    def _discard(self, context: JMSContext) -> None:
        with self._lock:
            self._contexts.discard(context)
        close_quietly(context)

    def _check_open(self) -> None:
        if self._closed:
            raise IllegalStateError("the template is closed")

    def close(self) -> None:
        """Close; a receive in another thread ends with None. A second call does nothing."""
        with self._lock:
            self._closed = True
            contexts, self._contexts = self._contexts, set()
            self._idle.clear()
        for context in contexts:
            close_quietly(context)
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


@contextmanager
def _temporary_queue(context: JMSContext) -> Iterator[TemporaryQueue]:
    queue = context.create_temporary_queue()
    try:
        yield queue
    finally:
        try:
            queue.delete()
        except JMSError as error:  # it ends with the connection
            _log.debug("%s is not deleted: %s", queue, error)
