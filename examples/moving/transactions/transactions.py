"""An office takes an order from one queue and sends its invoice to another, both or neither. Arguments: [URL]."""

import sys

from jmslike import ConnectionFactory, JMSContext, JMSError


class PrinterError(Exception):
    pass


def main(url: str = "stomp://localhost:61613") -> None:
    with ConnectionFactory(url).create_context(session_mode=JMSContext.SESSION_TRANSACTED) as context:
        orders, invoices = context.create_queue("moving.paid"), context.create_queue("moving.invoices")
        producer = context.create_producer()
        producer.send(orders, "order 1")
        context.commit()

        with context.create_consumer(orders) as consumer:
            for attempt in (1, 2):
                order = consumer.receive(10)
                if order is None:
                    raise JMSError("no order came")
                print(f"office: received {order.get_body(str)}{' again' if order.redelivered else ''}")
                try:
                    producer.send(invoices, f"invoice for {order.get_body(str)}")
                    print_invoice(attempt)
                    context.commit()
                    print("office: committed")
                except PrinterError as error:
                    context.rollback()
                    print(f"office: rolled back, as {error}")

        mailbox = context.create_consumer(invoices)
        invoice = mailbox.receive_body(str, 10)
        if invoice is None:
            raise JMSError("no invoice came")
        print(f"customer: got {invoice}")
        print(f"customer: got {'something' if mailbox.receive(0.5) else 'nothing'} else")
        context.commit()


def print_invoice(attempt: int) -> None:
    if attempt == 1:
        raise PrinterError("the printer has no paper")


if __name__ == "__main__":
    main(*sys.argv[1:])
