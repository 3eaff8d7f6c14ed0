"""The trace of a message over each broker, and through programs that use pika."""

from __future__ import annotations

from collections.abc import Iterator
from queue import SimpleQueue

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel

from jmslike import ConnectionFactory, Message
from tests.brokers import Broker
from tests.interop.test_pairs import SIDES, Side, provider_of
from tests.unit.telemetry.recording import Recording, links, own_id, parent, trace_context

PATIENCE = 30.0


@pytest.mark.parametrize(
    "side", [pytest.param(side, id=name, marks=pytest.mark.broker(side.broker)) for name, side in SIDES.items()]
)
def test_a_trace_follows_its_messages(side: Side, request: pytest.FixtureRequest) -> None:
    provider = provider_of(side, request)
    recording = Recording()
    done: SimpleQueue[str | None] = SimpleQueue()
    first, second = provider.queue(), provider.queue()
    factory = ConnectionFactory(provider.url, **{**provider.options, "telemetry": recording.telemetry})
    with factory.create_context() as receiving, factory.create_context(session_mode=0) as sending:
        received = receiving.create_consumer(first)
        other = receiving.create_context(receiving.AUTO_ACKNOWLEDGE)
        other.create_consumer(second).message_listener = lambda message: done.put(text_of(message))
        for queue in (first, second):
            sending.create_producer().send(queue, "two lamps")
        sending.commit()
        assert received.receive_body(str, PATIENCE) == "two lamps"
        assert done.get(timeout=PATIENCE) == "two lamps"
        other.close()
    created = {name: recording.span(f"create {name}") for name in (first.queue_name, second.queue_name)}
    assert links(recording.span(f"receive {first.queue_name}")) == [own_id(created[first.queue_name])]
    assert parent(recording.span(f"process {second.queue_name}")) == own_id(created[second.queue_name])
    assert links(recording.span("commit")) == [own_id(span) for span in created.values()]
    provider.close()


def text_of(message: Message) -> str | None:
    """Return the body of a text message."""
    return message.get_body(str)


@pytest.fixture
def channel(rabbitmq: Broker) -> Iterator[BlockingChannel]:
    """Return a channel of pika on RabbitMQ."""
    with pika.BlockingConnection(pika.URLParameters(rabbitmq.url("amqp"))) as connection:
        yield connection.channel()


@pytest.mark.parametrize("side", ["jms", "plain"])
def test_programs_with_pika_are_in_the_trace(
    side: str, channel: BlockingChannel, request: pytest.FixtureRequest
) -> None:
    """Its instrumentation has the context in headers, in both directions."""
    provider, recording = provider_of(SIDES[side], request), Recording()
    queue = provider.queue()
    factory = ConnectionFactory(provider.url, **{**provider.options, "telemetry": recording.telemetry})
    with factory.create_context() as context:
        context.create_producer().send(queue, "two lamps")
        sent = recording.span(f"send {queue.queue_name}")
        _, properties, _ = channel.basic_get(queue.queue_name, auto_ack=True)
        assert properties.headers["traceparent"] == trace_context(sent)
        headers = {"traceparent": trace_context(sent)}
        channel.basic_publish("", queue.queue_name, b"two lamps", pika.BasicProperties(headers=headers))
        assert context.create_consumer(queue).receive(PATIENCE) is not None
    assert links(recording.span(f"receive {queue.queue_name}")) == [own_id(sent)]
    provider.close()
