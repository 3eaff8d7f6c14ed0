"""Requests and replies (section 4.1.7)."""

from __future__ import annotations

from typing import Any

import pytest

from jmslike.constants import SessionMode
from jmslike.errors import ConnectionLostError, IllegalStateError, InvalidDestinationError, JMSError
from jmslike.message import Message
from jmslike.requestor import QueueRequestor, TopicRequestor
from jmslike.session import Session
from jmslike.spi import Envelope, Headers
from tests.unit.core.fake import QUEUE, TOPIC, FakeBroker, Task, connection_of, text


def reply_to(request: Envelope, body: str, **fields: Any) -> Envelope:
    assert request.headers.reply_to is not None
    return text(body, request.headers.reply_to, **fields)


def request(broker: FakeBroker, requestor: QueueRequestor | TopicRequestor, *arguments: Any) -> tuple[Any, Envelope]:
    """Begin a request; return the call and the envelope that it sent."""
    before = len(broker.named("send"))
    message = requestor._session.create_text_message("question")
    task = Task(requestor.request, message, *arguments)
    broker.until(lambda: len(broker.named("send")) > before)
    return task, broker.named("send")[-1][1]


def body(message: Message | None) -> object:
    return None if message is None else message._body


def test_a_queue_requestor_waits_for_the_reply_on_a_queue_of_its_own(broker: FakeBroker) -> None:
    session = broker.session()
    requestor = QueueRequestor(session, QUEUE)
    task, sent = request(broker, requestor)
    assert sent.destination == QUEUE
    assert sent.headers.reply_to == broker.named("subscribe")[0][1].destination
    assert broker.named("create_temporary")[0][1].__name__ == "TemporaryQueue"
    broker.put(reply_to(sent, "answer"))
    assert body(task.end()) == "answer"


def test_a_topic_requestor_waits_for_the_reply_on_a_topic_of_its_own(broker: FakeBroker) -> None:
    requestor = TopicRequestor(broker.session(SessionMode.DUPS_OK_ACKNOWLEDGE), TOPIC)
    task, sent = request(broker, requestor)
    assert sent.destination == TOPIC
    assert broker.named("create_temporary")[0][1].__name__ == "TemporaryTopic"
    broker.put(reply_to(sent, "answer"))
    assert body(task.end()) == "answer"


def test_late_replies_to_other_requests_are_left_out(broker: FakeBroker) -> None:
    requestor = QueueRequestor(broker.session(), QUEUE)
    task, first = request(broker, requestor, 5)
    broker.clock.until_waiting()
    broker.clock.advance(5)
    assert task.end() is None
    broker.put(reply_to(first, "late"))
    task, second = request(broker, requestor, 5)
    broker.put(reply_to(second, "later", headers=Headers(first.id)))
    broker.put(reply_to(second, "right", headers=Headers(second.id)))
    assert body(task.end()) == "right"


def unanswered(broker: FakeBroker, requestor: QueueRequestor) -> Envelope:
    """Make a request that times out without a reply; return its envelope."""
    task, sent = request(broker, requestor, 5)
    broker.clock.until_waiting()
    broker.clock.advance(5)
    assert task.end() is None
    return sent


def test_a_reply_may_carry_the_requests_own_correlation_id(broker: FakeBroker) -> None:
    requestor = QueueRequestor(broker.session(), QUEUE)
    earlier = unanswered(broker, requestor)
    message = requestor._session.create_text_message("question")
    message.correlation_id = "c"
    sends = len(broker.named("send"))
    task = Task(requestor.request, message)
    broker.until(lambda: len(broker.named("send")) > sends)
    sent = broker.named("send")[-1][1]
    broker.put(reply_to(sent, "wrong", headers=Headers(earlier.id)))
    broker.put(reply_to(sent, "right", headers=Headers("c")))
    assert body(task.end()) == "right"


def test_a_reply_may_carry_an_id_that_only_the_provider_knows(broker: FakeBroker) -> None:
    requestor = QueueRequestor(broker.session(), QUEUE)
    task, sent = request(broker, requestor)
    broker.put(reply_to(sent, "right", headers=Headers("ID:the-brokers-own")))
    assert body(task.end()) == "right"


