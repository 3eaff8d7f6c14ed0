"""What a listener returns goes to JMSReplyTo, in the transaction of its message."""

from __future__ import annotations

from typing import Any

import pytest

import jmslike
from jmslike import (
    BytesMessage,
    ConnectionFactory,
    InvalidDestinationError,
    JMSContext,
    MapMessage,
    Message,
    Queue,
    QueueRequestor,
    Session,
    TemporaryQueue,
    TextMessage,
    TransactionRolledBackError,
)
from jmslike.converters import JsonConverter
from jmslike.listening import ListenerContainer
from jmslike.spi import NO_HEADERS
from tests.unit.core.fake import QUEUE, FakeBroker, text
from tests.unit.listening.steps import FakeConnections, eventually, put, rest

PATIENCE = 10


def ask(context: JMSContext, **settings: Any) -> Message:
    """Send a request that wants its reply in a queue."""
    request = context.create_text_message("question")
    request.reply_to = Queue("answers")
    for name, value in settings.items():
        setattr(request, name, value)
    context.create_producer().send(Queue("q"), request)
    return request


def answer(context: JMSContext) -> Message:
    message = context.create_consumer(Queue("answers")).receive(PATIENCE)
    assert message is not None
    return message


@pytest.mark.parametrize(("result", "kind"), [("yes", TextMessage), (b"yes", BytesMessage), ({"yes": 1}, MapMessage)])
@pytest.mark.parametrize("mode", [Session.SESSION_TRANSACTED, Session.AUTO_ACKNOWLEDGE])
def test_a_reply_of_each_kind(url: str, result: Any, kind: type[Message], mode: int) -> None:
    with ListenerContainer(url, "q", lambda message: result, session_mode=mode), jmslike.connect(url) as context:
        request = ask(context)
        reply = answer(context)
        assert isinstance(reply, kind)
        assert reply.get_body(type(result)) == result
        assert reply.correlation_id == request.message_id


def test_a_reply_has_the_correlation_id_of_its_request(url: str) -> None:
    with ListenerContainer(url, "q", lambda message: "yes"), jmslike.connect(url) as context:
        ask(context, correlation_id="7")
        assert answer(context).correlation_id == "7"
        ask(context, correlation_id_as_bytes=b"\xff\x00")
        assert answer(context).correlation_id_as_bytes == b"\xff\x00"


def test_a_listener_that_changes_the_headers_changes_no_reply(url: str) -> None:
    def listener(message: Message) -> str:
        message.reply_to = Queue("elsewhere")
        message.correlation_id = "8"
        return "yes"

    with ListenerContainer(url, "q", listener), jmslike.connect(url) as context:
        ask(context, correlation_id="7")
        assert answer(context).correlation_id == "7"


def test_a_message_may_be_the_reply(url: str) -> None:
    with ListenerContainer(url, "q", lambda message: message), jmslike.connect(url) as context:
        request = ask(context)
        reply = answer(context)
        assert reply.get_body(str) == "question"
        assert reply.correlation_id == request.message_id


def test_the_converter_makes_the_reply(url: str) -> None:
    with (
        ListenerContainer(url, "q", lambda order: {"thanks for": order["id"]}, converter=JsonConverter()),
        jmslike.connect(url) as context,
    ):
        request = context.create_text_message('{"id":7}')
        request.reply_to = Queue("answers")
        context.create_producer().send(Queue("q"), request)
        assert answer(context).get_body(str) == '{"thanks for":7}'


def test_none_is_no_reply(url: str) -> None:
    with ListenerContainer(url, "q", lambda message: None), jmslike.connect(url) as context:
        ask(context)
        eventually(lambda: rest(url, "q") == [])
    assert rest(url, "answers") == []


def test_a_result_without_a_reader_is_dropped(url: str) -> None:
    put(url, "q", "a")
    with ListenerContainer(url, "q", lambda message: "yes"):
        eventually(lambda: rest(url, "q") == [])
    assert rest(url, "DLQ.q") == []


def test_a_requestor_gets_its_reply(url: str) -> None:
    factory = ConnectionFactory(url)
    with ListenerContainer(factory, "q", lambda message: "yes"), factory.create_connection() as connection:
        connection.start()
        session = connection.create_session()
        with QueueRequestor(session, Queue("q")) as requestor:
            reply = requestor.request(session.create_text_message("question"), PATIENCE)
        assert reply is not None
        assert reply.get_body(str) == "yes"


def test_a_requestor_that_has_gone_fails_nothing(url: str, caplog: pytest.LogCaptureFixture) -> None:
    calls: list[Message] = []

    def listener(message: Message) -> str:
        calls.append(message)
        return "late"

    with jmslike.connect(url) as context:
        request = context.create_text_message("question")
        temporary = context.create_temporary_queue()
        request.reply_to = temporary
        context.create_producer().send(Queue("q"), request)
        temporary.delete()
        with ListenerContainer(url, "q", listener):
            eventually(lambda: calls and rest(url, "q") == [])
    assert len(calls) == 1
    assert "the requestor has deleted" in caplog.text


def test_a_reply_that_cannot_be_made_rolls_back(url: str) -> None:
    with (
        ListenerContainer(f"{url}?max_redeliveries=1", "q", lambda message: object()),
        jmslike.connect(url) as context,
    ):
        ask(context)
        eventually(lambda: rest(url, "DLQ.q") == ["question"])
    assert rest(url, "answers") == []


def test_a_commit_that_finds_the_requestor_gone_does_not_repeat_the_work(broker: FakeBroker) -> None:
    calls: list[str | None] = []
    gone = TransactionRolledBackError("transaction rolled back", linked_exception=InvalidDestinationError("deleted"))
    broker.temporaries.add("gone")  # it is, when the reply is sent
    broker.at("commit", gone)
    with ListenerContainer(FakeConnections(broker), QUEUE, lambda message: calls.append(message.message_id) or "late"):
        broker.put(text("a", headers=NO_HEADERS._replace(reply_to=TemporaryQueue("gone"))), text("b"))
        eventually(lambda: len(broker.named("commit")) == 3)
    assert calls == ["ID:a", "ID:b"]
    assert [len(call[1]) for call in broker.named("commit")] == [1, 0, 0]
    assert broker.bodies(QUEUE) == []
