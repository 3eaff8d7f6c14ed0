"""Requestors (REQ): a request, and its one reply over a temporary destination."""

from __future__ import annotations

import pytest

from jmslike import (
    Destination,
    IllegalStateError,
    InvalidDestinationError,
    JMSError,
    QueueRequestor,
    Session,
    TemporaryQueue,
    TemporaryTopic,
    TopicRequestor,
)
from jmslike.capabilities import Feature
from jmslike.testing import Provider, Task, requires
from jmslike.testing.steps import put, take, text_of


class Service:
    """Answers requests to a destination: a connection and a session of its own."""

    def __init__(self, jms: Provider, destination: Destination) -> None:
        self._jms = jms
        self._session = jms.connection().create_session()
        self._consumer = self._session.create_consumer(destination)
        self.reply_to: Destination | None = None

    def answer(self, *texts: str, correlated: bool = True) -> Task[None]:
        """Answer the next request with these texts, in a thread of its own."""
        return self._jms.in_thread(lambda: self._answer(texts, correlated))

    def _answer(self, texts: tuple[str, ...], correlated: bool) -> None:
        request = take(self._jms, self._consumer)
        assert request.reply_to is not None
        self.reply_to = request.reply_to
        producer = self._session.create_producer(request.reply_to)
        for text in texts:
            reply = self._session.create_text_message(f"{text_of(request)} {text}")
            reply.correlation_id = request.message_id if correlated else None
            producer.send(reply)


@requires(Feature.TEMPORARY)
def test_a_queue_requestor_gives_the_reply_to_each_request(jms: Provider) -> None:
    """REQ-01, REQ-02: over one temporary queue, which it names in reply_to; one request after the other."""
    queue = jms.queue()
    service = Service(jms, queue)
    session = jms.connection().create_session()
    seen = []
    with QueueRequestor(session, queue) as requestor:
        for text in ("first", "second"):
            answering = service.answer("answered")
            assert text_of(requestor.request(session.create_text_message(text))) == f"{text} answered"
            answering.result()
            seen.append(service.reply_to)
    assert isinstance(seen[0], TemporaryQueue)
    assert seen[0] == seen[1]


@requires(Feature.TEMPORARY)
def test_a_reply_needs_no_correlation_id(jms: Provider) -> None:
    """REQ-02: many services set none."""
    queue = jms.queue()
    service = Service(jms, queue)
    session = jms.connection().create_session()
    answering = service.answer("answered", correlated=False)
    assert text_of(QueueRequestor(session, queue).request(session.create_text_message("plain"))) == "plain answered"
    answering.result()


@requires(Feature.TEMPORARY)
def test_a_request_stamps_the_message_as_a_send_does(jms: Provider) -> None:
    """REQ-02: the requester's message has its id and its reply_to afterwards."""
    queue = jms.queue()
    service = Service(jms, queue)
    session = jms.connection().create_session()
    requestor = QueueRequestor(session, queue)
    answering = service.answer("answered")
    message = session.create_text_message("request")
    reply = requestor.request(message)
    answering.result()
    assert reply is not None
    assert reply.correlation_id == message.message_id
    assert message.reply_to == service.reply_to


@requires(Feature.TEMPORARY)
def test_a_topic_requestor_gives_the_first_reply_and_no_stale_one(jms: Provider) -> None:
    """REQ-03: further replies are discarded before the next request."""
    topic = jms.topic()
    service = Service(jms, topic)
    session = jms.connection().create_session()
    requestor = TopicRequestor(session, topic)
    for text in ("first", "second"):
        answering = service.answer("quick", "late")
        assert text_of(requestor.request(session.create_text_message(text))) == f"{text} quick"
        answering.result()
    assert isinstance(service.reply_to, TemporaryTopic)


@requires(Feature.TEMPORARY)
@pytest.mark.parametrize("mode", [Session.SESSION_TRANSACTED, Session.CLIENT_ACKNOWLEDGE], ids=["transacted", "client"])
def test_a_requestor_needs_a_session_that_acknowledges_by_itself(jms: Provider, mode: int) -> None:
    """REQ-04: IllegalStateError for a transacted session and for CLIENT_ACKNOWLEDGE; DUPS_OK is allowed."""
    connection = jms.connection()
    session = connection.create_session(mode)
    with pytest.raises(IllegalStateError):
        QueueRequestor(session, jms.queue())
    with pytest.raises(IllegalStateError):
        TopicRequestor(session, jms.topic())
    QueueRequestor(connection.create_session(Session.DUPS_OK_ACKNOWLEDGE), jms.queue()).close()


@requires(Feature.TEMPORARY)
def test_a_requestor_needs_a_destination_and_an_open_session(jms: Provider) -> None:
    """REQ-01: None raises InvalidDestinationError, a closed session IllegalStateError."""
    session = jms.connection().create_session()
    with pytest.raises(InvalidDestinationError):
        QueueRequestor(session, None)  # type: ignore[arg-type]
    with pytest.raises(InvalidDestinationError):
        TopicRequestor(session, None)  # type: ignore[arg-type]
    session.close()
    with pytest.raises(IllegalStateError):
        QueueRequestor(session, jms.queue())
    with pytest.raises(IllegalStateError):
        TopicRequestor(session, jms.topic())


@requires(Feature.TEMPORARY)
def test_closing_a_requestor_closes_its_session_and_its_temporary_queue(jms: Provider) -> None:
    """REQ-05: a second close is silent."""
    queue = jms.queue()
    service = Service(jms, queue)
    session = jms.connection().create_session()
    requestor = QueueRequestor(session, queue)
    answering = service.answer("answered")
    requestor.request(session.create_text_message("request"))
    answering.result()
    requestor.close()
    requestor.close()
    with pytest.raises(IllegalStateError):
        session.create_message()
    message = jms.connection().create_session().create_message()
    with pytest.raises(IllegalStateError):
        requestor.request(message)


@requires(Feature.TEMPORARY)
def test_closing_a_requestor_deletes_its_temporary_queue(jms: Provider) -> None:
    """REQ-05, CONN-19, DST-10: no connection can send to it any more."""
    queue = jms.queue()
    service = Service(jms, queue)
    session = jms.connection().create_session()
    requestor = QueueRequestor(session, queue)
    answering = service.answer("answered")
    requestor.request(session.create_text_message("request"))
    answering.result()
    requestor.close()
    assert service.reply_to is not None
    with pytest.raises(InvalidDestinationError):
        put(jms.connection().create_session(), service.reply_to, "too late")


@requires(Feature.TEMPORARY)
def test_a_request_may_end_without_a_reply(jms: Provider) -> None:
    """REQ-05: with a timeout, request returns None, and a late reply is not taken for the reply to the next request."""
    queue = jms.queue()
    session = jms.connection().create_session()
    requestor = QueueRequestor(session, queue)
    assert requestor.request(session.create_text_message("first"), timeout=jms.silence) is None
    service = Service(jms, queue)
    service.answer("late").result()
    answering = service.answer("in time")
    assert text_of(requestor.request(session.create_text_message("second"))) == "second in time"
    answering.result()
    with pytest.raises((JMSError, ValueError)):
        requestor.request(session.create_text_message("third"), timeout=-1)
