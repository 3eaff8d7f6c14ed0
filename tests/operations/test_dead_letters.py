"""Dead letters that a broker moved by itself go back to where they came from."""

from __future__ import annotations

import json
import time
import uuid
from base64 import b64encode
from collections.abc import Callable
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pika
import pytest

import jmslike
from jmslike import JMSContext, Queue, operating
from jmslike.operating import Returned
from tests.brokers import Broker

PATIENCE = 20.0


def until(condition: Callable[[], Returned], count: int) -> Returned:
    """Wait until so many dead letters went back."""
    end = time.monotonic() + PATIENCE
    while (found := condition()).count < count:
        assert time.monotonic() < end, found
    return found


@pytest.mark.parametrize(
    ("name", "dead"),
    [
        pytest.param("artemis", "ExpiryQueue", marks=pytest.mark.broker("artemis")),
        pytest.param("activemq", "ActiveMQ.DLQ", marks=pytest.mark.broker("activemq")),
    ],
)
def test_a_message_that_expired_goes_back(name: str, dead: str, request: pytest.FixtureRequest) -> None:
    """Its expiration, which has passed, does not come back."""
    broker: Broker = request.getfixturevalue(name)
    url, mark = broker.url("stomp"), uuid.uuid4().hex
    orders = Queue(f"orders-{mark}")
    with jmslike.connect(url) as context:
        message = context.create_text_message("late")
        message.set_string_property("mark", mark)
        context.create_producer().set_time_to_live(0.05).send(orders, message)
        assert context.create_consumer(context.create_temporary_queue()).receive(0.2) is None, "time passes"
        with context.create_consumer(orders) as consumer:  # for which the broker looks at it
            assert consumer.receive(0.1) is None
        found = until(lambda: operating.retry(url, dead, selector=f"mark = '{mark}'"), 1)
        assert (found.to, found.left) == ({orders: 1}, [])
        back = context.create_consumer(orders).receive(PATIENCE)
        assert back is not None
        assert (back.message_id, back.expiration) == (message.message_id, 0)
        assert dict(back.properties) == {"mark": mark, "JMSXDeliveryCount": 1}


def test_a_message_of_a_subscription_stays(artemis: Broker) -> None:
    """Its topic would give it to the other subscriptions, too."""
    url, mark = artemis.url("stomp"), uuid.uuid4().hex
    with jmslike.connect(url, client_id=mark) as context:
        prices = context.create_topic(f"prices-{mark}")
        context.create_durable_consumer(prices, "first").close()
        context.create_producer().set_property("mark", mark).set_time_to_live(0.05).send(prices, "late")
        assert context.create_consumer(context.create_temporary_queue()).receive(0.2) is None, "time passes"
        with context.create_durable_consumer(prices, "first") as first:
            assert first.receive(0.1) is None
        (reason,) = until_left(url, "ExpiryQueue", selector=f"mark = '{mark}'")
        assert reason == f"it came from a subscription of {prices}, which would give it to all others, too"


@pytest.mark.broker("rabbitmq")
@pytest.mark.parametrize("protocol", ["amqp", "stomp"])
@pytest.mark.parametrize("delayed", [False, True])
def test_a_message_that_was_rejected_goes_back(protocol: str, delayed: bool, rabbitmq: Broker) -> None:
    """Also one that had a delay: RabbitMQ then has it die in the queue of delays first, which STOMP alone shows."""
    url, mark = rabbitmq.url(protocol), uuid.uuid4().hex
    orders, dead = Queue(f"orders-{mark}"), Queue(f"dead-{mark}")
    define_dead_letters(rabbitmq, orders, dead)
    with pika.BlockingConnection(pika.URLParameters(rabbitmq.url("amqp"))) as connection:
        channel = connection.channel()
        channel.queue_declare(dead.name, durable=True)
        channel.queue_declare(orders.name, durable=True)
        with jmslike.connect(rabbitmq.url("amqp")) as context:
            send(context, orders, delay=0.1 if delayed else 0)
        method, _, _ = next(channel.consume(orders.name, inactivity_timeout=PATIENCE))
        channel.basic_reject(method.delivery_tag, requeue=False)
        channel.cancel()
    if delayed and protocol == "stomp":
        assert until_left(url, dead) == ["it does not say where it came from"]
        return
    assert until(lambda: operating.retry(url, dead), 1).to == {orders: 1}
    with jmslike.connect(url) as context:
        back = context.create_consumer(orders).receive(PATIENCE)
        assert back is not None
        assert dict(back.properties) == {"JMSXDeliveryCount": 1}


def define_dead_letters(rabbitmq: Broker, queue: Queue, dead: Queue) -> None:
    """Set a policy of the broker, as arguments of the queue would keep other clients from declaring it."""
    url = urlsplit(rabbitmq.url("http"))
    policy = {
        "pattern": f"^{queue.name}$",
        "definition": {"dead-letter-exchange": "", "dead-letter-routing-key": dead.name},
        "apply-to": "queues",
    }
    api = HTTPConnection(str(url.hostname), url.port or 0, timeout=PATIENCE)
    credentials = b64encode(f"{url.username}:{url.password}".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
    api.request("PUT", f"/api/policies/%2F/{queue.name}", json.dumps(policy), headers)
    assert api.getresponse().status in (201, 204)
    api.close()


def send(context: JMSContext, queue: Queue, *, delay: float) -> None:
    context.create_producer().set_delivery_delay(delay).send(queue, "rejected")


def until_left(url: str, dead: Queue | str, selector: str | None = None) -> list[str]:
    """Wait until there is a dead letter that cannot go back; return why."""
    end = time.monotonic() + PATIENCE
    while not (found := operating.retry(url, dead, selector=selector)).left:
        assert time.monotonic() < end
    return [reason for _, reason in found.left]
