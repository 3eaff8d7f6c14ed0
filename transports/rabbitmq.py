"""What is the same on RabbitMQ for every protocol that reaches it: its limits, and how things are named there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from jmslike.destinations import Destination, Queue, TemporaryQueue, TemporaryTopic, Topic

LONGEST_SHORT: Final = 255
"""Bytes that AMQP allows in a name, and in what it calls a short string."""
LONGEST_EXPIRATION: Final = 2**32 - 1
"""Milliseconds for which a message may live."""
LARGEST_PREFETCH: Final = 2**16 - 1
"""Messages that a consumer may be pushed, but for all that there are."""

JMS_HEADERS: Final = frozenset(
    {"JMSCorrelationID", "JMSDeliveryMode", "JMSExpiration", "JMSMessageID", "JMSPriority", "JMSTimestamp", "JMSType"}
)
"""Headers in which RabbitMQ's own JMS client repeats what the message says elsewhere."""

KINDS: Final[Mapping[str, type[Destination]]] = {
    "queue": Queue,
    "topic": Topic,
    "temp-queue": TemporaryQueue,
    "temp-topic": TemporaryTopic,
}
"""Kinds of destinations, by the word for them in a header of ours."""
KIND_NAMES: Final[Mapping[type[Destination], str]] = {kind: name for name, kind in KINDS.items()}


def durable_queue(client_id: str | None, name: str) -> str:
    """Name the queue of a durable subscription."""
    return f"jmslike.durable.{_owner(client_id)}/{name}"


def shared_queue(client_id: str | None, name: str) -> str:
    """Name the queue of a shared subscription that is not durable."""
    return f"jmslike.shared.{_owner(client_id)}/{name}"


def claim(client_id: str) -> str:
    """Name the exclusive queue of the connection that has the client id."""
    return f"jmslike.client.{client_id}"


def _owner(client_id: str | None) -> str:
    """Give the client id without a slash, so that the first one ends it."""
    return "" if client_id is None else client_id.replace("~", "~0").replace("/", "~1")
