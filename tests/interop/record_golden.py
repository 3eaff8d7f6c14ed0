"""Has the Java client of RabbitMQ send the messages that `tests.unit.transports.golden` lists; keeps their bodies."""

from __future__ import annotations

import pika
from pika.adapters.blocking_connection import BlockingChannel

from jmslike import Destination, Queue
from tests.brokers import broker
from tests.interop.build import classpath
from tests.interop.clients import Java
from tests.interop.peer import Peer, PlainQueue, QuorumQueue
from tests.unit.transports.golden import FOLDER, GOLDEN, Golden

KINDS = {"reply-to-quorum-queue": QuorumQueue, "reply-to-plain-queue": PlainQueue}


def main() -> None:
    """Record them all."""
    peer = Peer("rabbitmq", classpath())
    try:
        with (
            broker("rabbitmq") as rabbitmq,
            pika.BlockingConnection(pika.URLParameters(rabbitmq.url("amqp"))) as connection,
        ):
            channel, java = connection.channel(), Java(peer, rabbitmq)
            for name, golden in GOLDEN.items():
                (FOLDER / f"{name}.bin").write_bytes(recorded(channel, java, name, golden))
            java.close()
    finally:
        peer.close()


def recorded(channel: BlockingChannel, java: Java, name: str, golden: Golden) -> bytes:
    """Return the body that Java sends for the message."""
    reply_to = golden.reply_to
    if reply_to is not None and reply_to.is_temporary:
        reply_to = java.session.temporary("queue" if reply_to.is_queue else "topic")
    elif reply_to is not None:
        reply_to = KINDS.get(name, type(reply_to))(reply_to.name)
    queue = bound_queue(channel, golden.destination)
    java.send(
        golden.destination,
        golden.kind,
        golden.body,
        properties=golden.properties,
        correlation_id=golden.correlation_id,
        reply_to=reply_to,
        type=golden.type,
        delivery_mode=golden.delivery_mode,
        priority=golden.priority,
        time_to_live=golden.time_to_live,
    )
    return next_body(channel, queue)


def bound_queue(channel: BlockingChannel, destination: Destination) -> str:
    """Return the name of a queue that gets what is sent to the destination."""
    if isinstance(destination, Queue):
        channel.queue_declare(destination.name, durable=True)
        return destination.name
    queue: str = channel.queue_declare("", exclusive=True).method.queue
    channel.exchange_declare("jms.durable.topic", "topic", durable=True)
    channel.queue_bind(queue, "jms.durable.topic", destination.name)
    return queue


def next_body(channel: BlockingChannel, queue: str) -> bytes:
    """Return the next body of the queue."""
    for _, _, body in channel.consume(queue, auto_ack=True, inactivity_timeout=30):
        channel.cancel()
        if body is None:
            break
        return bytes(body)
    raise TimeoutError(f"nothing came to {queue}")


if __name__ == "__main__":
    main()
