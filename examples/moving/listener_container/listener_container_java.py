"""Payments in two sessions of a listener container, each in a transaction. Arguments: [URL]."""

import sys
import threading

from jmslike.java import ConnectionFactory, JMSException, Message, MessageListener, TextMessage
from jmslike.listening import JmsTemplate, ListenerContainer

COUNT = 4


class PaymentBean(MessageListener):
    """What was a message-driven bean, with its activation properties as settings of the container."""

    def __init__(self) -> None:
        self.charged: set[str] = set()
        self.done = threading.Semaphore(0)

    def onMessage(self, message: Message) -> None:
        assert isinstance(message, TextMessage)
        order = message.getText()
        if order == "order 3" and not message.getJMSRedelivered():
            raise OSError("the bank did not answer")  # rolled back, and delivered again
        self.charged.add(f"{order}{' (second attempt)' if message.getJMSRedelivered() else ''}")
        self.done.release()


def main(args: list[str]) -> None:
    url = args[0] if len(args) > 0 else "stomp://localhost:61613"
    factory = ConnectionFactory(url)
    bean = PaymentBean()
    container = ListenerContainer(factory, "moving.payments", bean.onMessage, concurrency=2)
    container.start()
    try:
        with JmsTemplate(factory) as template:
            for number in range(1, COUNT + 1):
                template.send("moving.payments", f"order {number}")
        for _ in range(COUNT):
            if not bean.done.acquire(timeout=10):
                raise JMSException("an order was not charged")
    finally:
        container.stop()
    for order in sorted(bean.charged):
        print(f"payment: charged {order}")


if __name__ == "__main__":
    main(sys.argv[1:])
