"""No wait polls: a process whose sessions wait uses no processor time."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from jmslike import ConnectionFactory

SESSIONS = 50
IDLE = 0.5
MOST_BUSY = 0.02
"""Of the idle time; each session that looked for messages every 10 ms would alone use about this much."""


def test_waiting_uses_no_processor_time() -> None:
    """50 sessions with listeners and five blocked receivers, all idle."""
    with ThreadPoolExecutor(5) as pool, ConnectionFactory("native://idle").create_connection() as connection:
        heard = threading.Semaphore(0)
        for number in range(SESSIONS):
            session = connection.create_session()
            there = session.create_queue(f"q{number}") if number % 2 else session.create_topic(f"t{number}")
            session.create_consumer(there).message_listener = lambda message: heard.release()
        receivers = [connection.create_session() for _ in range(5)]
        blocked = [
            pool.submit(session.create_consumer(session.create_queue("nothing")).receive) for session in receivers
        ]
        connection.start()

        session = connection.create_session()
        session.create_producer(session.create_queue("q1")).send(session.create_message())
        assert heard.acquire(timeout=10)  # the listeners are at work

        start = time.process_time()
        threading.Event().wait(IDLE)
        used = time.process_time() - start

        assert not any(waiting.done() for waiting in blocked)
    assert used < IDLE * MOST_BUSY
