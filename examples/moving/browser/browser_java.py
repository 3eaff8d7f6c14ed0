"""A clerk looks at the orders that wait in a queue, and leaves them there."""

from jmslike.java import ConnectionFactory, InitialContext, Queue, Session, TextMessage

ITEMS = ["espresso machine", "running shoes", "desk lamp"]


def main() -> None:
    names = InitialContext()
    factory: ConnectionFactory = names.lookup("ConnectionFactory")
    orders: Queue = names.lookup("orders")
    with factory.createConnection() as connection:
        connection.start()
        session = connection.createSession(False, Session.AUTO_ACKNOWLEDGE)
        producer = session.createProducer(orders)
        for item in ITEMS:
            order = session.createTextMessage(item)
            order.setBooleanProperty("gift", item == "desk lamp")
            producer.send(order)
        look(session, orders, None)
        look(session, orders, "gift = TRUE")
        pack(session, orders)
        look(session, orders, None)


def look(session: Session, orders: Queue, selector: str | None) -> None:
    browser = session.createBrowser(orders, selector)
    waiting = browser.getEnumeration()
    count = 0
    while waiting.hasMoreElements():
        order = waiting.nextElement()
        assert isinstance(order, TextMessage)
        gift = ", a gift" if order.getBooleanProperty("gift") else ""
        print(f"clerk: {order.getText()} waits{gift}")
        count += 1
    browser.close()
    print(f"clerk: counted {count}")


def pack(session: Session, orders: Queue) -> None:
    consumer = session.createConsumer(orders)
    for _ in range(len(ITEMS)):
        order = consumer.receive(10000)
        assert isinstance(order, TextMessage)
        print(f"warehouse: packed {order.getText()}")
    consumer.close()


if __name__ == "__main__":
    main()
