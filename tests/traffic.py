"""Traffic of every kind that leaves nothing behind, for the soak tests."""

from __future__ import annotations

import threading
import time
from types import TracebackType

from jmslike import ConnectionFactory, Message, MessageConsumer, MessageProducer, Session

BURST = 50
MODES = (
    Session.AUTO_ACKNOWLEDGE,
    Session.CLIENT_ACKNOWLEDGE,
    Session.DUPS_OK_ACKNOWLEDGE,
    Session.INDIVIDUAL_ACKNOWLEDGE,
    Session.SESSION_TRANSACTED,
)


class Traffic:
    """A connection with traffic in every acknowledgement mode, by a listener and over destinations that go away."""

    def __init__(self, url: str = "native://soak") -> None:
        self.connection = ConnectionFactory(url).create_connection()
        self.connection.start()
        self.lines = [Line(self.connection.create_session(mode), f"queue-{mode}") for mode in MODES]
        self.heard = Heard(self.connection.create_session())

    def __enter__(self) -> Traffic:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()

    def flow(self, messages: int) -> None:
        """Send and receive at least that many messages."""
        while messages > 0:
            for line in self.lines:
                line.burst()
            self.heard.burst()
            self.passing()
            messages -= BURST * (len(self.lines) + 2)

    def passing(self) -> None:
        """Use a session, a temporary queue, a selector and a durable subscription that then go away."""
        with self.connection.create_session() as session:
            queue = session.create_temporary_queue()
            with (
                session.create_consumer(queue, "number < 1000") as consumer,
                session.create_producer(queue) as producer,
            ):
                send(session, producer, BURST)
                receive(consumer, BURST)
            queue.delete()
            topic = session.create_topic("passing")
            with session.create_shared_durable_consumer(topic, "passing"):
                pass
            session.unsubscribe("passing")


class Line:
    """A queue whose messages are received by the session that sends them."""

    def __init__(self, session: Session, name: str) -> None:
        self.session = session
        queue = session.create_queue(name)
        self.producer = session.create_producer(queue)
        self.consumer = session.create_consumer(queue)

    def burst(self) -> None:
        """Send and receive a burst, where it can be, twice; beside it, a consumer comes and goes."""
        session = self.session
        session.create_consumer(session.create_topic("passing")).close()
        send(session, self.producer, BURST)
        if session.transacted:
            session.commit()
            receive(self.consumer, BURST)
            session.rollback()
            receive(self.consumer, BURST)
            session.commit()
        elif session.acknowledge_mode == Session.CLIENT_ACKNOWLEDGE:
            receive(self.consumer, BURST)
            session.recover()
            receive(self.consumer, BURST)[-1].acknowledge()
        else:
            for message in receive(self.consumer, BURST):
                message.acknowledge()


class Heard:
    """A topic with a listener."""

    def __init__(self, session: Session) -> None:
        self.session = session
        topic = session.create_topic("heard")
        self.producer = session.create_producer(topic)
        self.arrived = threading.Semaphore(0)
        session.create_consumer(topic).message_listener = lambda message: self.arrived.release()

    def burst(self) -> None:
        """Send a burst and wait until it was heard."""
        send(self.session, self.producer, BURST)
        for _ in range(BURST):
            assert self.arrived.acquire(timeout=30)


def send(session: Session, producer: MessageProducer, count: int) -> None:
    """Send messages that carry a body, a property, an expiry and a group that each of them closes."""
    for number in range(count):
        message = session.create_text_message(f"message {number}")
        message.set_int_property("number", number)
        message.set_string_property("JMSXGroupID", f"group {time.monotonic_ns()}")
        message.set_int_property("JMSXGroupSeq", -1)
        producer.send(message, time_to_live=3600)


def receive(consumer: MessageConsumer, count: int) -> list[Message]:
    """Receive that many messages."""
    received = [consumer.receive(30) for _ in range(count)]
    return [message for message in received if message is not None]
