"""A shop sends each order to a queue, where payment takes it, and to a topic, where stock, mail and audit hear of it.

Arguments: [URL [shop|services]].
"""

import sys
import threading
from contextlib import ExitStack

from jmslike import ConnectionFactory, JMSContext, JMSError, Message, connect
from jmslike.listening import ListenerContainer

BUYERS = ["Ann", "Bob", "Cem", "Dee"]
ORDERS = "moving.sale.orders"
EVENTS = "moving.sale.events"
CLOSED = "closed"


def main(url: str = "stomp://localhost:61613", side: str = "both") -> None:
    with ExitStack() as running:
        services: list[Service] = []

        def open_service(name: str, work: str, destination: str, subscription: str | None = None) -> None:
            service = Service(name, work)
            durable = subscription is not None
            container = ListenerContainer(url, destination, service, subscription=subscription, durable=durable)
            running.enter_context(container)
            services.append(service)
            print(f"{name}: open")

        if side != "shop":
            open_service("payment", "charged", f"queue://{ORDERS}")
            open_service("stock", "one lamp less, for", f"topic://{EVENTS}")
            open_service("mail", "thanked", f"topic://{EVENTS}")
            open_service("audit", "noted the order of", f"topic://{EVENTS}", subscription="audit")
        if side != "services":
            sell(url)
        for service in services:
            service.finish()
    if side != "shop":
        with connect(url) as context:
            context.unsubscribe("audit")


def sell(url: str) -> None:
    with ConnectionFactory(url).create_context(session_mode=JMSContext.SESSION_TRANSACTED) as context:
        orders, events = context.create_queue(ORDERS), context.create_topic(EVENTS)
        producer = context.create_producer()
        for number, buyer in enumerate(BUYERS, 1):
            producer.set_property("number", number).send(orders, buyer).send(events, buyer)
            context.commit()  # payment and the others get the order, or none of them
            print(f"shop: order {number} of {buyer}")
        producer.set_type(CLOSED).send(orders, "").send(events, "")
        context.commit()


class Service:
    """A listener that does its work for each order, until the sale is closed."""

    def __init__(self, name: str, work: str) -> None:
        self._name = name
        self._work = work
        self._done: list[str] = []
        self._closed = threading.Event()

    def __call__(self, order: Message) -> None:
        if order.type == CLOSED:
            self._closed.set()
        else:
            self._done.append(f"{self._work} {order.get_body(str)}, order {order.get_int_property('number')}")

    def finish(self) -> None:
        if not self._closed.wait(10):
            raise JMSError(f"{self._name} was not told that the sale is closed")
        for line in self._done:
            print(f"{self._name}: {line}")


if __name__ == "__main__":
    main(*sys.argv[1:])
