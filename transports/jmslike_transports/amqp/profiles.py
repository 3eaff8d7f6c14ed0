"""Profiles: how messages are written, for rabbitmq-jms-client or for any AMQP 0-9-1 program."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Final

import pika

from jmslike.capabilities import Feature
from jmslike.codec import encode_body
from jmslike.spi import Destination, Envelope
from jmslike_transports.amqp.headers import acceptable
from jmslike_transports.shared import jms_body
from jmslike_transports.shared.java_destinations import (
    DEFAULT,
    QUEUES,
    TEMPORARY_QUEUE,
    TEMPORARY_TOPIC,
    TEMPORARY_TOPICS,
    TOPICS,
)
from jmslike_transports.shared.rabbitmq import (
    LONGEST_EXPIRATION,
    ROUTING_HEADERS,
    TEMPORARY,
    check_headers,
    checked,
    durable_queue,
    short,
)
from jmslike_transports.shared.rabbitmq_messages import DIRECT_REPLY, long, typed_headers

_MODES: Final = {1: "NON_PERSISTENT", 2: "PERSISTENT"}
_PLAIN_TOPICS: Final = "amq.topic"
_NAMED_BY_BROKER: Final = "amq."
_SAME_NAME: Final = "the name alone identifies a durable subscription, as in the Java client: ?profile=plain"


class Profile(ABC):
    """A way to write messages and to name things on the broker. Both profiles read what either writes."""

    name: ClassVar[str]
    binds_queues_to: ClassVar[str | None] = None
    """An exchange to which queues are bound as well, for programs that send by it."""
    topics: ClassVar[str]
    """The exchange of topics that are not temporary."""
    temporary_queue: ClassVar[str]
    temporary_topic: ClassVar[str]
    """How names of temporary destinations begin."""
    gaps: ClassVar[Mapping[Feature, Mapping[str, str]]] = {}
    """The behaviours that do not hold in this profile alone, by id, each with its reason."""

    @abstractmethod
    def durable(self, name: str, client_id: str | None) -> str:
        """Name the queue of a durable subscription."""

    @abstractmethod
    def write(self, envelope: Envelope) -> tuple[pika.BasicProperties, bytes]:
        """Return the properties and the body. Raises MessageFormatError."""

    def route(self, destination: Destination) -> tuple[str, str]:
        """Return the exchange and the routing key of a destination. Raises InvalidDestinationError."""
        name = checked(destination.name)
        if destination.is_queue:
            return DEFAULT, name
        if not destination.is_temporary:
            return self.topics, name
        return (_PLAIN_TOPICS if name.startswith(TEMPORARY) else TEMPORARY_TOPICS), name

    def is_always_bound(self, destination: Destination) -> bool:
        """Whether a queue gets each message, if the destination exists.

        A topic may have no subscribers, but a temporary one has a queue as long as its connection lives. A direct reply
        needs no queue.
        """
        name = destination.name
        if destination.is_queue:
            return not name.startswith(DIRECT_REPLY)
        return destination.is_temporary and name.startswith((TEMPORARY_TOPIC, TEMPORARY))


class JMS(Profile):
    """The exchanges, names and bodies of rabbitmq-jms-client. Java and Python read all that the other writes."""

    name = "jms"
    binds_queues_to = QUEUES
    topics = TOPICS
    temporary_queue = TEMPORARY_QUEUE
    temporary_topic = TEMPORARY_TOPIC
    gaps: ClassVar[Mapping[Feature, Mapping[str, str]]] = {
        Feature.DURABLE_SUBSCRIPTION: {"SUB-08": _SAME_NAME},
    }

    def durable(self, name: str, client_id: str | None) -> str:
        """See Profile.durable. The Java client uses the name of the subscription alone."""
        return checked(name)

    def write(self, envelope: Envelope) -> tuple[pika.BasicProperties, bytes]:
        """See Profile.write. Java reads the body. The headers repeat it for a broker's selectors, as far as they fit.

        A queue that the broker named is read by a program that sends in the clear, so its replies are plain.
        """
        destination = envelope.destination
        if destination.is_temporary and destination.name.startswith(_NAMED_BY_BROKER):
            return PROFILES["plain"].write(envelope)
        body = jms_body.encode(envelope)
        headers: dict[str, Any] = {
            "JMSDeliveryMode": _MODES[envelope.delivery_mode],
            "JMSTimestamp": long(envelope.timestamp),
            "JMSPriority": envelope.priority,
        }
        if short(envelope.id) is not None:
            headers["JMSMessageID"] = envelope.id
        correlation_id, _, message_type = envelope.headers
        further: dict[str, Any] = {}
        if isinstance(correlation_id, str):
            further["JMSCorrelationID"] = correlation_id
        if message_type is not None:
            further["JMSType"] = message_type
        further.update(
            (name, value)
            for name, value in envelope.properties.items()
            if value is not None and name not in ROUTING_HEADERS
        )
        if further:
            headers.update(acceptable(further))
        return _basic(envelope, "application/octet-stream", headers), body


class Plain(Profile):
    """Bodies in the clear, and exchanges and names that programs without JMS can use."""

    name = "plain"
    topics = _PLAIN_TOPICS
    temporary_queue = TEMPORARY
    temporary_topic = TEMPORARY

    def durable(self, name: str, client_id: str | None) -> str:
        """See Profile.durable. The name has the client id and that of the subscription."""
        return checked(durable_queue(client_id, name))

    def write(self, envelope: Envelope) -> tuple[pika.BasicProperties, bytes]:
        """See Profile.write. A temporary destination of a Java client gets a body that it can read."""
        destination = envelope.destination
        if destination.is_temporary and destination.name.startswith(TEMPORARY_QUEUE):
            return PROFILES["jms"].write(envelope)
        octets, is_text, marks = encode_body(envelope.kind, envelope.body)
        is_text |= envelope.kind == "text"  # also a text with a NUL, which AMQP can carry
        headers = typed_headers(envelope, is_text=is_text)
        headers.update(marks)
        check_headers(headers)
        if not is_text:
            content_type = "application/octet-stream"
        else:
            content_type = "application/json" if envelope.kind in ("map", "stream") else "text/plain"
        properties = _basic(envelope, content_type, headers)
        properties.timestamp = envelope.timestamp // 1000
        properties.type = short(envelope.headers.type)
        return properties, octets


PROFILES: Final[Mapping[str, Profile]] = {"jms": JMS(), "plain": Plain()}


def _basic(envelope: Envelope, content_type: str, headers: dict[str, Any]) -> pika.BasicProperties:
    correlation_id, reply_to, _ = envelope.headers
    expiration = None
    if envelope.expiration:
        left = max(0, envelope.expiration - int(time.time() * 1000))
        expiration = str(left) if left <= LONGEST_EXPIRATION else None  # the core checks it, too
    return pika.BasicProperties(
        content_type=content_type,
        headers=headers,
        delivery_mode=envelope.delivery_mode,
        priority=envelope.priority,
        correlation_id=short(correlation_id),
        reply_to=None if reply_to is None else short(reply_to.name),
        expiration=expiration,
        message_id=short(envelope.id),
    )
