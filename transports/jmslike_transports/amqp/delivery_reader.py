"""Deliveries as envelopes, whoever sent them, and in which profile."""

from __future__ import annotations

import logging
from typing import Any, Final

from pika import BasicProperties

from jmslike.spi import Destination, Envelope, TemporaryQueue, Topic
from jmslike_transports.amqp import jms_body
from jmslike_transports.amqp.java_objects import MAGIC
from jmslike_transports.amqp.plain import DIRECT_REPLY, read_plain

_log = logging.getLogger("jmslike.amqp")

_MOST_ATTEMPTS: Final = 2**31 - 2
"""More do not go into JMSXDeliveryCount."""


def read_envelope(method: Any, properties: Any, body: bytes, destination: Destination) -> Envelope:
    """Give the envelope of whatever somebody sent; properties that cannot be read are left out."""
    try:
        return _read(method, properties, body, destination)
    except Exception:  # it is not lost
        _log.exception("the properties of a message could not be read: it is handed over without")
        return read_plain(BasicProperties(), body, destination)


def _read(method: Any, properties: Any, body: bytes, destination: Destination) -> Envelope:
    """Give the envelope; a body that only looks like one of the Java client comes as bytes."""
    if body.startswith(MAGIC):
        try:
            envelope = jms_body.decode(body, destination)
        except jms_body.StreamError:
            pass
        else:
            answers = properties.reply_to
            if answers is not None and answers.startswith(DIRECT_REPLY):  # the broker named it, which no body knows
                envelope.headers = envelope.headers._replace(reply_to=TemporaryQueue(answers))
            return envelope
    if type(destination) is Topic and method.routing_key not in ("", destination.name):  # subscribed with wildcards
        destination = Topic(method.routing_key)
    return read_plain(properties, body, destination)


def attempts_of(method: Any, properties: Any) -> int:
    """Tell how often the message was handed over before: quorum queues count, others tell whether it was."""
    if not method.redelivered:  # whatever a sender, or a queue on the way, has written
        return 0
    try:
        count = (properties.headers or {}).get("x-delivery-count")
    except Exception:  # as above
        count = None
    return int(count) if isinstance(count, int) and 0 < count <= _MOST_ATTEMPTS else 1