def test_replies_to_others_do_not_give_more_time(broker: FakeBroker) -> None:
    requestor = QueueRequestor(broker.session(), QUEUE)
    earlier = unanswered(broker, requestor)
    task, sent = request(broker, requestor, 5)
    broker.clock.until_waiting()
    broker.clock.advance(3)
    broker.put(reply_to(sent, "wrong", headers=Headers(earlier.id)))
    broker.until(lambda: ("take", 2.0, True) in broker.calls)
    broker.clock.until_waiting()
    broker.clock.advance(2)
    assert task.end() is None


def test_without_a_timeout_a_request_waits_forever(broker: FakeBroker) -> None:
    requestor = QueueRequestor(broker.session(), QUEUE)
    task, sent = request(broker, requestor)
    broker.clock.until_waiting()
    broker.clock.advance(1e9)
    assert task.goes_on()
    broker.put(reply_to(sent, "answer"))
    assert body(task.end()) == "answer"


@pytest.mark.parametrize("wrong", [-1, "5"])
def test_a_bad_timeout_is_refused_before_anything_is_sent(broker: FakeBroker, wrong: Any) -> None:
    requestor = QueueRequestor(broker.session(), QUEUE)
    with pytest.raises(ValueError, match="timeout"):
        requestor.request(requestor._session.create_message(), wrong)
    assert broker.named("send") == []


@pytest.mark.parametrize("mode", [0, 2, 4])
def test_a_requestor_needs_a_session_that_acknowledges_by_itself(broker: FakeBroker, mode: int) -> None:
    with pytest.raises(IllegalStateError, match="acknowledges by itself"):
        QueueRequestor(broker.session(mode), QUEUE)
    assert broker.named("create_temporary") == []


@pytest.mark.parametrize(
    ("kind", "wrong"), [(QueueRequestor, None), (QueueRequestor, TOPIC), (TopicRequestor, QUEUE), (TopicRequestor, "t")]
)
def test_a_requestor_needs_a_destination_of_its_kind(broker: FakeBroker, kind: Any, wrong: Any) -> None:
    with pytest.raises(InvalidDestinationError, match="requests go to a"):
        kind(broker.session(), wrong)
    assert broker.named("create_temporary") == []


@pytest.mark.parametrize(("kind", "destination"), [(QueueRequestor, QUEUE), (TopicRequestor, TOPIC)])
def test_closing_closes_the_session_and_deletes_the_destination(
    broker: FakeBroker, kind: Any, destination: object
) -> None:
    session = broker.session()
    with kind(session, destination) as requestor:
        broker.calls.clear()
    assert [call[0] for call in broker.calls if call[0] != "interrupt"] == [
        "close sender",
        "close subscription",
        "delete_temporary",
        "close link",
    ]
    requestor.close()
    assert not session._state.is_open
    with pytest.raises(IllegalStateError, match="closed"):
        requestor.request(Session, 0)
    with pytest.raises(IllegalStateError, match="session is closed"):
        kind(session, destination)


def test_closing_after_the_connection_is_silent(broker: FakeBroker) -> None:
    session = broker.session()
    requestor = QueueRequestor(session, QUEUE)
    connection_of(session).close()
    requestor.close()
    assert broker.named("delete_temporary") == []


@pytest.mark.parametrize("error", [InvalidDestinationError("it has ended"), ConnectionLostError("the link is gone")])
def test_closing_after_the_destination_has_ended_is_silent_and_closes_the_session(
    broker: FakeBroker, error: JMSError
) -> None:
    session = broker.session()
    requestor = QueueRequestor(session, QUEUE)
    broker.at("delete_temporary", error)
    requestor.close()
    assert not session._state.is_open


def test_a_destination_that_cannot_be_deleted_is_an_error_and_the_session_closes(broker: FakeBroker) -> None:
    session = broker.session()
    requestor = QueueRequestor(session, QUEUE)
    broker.at("delete_temporary", JMSError("it has a consumer"))
    with pytest.raises(JMSError, match="it has a consumer"):
        requestor.close()
    assert not session._state.is_open
