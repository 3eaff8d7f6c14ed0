"""An office takes an order from one queue and sends its invoice to another, both or neither. Arguments: [URL]."""

import sys

from jmslike.java import ConnectionFactory, Session, TextMessage


class PrinterError(Exception):
    pass


def main(args: list[str]) -> None:
    factory = ConnectionFactory(args[0] if len(args) > 0 else "stomp://localhost:61613")
    with factory.createConnection() as connection:
        connection.start()
        session = connection.createSession(True, Session.SESSION_TRANSACTED)
        orders = session.createQueue("moving.paid")
        invoices = session.createQueue("moving.invoices")
        session.createProducer(orders).send(session.createTextMessage("order 1"))
        session.commit()

        consumer = session.createConsumer(orders)
        producer = session.createProducer(invoices)
        for attempt in range(1, 3):
            order = consumer.receive(10000)
            assert isinstance(order, TextMessage)
            again = " again" if order.getJMSRedelivered() else ""
            print(f"office: received {order.getText()}{again}")
            try:
                producer.send(session.createTextMessage(f"invoice for {order.getText()}"))
                printInvoice(attempt)
                session.commit()
                print("office: committed")
            except PrinterError as e:
                session.rollback()
                print(f"office: rolled back, as {e}")
        consumer.close()

        mailbox = session.createConsumer(invoices)
        invoice = mailbox.receive(10000)
        assert isinstance(invoice, TextMessage)
        print(f"customer: got {invoice.getText()}")
        more = "nothing" if mailbox.receive(500) is None else "something"
        print(f"customer: got {more} else")
        session.commit()


def printInvoice(attempt: int) -> None:
    if attempt == 1:
        raise PrinterError("the printer has no paper")


if __name__ == "__main__":
    main(sys.argv[1:])
