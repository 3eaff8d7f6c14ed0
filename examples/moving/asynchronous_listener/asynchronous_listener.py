"""A shop publishes prices to a topic, and a customer listens. Arguments: [URL [publisher|subscriber]]."""

import queue
import sys

from jmslike import ConnectionFactory, JMSContext, JMSError, Message

PRICES = ["the desk lamp costs 32.50", "the backpack costs 46.00"]
TOPIC = "moving.prices"


def main(url: str = "stomp://localhost:61613", side: str = "both") -> None:
    heard: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def on_price(message: Message) -> None:
        heard.put(message.get_body(str))

    with ConnectionFactory(url).create_context() as context:
        if side != "publisher":
            context.exception_listener = on_loss
            context.create_consumer(context.create_topic(TOPIC)).message_listener = on_price
            print("customer: listening")
        if side != "subscriber":
            with context.create_context(JMSContext.AUTO_ACKNOWLEDGE) as publishing:
                publish(publishing)
        if side != "publisher":
            for _ in PRICES:
                print(f"customer: heard that {heard.get(timeout=10)}")


def publish(context: JMSContext) -> None:
    topic = context.create_topic(TOPIC)
    producer = context.create_producer()
    print(f"shop: publishes {len(PRICES)} prices")
    for price in PRICES:
        producer.send(topic, price)


def on_loss(error: JMSError) -> None:
    print(f"customer: the connection is lost: {error}", file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
