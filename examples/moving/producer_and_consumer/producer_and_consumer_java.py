"""A shop sends orders to a queue, and a warehouse receives them. Arguments: [producer|consumer]."""

import sys

from jmslike.java import (
    ConnectionFactory,
    DeliveryMode,
    InitialContext,
    JMSException,
    Queue,
    Session,
    TextMessage,
)

ITEMS = ["espresso machine", "running shoes", "desk lamp"]
END = "end-of-orders"
PATIENCE = 10000  # milliseconds


def main(args: list[str]) -> None:
    side = args[0] if len(args) > 0 else "both"
    names = InitialContext()
    factory: ConnectionFactory = names.lookup("ConnectionFactory")
    orders: Queue = names.lookup("orders")
    names.close()
    connection = factory.createConnection()
    try:
        session = connection.createSession(False, Session.AUTO_ACKNOWLEDGE)
        if side != "consumer":
            sendOrders(session, orders)
        if side != "producer":
            connection.start()
            receiveOrders(session, orders)
    finally:
        connection.close()


def sendOrders(session: Session, orders: Queue) -> None:
    producer = session.createProducer(orders)
    producer.setDeliveryMode(DeliveryMode.PERSISTENT)
    producer.setTimeToLive(60000)
    for number in range(1, len(ITEMS) + 1):
        order = session.createTextMessage(ITEMS[number - 1])
        order.setIntProperty("number", number)
        producer.send(order)
        print(f"shop: sent order {number}, {order.getText()}")
    end = session.createMessage()
    end.setJMSType(END)
    producer.send(end)
    producer.close()


def receiveOrders(session: Session, orders: Queue) -> None:
    consumer = session.createConsumer(orders)
    count = 0
    while True:
        message = consumer.receive(PATIENCE)
        if message is None:
            raise JMSException("the orders stopped without an end")
        if message.getJMSType() == END:
            break
        order = message
        assert isinstance(order, TextMessage)
        print(f"warehouse: packed order {order.getIntProperty('number')}, {order.getText()}")
        count += 1
    consumer.close()
    print(f"warehouse: packed {count} orders")


if __name__ == "__main__":
    main(sys.argv[1:])
