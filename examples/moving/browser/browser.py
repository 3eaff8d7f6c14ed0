"""A clerk looks at the orders that wait in a queue, and leaves them there."""

from jmslike import ConnectionFactory, JMSContext, JMSError, Queue
from jmslike.naming import InitialContext

ITEMS = ["espresso machine", "running shoes", "desk lamp"]


def main() -> None:
    with InitialContext() as names:
        factory: ConnectionFactory = names.lookup("ConnectionFactory")
        orders: Queue = names.lookup("orders")
    with factory.create_context() as context:
        producer = context.create_producer()
        for item in ITEMS:
            producer.set_property("gift", item == "desk lamp").send(orders, item)
        look(context, orders)
        look(context, orders, "gift = TRUE")
        pack(context, orders)
        look(context, orders)


def look(context: JMSContext, orders: Queue, selector: str | None = None) -> None:
    with context.create_browser(orders, selector) as browser:
        waiting = list(browser)
    for order in waiting:
        gift = ", a gift" if order.get_boolean_property("gift") else ""
        print(f"clerk: {order.get_body(str)} waits{gift}")
    print(f"clerk: counted {len(waiting)}")


def pack(context: JMSContext, orders: Queue) -> None:
    with context.create_consumer(orders) as consumer:
        for _ in ITEMS:
            item = consumer.receive_body(str, 10)
            if item is None:
                raise JMSError("an order did not come")
            print(f"warehouse: packed {item}")


if __name__ == "__main__":
    main()
