"""Delayed messages on RabbitMQ: however many there are, and wherever they are when the broker is killed."""

from __future__ import annotations

import random
import time
from urllib.parse import urlsplit

import pika
import pytest

from jmslike import Session, UnsupportedFeatureError
from jmslike_transports.shared.rabbitmq_delays import LEVELS, definitions
from tests.brokers import Broker
from tests.faults.administrator import Administrator, Guest, Permissions
from tests.faults.steps import PATIENCE, Connect, put, take, take_until, text_of
from tests.harnesses import declare_delays

MESSAGES = 1000
LONGEST = 2**13
"""Milliseconds of the longest delay."""
LONGEST_SILENCE = 60.0
"""Seconds without anything new after which what is missing counts as lost."""
PLACES = {"first": "jmslike.delay.12", "middle": "jmslike.delay.08", "last": "jmslike.delay.00", "due": "DESTINATION"}


@pytest.mark.parametrize("place", PLACES)
def test_a_kill_loses_no_delayed_message(rabbitmq: Broker, connect: Connect, name: str, place: str) -> None:
    """Some may come twice, and the order is lost."""
    declare_delays(rabbitmq)
    session = connect(rabbitmq.url("amqp")).create_session(Session.SESSION_TRANSACTED)
    queue = session.create_queue(name)
    producer = session.create_producer(queue)
    for number in range(MESSAGES):
        producer.delivery_delay = random.uniform(LONGEST / 2, LONGEST) / 1000
        producer.send(session.create_text_message(str(number)))
    session.commit()
    wait_for_messages(rabbitmq, name if place == "due" else PLACES[place])
    rabbitmq.kill()
    rabbitmq.restart()
    missing = {str(number) for number in range(MESSAGES)}
    receiver = connect(rabbitmq.url("amqp")).create_session()
    consumer = receiver.create_consumer(queue)
    while missing and (message := consumer.receive(LONGEST_SILENCE)) is not None:
        missing.discard(text_of(message))
    assert missing == set()


def wait_for_messages(rabbitmq: Broker, queue: str) -> None:
    """Wait until there are messages in a queue."""
    deadline = time.monotonic() + PATIENCE
    with pika.BlockingConnection(pika.URLParameters(rabbitmq.url("amqp"))) as connection:
        channel = connection.channel()
        while channel.queue_declare(queue, passive=True).method.message_count == 0:
            assert time.monotonic() < deadline, f"nothing comes to {queue}"


def test_any_number_of_delays_needs_no_more_queues(
    administrator: Administrator, guest: Guest, connect: Connect, name: str
) -> None:
    session = connect(guest.url).create_session()
    queue = session.create_queue(name)
    producer = session.create_producer(queue)
    for number in range(300):
        producer.delivery_delay = random.uniform(0.001, 1 if number < 10 else 1_000_000)
        producer.send(session.create_text_message(str(number)))
    take_until(session.create_consumer(queue), map(str, range(10)))
    delayed = {each["name"] for each in definitions()["queues"]}
    assert len(delayed) == LEVELS + 2
    assert administrator.queues(guest.name) == delayed | {name}


@pytest.mark.parametrize("mode", [Session.AUTO_ACKNOWLEDGE, Session.SESSION_TRANSACTED])
def test_deleted_levels_are_declared_again(
    administrator: Administrator, guest: Guest, connect: Connect, name: str, mode: int
) -> None:
    session = connect(guest.url).create_session(mode)
    queue = session.create_queue(name)
    consumer, producer = session.create_consumer(queue), session.create_producer(queue)
    producer.delivery_delay = 0.4

    def send_and_take(text: str) -> None:
        producer.send(session.create_text_message(text))
        if session.transacted:
            session.commit()
        assert take(consumer) == text

    send_and_take("before")
    for level in ("06", "07", "08"):  # one of them is the highest of what is left of the delay
        administrator.ask("DELETE", "queues", guest.name, f"jmslike.delay.{level}")
    send_and_take("after")


def test_a_queue_that_the_sender_may_not_bind_gets_delayed_messages(
    administrator: Administrator, guest: Guest, connect: Connect, name: str
) -> None:
    put(connect(guest.url).create_session(), name, ["before"])
    with_levels = connect(guest.url).create_session()
    other = with_levels.create_producer(with_levels.create_queue(f"{name}-other"))
    other.delivery_delay = 0.2
    other.send(with_levels.create_message())
    administrator.permit(guest.name, Permissions(read="^faults"))
    session = connect(guest.url).create_session()
    queue = session.create_queue(name)
    producer = session.create_producer(queue)
    producer.delivery_delay = 0.1
    producer.send(session.create_text_message("delayed"))
    consumer = session.create_consumer(queue)
    assert [take(consumer) for _ in range(2)] == ["before", "delayed"]


def test_without_levels_a_delay_over_stomp_is_refused(
    rabbitmq: Broker, guest: Guest, connect: Connect, name: str
) -> None:
    user = guest.name
    address = urlsplit(rabbitmq.url("stomp"))
    session = connect(f"stomp://{user}:{user}@{address.hostname}:{address.port}", vhost=user).create_session()
    queue = session.create_queue(name)
    producer = session.create_producer(queue)
    producer.delivery_delay = 0.1
    with pytest.raises(UnsupportedFeatureError, match="nothing was sent"):
        producer.send(session.create_text_message("refused"))
    over_amqp = connect(guest.url).create_session()
    sender = over_amqp.create_producer(queue)
    sender.delivery_delay = 0.2
    sender.send(over_amqp.create_text_message("over AMQP"))
    consumer = session.create_consumer(queue)
    assert take(consumer) == "over AMQP"
    producer.send(session.create_text_message("over STOMP"))
    assert take(consumer) == "over STOMP"
