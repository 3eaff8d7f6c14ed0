"""A customer gets the prices that were published while he was away."""

from jmslike import ConnectionFactory, JMSError, Topic
from jmslike.naming import InitialContext

SUBSCRIPTION = "prices-for-ann"
PRICES = ["the desk lamp costs 32.50", "the backpack costs 46.00"]


def main() -> None:
    with InitialContext() as names:
        factory: ConnectionFactory = names.lookup("ConnectionFactory")
        topic: Topic = names.lookup("prices")
    subscribe(factory, topic)
    publish(factory, topic)
    receive(factory, topic)


def subscribe(factory: ConnectionFactory, topic: Topic) -> None:
    with factory.create_context() as context:
        context.client_id = "ann"
        context.create_durable_consumer(topic, SUBSCRIPTION)
        print(f"customer: subscribed as {context.client_id}")
    print("customer: away")


def publish(factory: ConnectionFactory, topic: Topic) -> None:
    with factory.create_context() as context:
        producer = context.create_producer()
        for price in PRICES:
            producer.send(topic, price)
            print(f"shop: {price}")


def receive(factory: ConnectionFactory, topic: Topic) -> None:
    with factory.create_context() as context:
        context.client_id = "ann"
        with context.create_durable_consumer(topic, SUBSCRIPTION) as subscriber:
            for _ in PRICES:
                price = subscriber.receive_body(str, 10)
                if price is None:
                    raise JMSError("a price did not come")
                print(f"customer: heard that {price}")
        context.unsubscribe(SUBSCRIPTION)
        print("customer: unsubscribed")


if __name__ == "__main__":
    main()
