"""What RabbitMQ is told, and what it tells of the messages of either protocol."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from pika import BasicProperties

from jmslike import Queue
from jmslike.errors import InvalidDestinationError, MessageFormatError
from jmslike.spi import Envelope
from jmslike_transports.amqp.profiles import PROFILES
from jmslike_transports.shared.rabbitmq_messages import ORIGIN, TIMESTAMP, read_message
from jmslike_transports.stomp.dialects.rabbitmq import RabbitMQ
from jmslike_transports.stomp.reader import PushedFrame
from tests.unit.amqp.test_plain import SOURCE, envelopes, everything, sent

RABBITMQ = RabbitMQ("RabbitMQ/3.10.8")


def test_a_slash_in_a_name_is_escaped() -> None:
    assert RABBITMQ.address(Queue("a/b %2f%")) == {"destination": "/queue/a%2Fb %2f%"}


@pytest.mark.parametrize("name", ["a%2Fb", "x" * 256])
def test_a_name_that_would_be_another_or_none_is_refused(name: str) -> None:
    with pytest.raises(InvalidDestinationError):
        RABBITMQ.address(Queue(name))


def test_a_name_that_utf_8_cannot_hold_is_refused() -> None:
    with pytest.raises(InvalidDestinationError):
        RABBITMQ.address(Queue("\ud800"))


@pytest.mark.parametrize("name", ["a\nb", "a\rb", "a%2Fb", "amq.x", "ü" * 128])
def test_a_name_that_rabbitmq_would_change_is_refused(name: str) -> None:
    with pytest.raises(InvalidDestinationError, match="RabbitMQ"):
        RABBITMQ.address(Queue(name))


FIELDS = ("content_type", "correlation_id", "expiration", "priority", "reply_to", "timestamp", "type")


def as_stomp_shows(properties: BasicProperties, body: bytes) -> PushedFrame:
    """Return the frame of a message of AMQP: texts, and none of what is no text, int or long."""
    headers = {"content-length": str(len(body)), "persistent": "true" if properties.delivery_mode == 2 else "1"}
    for name in FIELDS:
        value = getattr(properties, name)
        if value is not None:
            headers[name.replace("_", "-")] = str(value)
    if properties.reply_to is not None:
        headers["reply-to"] = f"/reply-queue/{properties.reply_to}"
    if properties.message_id is not None:
        headers["amqp-message-id"] = properties.message_id
    for name, value in properties.headers.items():
        if isinstance(value, (str, int)) and not isinstance(value, bool):
            headers.setdefault(name, str(value))
    return PushedFrame(headers, body, 0)


def as_amqp_has_it(envelope: Envelope) -> tuple[BasicProperties, bytes]:
    """Return what RabbitMQ makes of our SEND."""
    octets, is_text, headers = RABBITMQ.encoder_of_bodies(envelope.destination)(envelope)
    headers = {**headers, **RABBITMQ.headers(envelope), **RABBITMQ.length_headers(octets, is_text=is_text)}
    headers.update({TIMESTAMP: str(envelope.timestamp), ORIGIN: str(envelope.origin), "receipt": "r1"})
    fields: dict[str, Any] = {name: headers.pop(name.replace("_", "-"), None) for name in FIELDS}
    fields.update(message_id=envelope.id, priority=envelope.priority, delivery_mode=envelope.delivery_mode)
    return BasicProperties(**fields, headers=headers), octets


@given(envelopes())
@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_what_amqp_sends_arrives_by_stomp(profile: Any, envelope: Envelope) -> None:
    try:
        properties, body = profile.write(envelope)
    except MessageFormatError:
        return
    frame = as_stomp_shows(sent(properties), body)
    assert everything(RABBITMQ.read(frame, SOURCE)) == everything(envelope)


@given(envelopes())
def test_what_stomp_sends_arrives_by_stomp_and_by_amqp(envelope: Envelope) -> None:
    try:
        properties, body = as_amqp_has_it(envelope)
    except MessageFormatError:
        return
    assert everything(read_message(sent(properties), body, SOURCE)) == everything(envelope)
    assert everything(RABBITMQ.read(as_stomp_shows(properties, body), SOURCE)) == everything(envelope)
