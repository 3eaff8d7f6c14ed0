"""Two auditors share the sales of a topic, and the manager gets all of them. Arguments: [URL]."""

import queue
import sys

from jmslike.java import ConnectionFactory, JMSContext, JMSException

SALES = 6


def main(args: list[str]) -> None:
    factory = ConnectionFactory(args[0] if len(args) > 0 else "stomp://localhost:61613")
    audited: queue.Queue[str | None] = queue.Queue()
    managed: queue.Queue[str | None] = queue.Queue()
    with (
        factory.createContext() as first,
        factory.createContext() as second,
        factory.createContext() as manager,
        factory.createContext() as shop,
    ):
        audit(first, audited)
        audit(second, audited)
        everything = manager.createConsumer(manager.createTopic("moving.sales"))
        everything.setMessageListener(lambda sale: managed.put(sale.getBody(str)))

        sales = shop.createTopic("moving.sales")
        producer = shop.createProducer()
        for number in range(1, SALES + 1):
            producer.send(sales, f"sale {number}")
        show("auditors", audited)
        show("manager", managed)


def audit(context: JMSContext, audited: queue.Queue[str | None]) -> None:
    consumer = context.createSharedConsumer(context.createTopic("moving.sales"), "auditors")
    consumer.setMessageListener(lambda sale: audited.put(sale.getBody(str)))


def show(who: str, heard: queue.Queue[str | None]) -> None:
    sales: list[str] = []
    while len(sales) < SALES:
        try:
            sale = heard.get(timeout=10)
        except queue.Empty:
            raise JMSException("a sale did not come") from None
        sales.append(str(sale))
    sales.sort()  # which auditor is faster, is a matter of chance
    print(f"{who}: noted {', '.join(sales)}")


if __name__ == "__main__":
    main(sys.argv[1:])
