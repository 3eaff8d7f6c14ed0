"""Steps that tests of operations take."""

from __future__ import annotations

import jmslike
from jmslike import ConnectionFactory, Message, Session, TextMessage


def fill(url: str, queue: str, *texts: str) -> None:
    with jmslike.connect(url) as context:
        for text in texts:
            context.create_producer().send(context.create_queue(queue), text)


def waiting(url: str, queue: str) -> list[Message]:
    """Return what waits in the queue."""
    with jmslike.connect(url) as context, context.create_browser(context.create_queue(queue)) as browser:
        return list(browser)


def texts_in(url: str, queue: str) -> list[str | None]:
    return [message.text for message in waiting(url, queue) if isinstance(message, TextMessage)]


def die(url: str, *queues: str) -> None:
    """Have what waits in these queues become dead letters."""
    with ConnectionFactory(url, max_redeliveries=0).create_context(session_mode=Session.SESSION_TRANSACTED) as context:
        for queue in queues:
            with context.create_consumer(context.create_queue(queue)) as consumer:
                while consumer.receive_no_wait() is not None:
                    context.rollback()
