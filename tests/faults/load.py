"""Programs at work while something fails."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from jmslike import Connection, ConnectionLostError, Session
from tests.faults.steps import PATIENCE, put, take_until, text_of

ENOUGH = 30
BATCH = 5


class Load:
    """A sender, and a receiver that acknowledges five at a time, each until the connection is lost."""

    def __init__(self, connection: Connection, name: str) -> None:
        self.confirmed: list[str] = []
        self.acknowledged: set[str] = set()
        self._connection = connection
        self._name = name
        self._flows = threading.Event()

    def __enter__(self) -> Load:
        self._pool = ThreadPoolExecutor(2)
        self._parts = [self._pool.submit(self._send), self._pool.submit(self._receive)]
        return self

    def wait_until_it_flows(self) -> None:
        assert self._flows.wait(PATIENCE)

    def __exit__(self, *failure: object) -> None:
        self._pool.shutdown(wait=False)
        for part in self._parts:
            with pytest.raises(ConnectionLostError):
                part.result(PATIENCE)

    def _send(self) -> None:
        session = self._connection.create_session()
        for number in range(1_000_000):
            put(session, self._name, [str(number)])
            self.confirmed.append(str(number))

    def _receive(self) -> None:
        session = self._connection.create_session(Session.CLIENT_ACKNOWLEDGE)
        with session.create_consumer(session.create_queue(self._name)) as consumer:
            while True:
                batch: list[str] = []
                while len(batch) < BATCH:
                    message = consumer.receive()
                    batch.append(text_of(message))
                    if len(self.acknowledged) >= ENOUGH:
                        self._flows.set()
                self.acknowledged.update(batch)  # from here on the broker may have the message
                assert message is not None
                message.acknowledge()


def check_that_nothing_is_lost(load: Load, connection: Connection, name: str) -> None:
    """Check that every confirmed message was acknowledged or is redelivered."""
    session = connection.create_session()
    consumer = session.create_consumer(session.create_queue(name))
    take_until(consumer, set(load.confirmed) - load.acknowledged)
