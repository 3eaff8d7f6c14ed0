"""What messages look like to the others: to rabbitmq-jms-client, or to any AMQP 0-9-1 program."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Final

import pika
from pika.compat import long

from jmslike.capabilities import Feature
from jmslike.codec import encode_body
from jmslike.errors import InvalidDestinationError
from jmslike.spi import Destination, Envelope
from jmslike.values import Long
from jmslike_transports.amqp import jms_body
from jmslike_transports.amqp.headers import acceptable, check_headers, short
from jmslike_transports.amqp.java_destinations import DEFAULT, QUEUES, TEMPORARY_TOPICS, TOPICS
from jmslike_transports.amqp.plain import DIRECT_REPLY, plain_headers
from jmslike_transports.shared.rabbitmq import LONGEST_EXPIRATION, LONGEST_SHORT, durable_queue

_MODES: Final = {1: "NON_PERSISTENT", 2: "PERSISTENT"}
_JAVA_TEMPORARY: Final = "jms-temp-queue-"
"""How a Java client begins the names of temporary queues, and of temporary topics."""
_NAMED_BY_BROKER: Final = "amq."
_SAME_NAME: Final = "a durable subscription is known by its name alone, as in the Java client: ?profile=plain"


class Profile(ABC):
    """A way to write messages and to name what is on the broker. All read what each of them writes."""

    name: ClassVar[str]
    binds_queues_to: ClassVar[str | None] = None
    """An exchange to which queues are bound, too, for those who send by it."""
    topics: ClassVar[str]
    temporary_queue: ClassVar[str]
    temporary_topic: ClassVar[str]
    """How names of temporary destinations begin."""
    gaps: ClassVar[Mapping[Feature, Mapping[str, str]]] = {}
    """What does not hold in this profile only: behaviours by their ids, each with its reason."""

    @abstractmethod
    def durable(self, name: str, client_id: str | None) -> str:
        """Name the queue of a durable subscription."""

    @abstractmethod
    def write(self, envelope: Envelope) -> tuple[pika.BasicProperties, bytes]:
        """Give the properties and the body. Raises MessageFormatError."""

    def route(self, destination: Destination) -> tuple[str, str]:
        """Give the exchange and the routing key of a destination. Raises InvalidDestinationError."""
        name = checked(destination.name)
        if destination.is_queue:
            return DEFAULT, name
        if not destination.is_temporary:
            return self.topics, name
        return (Plain.topics if name.startswith(Plain.temporary_topic) else TEMPORARY_TOPICS), name

    def is_always_bound(self, destination: Destination) -> bool:
        """Tell whether some queue gets what is sent there, if it is there at all: a topic may have no subscribers, but
        to one of ours that is temporary a queue is bound as long as its connection lives. A direct reply needs none."""
        name = destination.name
        if destination.is_queue:
            return not name.startswith(DIRECT_REPLY)
        return destination.is_temporary and name.startswith((JMS.temporary_topic, Plain.temporary_topic))


class JMS(Profile):
    """The exchanges, names and bodies of rabbitmq-jms-client: nothing is lost between Java and Python."""

    name = "jms"
    binds_queues_to = QUEUES
    topics = TOPICS
    temporary_queue = _JAVA_TEMPORARY
    temporary_topic = "jms-temp-topic-"
    gaps: ClassVar[Mapping[Feature, Mapping[str, str]]] = {
        Feature.DURABLE_SUBSCRIPTION: {"SUB-08": _SAME_NAME},
    }

    def durable(self, name: str, client_id: str | None) -> str:
        """Name it as the Java client does: after the subscription alone."""
        return checked(name)

    def write(self, envelope: Envelope) -> tuple[pika.BasicProperties, bytes]:
        """See Profile.write. The headers serve selectors that a broker evaluates, as far as it takes them; Java reads
        the body.

        Who awaits an answer in a queue that the broker named has asked in the clear.
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
        for name, value in envelope.properties.items():
            if value is not None:
                further[name] = long(value) if value.__class__ is Long else value
        if further:
            headers.update(acceptable(further))
        return _basic(envelope, "application/octet-stream", headers), body


class Plain(Profile):
    """Bodies in the clear, in places where programs without JMS expect them."""

    name = "plain"
    topics = "amq.topic"
    temporary_queue = "jmslike-temporary."
    temporary_topic = "jmslike-temporary."

    def durable(self, name: str, client_id: str | None) -> str:
        """Name it after client and subscription."""
        return checked(durable_queue(client_id, name))

    def write(self, envelope: Envelope) -> tuple[pika.BasicProperties, bytes]:
        """See Profile.write. A temporary destination of a Java client gets what that client can read."""
        destination = envelope.destination
        if destination.is_temporary and destination.name.startswith(_JAVA_TEMPORARY):
            return PROFILES["jms"].write(envelope)
        octets, is_text, marks = encode_body(envelope.kind, envelope.body)
        is_text |= envelope.kind == "text"  # also with a NUL in it, which AMQP carries
        headers = plain_headers(envelope, is_text=is_text)
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


def checked(name: str) -> str:
    """Give the name, if RabbitMQ keeps it as it is. Raises InvalidDestinationError."""
    if short(name) is None:
        raise InvalidDestinationError(f"RabbitMQ has names of at most {LONGEST_SHORT} bytes of UTF-8, not {name!r}")
    if "\n" in name or "\r" in name:
        raise InvalidDestinationError(f"RabbitMQ leaves line ends out of names: {name!r}")
    return name


def _basic(envelope: Envelope, content_type: str, headers: dict[str, Any]) -> pika.BasicProperties:
    correlation_id, reply_to, _ = envelope.headers
    expiration = None
    if envelope.expiration:
        left = max(0, envelope.expiration - int(time.time() * 1000))
        expiration = str(left) if left <= LONGEST_EXPIRATION else None  # the core looks at it, too
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
