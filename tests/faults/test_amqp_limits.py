"""Headers that RabbitMQ refuses would end the connection of the sender."""

from __future__ import annotations

import math
from typing import Any

import pytest

from jmslike import DeliveryMode, InvalidClientIDError, InvalidDestinationError, MessageFormatError
from tests.brokers import Broker
from tests.faults.steps import PATIENCE, Connect, put, text_of
from tests.harnesses import declare_delays

HALF_A_PAIR = "\ud800"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("profile", ["jms", "plain"])
def test_numbers_that_are_not_finite_arrive(
    rabbitmq: Broker, connect: Connect, name: str, profile: str, value: float
) -> None:
    connection = connect(rabbitmq.url("amqp"), profile=profile)
    session = connection.create_session()
    queue = session.create_queue(name)
    message = session.create_text_message("odd")
    message.set_double_property("double", value)
    message.set_float_property("single", value)
    session.create_producer(queue).send(message)
    received = session.create_consumer(queue).receive(PATIENCE)
    assert received is not None
    assert repr([received.get_double_property("double"), received.get_float_property("single")]) == repr([value] * 2)


UNFIT: dict[str, dict[str, Any]] = {
    "correlation": {"correlation_id": "x" * 200_000},
    "type": {"type": "x" * 200_000},
    "half a pair": {"type": HALF_A_PAIR},
}


@pytest.mark.parametrize("mode", DeliveryMode)
@pytest.mark.parametrize("headers", UNFIT.values(), ids=UNFIT)
def test_what_fits_no_header_is_refused_in_the_clear_and_arrives_for_java(
    rabbitmq: Broker, connect: Connect, name: str, headers: dict[str, Any], mode: DeliveryMode
) -> None:
    for profile in ("plain", "jms"):
        connection = connect(rabbitmq.url("amqp"), profile=profile)
        session = connection.create_session()
        queue = session.create_queue(name)
        producer = session.create_producer(queue)
        producer.delivery_mode = mode
        message = session.create_text_message(profile)
        for header, value in headers.items():
            setattr(message, header, value)
        message.set_int_property("é" * 200, 1)
        if profile == "plain":
            with pytest.raises(MessageFormatError):
                producer.send(message)
            continue
        producer.send(message)
        received = session.create_consumer(queue).receive(PATIENCE)
        assert text_of(received) == "jms"
        assert {header: getattr(received, header) for header in headers} == headers


@pytest.mark.parametrize("odd", [HALF_A_PAIR, "x" * 256])
def test_names_that_no_queue_can_have(rabbitmq: Broker, connect: Connect, name: str, odd: str) -> None:
    connection = connect(rabbitmq.url("amqp"))
    with pytest.raises(InvalidClientIDError):
        connect(rabbitmq.url("amqp"), client_id=odd)
    session = connection.create_session()
    for destination in (session.create_queue(odd), session.create_topic(odd)):
        with pytest.raises(InvalidDestinationError):
            session.create_producer(destination).send(session.create_text_message())
        with pytest.raises(InvalidDestinationError):
            session.create_consumer(destination)
    put(session, name, ["the connection still does"])


@pytest.mark.parametrize("options", ["amqp?profile=jms", "amqp?profile=plain", "stomp"])
@pytest.mark.parametrize("delay", [0.0, 0.1])
def test_properties_may_have_the_names_of_routing_headers(
    rabbitmq: Broker, connect: Connect, name: str, options: str, delay: float
) -> None:
    declare_delays(rabbitmq)
    protocol, _, profile = options.partition("?profile=")
    session = connect(rabbitmq.url(protocol), **({"profile": profile} if profile else {})).create_session()
    queue = session.create_queue(name)
    message = session.create_text_message("1")
    message.set_string_property("CC", "value")
    message.set_int_property("BCC", 2)
    producer = session.create_producer(queue)
    producer.delivery_delay = delay
    producer.send(message)
    received = session.create_consumer(queue).receive(PATIENCE)
    assert received is not None
    assert (received.get_string_property("CC"), received.get_int_property("BCC")) == ("value", 2)
