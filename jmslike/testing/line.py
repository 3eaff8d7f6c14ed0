"""Line: a session with a producer and a consumer of one destination."""

from __future__ import annotations

from typing import TypeVar

from jmslike import Destination, Message, Session
from jmslike.testing.provider import Provider
from jmslike.testing.steps import is_silent, put, take_text, take_texts

M = TypeVar("M", bound=Message)


class Line:
    """A connection, a session, and a producer and a consumer of one destination, a new queue unless one is given."""

    def __init__(
        self, jms: Provider, destination: Destination | None = None, session_mode: int = Session.AUTO_ACKNOWLEDGE
    ) -> None:
        self._jms = jms
        self.connection = jms.connection()
        self.session = self.connection.create_session(session_mode)
        self.destination = destination or jms.queue()
        self.consumer = self.session.create_consumer(self.destination)
        self.producer = self.session.create_producer(self.destination)

    def through(self, message: M) -> M:
        """Send the message and return it as it was received."""
        self.producer.send(message)
        return self.next(type(message))

    def next(self, kind: type[M]) -> M:
        """Receive the next message, which must come and must be of exactly this kind."""
        message = self.consumer.receive(self._jms.patience)
        assert isinstance(message, kind), f"expected a {kind.__name__}, received {message!r}"
        assert message.kind == kind.kind
        return message

    def next_text(self) -> str | None:
        """Return the text of the next message, which must come."""
        return take_text(self._jms, self.consumer)

    def next_texts(self, count: int) -> list[str | None]:
        """Return the texts of the next messages, all of which must come."""
        return take_texts(self._jms, self.consumer, count)

    def send_texts(self, *texts: str) -> None:
        """Send these texts, in this order."""
        put(self.session, self.destination, *texts)

    def is_silent(self) -> bool:
        """Whether no message comes for a while."""
        return is_silent(self._jms, self.consumer)
