"""RabbitMQ 3.10, through its STOMP plugin."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, ClassVar, Final
from urllib.parse import unquote

from jmslike.capabilities import EMULATED, NATIVE, Feature, Support, partial, unsupported
from jmslike.codec import Body, encode_body
from jmslike.destinations import TemporaryQueue, Topic
from jmslike.errors import InvalidDestinationError, JMSError, UnsupportedFeatureError
from jmslike.spi import Destination, Envelope, SubscriptionSpec
from jmslike_transports.shared import jms_body
from jmslike_transports.shared.java_destinations import TEMPORARY_QUEUE, TEMPORARY_TOPIC, TEMPORARY_TOPICS
from jmslike_transports.shared.rabbitmq import (
    LARGEST_PREFETCH,
    LONGEST_EXPIRATION,
    NO_MESSAGE_GROUP,
    NO_QUEUE_SELECTOR,
    TEMPORARY,
    checked,
    claim,
    durable_queue,
    require_own_queue,
    shared_queue,
    short,
)
from jmslike_transports.shared.rabbitmq_delays import (
    DUE,
    RELAY_RENEWAL,
    entrance,
    exit_binding,
    relay_arguments,
    relay_mark,
    relay_name,
    routing_key,
)
from jmslike_transports.shared.rabbitmq_messages import (
    DECLARING,
    ORIGIN,
    TEXT,
    TIMESTAMP,
    TYPE,
    Properties,
    digits,
    read_message,
    text_headers,
)
from jmslike_transports.shared.text_forms import STOMP_HEADERS
from jmslike_transports.stomp.dialects.base import KEPT_BY_THE_STOPPED, BrokerRequest, Dialect, SubscriptionPlan
from jmslike_transports.stomp.mapping import milliseconds
from jmslike_transports.stomp.wire import Wire

_LEAST: Final = {"prefetch-count": "1"}
_NOWHERE: Final = "/topic/jmslike.nowhere"
_TOPIC_EXCHANGE: Final = "amq.topic"

_NO_LEVELS: Final = (
    "nothing was sent: RabbitMQ delays messages over STOMP once a connection of amqp:// has sent one with a delay, "
    "which declares the exchanges"
)

_DROPPED: Final = "a message to a queue that does not exist is dropped without an error"
_NO_DEFINITION: Final = "STOMP cannot ask how an existing subscription is defined: unsubscribe first"
_ALL_MARKED: Final = (
    "messages that were pushed to a closed or stopped consumer are marked redelivered, and there is no count"
)


class RabbitMQ(Dialect):
    """Queues are durable queues of the default exchange. A topic is a routing key of amq.topic, where RabbitMQ's
    wildcards hold. A subscription of a topic is a queue: an exclusive one, or one named after client id and
    subscription. All properties travel as strings.

    A frame declares the queue that it names, with the arguments in its headers. After UNSUBSCRIBE, unsettled messages
    are not released, and one that is still pushed becomes an ERROR, which ends the connection.
    """

    product = "RabbitMQ"
    unescapes_connect = True
    id_headers = ("amqp-message-id",)
    timestamp_headers = (TIMESTAMP,)
    origin_header = ORIGIN
    lasting_id = "amqp-message-id"
    modes: ClassVar[dict[int, str]] = {2: "true"}
    nack_requeues = True
    confirms_commits = False
    placeholder: ClassVar[dict[str, str]] = {"destination": _NOWHERE, "ack": "client-individual"}
    features: ClassVar[dict[Feature, Support]] = {
        **dict.fromkeys(Feature, NATIVE),
        Feature.TOPIC_SELECTOR: EMULATED,
        Feature.NO_LOCAL: EMULATED,
        Feature.REDELIVERY_DELAY: EMULATED,
        Feature.NO_WAIT: EMULATED,
        Feature.CLIENT_ID: EMULATED,
        Feature.PRIORITY: partial(
            ORD_02="a queue orders by priority only if every client declares it so: others would be refused"
        ),
        Feature.TRANSACTION: partial(TX_13=_DROPPED),
        Feature.TEMPORARY: partial(CONN_19=_DROPPED),
        Feature.DURABLE_SUBSCRIPTION: partial(
            SUB_12=_NO_DEFINITION,
            SUB_17=_NO_DEFINITION,
            SUB_29=_NO_DEFINITION,
        ),
        Feature.SHARED_SUBSCRIPTION: partial(
            KEPT_BY_THE_STOPPED,
            SUB_06=_NO_DEFINITION,
            SUB_16=_NO_DEFINITION,
            SUB_27=_NO_DEFINITION,
            SUB_28=_NO_DEFINITION,
        ),
        Feature.REDELIVERY_COUNT: partial(
            ACK_05=_ALL_MARKED,
            CONN_17=_ALL_MARKED,
            RED_02=_ALL_MARKED,
            RED_03=_ALL_MARKED,
            SUB_24=_ALL_MARKED,
        ),
        Feature.QUEUE_SELECTOR: NO_QUEUE_SELECTOR,
        Feature.DELAY: partial(
            "STOMP cannot declare the exchanges that delays need: a connection of amqp:// does at its first delay; "
            "and what was due in the seconds before the broker is killed may be lost",
            ORD_07="a delayed publication goes to the subscriptions that there are when it is due",
        ),
        Feature.BROWSE: unsupported("RabbitMQ cannot browse over STOMP: use amqp:// or its management page"),
        Feature.FOREIGN_MESSAGES: partial(
            "of a Java client with amqp=true: properties that are strings, ints or longs come as strings, and RabbitMQ"
            " drops the others"
        ),
        Feature.STATISTICS: unsupported("RabbitMQ tells them over AMQP: use amqp:// or its management page"),
        Feature.MESSAGE_GROUP: NO_MESSAGE_GROUP,
    }

    def __init__(self, server: str) -> None:
        super().__init__(server)
        self._relays: dict[Destination, float] = {}
        """When the relay of a destination was declared, on the monotonic clock."""

    # ---- destinations ---------------------------------------------------------------------------------------------

    def address(self, destination: Destination) -> dict[str, str]:
        return {"destination": _address(destination)}

    def create_temporary(self, wire: Wire, kind: type[Destination]) -> str:
        name = self.new_temporary_name()
        if kind is TemporaryQueue:
            # a message that expires at once, because only frames declare queues
            wire.call("SEND", {"destination": f"/queue/{name}", "expiration": "0", **_EXCLUSIVE})
        return name

    def delete_requests(self, destination: Destination) -> list[BrokerRequest]:
        """See Dialect.delete_requests. A topic is a routing key: with its subscriptions there is nothing left of it."""
        if not destination.is_queue:
            return []
        if destination.is_temporary:
            return _delete_queue(destination.name, _EXCLUSIVE)
        return [_delete_queue(_checked(destination.name), _LASTING)[0]._replace(client_id="")]

    def delayed_address(
        self, destination: Destination, milliseconds: int, run: Callable[[BrokerRequest], None]
    ) -> dict[str, str]:
        first, exchange = entrance(milliseconds), _exchange(destination)
        if time.monotonic() - self._relays.get(destination, -RELAY_RENEWAL) >= RELAY_RENEWAL:
            try:
                run(_relay_request(destination, exchange))
            except JMSError as error:
                if "no exchange" in str(error):
                    raise UnsupportedFeatureError(f"{_NO_LEVELS}: {error}") from error
                raise
            self._relays[destination] = time.monotonic()
        return {"destination": f"/exchange/{first}/{routing_key(milliseconds, relay_mark(exchange, destination.name))}"}

    # ---- subscriptions --------------------------------------------------------------------------------------------

    def client_id_claim(self, client_id: str) -> BrokerRequest:
        name = _checked(claim(client_id))
        subscribe = {
            "id": "client",
            "destination": f"/queue/{_escaped(name)}",
            "ack": "client-individual",
            **_EXCLUSIVE,
        }
        # RabbitMQ may confirm SUBSCRIBE to a queue that it refused; UNSUBSCRIBE is then an ERROR
        return BrokerRequest("UNSUBSCRIBE", {"id": "client"}, before=(("SUBSCRIBE", subscribe),))

    def subscription_plan(self, spec: SubscriptionSpec, client_id: str | None) -> SubscriptionPlan:
        headers = {
            "destination": _address(spec.destination),
            "ack": "client-individual",
            "prefetch-count": str(spec.window if spec.window <= LARGEST_PREFETCH else 0),  # 0: all that there is
        }
        if spec.destination.is_queue:
            return SubscriptionPlan(headers, {}, _LEAST, private=False)
        if spec.name is None:
            return SubscriptionPlan(headers, {}, _LEAST, private=True)
        if spec.durable:
            headers.update({"x-queue-name": _durable(spec.name, client_id), **_LASTING})
        else:
            name = _checked(shared_queue(client_id, spec.name))
            headers.update({"x-queue-name": name, "durable": "true", "auto-delete": "true"})
        return SubscriptionPlan(headers, {}, _LEAST, private=False)

    def unsubscribe_requests(self, name: str, client_id: str | None) -> list[BrokerRequest]:
        queue = _durable(name, client_id)
        look = ("SUBSCRIBE", {"id": "look", "destination": f"/amq/queue/{_escaped(queue)}", "ack": "client-individual"})
        delete = _delete_queue(queue, _LASTING)[0]
        return [delete._replace(before=(look, *delete.before), client_id=client_id or "")]

    # ---- messages -------------------------------------------------------------------------------------------------

    def headers(self, envelope: Envelope) -> dict[str, str]:
        headers = text_headers(envelope)
        correlation_id, reply_to, message_type = envelope.headers
        fields = {"correlation-id": short(correlation_id), "type": short(message_type)}
        headers.update((name, text) for name, text in fields.items() if text is not None)
        if envelope.expiration:
            now = int(time.time() * 1000)
            left = max(0, envelope.expiration - now)
            if left <= LONGEST_EXPIRATION and envelope.due <= now:  # before that it would end the delay
                headers["expiration"] = str(left)
        if reply_to is not None and reply_to.is_queue and "/" not in reply_to.name:
            headers["reply-to"] = reply_to.name  # a routing key of the default exchange, for clients of AMQP
        return headers

    def encoder_of_bodies(self, destination: Destination) -> Callable[[Envelope], Body]:
        """See Dialect.encoder_of_bodies. A temporary destination of a Java client gets a body that it can read."""
        if destination.is_temporary and destination.name.startswith((TEMPORARY_QUEUE, TEMPORARY_TOPIC)):
            return _encode_for_java
        return _encode

    def length_headers(self, body: bytes, *, is_text: bool) -> dict[str, str]:
        headers = (
            {"content-type": "text/plain", TYPE: TEXT} if is_text else {"content-type": "application/octet-stream"}
        )
        if not is_text or b"\0" in body:
            headers["content-length"] = str(len(body))
        return headers

    def read(self, frame: Any, destination: Destination) -> Envelope:
        raw: dict[str, str] = frame.headers
        get = raw.get
        if type(destination) is Topic:
            destination = _sent_to(get("destination", ""), destination)
        fields = Properties(
            {name: text for name, text in raw.items() if name not in _NO_PROPERTIES},
            get("content-type"),
            2 if get("persistent") == "true" else 1,
            digits(get("priority")),
            get("correlation-id"),
            get("reply-to"),
            get("expiration"),
            get("amqp-message-id") or get("message-id"),
            digits(get("timestamp")),
            get("type"),
        )
        return read_message(fields, frame.body or b"", destination)

    def attempts(self, frame: Any) -> int:
        count = milliseconds(frame.headers.get("x-delivery-count"))  # of a quorum queue
        return count or super().attempts(frame)

    def is_counted(self, frame: Any) -> bool:
        return milliseconds(frame.headers.get("x-delivery-count")) > 0


_EXCLUSIVE: Final = {"durable": "true", "exclusive": "true", "auto-delete": "false"}
_LASTING: Final = {"durable": "true", "auto-delete": "false"}


def _encode(envelope: Envelope) -> Body:
    body = encode_body(envelope.kind, envelope.body)
    # here a text may hold a NUL
    return Body(body.octets, True, {}) if envelope.kind == "text" and not body.is_text else body


def _encode_for_java(envelope: Envelope) -> Body:
    return Body(jms_body.encode(envelope), False, {})


_NO_PROPERTIES: Final = STOMP_HEADERS | DECLARING | {"amqp-message-id"}
_TOPICS: Final = "/topic/"
"""How RabbitMQ names the topic that a message was sent to."""


def _sent_to(address: str, subscribed: Destination) -> Destination:
    name = unquote(address.removeprefix(_TOPICS))  # RabbitMQ writes all but ASCII so
    return Topic(name) if address.startswith(_TOPICS) and name and name != subscribed.name else subscribed


def _address(destination: Destination) -> str:
    """Return the destination's address. Raises InvalidDestinationError for a name that RabbitMQ would change."""
    name = _escaped(_checked(destination.name))
    if not destination.is_queue:
        exchange = _exchange(destination)
        return f"/topic/{name}" if exchange == _TOPIC_EXCHANGE else f"/exchange/{exchange}/{name}"
    if not destination.is_temporary:
        require_own_queue(destination)
    # a temporary queue may belong to another connection, so a SEND must not declare it
    return f"/amq/queue/{name}" if destination.is_temporary else f"/queue/{name}"


