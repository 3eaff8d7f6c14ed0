"""A shop sends each order to a queue, where payment takes it, and to a topic, where stock, mail and audit hear of it.

Arguments: [URL [shop|services]].
"""

import sys
import threading

from jmslike.java import ConnectionFactory, JMSContext, JMSException, Message

BUYERS = ["Ann", "Bob", "Cem", "Dee"]
ORDERS = "moving.sale.orders"
EVENTS = "moving.sale.events"
CLOSED = "closed"


def main(args: list[str]) -> None:
    factory = ConnectionFactory(args[0] if len(args) > 0 else "stomp://localhost:61613")
    side = args[1] if len(args) > 1 else "both"
    services = []
    if side != "shop":
        services.append(Service("payment", factory, "charged %s", ORDERS, None))
        services.append(Service("stock", factory, "one lamp less, for %s", None, None))
        services.append(Service("mail", factory, "thanked %s", None, None))
        services.append(Service("audit", factory, "noted the order of %s", None, "audit"))
    if side != "services":
        sell(factory)
    for service in services:
        service.finish()


def sell(factory: ConnectionFactory) -> None:
    with factory.createContext(JMSContext.SESSION_TRANSACTED) as context:
        orders = context.createQueue(ORDERS)
        events = context.createTopic(EVENTS)
        producer = context.createProducer()
        for number in range(1, len(BUYERS) + 1):
            producer.setProperty("number", number)
            producer.send(orders, BUYERS[number - 1]).send(events, BUYERS[number - 1])
            context.commit()  # payment and the others get the order, or none of them
            print(f"shop: order {number} of {BUYERS[number - 1]}")
        producer.setJMSType(CLOSED).send(orders, "").send(events, "")
        context.commit()


class Service:
    def __init__(
        self, name: str, factory: ConnectionFactory, work: str, queue: str | None, subscription: str | None
    ) -> None:
        self.name = name
        self.work = work
        self.subscription = subscription
        self.done: list[str] = []
        self.closed = threading.Event()
        self.context = factory.createContext(JMSContext.AUTO_ACKNOWLEDGE)
        if queue is not None:
            self.consumer = self.context.createConsumer(self.context.createQueue(queue))
        elif subscription is not None:
            self.consumer = self.context.createSharedDurableConsumer(self.context.createTopic(EVENTS), subscription)
        else:
            self.consumer = self.context.createConsumer(self.context.createTopic(EVENTS))
        self.consumer.setMessageListener(self.serve)
        print(f"{name}: open")

    def serve(self, order: Message) -> None:
        if order.getJMSType() == CLOSED:
            self.closed.set()
        else:
            buyer = order.getBody(str)
            self.done.append(f"{self.work % buyer}, order {order.getIntProperty('number')}")

    def finish(self) -> None:
        if not self.closed.wait(10):
            raise JMSException(f"{self.name} was not told that the sale is closed")
        for line in self.done:
            print(f"{self.name}: {line}")
        self.consumer.close()
        if self.subscription is not None:
            self.context.unsubscribe(self.subscription)
        self.context.close()


if __name__ == "__main__":
    main(sys.argv[1:])
