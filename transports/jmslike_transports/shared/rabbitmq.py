"""What is the same on RabbitMQ for every protocol that reaches it: its limits, and how things are named there."""

from __future__ import annotations

from typing import Final

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
