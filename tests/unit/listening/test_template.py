"""JmsTemplate: sends, receives and requests of any thread."""

from __future__ import annotations

import threading

import pytest

import jmslike
from jmslike import IllegalStateError, InvalidDestinationError, JMSError, Message, MessageFormatError, Queue
from jmslike.converters import JsonConverter
from jmslike.listening import JmsTemplate, ListenerContainer
from tests.unit.core.fake import PATIENCE, FakeBroker, Task
from tests.unit.listening.steps import FakeConnections, eventually, put, rest


def test_send_and_receive(url: str) -> None:
    with JmsTemplate(url) as template:
        template.send("queue://q", "a", n=1, name="x")
        template.send(Queue("q"), {"b": 2})
        first, second = template.receive("q", 1), template.receive("q", 1)
        assert (first.get_body(str), second.get_body(dict)) == ("a", {"b": 2})
        assert (first.get_int_property("n"), first.get_string_property("name")) == (1, "x")
        assert template.receive("q", 0) is None
    assert rest(url, "q") == []


def test_a_message_with_properties(url: str) -> None:
    with jmslike.connect(url) as context, JmsTemplate(url) as template:
        message = context.create_text_message("a")
        message.correlation_id = "7"
        template.send("q", message, n=1)
        found = template.receive("q", 1)
        assert (found.correlation_id, found.get_int_property("n")) == ("7", 1)


def test_objects(url: str) -> None:
    with JmsTemplate(url, converter=JsonConverter()) as template:
        template.send("q", {"id": 7})
        assert template.receive("q", 1) == {"id": 7}
        assert template.receive("q", 0.01) is None


def test_what_the_converter_cannot_read_ends_as_a_dead_letter(url: str) -> None:
    put(url, "q", "{", '{"id": 7}')
    with JmsTemplate(f"{url}?max_redeliveries=2", converter=JsonConverter()) as template:
        for _ in range(3):
            with pytest.raises(MessageFormatError):
                template.receive("q", 1)
        assert template.receive("q", 1) == {"id": 7}
    assert rest(url, "DLQ.q") == ["{"]


def test_what_cannot_be_sent(url: str) -> None:
    with JmsTemplate(url, converter=JsonConverter()) as template:
        with pytest.raises(MessageFormatError):
            template.send("q", object())
        with pytest.raises(InvalidDestinationError):
            template.send("file://q", "a")
        template.send("q", "a")
        assert template.receive("q", 1) == "a"


def test_a_request_and_its_reply(url: str) -> None:
    with (
        ListenerContainer(url, "q", lambda message: f"{message.get_body(str)}!", concurrency=2),
        JmsTemplate(url) as template,
    ):
        for letter in "abc":
            assert template.send_and_receive("q", letter, PATIENCE).get_body(str) == f"{letter}!"


def test_a_request_with_objects(url: str) -> None:
    with (
        ListenerContainer(url, "q", lambda order: order["id"] + 1, converter=JsonConverter()),
        JmsTemplate(url, converter=JsonConverter()) as template,
    ):
        assert template.send_and_receive("q", {"id": 7}, PATIENCE) == 8


def test_a_late_reply_comes_to_no_other_request(url: str) -> None:
    first = threading.Event()

    def listener(message: Message) -> str:
        if message.get_body(str) == "slow":
            assert first.wait(PATIENCE)
        return f"{message.get_body(str)}!"

    with ListenerContainer(url, "q", listener), JmsTemplate(url) as template:
        assert template.send_and_receive("q", "slow", 0.01) is None
        first.set()
        assert template.send_and_receive("q", "quick", PATIENCE).get_body(str) == "quick!"
    assert rest(url, "DLQ.q") == []


def test_a_request_keeps_the_correlation_id_of_its_message(url: str) -> None:
    with (
        ListenerContainer(url, "q", lambda message: message.correlation_id),
        jmslike.connect(url) as context,
        JmsTemplate(url) as template,
    ):
        request = context.create_text_message("a")
        request.correlation_id = "7"
        reply = template.send_and_receive("q", request, PATIENCE)
        assert (reply.get_body(str), reply.correlation_id) == ("7", "7")


def test_a_receive_whose_time_is_up_takes_nothing(url: str) -> None:
    count = 50
    with JmsTemplate(url) as template:
        sending = Task(lambda: [template.send("q", f"{number}") for number in range(count)])
        found: list[str] = []
        while len(found) < count:
            message = template.receive("q", 0.0005)
            if message is not None:
                found.append(message.get_body(str))
        sending.end()
    assert found == [f"{number}" for number in range(count)]


def test_threads_share_a_template(url: str) -> None:
    with (
        ListenerContainer(url, "q", lambda message: message, concurrency=4),
        JmsTemplate(url) as template,
    ):

        def ask(name: int) -> list[str]:
            return [template.send_and_receive("q", f"{name}-{n}", PATIENCE).get_body(str) for n in range(10)]

        tasks = [Task(ask, name) for name in range(8)]
        assert [task.end() for task in tasks] == [[f"{name}-{n}" for n in range(10)] for name in range(8)]


def test_sessions_are_used_again(broker: FakeBroker) -> None:
    with JmsTemplate(FakeConnections(broker)) as template:
        for _ in range(5):
            template.send("q", "a")
            assert template.receive("q", 0) is not None
        assert len(broker.named("open")) == 1
        assert len(broker.transports[0].links) == 1
    assert broker.subscriptions == []


def test_a_session_in_which_something_failed_is_not(broker: FakeBroker) -> None:
    with JmsTemplate(FakeConnections(broker)) as template:
        broker.at("send", JMSError("refused"))
        with pytest.raises(JMSError, match="refused"):
            template.send("q", "a")
        template.send("q", "b")
        assert len(broker.transports[0].links) == 2


def test_it_connects_when_it_is_used(broker: FakeBroker) -> None:
    with JmsTemplate(FakeConnections(broker)):
        pass
    assert broker.calls == []


def test_close_ends_a_receive(url: str) -> None:
    template = JmsTemplate(url)
    receiving = Task(template.receive, "q")
    eventually(lambda: template._contexts)
    assert receiving.goes_on()
    template.close()
    template.close()
    assert receiving.end() is None
    for use in (lambda: template.send("q", "a"), lambda: template.receive("q", 0)):
        with pytest.raises(IllegalStateError, match="is closed"):
            use()
