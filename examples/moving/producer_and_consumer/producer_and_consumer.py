"""A shop sends orders to a queue, and a warehouse receives them. Arguments: [producer|consumer]."""

import sys

from jmslike import ConnectionFactory, JMSContext, JMSError, Queue
from jmslike.naming import InitialContext

ITEMS = ["espresso machine", "running shoes", "desk lamp"]
END = "end-of-orders"
PATIENCE = 10  # seconds


def main(side: str = "both") -> None:
    with InitialContext() as names:
        factory: ConnectionFactory = names.lookup("ConnectionFactory")
        orders: Queue = names.lookup("orders")
    with factory.create_context() as context:
        if side != "consumer":
            send_orders(context, orders)
        if side != "producer":
            receive_orders(context, orders)


def send_orders(context: JMSContext, orders: Queue) -> None:
    producer = context.create_producer().set_time_to_live(60)
    for number, item in enumerate(ITEMS, 1):
        producer.set_property("number", number).send(orders, item)
        print(f"shop: sent order {number}, {item}")
    context.create_producer().set_type(END).send(orders, context.create_message())


def receive_orders(context: JMSContext, orders: Queue) -> None:
    with context.create_consumer(orders) as consumer:
        count = 0
        while message := consumer.receive(PATIENCE):
            if message.type == END:
                break
            print(f"warehouse: packed order {message.get_int_property('number')}, {message.get_body(str)}")
            count += 1
        else:
            raise JMSError("the orders stopped without an end")
    print(f"warehouse: packed {count} orders")


if __name__ == "__main__":
    main(*sys.argv[1:])
