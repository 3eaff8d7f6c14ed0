"""The two programs of a test, with the same few methods: one in Java, with one client library, and one of ours."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final, Protocol

from jmslike import (
    BytesMessage,
    DeliveryMode,
    Destination,
    JMSContext,
    Long,
    MapMessage,
    Message,
    MessageEOFError,
    ObjectMessage,
    Session,
    StreamMessage,
    TextMessage,
)
from jmslike.testing import Provider
from tests.brokers import Broker
from tests.interop.peer import SILENCE, Headers, JavaConnection, JavaSession, Peer, Seen

PROTOCOLS: Final[Mapping[str, str]] = {
    "core": "core",
    "openwire": "openwire",
    "qpid": "amqp",
    "rabbitmq": "amqp",
}
"""The protocol that each client library speaks."""


class Java:
    """A Java program: its connections to one broker, closed when the test ends."""

    def __init__(self, peer: Peer, broker: Broker) -> None:
        self.client = peer.client
        self._peer = peer
        self._url = broker.url(PROTOCOLS[peer.client])
        self._user, self._password = broker.user
        self._connections: list[JavaConnection] = []

    def connection(self, client_id: str | None = None) -> JavaConnection:
        """Open and start one more connection."""
        connection = self._peer.connect(self._url, self._user, self._password, client_id)
        self._connections.append(connection)
        return connection

    @cached_property
    def session(self) -> JavaSession:
        """A session that acknowledges by itself, on a connection of its own."""
        return self.connection().session()

    def transacted(self) -> JavaSession:
        """Open a transacted session on a connection of its own."""
        return self.connection().session(Session.SESSION_TRANSACTED)

    def send(self, destination: Destination, kind: str = "text", body: Any = None, **more: Any) -> Headers:
        """Send a message; see `JavaSession.send`."""
        return self.session.send(destination, kind, body, **more)

    def send_delayed(self, destination: Destination, body: str, delay: float) -> float:
        """Send a text with a delay in seconds; return the time, in milliseconds, at which it is due."""
        if self.client == "openwire":  # it lacks setDeliveryDelay, and has a property instead
            sent = self.send(destination, body=body, properties={"AMQ_SCHEDULED_DELAY": Long(round(delay * 1000))})
        else:
            sent = self.send(destination, body=body, delay=delay)
        return float(sent.timestamp + delay * 1000)

    def sends_on(self, kind: str) -> bool:
        """Whether it can forward a received message of that kind: RabbitMQ's client fails on streams."""
        return (self.client, kind) != ("rabbitmq", "stream")

    def receive(self, destination: Destination, selector: str | None = None, **more: Any) -> Seen:
        """Receive the next message with a consumer made for it; see `JavaConsumer.receive`."""
        with self.session.consumer(destination, selector) as consumer:
            return consumer.receive(**more)

    def finds_nothing(self, destination: Destination, selector: str | None = None) -> bool:
        """Whether nothing can be received."""
        with self.session.consumer(destination, selector) as consumer:
            return consumer.poll(SILENCE) is None

    def close(self) -> None:
        """Close the connections."""
        for connection in self._connections:
            connection.close()


class MakeJava(Protocol):
    """Returns a Java program of a client library, on a broker, with options of Java."""

    def __call__(self, client: str, broker: Broker, *options: str) -> Java: ...


class Python:
    """A program of ours, with options of the factory. It closes with the provider."""

    def __init__(self, jms: Provider, **options: Any) -> None:
        self._jms = jms
        self._options = options

    @cached_property
    def context(self) -> JMSContext:
        """A context that acknowledges by itself."""
        return self._jms.context(**self._options)

    def send(
        self,
        destination: Destination,
        kind: str = "text",
        body: Any = None,
        *,
        properties: Mapping[str, Any] | None = None,
        correlation_id: str | bytes | None = None,
        reply_to: Destination | None = None,
        type: str | None = None,  # noqa: A002 - the header's name
        delivery_mode: int = DeliveryMode.PERSISTENT,
        priority: int = 4,
        time_to_live: float = 0,
        delay: float = 0,
    ) -> Message:
        """Send a message and return it. Durations are in seconds."""
        message = compose(self.context, kind, body)
        for name, value in (properties or {}).items():
            message.set_object_property(name, value)
        message.reply_to, message.type = reply_to, type
        if isinstance(correlation_id, bytes):
            message.correlation_id_as_bytes = correlation_id
        else:
            message.correlation_id = correlation_id
        producer = self.context.create_producer().set_delivery_mode(delivery_mode).set_priority(priority)
        producer.set_time_to_live(time_to_live).set_delivery_delay(delay).send(destination, message)
        return message

    def receive(self, destination: Destination, selector: str | None = None) -> Message:
        """Receive the next message with a consumer made for it, or raise TimeoutError."""
        with self.context.create_consumer(destination, selector) as consumer:
            message = consumer.receive(self._jms.patience)
        if message is None:
            raise TimeoutError(f"nothing came from {destination} within {self._jms.patience} s")
        return message

    def finds_nothing(self, destination: Destination, selector: str | None = None) -> bool:
        """Whether nothing can be received."""
        with self.context.create_consumer(destination, selector) as consumer:
            return consumer.receive(self._jms.silence) is None


def compose(context: JMSContext, kind: str, body: Any) -> Message:
    """Make a message with that body."""
    message: Message = getattr(context, f"create_{kind}_message" if kind != "message" else "create_message")()
    match message:
        case TextMessage():
            message.text = body
        case BytesMessage():
            message.write_bytes(body)
        case MapMessage():
            message.update(body)
        case StreamMessage():
            for field in body:
                message.write_object(field)
        case ObjectMessage():
            message.object = body
    return message


def content(message: Message) -> tuple[str, Any]:
    """Return the kind of a received message and its body."""
    match message:
        case TextMessage():
            return message.kind, message.text
        case BytesMessage():
            return message.kind, message.read_bytes()
        case MapMessage():
            return message.kind, dict(message)
        case StreamMessage():
            return message.kind, fields(message)
        case ObjectMessage():
            return message.kind, message.object
    return message.kind, None


def fields(message: StreamMessage) -> list[Any]:
    """Return the fields of a stream."""
    read = []
    while True:
        try:
            read.append(message.read_object())
        except MessageEOFError:
            return read
