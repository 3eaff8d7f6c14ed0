"""Each department receives only the orders that its selector matches. Arguments: [URL]."""

import sys

from jmslike.java import ConnectionFactory, JMSContext, JMSException, Queue


def main(args: list[str]) -> None:
    factory = ConnectionFactory(args[0] if len(args) > 0 else "stomp://localhost:61613")
    with factory.createContext() as context:
        orders = context.createQueue("moving.selected")
        send(context, orders, "espresso machine", "north", 250)
        send(context, orders, "running shoes", "south", 90)
        send(context, orders, "desk lamp", "north", 30)
        send(context, orders, "backpack", "west", 46)
        send(context, orders, "bicycle", "south", 800)

        receive(context, orders, "north", "region = 'north' AND total > 100", 1)
        receive(context, orders, "south and west", "region IN ('south', 'west') AND total BETWEEN 40 AND 100", 2)
        receive(context, orders, "bicycles", "JMSType LIKE 'bi%'", 1)
        receive(context, orders, "others", None, 1)


def send(context: JMSContext, orders: Queue, item: str, region: str, total: int) -> None:
    order = context.createTextMessage(item)
    order.setJMSType(item)
    order.setStringProperty("region", region)
    order.setIntProperty("total", total)
    context.createProducer().send(orders, order)


def receive(context: JMSContext, orders: Queue, who: str, selector: str | None, count: int) -> None:
    with context.createConsumer(orders, selector) as consumer:
        for _ in range(count):
            order = consumer.receive(10000)
            if order is None:
                raise JMSException(f"{who} got nothing")
            print(f"{who}: {order.getBody(str)} for {order.getIntProperty('total')}")


if __name__ == "__main__":
    main(sys.argv[1:])
