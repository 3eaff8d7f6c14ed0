"""Payments in two sessions of a listener container, each in a transaction. Arguments: [URL]."""

import sys
import threading

from jmslike import JMSError, Message
from jmslike.listening import JmsTemplate, jms_listener, listen

COUNT = 4
PAYMENTS = "queue://moving.payments"

charged: set[str] = set()
done = threading.Semaphore(0)


@jms_listener(PAYMENTS, concurrency=2)
def charge(message: Message) -> None:
    """Charge an order. If this raises, the order comes again; when it returns, the order is done."""
    order = message.get_body(str)
    if order == "order 3" and not message.redelivered:
        raise OSError("the bank did not answer")
    charged.add(f"{order} (second attempt)" if message.redelivered else f"{order}")
    done.release()


def main(url: str = "stomp://localhost:61613") -> None:
    with listen(url, charge), JmsTemplate(url) as template:
        for number in range(1, COUNT + 1):
            template.send(PAYMENTS, f"order {number}")
        for _ in range(COUNT):
            if not done.acquire(timeout=10):
                raise JMSError("an order was not charged")
    for order in sorted(charged):
        print(f"payment: charged {order}")


if __name__ == "__main__":
    main(*sys.argv[1:])
