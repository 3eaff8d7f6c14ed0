"""The stores that are measured, by name: jmslike on a folder, its engine alone, and their peers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from benchmarks import durable_peers
from benchmarks.durable_peers import BATCH, BODY, Work
from jmslike import BytesMessage, ConnectionFactory, Queue, Session
from jmslike.envelope import Envelope
from jmslike_transports.native.record_format import EnvelopeFormat
from native_engine import Engine
from native_engine.journal import Journal
from native_engine.journal.folder import FolderFiles


def message_of(session: Session, body: bytes = BODY) -> BytesMessage:
    """Return a message, as a user would make it."""
    message = session.create_bytes_message()
    message.write_bytes(body)
    return message


class Store(Protocol):
    """What keeps messages in a folder."""

    def sender(self) -> Work:
        """Return what sends one message, for a thread of its own."""

    def cycle(self) -> Work:
        """Return what sends a message, receives and acknowledges it."""

    def close(self) -> None:
        """Close the store."""


class Batching(Store, Protocol):
    """A store with transactions."""

    def batch(self) -> Work:
        """Return what sends a hundred messages in one transaction."""


class Jmslike:
    """The durable engine. Acknowledgements of CLIENT_ACKNOWLEDGE are synced before the call returns."""

    mode = Session.CLIENT_ACKNOWLEDGE

    def __init__(self, folder: Path) -> None:
        self._connection = ConnectionFactory(f"native://{folder}").create_connection()
        self._connection.start()

    def sender(self) -> Work:
        session = self._connection.create_session()
        producer = session.create_producer(session.create_queue("q"))
        return lambda: producer.send(message_of(session))

    def cycle(self) -> Work:
        session = self._connection.create_session(False, self.mode)
        there = session.create_queue("q")
        producer, consumer = session.create_producer(there), session.create_consumer(there)
        acknowledges = self.mode == Session.CLIENT_ACKNOWLEDGE

        def cycle() -> None:
            producer.send(message_of(session))
            message = consumer.receive()
            assert message is not None
            if acknowledges:
                message.acknowledge()

        return cycle

    def batch(self) -> Work:
        """Send a hundred in one transaction."""
        session = self._connection.create_session(True)
        producer = session.create_producer(session.create_queue("q"))

        def batch() -> None:
            for _ in range(BATCH):
                producer.send(message_of(session))
            session.commit()

        return batch

    def close(self) -> None:
        self._connection.close()


class JmslikeAuto(Jmslike):
    """AUTO_ACKNOWLEDGE: an acknowledgement is written before the call returns, and rides on the next sync."""

    mode = Session.AUTO_ACKNOWLEDGE


class BareEngine:
    """The engine alone, with one record that the API made."""

    def __init__(self, folder: Path) -> None:
        self._engine = Engine(journal=Journal(FolderFiles.lock(str(folder)), EnvelopeFormat()))
        self._record = Envelope.make(id="ID:1", destination=Queue("q"), kind="bytes", body=BODY)

    def sender(self) -> Work:
        sender = self._engine.sender("queue", "q")
        return lambda: sender.send(self._record)

    def cycle(self) -> Work:
        send, receiver = self.sender(), self._engine.receiver("q", awaits_disk=True)

        def cycle() -> None:
            send()
            delivery = receiver.take(None)
            assert delivery is not None
            _, receipt, _ = delivery
            assert receipt is not None
            receiver.settle([receipt], None)

        return cycle

    def close(self) -> None:
        self._engine.close()


STORES: Final[dict[str, Callable[[Path], Store]]] = {
    "jmslike": Jmslike,
    "jmslike, AUTO": JmslikeAuto,
    "engine": BareEngine,
    "limit": durable_peers.Limit,
    "sqlite3": durable_peers.SQLite,
    "persist-queue": durable_peers.PersistQueue,
    "litequeue": durable_peers.DurableLiteQueue,
    "litequeue as delivered": durable_peers.LiteQueueAsDelivered,
    "huey": durable_peers.Huey,
}

BATCHING: Final[dict[str, Callable[[Path], Batching]]] = {"jmslike": Jmslike, "sqlite3": durable_peers.SQLite}
