"""The spans of sends, receives, listeners and commits, and the context that a message carries from one to the other."""

from __future__ import annotations

from queue import SimpleQueue

import pytest
from opentelemetry import baggage, context, propagate, trace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind, StatusCode

import jmslike
from jmslike import Connection, ConnectionFactory, JMSError, Message, Session, TransactionRolledBackError
from tests.unit.core.fake import FakeBroker
from tests.unit.core.listeners import Told
from tests.unit.telemetry.recording import Recording, links, own_id, parent, trace_context

PATIENCE = 10.0


def test_a_send_and_the_receive_of_its_message(recording: Recording, url: str) -> None:
    with jmslike.connect(url, telemetry=recording.telemetry, client_id="till") as jms:
        queue = jms.create_queue("orders")
        message = jms.create_text_message("two lamps")
        message.correlation_id = "basket"
        message.set_int_property("total", 250)
        jms.create_producer().send(queue, message)
        with jms.create_consumer(queue) as consumer:
            received = consumer.receive(1)
    sent, taken = recording.span("send orders"), recording.span("receive orders")
    assert (sent.kind, taken.kind) == (SpanKind.PRODUCER, SpanKind.CLIENT)
    common = {
        "messaging.system": "jms",
        "messaging.destination.name": "orders",
        "messaging.message.id": message.message_id,
        "messaging.message.conversation_id": "basket",
        "messaging.client.id": "till",
    }
    assert sent.attributes == {**common, "messaging.operation.name": "send", "messaging.operation.type": "send"}
    assert taken.attributes == {**common, "messaging.operation.name": "receive", "messaging.operation.type": "receive"}
    assert received is not None
    assert received.get_string_property("traceparent") == trace_context(sent)
    assert links(taken) == [own_id(sent)]
    assert message.property_names == ["total"]


def test_a_send_belongs_to_the_span_in_which_it_is_called(recording: Recording, url: str) -> None:
    tracer = recording.tracer_provider.get_tracer("test")
    with jmslike.connect(url, telemetry=recording.telemetry) as jms, tracer.start_as_current_span("sale"):
        jms.create_producer().send(jms.create_queue("orders"), "two lamps")
    assert parent(recording.span("send orders")) == own_id(recording.span("sale"))


def test_a_receive_without_a_message_leaves_no_span(recording: Recording, url: str) -> None:
    with jmslike.connect(url, telemetry=recording.telemetry) as jms:
        consumer = jms.create_consumer(jms.create_queue("orders"))
        assert consumer.receive_no_wait() is None
        jms.create_producer().send(jms.create_queue("orders"), "two lamps")
        assert consumer.receive_body(str, 1) == "two lamps"
    assert [span.name for span in recording.spans()] == ["send orders", "receive orders"]


def test_a_listener_runs_in_a_span_that_the_send_is_the_parent_of(recording: Recording, url: str) -> None:
    seen: SimpleQueue[tuple[trace.Span, object]] = SimpleQueue()
    with jmslike.connect(url, telemetry=recording.telemetry) as jms:
        other = jms.create_context(Session.AUTO_ACKNOWLEDGE)
        queue = jms.create_queue("orders")
        listener = lambda message: seen.put((trace.get_current_span(), baggage.get_baggage("shop")))  # noqa: E731
        consumer = other.create_consumer(queue)
        consumer.message_listener = listener
        assert consumer.message_listener is listener
        token = context.attach(baggage.set_baggage("shop", "Berlin"))
        jms.create_producer().send(queue, "two lamps")
        context.detach(token)
        current, shop = seen.get(timeout=PATIENCE)
        other.close()
    sent, processed = recording.span("send orders"), recording.span("process orders")
    assert processed.kind is SpanKind.CONSUMER
    assert parent(processed) == own_id(sent)
    assert links(processed) == [own_id(sent)]
    assert (current.get_span_context().span_id, shop) == (own_id(processed), "Berlin")


def test_what_a_listener_raises_is_noted_and_goes_on(recording: Recording, broker: FakeBroker) -> None:
    session = broker.session(telemetry=recording.telemetry, max_redeliveries=0, dead_letter="")
    producer = session.create_producer(session.create_queue("q"))
    failing: SimpleQueue[str | None] = SimpleQueue()

    def fail(message: Message) -> None:
        failing.put(message.message_id)
        raise LookupError("no such lamp")

    session.create_consumer(session.create_queue("q")).message_listener = fail
    producer.send(session.create_message())
    failing.get(timeout=PATIENCE)
    session.close()
    processed = recording.span("process q")
    assert processed.status.status_code is StatusCode.ERROR
    assert processed.attributes is not None
    assert processed.attributes["error.type"] == "builtins.LookupError"
    assert [event.name for event in processed.events] == ["exception"]


def test_an_asynchronous_send_ends_with_its_answer(recording: Recording, broker: FakeBroker) -> None:
    session = broker.session(telemetry=recording.telemetry)
    producer = session.create_producer(session.create_queue("q"))
    broker.held_completions = []
    told = Told()
    for _ in range(2):
        producer.send(session.create_message(), completion_listener=told)
    assert recording.spans() == []
    first, second = broker.held_completions
    first(None)
    second(JMSError("refused"))
    broker.held_completions = None
    assert [span.status.status_code for span in recording.spans("send q")] == [StatusCode.UNSET, StatusCode.ERROR]
    session.close()
    assert len(told.threads) == 2


