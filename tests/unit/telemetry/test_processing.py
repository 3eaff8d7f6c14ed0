"""What works on messages that were received: programs of their own, and containers of listeners."""

from __future__ import annotations

from queue import SimpleQueue

import pytest
from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode

import jmslike
from jmslike import ConnectionFactory, Message
from jmslike.listening import ListenerContainer
from tests.unit.telemetry.recording import Recording, links, own_id, parent

PATIENCE = 10.0


def test_a_program_works_on_what_it_received(recording: Recording, url: str) -> None:
    def work(message: Message) -> int:
        jms.create_producer().send(jms.create_queue("bills"), "y")
        return trace.get_current_span().get_span_context().span_id

    with jmslike.connect(url, telemetry=recording.telemetry) as jms:
        orders = jms.create_queue("orders")
        jms.create_producer().send(orders, "x")
        consumer = jms.create_consumer(orders)
        message = consumer.receive(1)
        assert message is not None
        inside = consumer.instrumented(work)(message)
    sent, processed, sent_on = (recording.span(name) for name in ("send orders", "process orders", "send bills"))
    assert processed.kind is SpanKind.CONSUMER
    assert (parent(processed), links(processed), own_id(processed)) == (own_id(sent), [own_id(sent)], inside)
    assert parent(sent_on) == own_id(processed)
    assert recording.counts("messaging.client.consumed.messages") == {("receive", "orders"): 1}
    assert recording.counts("messaging.process.duration") == {("process", "orders"): 1}


def test_work_that_fails(recording: Recording, url: str) -> None:
    def work(message: Message) -> None:
        raise LookupError("no such lamp")

    with jmslike.connect(url, telemetry=recording.telemetry) as jms:
        orders = jms.create_queue("orders")
        jms.create_producer().send(orders, "x")
        consumer = jms.create_consumer(orders)
        message = consumer.receive(1)
        assert message is not None
        with pytest.raises(LookupError):
            consumer.instrumented(work)(message)
    assert recording.span("process orders").status.status_code is StatusCode.ERROR
    assert recording.counts("messaging.process.duration") == {("process", "orders", "builtins.LookupError"): 1}


def test_without_telemetry_it_is_the_work_itself(url: str) -> None:
    def work(message: Message) -> None: ...

    with jmslike.connect(url) as jms:
        assert jms.create_consumer(jms.create_queue("orders")).instrumented(work) is work


def test_the_listeners_of_a_container_and_their_replies(recording: Recording, url: str) -> None:
    with (
        ListenerContainer(
            ConnectionFactory(url, telemetry=recording.telemetry), "orders", lambda message: "thanks", concurrency=2
        ),
        jmslike.connect(url, telemetry=recording.telemetry) as jms,
    ):
        answers = jms.create_queue("answers")
        jms.create_producer().set_reply_to(answers).send(jms.create_queue("orders"), "x")
        assert jms.create_consumer(answers).receive_body(str, PATIENCE) == "thanks"
    sent, processed, reply = (recording.span(name) for name in ("send orders", "process orders", "create answers"))
    assert (parent(processed), parent(reply)) == (own_id(sent), own_id(processed))
    assert recording.counts("messaging.client.consumed.messages") == {
        ("receive", "orders"): 1,
        ("receive", "answers"): 1,
    }


def test_a_listener_that_returns_a_coroutine_is_refused_as_ever(recording: Recording, url: str) -> None:
    """Without a warning of a coroutine that was never awaited."""
    failures: SimpleQueue[object] = SimpleQueue()

    async def never() -> None: ...

    def work(message: Message) -> object:
        failures.put(message)
        return never()

    with jmslike.connect(f"{url}?max_redeliveries=0&dead_letter=", telemetry=recording.telemetry) as jms:
        orders = jms.create_queue("orders")
        jms.create_consumer(orders).message_listener = work
        other = jms.create_context(jms.AUTO_ACKNOWLEDGE)
        other.create_producer().send(orders, "x")
        failures.get(timeout=PATIENCE)
        other.close()
