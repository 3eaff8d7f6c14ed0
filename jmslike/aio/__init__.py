"""JMS for asyncio: the names of `jmslike`, where what may wait is a coroutine and everything else is as it is.

    import jmslike.aio

    async with jmslike.aio.connect("native://") as context:
        queue = context.create_queue("orders")
        await context.create_producer().send(queue, "hello")
        consumer = await context.create_consumer(queue)
        print(await consumer.receive_body(str))

A connection belongs to the event loop on which it was made.
"""

from __future__ import annotations

from jmslike.aio.browser import QueueBrowser
from jmslike.aio.connection import Connection
from jmslike.aio.consumer import MessageConsumer
from jmslike.aio.context import JMSConsumer, JMSContext, JMSProducer
from jmslike.aio.factory import ConnectionFactory, connect
from jmslike.aio.producer import MessageProducer
from jmslike.aio.requestor import QueueRequestor, TopicRequestor
from jmslike.aio.session import Session

__all__ = [
    "Connection",
    "ConnectionFactory",
    "JMSConsumer",
    "JMSContext",
    "JMSProducer",
    "MessageConsumer",
    "MessageProducer",
    "QueueBrowser",
    "QueueRequestor",
    "Session",
    "TopicRequestor",
    "connect",
]
