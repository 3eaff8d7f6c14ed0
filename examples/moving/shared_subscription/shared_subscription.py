"""Two auditors share the sales of a topic, and the manager gets all of them. Arguments: [URL]."""

import queue
import sys

from jmslike import Message
from jmslike.listening import JmsTemplate, ListenerContainer

SALES = 6
TOPIC = "topic://moving.sales"


class Listener:
    def __init__(self, who: str) -> None:
        self.who = who
        self.heard: queue.SimpleQueue[str] = queue.SimpleQueue()

    def __call__(self, message: Message) -> None:
        self.heard.put(str(message.get_body(str)))

    def show(self) -> None:
        sales = sorted(self.heard.get(timeout=10) for _ in range(SALES))  # which auditor is faster, is chance
        print(f"{self.who}: noted {', '.join(sales)}")


def main(url: str = "stomp://localhost:61613") -> None:
    auditors, manager = Listener("auditors"), Listener("manager")
    with (
        ListenerContainer(url, TOPIC, auditors, subscription="auditors", concurrency=2),
        ListenerContainer(url, TOPIC, manager),
        JmsTemplate(url) as shop,
    ):
        for number in range(1, SALES + 1):
            shop.send(TOPIC, f"sale {number}")
        auditors.show()
        manager.show()


if __name__ == "__main__":
    main(*sys.argv[1:])