def _exchange(destination: Destination) -> str:
    """Return the exchange to which the destination's name is a routing key."""
    if destination.is_queue:
        return ""
    is_javas = destination.is_temporary and not destination.name.startswith(TEMPORARY)
    return TEMPORARY_TOPICS if is_javas else _TOPIC_EXCHANGE


def _checked(name: str) -> str:
    """Return the name if RabbitMQ keeps it. Raises InvalidDestinationError."""
    if "%2F" in name:
        raise InvalidDestinationError(f"{name!r}: over STOMP, RabbitMQ reads %2F as a slash")
    return checked(name)


def _escaped(name: str) -> str:
    return name.replace("/", "%2F")


def _durable(name: str, client_id: str | None) -> str:
    return _checked(durable_queue(client_id, name))


def _relay_request(destination: Destination, exchange: str) -> BrokerRequest:
    """Return the request that declares a destination, and the relay of its delayed messages.

    It has a connection of its own, because RabbitMQ ends one that names a missing exchange. What the relay pushes to
    its consumer there returns to the relay.
    """
    key = destination.name
    declare = []
    if destination.is_queue and not destination.is_temporary:
        # the destination is declared at once, though the message is never sent
        this = {"transaction": "declare"}
        declare = [("BEGIN", this), ("SEND", {"destination": _address(destination), **this}), ("ABORT", this)]
    relay = {
        "id": "relay",
        "destination": f"/exchange/{DUE}/{exit_binding(relay_mark(exchange, key))}",
        "ack": "client-individual",
        "prefetch-count": "1",
        "x-queue-name": relay_name(exchange, key),
        **_LASTING,
        **relay_arguments(exchange, key),
    }
    # as with a client id, RabbitMQ may confirm a SUBSCRIBE that it refuses
    return BrokerRequest("UNSUBSCRIBE", {"id": "relay"}, client_id="", before=(*declare, ("SUBSCRIBE", relay)))


def _delete_queue(queue: str, how: dict[str, str]) -> list[BrokerRequest]:
    """Return the requests that delete a queue. Messages that it still pushes go to a placeholder, which then ends."""
    this = {"id": "deleted"}
    nothing = {**this, "destination": _NOWHERE, "ack": "client-individual"}
    subscribe = ("SUBSCRIBE", {**nothing, "x-queue-name": queue, **how})
    delete = ("UNSUBSCRIBE", {**this, "durable": "true", "x-queue-name": queue})
    return [BrokerRequest("SUBSCRIBE", nothing, before=(subscribe, delete)), BrokerRequest("UNSUBSCRIBE", this)]
