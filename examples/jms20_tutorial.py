"""The same shop with the simplified API of JMS 2.0: JMSContext, JMSProducer, JMSConsumer.

Run it with a URL to use another provider: python jms20_tutorial.py native://shop
"""

from __future__ import annotations

import queue
import sys

from jmslike import ConnectionFactory, JMSContext, JMSError, Message

PATIENCE = 10  # seconds


def point_to_point(context: JMSContext) -> None:
    """Send to a queue, with settings made on the producer in a chain, and receive the bodies."""
    orders = context.create_queue("tutorial.orders")
    producer = context.create_producer().set_priority(7).set_property("shop", "north")
    for item in ("espresso machine", "running shoes"):
        producer.send(orders, item)
    producer.send(orders, {"item": "desk lamp", "quantity": 2})

    with context.create_consumer(orders, "shop = 'north'") as consumer:
        for _ in range(2):
            print(f"warehouse: packed {consumer.receive_body(str, PATIENCE)}")
        line = consumer.receive_body(dict, PATIENCE)
        assert line is not None
        print(f"warehouse: packed {line['quantity']} of {line['item']}")


def publish_and_subscribe(context: JMSContext) -> None:
    """Publish to a topic with one plain subscriber and two that share a subscription, and so its messages."""
    prices = context.create_topic("tutorial.prices")
    heard: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def listener(message: Message) -> None:
        heard.put(message.get_body(str))

    listening = context.create_context(JMSContext.AUTO_ACKNOWLEDGE)
    with listening, context.create_shared_consumer(prices, "auditors") as first:
        listening.create_consumer(prices).message_listener = listener
        with context.create_shared_consumer(prices, "auditors") as second:
            producer = context.create_producer()
            for text in ("the desk lamp costs 32.50", "the backpack costs 46.00"):
                producer.send(prices, text)
            for _ in range(2):
                print(f"customer: heard that {heard.get(timeout=PATIENCE)}")
            audited = [consumer.receive_body(str, 0) for consumer in (first, second, first, second)]
            print(f"auditors: noted {sum(body is not None for body in audited)} prices, each one once")


def all_or_nothing(url: str) -> None:
    """Receive and send as one: what is rolled back comes again."""
    with ConnectionFactory(url).create_context(session_mode=JMSContext.SESSION_TRANSACTED) as context:
        orders, invoices = context.create_queue("tutorial.paid"), context.create_queue("tutorial.invoices")
        producer, consumer = context.create_producer(), context.create_consumer(orders)
        producer.send(orders, "order 1")
        context.commit()

        producer.send(invoices, f"invoice for {consumer.receive_body(str, PATIENCE)}")
        context.rollback()
        again = consumer.receive(PATIENCE)
        assert again is not None
        print(f"office: {again.get_body(str)} comes again, redelivered: {again.redelivered}")
        producer.send(invoices, f"invoice for {again.get_body(str)}")
        context.commit()

        invoice = context.create_consumer(invoices).receive_body(str, PATIENCE)
        context.commit()
        print(f"office: wrote one {invoice}")


def main(url: str) -> None:
    """Show both models, then a transaction."""
    with ConnectionFactory(url).create_context() as context:
        point_to_point(context)
        publish_and_subscribe(context)
    all_or_nothing(url)
    print("shop: closed")


if __name__ == "__main__":
    try:
        main(sys.argv[1] if len(sys.argv) > 1 else "native://")
    except JMSError as error:
        sys.exit(f"the tutorial failed: {error}")
