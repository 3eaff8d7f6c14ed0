"""Reads deliveries from any program, and in either profile, as envelopes."""

from __future__ import annotations

import logging
from typing import Any, Final

from pika import BasicProperties

from jmslike.spi import Destination, Envelope, Topic
from jmslike_transports.shared.rabbitmq_messages import read_message, read_plain

_log = logging.getLogger("jmslike.amqp")

_MOST_ATTEMPTS: Final = 2**31 - 2
"""The largest that leaves room for one more in JMSXDeliveryCount, an int."""


def read_envelope(method: Any, properties: Any, body: bytes, destination: Destination) -> Envelope:
    """Return the envelope of a delivery. Properties that cannot be read are left out, and logged."""
    try:
        if type(destination) is Topic and method.routing_key not in ("", destination.name):  # a wildcard matched
            destination = Topic(method.routing_key)
        return read_message(properties, body, destination)
    except Exception:  # the consumer gets the body all the same
        _log.exception("could not read the properties of a message; it is delivered without them")
        return read_plain(BasicProperties(), body, destination)


def attempts_of(method: Any, properties: Any) -> int:
    """Return how often the message was delivered before. Quorum queues count; other queues say only whether it was."""
    if not method.redelivered:  # the header may come from the sender, or from another queue
        return 0
    return _count(properties) or 1


def is_counted(method: Any, properties: Any) -> bool:
    """Whether the broker counts how often the message is delivered, as quorum queues do."""
    return bool(method.redelivered and _count(properties))


def _count(properties: Any) -> int:
    try:
        count = (properties.headers or {}).get("x-delivery-count")
    except Exception:  # see read_envelope
        return 0
    return int(count) if isinstance(count, int) and 0 < count <= _MOST_ATTEMPTS else 0
