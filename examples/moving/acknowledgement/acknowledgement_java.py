"""A warehouse acknowledges orders itself: what it has not acknowledged comes again. Arguments: [URL]."""

import sys

from jmslike.java import ConnectionFactory, JMSException, Message, MessageConsumer, Session

COUNT = 3


def main(args: list[str]) -> None:
    factory = ConnectionFactory(args[0] if len(args) > 0 else "stomp://localhost:61613")
    with factory.createConnection() as connection:
        connection.start()
        session = connection.createSession(False, Session.CLIENT_ACKNOWLEDGE)
        orders = session.createQueue("moving.acknowledged")
        producer = session.createProducer(orders)
        for number in range(1, COUNT + 1):
            producer.send(session.createTextMessage(f"order {number}"))

        consumer = session.createConsumer(orders)
        receiveAll(consumer)
        session.recover()
        print("warehouse: begins again")
        received = receiveAll(consumer)
        received[-1].acknowledge()  # with it, all that the session has received
    with factory.createConnection() as connection:
        connection.start()
        session = connection.createSession(False, Session.CLIENT_ACKNOWLEDGE)
        consumer = session.createConsumer(session.createQueue("moving.acknowledged"))
        left = consumer.receive(500)
        print(f"warehouse: the next day {'nothing' if left is None else 'something'} is left")


def receiveAll(consumer: MessageConsumer) -> list[Message]:
    received = []
    for _ in range(COUNT):
        order = consumer.receive(10000)
        if order is None:
            raise JMSException("an order did not come")
        again = " again" if order.getJMSRedelivered() else ""
        print(f"warehouse: received {order.getBody(str)}{again}")
        received.append(order)
    return received


if __name__ == "__main__":
    main(sys.argv[1:])
