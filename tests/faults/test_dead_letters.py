"""Dead letters that RabbitMQ does not take: others pass them, and they are moved as soon as it takes them."""

from __future__ import annotations

from contextlib import closing
from queue import SimpleQueue
from urllib.parse import urlsplit

import pika
import pytest

from jmslike import Message
from tests.brokers.rabbitmq import RabbitMQ
from tests.faults.administrator import Administrator, Guest, Permissions
from tests.faults.steps import PATIENCE, Connect, Losses, put, take

NO_DEAD_LETTERS = "^(?!DLQ).*"


def url_of(guest: Guest, broker: RabbitMQ, protocol: str) -> str:
    """Return the guest's URL of the protocol."""
    if protocol == "amqp":
        return guest.url
    address = urlsplit(broker.url("stomp"))
    return f"stomp://{guest.name}:{guest.name}@{address.hostname}:{address.port}?vhost={guest.name}"


@pytest.mark.parametrize("protocol", ["amqp", "stomp"])
@pytest.mark.parametrize("refusal", ["not permitted", "full"])
def test_a_dead_letter_that_is_refused_stops_nothing(
    administrator: Administrator,
    guest: Guest,
    rabbitmq: RabbitMQ,
    connect: Connect,
    name: str,
    protocol: str,
    refusal: str,
) -> None:
    """RED-06, RED-09: no connection is lost, what follows is received, and the dead letter is moved in the end."""
    url, dead = url_of(guest, rabbitmq, protocol), f"DLQ.{name}"
    with closing(pika.BlockingConnection(pika.URLParameters(guest.url))) as other:
        if refusal == "full":
            full = {"x-max-length": 0, "x-overflow": "reject-publish"}
            other.channel().queue_declare(dead, durable=True, arguments=full)
        else:
            administrator.permit(guest.name, Permissions(configure=NO_DEAD_LETTERS, write=NO_DEAD_LETTERS))
        connection, losses, handled = connect(url, max_redeliveries=1), Losses(), SimpleQueue[str | None]()
        connection.exception_listener = losses
        session = connection.create_session()

        def refuse_bad(message: Message) -> None:
            text = message.get_body(str)
            handled.put(text)
            if text == "bad":
                raise ValueError("cannot read this order")

        session.create_consumer(session.create_queue(name)).message_listener = refuse_bad
        put(connection.create_session(), name, ["bad", "good"])
        assert [handled.get(timeout=PATIENCE) for _ in range(3)] == ["bad", "bad", "good"]
        administrator.permit(guest.name, Permissions())
        if refusal == "full":
            other.channel().queue_delete(dead)
        reader = connect(url).create_session()
        assert take(reader.create_consumer(reader.create_queue(dead))) == "bad"
        assert losses.errors == []
