"""Our STOMP and a plain STOMP client on one RabbitMQ, and what only RabbitMQ makes of our frames."""

from __future__ import annotations

from collections.abc import Iterator
from queue import SimpleQueue
from typing import Any
from urllib.parse import urlsplit

import pytest
import stomp

from jmslike import BytesMessage, Destination, Queue, Session, TemporaryQueue, TextMessage
from jmslike.testing import Harness, Provider
from jmslike.testing.line import Line
from jmslike.testing.steps import left_in, put, take, text_of
from tests.brokers import Broker
from tests.harnesses import harness_of


@pytest.fixture(scope="module")
def harness(rabbitmq: Broker) -> Harness:
    return harness_of(rabbitmq, "stomp")


class Plain(stomp.ConnectionListener):  # type: ignore[misc]
    """A STOMP client that knows nothing of JMS."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._connection = stomp.Connection12([(address.hostname, address.port)], vhost="/", auto_content_length=False)
        self.frames: SimpleQueue[Any] = SimpleQueue()
        self._connection.set_listener("plain", self)
        self._connection.connect(address.username, address.password, wait=True)

    def on_message(self, frame: Any) -> None:
        """MESSAGE came."""
        self.frames.put(frame)

    def send(self, queue: Destination, body: str, **headers: str) -> None:
        """Send to the queue; `_` in the names of headers stands for `-`."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        self._connection.send(f"/queue/{queue.name}", body, headers=named)

    def subscribe(self, queue: Destination) -> None:
        """Subscribe to the queue."""
        self._connection.subscribe(f"/queue/{queue.name}", id="plain")

    def close(self) -> None:
        """Disconnect."""
        self._connection.disconnect()


@pytest.fixture
def plain(harness: Harness) -> Iterator[Plain]:
    client = Plain(harness.url)
    yield client
    client.close()


def test_a_text_is_what_says_so(jms: Provider, plain: Plain) -> None:
    line = Line(jms)
    plain.send(line.destination, "grün", content_type="text/plain")
    assert line.next(TextMessage).text == "grün"
    plain.send(line.destination, "grün")
    assert line.next(BytesMessage).read_bytes() == "grün".encode()


def test_headers_of_a_plain_client_arrive(jms: Provider, plain: Plain) -> None:
    line = Line(jms)
    named = {"persistent": "true", "priority": "7", "correlation_id": "c", "type": "t", "expiration": "60000"}
    plain.send(line.destination, "", color="red", **named)
    message = line.next(BytesMessage)
    assert (message.delivery_mode, message.priority) == (2, 7)
    assert (message.correlation_id, message.type) == ("c", "t")
    assert dict(message.properties) == {"color": "red", "JMSXDeliveryCount": 1}


def test_a_plain_client_gets_the_reply_in_its_temporary_queue(jms: Provider, plain: Plain) -> None:
    line = Line(jms)
    plain.send(line.destination, "request", reply_to="/temp-queue/replies")
    request = line.next(BytesMessage)
    assert isinstance(request.reply_to, TemporaryQueue)
    put(line.session, request.reply_to, "reply")
    assert plain.frames.get(timeout=jms.patience).body == "reply"


def test_a_plain_client_reads_ours(jms: Provider, plain: Plain) -> None:
    line = Line(jms)
    line.consumer.close()
    plain.subscribe(line.destination)
    message = line.session.create_text_message("text")
    message.set_double_property("price", 1.5)
    message.reply_to = Queue("answers")
    line.producer.send(message)
    frame = plain.frames.get(timeout=jms.patience)
    assert frame.body == "text"
    assert frame.headers["amqp-message-id"] == message.message_id
    assert frame.headers["price"] == "1.5"
    assert frame.headers["reply-to"] == "/reply-queue/answers"


def test_properties_that_would_declare_the_queue_do_not(jms: Provider) -> None:
    line = Line(jms)
    names = ("durable", "exclusive", "expiration", "persistent", "timestamp")
    message = line.session.create_message()
    for name in names:
        message.set_boolean_property(name, False)
    received = line.through(message)
    assert {name: received.get_boolean_property(name) for name in names} == dict.fromkeys(names, False)


def test_headers_longer_than_amqp_has_room_for(jms: Provider) -> None:
    line = Line(jms)
    message = line.session.create_message()
    message.correlation_id, message.type = "ü" * 200, "t" * 1000
    received = line.through(message)
    assert (received.correlation_id, received.type) == (message.correlation_id, message.type)


@pytest.mark.parametrize("name", ["a/b", "a b", "a:b\\c", "100%", "größe", "*.#"])
def test_a_queue_of_any_name(jms: Provider, name: str) -> None:
    line = Line(jms, Queue(f"{jms.name()} {name}"))
    line.send_texts("1")
    assert line.next_text() == "1"


def test_both_modes_reach_one_queue(jms: Provider) -> None:
    session, queue = jms.connection().create_session(), jms.queue()
    producer = session.create_producer(queue)
    for mode in (1, 2):
        producer.send(session.create_message(), delivery_mode=mode)
    consumer = session.create_consumer(queue)
    assert [take(jms, consumer).delivery_mode for _ in range(2)] == [1, 2]


def test_closing_while_more_is_pushed_loses_nothing(jms: Provider) -> None:
    """Messages pushed to a closed consumer are requeued, and the connection stays usable."""
    session, queue = jms.connection(window=5).create_session(Session.CLIENT_ACKNOWLEDGE), jms.queue()
    texts = [str(number) for number in range(300)]
    sending = jms.in_thread(lambda: put(jms.connection().create_session(), queue, *texts))
    received: list[str | None] = []
    while not sending.done():
        with session.create_consumer(queue) as consumer:
            message = consumer.receive(jms.silence)
            if message is not None:
                received.append(text_of(message))
                message.acknowledge()
    sending.result()
    session.close()
    assert sorted(map(str, received + left_in(jms, queue))) == sorted(texts)
