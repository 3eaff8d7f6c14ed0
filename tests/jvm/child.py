"""What a child process does, which `multiprocessing` imports by its name."""

from __future__ import annotations

import jmslike


def work(url: str, name: str) -> None:
    """Send a message and receive it, by a connection of its own."""
    with jmslike.connect(url) as context:
        queue = context.create_queue(name)
        consumer = context.create_consumer(queue)
        context.create_producer().send(queue, "works")
        assert consumer.receive(20) is not None
