"""A shop asks for prices and waits for each reply. Arguments: [URL [server|client]]."""

import sys
import threading

from jmslike.java import (
    Connection,
    ConnectionFactory,
    JMSException,
    Message,
    MessageListener,
    Session,
    TextMessage,
)

ITEMS = ["desk lamp", "backpack"]


def main(args: list[str]) -> None:
    url = args[0] if len(args) > 0 else "stomp://localhost:61613"
    side = args[1] if len(args) > 1 else "both"
    factory = ConnectionFactory(url)
    with factory.createConnection() as connection:
        connection.start()
        server = None
        if side != "client":
            server = PriceServer(connection)
        if side != "server":
            ask(connection)
        if server is not None:
            server.awaitRequests()


def ask(connection: Connection) -> None:
    session = connection.createSession(False, Session.AUTO_ACKNOWLEDGE)
    producer = session.createProducer(session.createQueue("moving.price.requests"))
    replies = session.createTemporaryQueue()
    consumer = session.createConsumer(replies)
    for item in ITEMS:
        request = session.createTextMessage(item)
        request.setJMSReplyTo(replies)
        request.setJMSCorrelationID(f"price of {item}")
        producer.send(request)
        reply = consumer.receive(10000)
        if reply is None:
            raise JMSException("no reply came")
        assert isinstance(reply, TextMessage)
        print(f"shop: {reply.getJMSCorrelationID()}: {reply.getText()}")
    session.close()


class PriceServer(MessageListener):
    def __init__(self, connection: Connection) -> None:
        self.answered = threading.Semaphore(0)
        self.session = connection.createSession(False, Session.AUTO_ACKNOWLEDGE)
        self.producer = self.session.createProducer(None)  # each reply has a destination of its own
        self.session.createConsumer(self.session.createQueue("moving.price.requests")).setMessageListener(self)

    def awaitRequests(self) -> None:
        for _ in ITEMS:
            if not self.answered.acquire(timeout=10):
                raise JMSException("a request did not come")

    def onMessage(self, message: Message) -> None:
        try:
            assert isinstance(message, TextMessage)
            item = message.getText()
            reply = self.session.createTextMessage("32.50" if item == "desk lamp" else "46.00")
            reply.setJMSCorrelationID(message.getJMSCorrelationID())
            print(f"server: answers for {item}")
            replyTo = message.getJMSReplyTo()
            assert replyTo is not None
            self.producer.send(replyTo, reply)
            self.answered.release()
        except JMSException as e:
            print(f"server: cannot answer: {e.getMessage()}", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
