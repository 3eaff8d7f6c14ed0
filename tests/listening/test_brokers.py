"""Containers and templates on every broker, plain and behind the transport that reconnects."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path
from queue import SimpleQueue

from jmslike import ConnectionFactory, Message, MessageFormatError, Queue
from jmslike.converters import JsonConverter
from jmslike.listening import JmsTemplate, ListenerContainer

PATIENCE = 60
QUIET = 2.0
"""Seconds without a message after which a queue counts as empty."""


def test_requests_and_replies(url: str, name: str) -> None:
    requests = ListenerContainer(url, name, lambda order: {"thanks for": order["id"]}, converter=JsonConverter())
    with requests, JmsTemplate(url, converter=JsonConverter()) as template:
        assert requests.is_healthy
        for number in range(3):
            assert template.send_and_receive(name, {"id": number}, PATIENCE) == {"thanks for": number}
    assert not requests.is_running


def test_a_requestor_that_has_gone_costs_no_further_work(url: str, name: str) -> None:
    calls: list[str | None] = []
    gone = threading.Event()

    def listener(message: Message) -> str:
        calls.append(message.get_body(str))
        assert gone.wait(PATIENCE)
        return "late"

    with ListenerContainer(url, name, listener), JmsTemplate(url) as template:
        assert template.send_and_receive(name, "impatient", 0.01) is None
        gone.set()
        assert text_of(template.send_and_receive(name, "patient", PATIENCE)) == "late"
        assert template.receive(f"DLQ.{name}", 0.1) is None
    assert calls == ["impatient", "patient"]


def test_what_cannot_be_read_is_a_dead_letter(url: str, name: str) -> None:
    heard: SimpleQueue[object] = SimpleQueue()
    with JmsTemplate(url) as template:
        for body in ("{", '{"id": 7}', '{"id": 8}'):
            template.send(name, body)
        factory = ConnectionFactory(url, max_redeliveries=2)
        with ListenerContainer(factory, name, heard.put, converter=JsonConverter()):
            assert [heard.get(timeout=PATIENCE) for _ in "78"] == [{"id": 7}, {"id": 8}]
            letter = template.receive(f"DLQ.{name}", PATIENCE)
        assert letter.get_body(str) == "{"
        assert letter.get_string_property("JMS_jmslike_reason").startswith(MessageFormatError.__module__)


def test_stop_leaves_what_is_not_begun(url: str, name: str) -> None:
    sent = [f"{number}" for number in range(30)]
    done: list[str | None] = []
    some = threading.Event()

    def listener(message: Message) -> None:
        done.append(message.get_body(str))
        if len(done) == 10:
            some.set()
        elif len(done) > 10:
            stopping.wait(PATIENCE)

    stopping = threading.Event()
    with JmsTemplate(url) as template:
        for body in sent:
            template.send(name, body)
        container = ListenerContainer(url, name, listener, concurrency=2)
        container.start()
        assert some.wait(PATIENCE)
        container.stop(0)
        stopping.set()
        assert container.stop(PATIENCE)
        left: list[str | None] = []
        while len(done) + len(left) < len(sent):
            message = template.receive(name, PATIENCE)
            assert message is not None
            left.append(message.get_body(str))
        assert sorted([*done, *left], key=str) == sorted(sent)
        assert left


WORKER = """
import threading
from jmslike.listening import jms_listener

@jms_listener("%s", concurrency=4)
def work(message):
    threading.Event().wait(0.01)
    return message.get_body(str)
"""


def test_sigterm_under_load_leaves_nothing_half_done(url: str, name: str, tmp_path: Path) -> None:
    count = 300
    (tmp_path / "worker.py").write_text(WORKER % name, encoding="utf-8")
    done, left = Queue(f"{name}-done"), Queue(name)
    with ConnectionFactory(url).create_context() as context, JmsTemplate(url) as template:
        replying = context.create_producer().set_reply_to(done)
        for number in range(count):
            replying.send(left, f"{number}")
        command = [sys.executable, "-W", "error", "-m", "jmslike", "run", str(tmp_path / "worker.py"), "--url", url]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            try:
                seen = [text_of(template.receive(done, PATIENCE)) for _ in range(20)]
                process.send_signal(signal.SIGTERM)
                _, errors = process.communicate(timeout=PATIENCE)
            finally:
                process.kill()
        assert process.returncode == 0, errors
        for queue in (done, left):
            with context.create_consumer(queue) as consumer:
                while (message := consumer.receive(QUIET)) is not None:
                    seen.append(text_of(message))
        assert sorted(seen, key=str) == sorted(map(str, range(count)))


def text_of(message: Message) -> str | None:
    return message.get_body(str)


def test_a_durable_subscription_goes_on(url: str, name: str) -> None:
    heard: SimpleQueue[str | None] = SimpleQueue()
    topic = f"topic://{name}"
    container = ListenerContainer(
        url, topic, lambda message: heard.put(message.get_body(str)), subscription=name, durable=True, client_id=name
    )
    with JmsTemplate(url) as template:
        with container:
            template.send(topic, "a")
            assert heard.get(timeout=PATIENCE) == "a"
        template.send(topic, "b")
        with container:
            assert heard.get(timeout=PATIENCE) == "b"
