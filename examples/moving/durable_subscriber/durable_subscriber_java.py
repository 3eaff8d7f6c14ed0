"""A customer gets the prices that were published while he was away."""

from jmslike.java import ConnectionFactory, InitialContext, Session, TextMessage, Topic

SUBSCRIPTION = "prices-for-ann"
PRICES = ["the desk lamp costs 32.50", "the backpack costs 46.00"]


class DurableSubscriber:
    def __init__(self) -> None:
        names = InitialContext()
        self.factory: ConnectionFactory = names.lookup("ConnectionFactory")
        self.topic: Topic = names.lookup("prices")

    def subscribe(self) -> None:
        with self.factory.createConnection() as connection:
            connection.setClientID("ann")
            session = connection.createSession(False, Session.AUTO_ACKNOWLEDGE)
            session.createDurableSubscriber(self.topic, SUBSCRIPTION)
            print(f"customer: subscribed as {connection.getClientID()}")
        print("customer: away")

    def publish(self) -> None:
        with self.factory.createConnection() as connection:
            session = connection.createSession(False, Session.AUTO_ACKNOWLEDGE)
            for price in PRICES:
                session.createProducer(self.topic).send(session.createTextMessage(price))
                print(f"shop: {price}")

    def receive(self) -> None:
        with self.factory.createConnection() as connection:
            connection.setClientID("ann")
            connection.start()
            session = connection.createSession(False, Session.AUTO_ACKNOWLEDGE)
            subscriber = session.createDurableSubscriber(self.topic, SUBSCRIPTION)
            for _ in range(len(PRICES)):
                message = subscriber.receive(10000)
                assert isinstance(message, TextMessage)
                print(f"customer: heard that {message.getText()}")
            subscriber.close()
            session.unsubscribe(SUBSCRIPTION)
            print("customer: unsubscribed")


def main() -> None:
    example = DurableSubscriber()
    example.subscribe()
    example.publish()
    example.receive()


if __name__ == "__main__":
    main()