def test_a_send_has_the_id_that_the_provider_makes(recording: Recording, broker: FakeBroker) -> None:
    broker.makes_ids = True
    session = broker.session(telemetry=recording.telemetry)
    producer = session.create_producer(session.create_queue("q"))
    producer.send(session.create_text_message("a"))
    producer.send(session.create_text_message("b"), completion_listener=Told())
    session.close()
    ids = [(span.attributes or {})["messaging.message.id"] for span in recording.spans("send q")]
    assert ids == ["ID:provider-a", "ID:provider-b"]


def test_a_send_that_fails(recording: Recording, broker: FakeBroker) -> None:
    session = broker.session(telemetry=recording.telemetry)
    producer = session.create_producer(session.create_queue("q"))
    for listener in (None, Told()):
        broker.at("send", JMSError("refused"))
        with pytest.raises(JMSError, match="refused"):
            producer.send(session.create_message(), completion_listener=listener)
    assert [span.status.status_code for span in recording.spans("send q")] == [StatusCode.ERROR] * 2


def test_a_transaction_creates_messages_and_its_commit_sends_them(recording: Recording, url: str) -> None:
    with connected(recording, url) as connection:
        session = connection.create_session(True)
        producer = session.create_producer()
        for name in ("orders", "orders", "bills"):
            producer.send(session.create_queue(name), session.create_text_message("x"))
        session.commit()
        received = session.create_consumer(session.create_queue("bills")).receive(1)
        session.commit()
    created, [first, second] = recording.spans("create orders", "create bills"), recording.spans("commit")
    assert [span.kind for span in created] == [SpanKind.PRODUCER] * 3
    assert first.kind is second.kind is SpanKind.CLIENT
    assert links(first) == [own_id(span) for span in created]
    assert [batch(span) for span in (first, second)] == [("send", 3), ("settle", 1)]
    assert received is not None
    assert received.get_string_property("traceparent") == trace_context(created[2])


def test_a_commit_that_fails(recording: Recording, broker: FakeBroker) -> None:
    session = broker.session(Session.SESSION_TRANSACTED, telemetry=recording.telemetry)
    session.create_producer(session.create_queue("q")).send(session.create_message())
    broker.at("commit", TransactionRolledBackError("refused"))
    with pytest.raises(TransactionRolledBackError):
        session.commit()
    assert recording.span("commit q").status.status_code is StatusCode.ERROR


def test_a_message_that_is_sent_on_carries_one_context_and_is_linked(recording: Recording, url: str) -> None:
    with jmslike.connect(url, telemetry=recording.telemetry) as jms:
        orders, bills = jms.create_queue("orders"), jms.create_queue("bills")
        first = jms.create_text_message("x")
        first.set_string_property("tracestate", "left=over")
        first.set_string_property("colour", "red")
        jms.create_producer().send(orders, first)
        received = jms.create_consumer(orders).receive(1)
        jms.create_producer().send(bills, received)
        last = jms.create_consumer(bills).receive(1)
    sent, sent_on = recording.span("send orders"), recording.span("send bills")
    assert received is not None
    assert last is not None
    assert received.get_string_property("traceparent") == trace_context(sent)
    assert last.get_string_property("traceparent") == trace_context(sent_on)
    assert sorted(last.property_names) == ["JMSXDeliveryCount", "colour", "traceparent"]
    assert links(sent_on) == [own_id(sent)]
    assert sorted(first.property_names) == ["colour", "tracestate"]


def test_a_message_that_is_sent_twice_keeps_its_properties(recording: Recording, url: str) -> None:
    with jmslike.connect(url, telemetry=recording.telemetry) as jms:
        queue = jms.create_queue("orders")
        message = jms.create_text_message("x")
        message.set_int_property("number", 1)
        jms.create_producer().send(queue, message)
        message.set_int_property("number", 2)
        jms.create_producer().send(queue, message)
        consumer = jms.create_consumer(queue)
        received = [consumer.receive(1) for _ in range(2)]
    assert [each.get_int_property("number") for each in received if each is not None] == [1, 2]
    contexts = [each.get_string_property("traceparent") for each in received if each is not None]
    assert contexts == [trace_context(span) for span in recording.spans("send orders")]


def test_the_application_goes_on_from_a_message(recording: Recording, url: str) -> None:
    """As the page on observability says."""
    with jmslike.connect(url, telemetry=recording.telemetry) as jms:
        queue = jms.create_queue("orders")
        jms.create_producer().send(queue, "x")
        message = jms.create_consumer(queue).receive(1)
        assert message is not None
        carried = propagate.extract(message.properties)
        with recording.tracer_provider.get_tracer("test").start_as_current_span("work", context=carried):
            pass
    assert parent(recording.span("work")) == own_id(recording.span("send orders"))


def test_a_temporary_destination_is_in_no_name(recording: Recording, url: str) -> None:
    with jmslike.connect(url, telemetry=recording.telemetry) as jms:
        queue = jms.create_temporary_queue()
        jms.create_producer().send(queue, "x")
    sent = recording.span("send")
    assert sent.attributes is not None
    assert sent.attributes["messaging.destination.temporary"] is True
    assert sent.attributes["messaging.destination.name"] == queue.queue_name
    assert "messaging.destination.name" not in recording.attributes("messaging.client.sent.messages")


def connected(recording: Recording, url: str) -> Connection:
    """Return a started connection."""
    connection = ConnectionFactory(url, telemetry=recording.telemetry).create_connection()
    connection.start()
    return connection


def batch(span: ReadableSpan) -> tuple[object, object]:
    """Return the type of an operation, and the number of its messages."""
    assert span.attributes is not None
    return span.attributes["messaging.operation.type"], span.attributes["messaging.batch.message_count"]
