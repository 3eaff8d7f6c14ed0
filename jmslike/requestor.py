"""QueueRequestor and TopicRequestor (section 4.1.7): a request and its reply in one call.

A requestor belongs to the thread of its session.
"""

from __future__ import annotations

from jmslike.constants import SessionMode
from jmslike.destinations import Destination, Queue, Topic
from jmslike.durations import Duration, waiting_time
from jmslike.errors import ConnectionLostError, IllegalStateError, InvalidDestinationError
from jmslike.message import Message
from jmslike.session import Session


def check_requests(session: Session, destination: object, kind: type[Destination]) -> None:
    """Raise IllegalStateError for a session that cannot make requests, InvalidDestinationError for another kind."""
    automatic = (SessionMode.AUTO_ACKNOWLEDGE, SessionMode.DUPS_OK_ACKNOWLEDGE)
    if session.acknowledge_mode not in automatic:
        raise IllegalStateError("a requestor needs a session that is not transacted and acknowledges by itself")
    if not isinstance(destination, kind):
        raise InvalidDestinationError(f"requests go to a {kind.__name__.lower()}, not to {destination!r}")


class Unanswered:
    """The ids of requests that were given up: their replies, which come late, answer no later request."""

    def __init__(self) -> None:
        self._ids: set[str | None] = set()

    def add(self, request: Message) -> None:
        """Note a request that was given up."""
        self._ids |= _ids_of(request) - {None}

    def is_reply(self, reply: Message, request: Message) -> bool:
        """Whether the reply is not that of an earlier request."""
        return reply.correlation_id in _ids_of(request) or reply.correlation_id not in self._ids


def _ids_of(request: Message) -> set[str | None]:
    # a service may answer with an id that only its provider knows
    return {request.message_id, request.correlation_id}


class _Requestor:
    """Sends requests to one destination and waits for replies on a temporary one of its own."""

    def __init__(self, session: Session, destination: Destination, kind: type[Destination]) -> None:
        check_requests(session, destination, kind)
        self._open = True
        self._unanswered = Unanswered()
        self._session = session
        self._reply_to = session.create_temporary_queue() if kind is Queue else session.create_temporary_topic()
        self._producer = session.create_producer(destination)
        self._consumer = session.create_consumer(self._reply_to)

    def request(self, message: Message, timeout: Duration | None = None) -> Message | None:
        """Send the message with JMSReplyTo set, and wait for its reply: forever, or `timeout` (seconds or a timedelta).

        Late replies to earlier requests, by their correlation ids, are left out. Returns None when the time is up.
        Raises what send and receive raise.
        """
        limit = waiting_time(timeout)
        clock = self._session._state.connection.clock
        deadline = None if limit is None else clock.monotonic() + limit
        while self._consumer.receive_no_wait() is not None:
            pass  # late replies to earlier requests
        message.reply_to = self._reply_to
        self._producer.send(message)
        while True:
            remaining = None if deadline is None else max(0.0, deadline - clock.monotonic())
            reply = self._consumer._receive(remaining)
            if reply is None:
                self._unanswered.add(message)
                return None
            if self._unanswered.is_reply(reply, message):
                return reply

    def close(self) -> None:
        """Delete the temporary destination, and close the session of the constructor. A second call does nothing."""
        if not self._open:
            return
        self._open = False
        try:
            self._producer.close()
            self._consumer.close()
            self._reply_to.delete()
        except (IllegalStateError, InvalidDestinationError, ConnectionLostError):
            pass  # the connection is closed or lost already, and the destination with it
        finally:
            self._session.close()


class QueueRequestor(_Requestor):
    """Requests to a queue. Raises InvalidDestinationError for None; IllegalStateError for a closed session, or one that
    is transacted or needs acknowledging.
    """

    def __init__(self, session: Session, queue: Queue) -> None:
        super().__init__(session, queue, Queue)

    def __enter__(self) -> QueueRequestor:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


class TopicRequestor(_Requestor):
    """Requests to a topic; only the first reply is returned. Raises as QueueRequestor does."""

    def __init__(self, session: Session, topic: Topic) -> None:
        super().__init__(session, topic, Topic)

    def __enter__(self) -> TopicRequestor:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()
