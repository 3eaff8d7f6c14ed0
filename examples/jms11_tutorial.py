"""A shop and its warehouse with the API of JMS 1.1: ConnectionFactory, Connection, Session, producers and consumers.

Run it with a URL to use another provider: python jms11_tutorial.py native://shop
"""

from __future__ import annotations

import sys
import threading

from jmslike import ConnectionFactory, DeliveryMode, JMSError, Message, Session, TextMessage

ORDERS = ["espresso machine", "running shoes", "desk lamp", "desk lamp", "backpack"]
NO_MORE = "no-more"
PATIENCE = 10  # seconds


def send_orders(session: Session, queue_name: str) -> None:
    """Send the orders to a queue, and a message without a body after the last one."""
    queue = session.create_queue(queue_name)
    producer = session.create_producer(queue)
    producer.delivery_mode = DeliveryMode.NON_PERSISTENT
    for number, item in enumerate(ORDERS, 1):
        message = session.create_text_message(item)
        message.set_int_property("number", number)
        producer.send(message)
        print(f"shop: sent order {number}, {item}")
    end = session.create_message()
    end.type = NO_MORE
    producer.send(end)
    producer.close()


def receive_orders(session: Session, queue_name: str) -> int:
    """Receive until the message that ends the orders, waiting for each; give how many came."""
    consumer = session.create_consumer(session.create_queue(queue_name))
    count = 0
    while True:
        message = consumer.receive(PATIENCE)
        if message is None:
            raise JMSError("the orders stopped without an end")
        if message.type == NO_MORE:
            consumer.close()
            return count
        assert isinstance(message, TextMessage)
        print(f"warehouse: packed order {message.get_int_property('number')}, {message.text}")
        count += 1


class PriceListener:
    """A message listener: any callable that takes the message."""

    def __init__(self, name: str, expected: int) -> None:
        self.done = threading.Event()
        self._name = name
        self._missing = expected

    def __call__(self, message: Message) -> None:
        print(f"{self._name}: heard that {message.get_body(str)}")
        self._missing -= 1
        if not self._missing:
            self.done.set()


def announce_prices(session: Session, topic_name: str) -> None:
    """Publish to a topic: every subscriber hears it."""
    producer = session.create_producer(session.create_topic(topic_name))
    for text in ("the desk lamp costs 32.50", "the backpack costs 46.00"):
        producer.send(session.create_text_message(text))


def main(url: str) -> None:
    """Show a queue with a consumer that waits, then a topic with two listeners."""
    connection = ConnectionFactory(url).create_connection()
    try:
        session = connection.create_session(False, Session.AUTO_ACKNOWLEDGE)
        connection.start()

        send_orders(session, "tutorial.orders")
        count = receive_orders(session, "tutorial.orders")
        print(f"warehouse: packed {count} orders")

        listeners = []
        for name in ("customer A", "customer B"):
            listening = connection.create_session(False, Session.AUTO_ACKNOWLEDGE)
            consumer = listening.create_consumer(listening.create_topic("tutorial.prices"))
            listener = PriceListener(name, expected=2)
            consumer.message_listener = listener
            listeners.append(listener)
        announce_prices(session, "tutorial.prices")
        for listener in listeners:
            if not listener.done.wait(PATIENCE):
                raise JMSError("a listener did not hear all prices")
        print("shop: closed")
    finally:
        connection.close()


if __name__ == "__main__":
    try:
        main(sys.argv[1] if len(sys.argv) > 1 else "native://")
    except JMSError as error:
        sys.exit(f"the tutorial failed: {error}")
