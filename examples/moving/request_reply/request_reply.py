"""A shop asks for prices and waits for each reply. Arguments: [URL [server|client]]."""

import sys
import threading
from contextlib import ExitStack

from jmslike import JMSContext, JMSError, Message, connect
from jmslike.listening import ListenerContainer

ITEMS = ["desk lamp", "backpack"]
REQUESTS = "moving.price.requests"


def main(url: str = "stomp://localhost:61613", side: str = "both") -> None:
    answered = threading.Semaphore(0)

    def answer(request: Message) -> str:
        """Return the reply: the container sends it, with the request's correlation id."""
        item = request.get_body(str)
        print(f"server: answers for {item}")
        answered.release()
        return "32.50" if item == "desk lamp" else "46.00"

    with ExitStack() as running:
        if side != "client":
            running.enter_context(ListenerContainer(url, f"queue://{REQUESTS}", answer))
        if side != "server":
            ask(running.enter_context(connect(url)))
        if side != "client":
            for _ in ITEMS:
                if not answered.acquire(timeout=10):
                    raise JMSError("a request did not come")


def ask(context: JMSContext) -> None:
    requests, replies = context.create_queue(REQUESTS), context.create_temporary_queue()
    producer = context.create_producer().set_reply_to(replies)
    with context.create_consumer(replies) as consumer:
        for item in ITEMS:
            producer.set_correlation_id(f"price of {item}").send(requests, item)
            reply = consumer.receive(10)
            if reply is None:
                raise JMSError("no reply came")
            print(f"shop: {reply.correlation_id}: {reply.get_body(str)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
