"""A warehouse acknowledges orders itself: what it has not acknowledged comes again. Arguments: [URL]."""

import sys

from jmslike import ConnectionFactory, JMSConsumer, JMSContext, JMSError

COUNT = 3
QUEUE = "moving.acknowledged"


def main(url: str = "stomp://localhost:61613") -> None:
    factory = ConnectionFactory(url)
    with factory.create_context(session_mode=JMSContext.CLIENT_ACKNOWLEDGE) as context:
        orders = context.create_queue(QUEUE)
        producer = context.create_producer()
        for number in range(1, COUNT + 1):
            producer.send(orders, f"order {number}")

        consumer = context.create_consumer(orders)
        receive_all(consumer)
        context.recover()
        print("warehouse: begins again")
        receive_all(consumer)
        context.acknowledge()  # all that the session has received
    with factory.create_context(session_mode=JMSContext.CLIENT_ACKNOWLEDGE) as context:
        left = context.create_consumer(context.create_queue(QUEUE)).receive(0.5)
        print(f"warehouse: the next day {'something' if left else 'nothing'} is left")


def receive_all(consumer: JMSConsumer) -> None:
    for _ in range(COUNT):
        order = consumer.receive(10)
        if order is None:
            raise JMSError("an order did not come")
        print(f"warehouse: received {order.get_body(str)}{' again' if order.redelivered else ''}")


if __name__ == "__main__":
    main(*sys.argv[1:])
