"""Each department receives only the orders that its selector matches. Arguments: [URL]."""

import sys

from jmslike import JMSContext, JMSError, Queue, connect


def main(url: str = "stomp://localhost:61613") -> None:
    with connect(url) as context:
        orders = context.create_queue("moving.selected")
        send(context, orders, "espresso machine", "north", 250)
        send(context, orders, "running shoes", "south", 90)
        send(context, orders, "desk lamp", "north", 30)
        send(context, orders, "backpack", "west", 46)
        send(context, orders, "bicycle", "south", 800)

        receive(context, orders, "north", "region = 'north' AND total > 100")
        receive(context, orders, "south and west", "region IN ('south', 'west') AND total BETWEEN 40 AND 100", 2)
        receive(context, orders, "bicycles", "JMSType LIKE 'bi%'")
        receive(context, orders, "others", None)


def send(context: JMSContext, orders: Queue, item: str, region: str, total: int) -> None:
    producer = context.create_producer().set_type(item)
    producer.set_property("region", region).set_property("total", total).send(orders, item)


def receive(context: JMSContext, orders: Queue, who: str, selector: str | None, count: int = 1) -> None:
    with context.create_consumer(orders, selector) as consumer:
        for _ in range(count):
            order = consumer.receive(10)
            if order is None:
                raise JMSError(f"{who} got nothing")
            print(f"{who}: {order.get_body(str)} for {order.get_int_property('total')}")


if __name__ == "__main__":
    main(*sys.argv[1:])
