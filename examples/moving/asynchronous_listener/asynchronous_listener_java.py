"""A shop publishes prices to a topic, and a customer listens. Arguments: [URL [publisher|subscriber]]."""

import sys
import threading

from jmslike.java import (
    Connection,
    ConnectionFactory,
    ExceptionListener,
    JMSException,
    Message,
    MessageListener,
    Session,
    TextMessage,
)

PRICES = ["the desk lamp costs 32.50", "the backpack costs 46.00"]


class AsynchronousListener(MessageListener, ExceptionListener):
    def __init__(self) -> None:
        self.heard = threading.Semaphore(0)

    def listen(self, connection: Connection) -> None:
        session = connection.createSession(False, Session.AUTO_ACKNOWLEDGE)
        consumer = session.createConsumer(session.createTopic("moving.prices"))
        consumer.setMessageListener(self)
        connection.setExceptionListener(self)
        connection.start()
        print("customer: listening")

    def awaitPrices(self) -> None:
        for _ in PRICES:
            if not self.heard.acquire(timeout=10):
                raise JMSException("a price did not come")

    def onMessage(self, message: Message) -> None:
        try:
            assert isinstance(message, TextMessage)
            print(f"customer: heard that {message.getText()}")
            self.heard.release()
        except JMSException as e:
            print(f"customer: cannot read a message: {e.getMessage()}", file=sys.stderr)

    def onException(self, e: JMSException) -> None:
        print(f"customer: the connection is lost: {e.getMessage()}", file=sys.stderr)


def main(args: list[str]) -> None:
    url = args[0] if len(args) > 0 else "stomp://localhost:61613"
    side = args[1] if len(args) > 1 else "both"
    factory = ConnectionFactory(url)
    connection = factory.createConnection()
    try:
        customer = AsynchronousListener()
        if side != "publisher":
            customer.listen(connection)
        if side != "subscriber":
            publish(connection)
        if side != "publisher":
            customer.awaitPrices()
    finally:
        connection.close()


def publish(connection: Connection) -> None:
    session = connection.createSession(False, Session.AUTO_ACKNOWLEDGE)
    topic = session.createTopic("moving.prices")
    producer = session.createProducer(topic)
    print(f"shop: publishes {len(PRICES)} prices")
    for price in PRICES:
        producer.send(session.createTextMessage(price))
    session.close()


if __name__ == "__main__":
    main(sys.argv[1:])
