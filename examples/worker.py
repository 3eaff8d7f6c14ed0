"""A worker that is stopped by SIGTERM: what it has begun it finishes, what it has not begun stays in the queue.

Run it with a URL to use another provider: python worker.py native:///var/lib/shop

This demonstration sends itself some orders, and then the signal that a process manager would send.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

from jmslike import JMSError, Message
from jmslike.listening import JmsTemplate, jms_listener, listen

ORDERS = "queue://worker.orders"
SENT = 40

packed: list[str] = []
half_way = threading.Event()


@jms_listener(ORDERS, concurrency=2)
def pack(message: Message) -> None:
    """Pack an order. If this raises, the order comes again; when it returns, the order is done."""
    order = message.get_body(str)
    assert order is not None
    threading.Event().wait(0.01)  # the work
    packed.append(order)
    if len(packed) >= SENT // 2:
        half_way.set()


def process_manager() -> None:
    """Ask the worker to stop while it works, as systemd or Kubernetes do."""
    half_way.wait(60)
    os.kill(os.getpid(), signal.SIGTERM)


def main(url: str) -> None:
    """Send orders, work until the signal, and count what was left."""
    with JmsTemplate(url) as template:
        for number in range(SENT):
            template.send(ORDERS, f"order {number}")
        threading.Thread(target=process_manager, daemon=True).start()
        listen(url, pack).run()
        left = 0
        while template.receive(ORDERS, timeout=1) is not None:
            left += 1
    assert len(packed) + left == SENT
    print(f"worker: packed {len(packed)} orders, left {left}")
    print("worker: closed")


if __name__ == "__main__":
    try:
        main(sys.argv[1] if len(sys.argv) > 1 else "native://")
    except JMSError as error:
        sys.exit(f"the worker failed: {error}")
