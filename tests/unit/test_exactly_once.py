"""Threads with sessions of their own on one connection: each message reaches one receiver, once and in order."""

from __future__ import annotations

import threading
from collections import Counter

import pytest

from jmslike import ConnectionFactory, Session, TextMessage, forget

pytestmark = pytest.mark.slow

SENDERS = RECEIVERS = 4
EACH = 25_000
URL = "native://exactly-once"


@pytest.mark.parametrize("mode", [Session.AUTO_ACKNOWLEDGE, Session.CLIENT_ACKNOWLEDGE], ids=["auto", "client"])
def test_four_senders_and_four_receivers_share_100_000_messages(mode: int) -> None:
    """CONN-21, CONS-21, ORD-01: exactly once, and in the order of each sender at each receiver."""
    received: list[list[str]] = [[] for _ in range(RECEIVERS)]

    with ConnectionFactory(URL).create_connection() as connection:
        connection.start()

        def send(number: int) -> None:
            with connection.create_session() as session:
                producer = session.create_producer(session.create_queue("work"))
                for count in range(EACH):
                    producer.send(session.create_text_message(f"{number}:{count}"))

        def receive(number: int) -> None:
            with connection.create_session(mode) as session:
                consumer = session.create_consumer(session.create_queue("work"))
                while (message := consumer.receive(2)) is not None:
                    assert isinstance(message, TextMessage)
                    received[number].append(message.text or "")
                    message.acknowledge()

        threads = [threading.Thread(target=send, args=(number,)) for number in range(SENDERS)]
        threads += [threading.Thread(target=receive, args=(number,)) for number in range(RECEIVERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        assert not any(thread.is_alive() for thread in threads)
    forget(URL)

    counts = Counter(text for texts in received for text in texts)
    assert len(counts) == SENDERS * EACH
    assert set(counts.values()) == {1}
    for texts in received:
        for number in range(SENDERS):
            own = [int(text.partition(":")[2]) for text in texts if text.startswith(f"{number}:")]
            assert own == sorted(own)
