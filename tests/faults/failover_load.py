"""Programs whose connections outlive the broker: none of them connects again by itself.

A sender sends persistent messages to two queues in turn, and sends again what raised. One queue has a consumer that
acknowledges and one that works in transactions, the other a container of eight listeners.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from jmslike import (
    Connection,
    ConnectionFactory,
    ConnectionLostError,
    JMSError,
    Message,
    MessageConsumer,
    ResourceAllocationError,
    Session,
    TransactionInDoubtError,
    TransactionRolledBackError,
)
from jmslike.listening import ListenerContainer
from tests.faults.tally import Tally, put_number

RECEIVED, LISTENED = QUEUES = "marked.failover", "marked.listened"
LISTENERS: Final = 8
BATCH: Final = 5
"""Messages that are acknowledged or committed together."""
LOOK: Final = 0.1
"""Seconds after which a consumer looks whether it is to end."""
PAUSE: Final = 0.1
"""Seconds before a message is sent again."""
MAX_DELAY: Final = 1


class FailoverLoad:
    """One run of these programs."""

    def __init__(self, urls: str, messages: int, **options: Any) -> None:
        """`urls`: those of one host or more, with commas; `options` are the connection factory's."""
        self.tally = Tally(messages)
        self.interrupted = threading.Event()
        """Set when a link is lost; a test clears it."""
        self._factory = ConnectionFactory(f"failover:({urls})?max_delay={MAX_DELAY}", **options)

    def on_interrupted(self, error: JMSError) -> None:
        """See LinkListener."""
        self.interrupted.set()

    def on_restored(self, url: str) -> None:
        """See LinkListener."""

    def parts(self) -> Sequence[Callable[[], object]]:
        """Return the programs, each for a thread of its own; they work until the tally is closed."""
        return self._send, self._receive, self._listen

    def _send(self) -> None:
        with self._connected() as connection, connection.create_session() as session:
            producers = [session.create_producer(session.create_queue(name)) for name in QUEUES]
            number = 0
            while number < self.tally.wanted and not self.tally.over.is_set():
                message = session.create_message()
                put_number(message, number)
                try:
                    producers[number % len(producers)].send(message)
                except (ConnectionLostError, ResourceAllocationError):
                    self.tally.sent_again()
                    self.tally.over.wait(PAUSE)  # a cluster that looks for a new leader refuses at once
                else:
                    number += 1

    def _receive(self) -> None:
        """Two sessions of one connection: Artemis does not tell another one what it had delivered over STOMP."""
        with self._connected() as connection, ThreadPoolExecutor(2) as pool:
            programs = [
                pool.submit(self._consume, connection, Session.CLIENT_ACKNOWLEDGE, self._acknowledge),
                pool.submit(self._consume, connection, Session.SESSION_TRANSACTED, self._commit),
            ]
            for program in programs:
                program.result()

    def _acknowledge(self, _session: Session, consumer: MessageConsumer) -> None:
        batch = self._batch(consumer)
        self.tally.done(number for number, _ in batch)
        if batch:
            batch[-1][1].acknowledge()

    def _commit(self, session: Session, consumer: MessageConsumer) -> None:
        batch = self._batch(consumer)
        try:
            session.commit()
        except TransactionRolledBackError:
            return
        except TransactionInDoubtError:
            pass  # what was not committed comes again
        self.tally.done(number for number, _ in batch)

    def _batch(self, consumer: MessageConsumer) -> list[tuple[int, Message]]:
        received = (consumer.receive(LOOK) for _ in range(BATCH))
        return [(self.tally.came(message), message) for message in received if message is not None]

    def _consume(self, connection: Connection, mode: int, work: Callable[[Session, MessageConsumer], None]) -> None:
        with connection.create_session(mode) as session:
            consumer = session.create_consumer(session.create_queue(RECEIVED))
            while not self.tally.over.is_set():
                work(session, consumer)

    def _listen(self) -> None:
        def listen(message: Message) -> None:
            self.tally.done([self.tally.came(message)])

        with ListenerContainer(self._factory, LISTENED, listen, concurrency=LISTENERS) as container:
            self.tally.over.wait()
            assert container.is_running

    def _connected(self) -> Connection:
        connection = self._factory.create_connection()
        connection.link_listener = self
        connection.start()
        return connection
