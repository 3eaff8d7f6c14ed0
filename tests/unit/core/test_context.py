"""The simplified API: contexts, their producers and consumers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

import pytest

from jmslike.connection import check_session_mode
from jmslike.constants import SessionMode
from jmslike.context import JMSContext
from jmslike.core.acknowledgement import SESSION_SPECS
from jmslike.errors import (
    IllegalStateError,
    InvalidDestinationError,
    JMSError,
    MessageFormatError,
    MessageNotWriteableError,
)
from jmslike.message import Message
from jmslike.send_settings import SendSettings
from jmslike.spi import Envelope
from tests.unit.core.fake import OTHER, PATIENCE, QUEUE, TOPIC, FakeBroker, Task, text, texts

NOW = 1_700_005_000_000


def context_of(broker: FakeBroker, mode: int = SessionMode.AUTO_ACKNOWLEDGE, **options: Any) -> JMSContext:
    return JMSContext(broker.connect(start=False, **options), check_session_mode(mode))


def sent(broker: FakeBroker) -> Envelope:
    envelope: Envelope = broker.named("send")[-1][1]
    return envelope


# ---- the context ----------------------------------------------------------------------------------------------------


def test_the_session_is_made_at_the_first_use(broker: FakeBroker) -> None:
    context = context_of(broker, SessionMode.CLIENT_ACKNOWLEDGE)
    assert context.client_id is None
    context.client_id = "me"
    assert context.client_id == "me"
    assert context.session_mode is SessionMode.CLIENT_ACKNOWLEDGE
    assert context.transacted is False
    assert context.meta_data.jms_provider_name == "jmslike (fake)"
    assert context.capabilities.product == "fake"
    context.exception_listener = print
    assert context.exception_listener is print
    assert broker.named("session") == []
    context.create_producer()
    context.create_producer()
    assert [call[1] for call in broker.named("session")] == [SESSION_SPECS[SessionMode.CLIENT_ACKNOWLEDGE]]


MAKERS: list[Callable[[JMSContext], object]] = [
    lambda context: context.create_consumer(QUEUE),
    lambda context: context.create_durable_consumer(TOPIC, "n"),
    lambda context: context.create_shared_consumer(TOPIC, "n"),
    lambda context: context.create_shared_durable_consumer(TOPIC, "n"),
    lambda context: context.create_browser(QUEUE),
]


@pytest.mark.parametrize("make", MAKERS)
def test_making_a_consumer_starts_the_connection(broker: FakeBroker, make: Callable[[JMSContext], object]) -> None:
    context = context_of(broker, client_id="me")
    assert context.auto_start is True
    make(context)
    assert context._connection._started
    context.stop()
    assert not context._connection._started


@pytest.mark.parametrize("make", MAKERS)
def test_unless_auto_start_is_off(broker: FakeBroker, make: Callable[[JMSContext], object]) -> None:
    context = context_of(broker, client_id="me")
    context.auto_start = False
    assert context.auto_start is False
    make(context)
    assert not context._connection._started
    context.start()
    assert context._connection._started


def test_making_a_producer_does_not_start_the_connection(broker: FakeBroker) -> None:
    context = context_of(broker)
    context.create_producer().send(QUEUE, "a")
    assert not context._connection._started


def test_what_consumers_are_made_with(broker: FakeBroker) -> None:
    context = context_of(broker, client_id="me")
    context.create_consumer(TOPIC, "n = 1", True)
    context.create_durable_consumer(TOPIC, "d", "n = 2", True)
    context.create_shared_consumer(TOPIC, "s", "n = 3")
    context.create_shared_durable_consumer(TOPIC, "sd", "n = 4")
    specs = [call[1] for call in broker.named("subscribe")]
    assert [(s.name, s.durable, s.shared, s.selector.text, s.excluded_origin) for s in specs] == [
        (None, False, False, "n = 1", "me"),
        ("d", True, False, "n = 2", "me"),
        ("s", False, True, "n = 3", None),
        ("sd", True, True, "n = 4", None),
    ]
    context.unsubscribe("d")
    assert broker.named("unsubscribe") == [("unsubscribe", "d")]
    assert context.create_browser(QUEUE, "n = 5").message_selector == "n = 5"


def test_contexts_share_a_connection_which_closes_with_the_last(broker: FakeBroker) -> None:
    first = context_of(broker)
    second = first.create_context(SessionMode.SESSION_TRANSACTED)
    third = second.create_context(SessionMode.CLIENT_ACKNOWLEDGE)
    assert second.transacted
    assert first._connection is second._connection is third._connection
    for context in (first, second, third):
        context.create_producer()
    assert [call[1] for call in broker.named("session")] == [
        SESSION_SPECS[mode] for mode in (SessionMode(1), SessionMode(0), SessionMode(2))
    ]
    first.close()
    first.close()
    third.close()
    assert broker.named("close transport") == []
    with pytest.raises(IllegalStateError, match="context is closed"):
        first.create_context(1)
    second.create_producer().send(QUEUE, "a")
    second.close()
    assert broker.named("close transport") == [("close transport",)]


def test_two_closes_of_one_context_at_once_do_not_close_its_sibling(broker: FakeBroker) -> None:
    first = context_of(broker)
    second = first.create_context(1)
    first.create_producer()
    closing: list[Task[None]] = []

    def cross() -> None:
        closing.append(Task(first.close))
        closing[0].end()

    broker.at("close link", cross)
    first.close()
    assert len(closing) == 1
    assert broker.named("close transport") == []
    second.create_producer().send(QUEUE, "a")
    second.close()
    assert broker.named("close transport") == [("close transport",)]


def test_a_context_that_was_never_used_closes_its_connection(broker: FakeBroker) -> None:
    with context_of(broker):
        pass
    assert broker.named("session", "close transport") == [("close transport",)]


def test_a_listener_may_not_close_its_context(broker: FakeBroker) -> None:
    context = context_of(broker)
    refused: SimpleQueue[bool] = SimpleQueue()

    def listener(message: Message) -> None:
        try:
            context.close()
        except IllegalStateError:
            refused.put(context._open)

    context.create_consumer(QUEUE).message_listener = listener
    broker.put(text("a"))
    assert refused.get(timeout=PATIENCE) is True
    context.close()
    assert broker.named("close transport") == [("close transport",)]


@pytest.mark.parametrize("wrong", [5, "1", True, None])
def test_an_unknown_mode_is_refused(broker: FakeBroker, wrong: Any) -> None:
    with pytest.raises(JMSError, match="no session mode"):
        context_of(broker).create_context(wrong)


def test_everything_of_a_closed_context_is_refused(broker: FakeBroker) -> None:
    context = context_of(broker)
    producer = context.create_producer()
    context.close()
    names = [name for name, found in vars(JMSContext).items() if isinstance(found, property) and name[0] != "_"]
    for name in names:
        if name != "object_serializer":
            with pytest.raises(IllegalStateError, match="context is closed"):
                getattr(context, name)
    for name in ("client_id", "exception_listener", "auto_start"):
        with pytest.raises(IllegalStateError, match="context is closed"):
            setattr(context, name, None)
    calls: list[Callable[[], object]] = [
        context.start,
        context.stop,
        context.acknowledge,
        context.recover,
        context.commit,
        context.rollback,
        context.create_producer,
        context.create_message,
        context.create_temporary_queue,
        context.create_temporary_topic,
        lambda: context.unsubscribe("n"),
        lambda: context.create_queue("q"),
        lambda: context.create_consumer(QUEUE),
        lambda: context.create_browser(QUEUE),
        lambda: producer.send(QUEUE, "a"),
    ]
    for call in calls:
        with pytest.raises(IllegalStateError, match="context is closed"):
            call()


def test_client_acknowledges_what_the_context_delivered(broker: FakeBroker) -> None:
    context = context_of(broker, SessionMode.CLIENT_ACKNOWLEDGE)
    consumer = context.create_consumer(QUEUE)
    broker.put(*texts("ab"))
    assert consumer.receive(0)
    assert consumer.receive_no_wait()
    context.acknowledge()
    assert broker.named("settle") == [("settle", ["ID:a", "ID:b"], None)]
    broker.put(text("c"))
    assert consumer.receive(0)
    context.recover()
    again = consumer.receive(0)
    assert again is not None
    assert again.redelivered


@pytest.mark.parametrize("mode", [mode for mode in SessionMode if mode != SessionMode.CLIENT_ACKNOWLEDGE])
def test_elsewhere_acknowledge_does_nothing(broker: FakeBroker, mode: int) -> None:
    context = context_of(broker, mode)
    consumer = context.create_consumer(QUEUE)
    broker.put(text("a"))
    assert consumer.receive(0)
    context.acknowledge()
    assert broker.named("settle") == []


def test_transactions_of_a_context(broker: FakeBroker) -> None:
    context = context_of(broker, SessionMode.SESSION_TRANSACTED)
    producer = context.create_producer()
    producer.send(QUEUE, "a")
    context.rollback()
    producer.send(QUEUE, "b")
    context.commit()
    assert broker.bodies(QUEUE) == ["b"]


def test_temporary_destinations_of_a_context(broker: FakeBroker) -> None:
    context = context_of(broker)
    queue, topic = context.create_temporary_queue(), context.create_temporary_topic()
    sibling = context.create_context(1)
    sibling.create_consumer(queue)
    sibling.create_consumer(topic)
    assert len(broker.named("subscribe")) == 2


# ---- its consumers --------------------------------------------------------------------------------------------------


def test_a_consumer_of_a_context(broker: FakeBroker) -> None:
    context = context_of(broker)
    with context.create_consumer(QUEUE, "n = 1") as consumer:
        assert consumer.message_selector == "n = 1"
        assert consumer.message_listener is None
        broker.put(text("a"))
        assert consumer.receive(0)
        got = threading.Event()
        consumer.message_listener = listener = lambda message: got.set()
        assert consumer.message_listener is listener
        broker.put(text("b"))
        assert got.wait(PATIENCE)
        consumer.message_listener = None
        broker.put(text("c"))
        for message in consumer:
            assert message.message_id == "ID:c"
            consumer.close()
    with pytest.raises(IllegalStateError, match="consumer is closed"):
        consumer.receive_no_wait()


@pytest.mark.parametrize("mode", list(SessionMode))
def test_receive_body(broker: FakeBroker, mode: int) -> None:
    broker.settle_at_hand_over = False
    context = context_of(broker, mode)
    consumer = context.create_consumer(QUEUE)
    broker.put(text("a"))
    assert consumer.receive_body(str, 0) == "a"
    assert consumer.receive_body_no_wait(str) is None
    assert consumer.receive_body(str, 0) is None
    automatic = mode in (SessionMode.AUTO_ACKNOWLEDGE, SessionMode.DUPS_OK_ACKNOWLEDGE)
    assert broker.named("settle") == ([("settle", ["ID:a"], None)] if automatic else [])
    assert {call[2] for call in broker.named("take")} == {False}


def test_receive_body_waits(broker: FakeBroker) -> None:
    consumer = context_of(broker).create_consumer(QUEUE)
    for timeout in (None, 5):
        task = Task(consumer.receive_body, str, timeout)
        broker.clock.until_waiting()
        broker.clock.advance(4)
        assert task.goes_on()
        broker.put(text("a"))
        assert task.end() == "a"
    task = Task(consumer.receive_body, str, 5)
    broker.clock.until_waiting()
    broker.clock.advance(5)
    assert task.end() is None


@pytest.mark.parametrize("mode", [SessionMode.AUTO_ACKNOWLEDGE, SessionMode.DUPS_OK_ACKNOWLEDGE])
def test_a_body_of_another_type_comes_next_as_if_it_had_not_been_received(broker: FakeBroker, mode: int) -> None:
    context = context_of(broker, mode)
    consumer = context.create_consumer(QUEUE)
    broker.put(*texts("ab"))
    for _ in range(3):
        with pytest.raises(MessageFormatError, match="has no body of the type"):
            consumer.receive_body(bytes, 0)
    assert broker.named("settle") == []
    message = consumer.receive(0)
    assert message is not None
    assert message.message_id == "ID:a"
    assert not message.redelivered
    assert consumer.receive_body_no_wait(str) == "b"


@pytest.mark.parametrize("mode", [SessionMode.CLIENT_ACKNOWLEDGE, SessionMode.SESSION_TRANSACTED])
def test_in_the_other_modes_it_was_received(broker: FakeBroker, mode: int) -> None:
    context = context_of(broker, mode)
    consumer = context.create_consumer(QUEUE)
    broker.put(text("a"))
    with pytest.raises(MessageFormatError):
        consumer.receive_body(bytes, 0)
    assert consumer.receive(0) is None
    (context.rollback if context.transacted else context.recover)()
    message = consumer.receive(0)
    assert message is not None
    assert message.redelivered


@pytest.mark.parametrize("kind", ["message", "stream", "map", "bytes", "object"])
def test_messages_without_a_body_have_none_of_any_type(broker: FakeBroker, kind: str) -> None:
    consumer = context_of(broker).create_consumer(QUEUE)
    body: Any = {"message": None, "stream": (1,), "map": {}, "bytes": b"", "object": None}[kind]
    broker.put(Envelope.make(id="ID:a", destination=QUEUE, kind=kind, body=body))
    with pytest.raises(MessageFormatError):
        consumer.receive_body(object, 0)
    assert consumer.receive(0) is not None


@pytest.mark.parametrize("wrong", [None, "str", 5])
def test_the_type_of_a_body_is_a_class(broker: FakeBroker, wrong: Any) -> None:
    consumer = context_of(broker).create_consumer(QUEUE)
    broker.put(text("a"))
    with pytest.raises(ValueError, match="type of a body is a class"):
        consumer.receive_body(wrong, 0)
    assert broker.named("take") == []


def test_receive_body_is_refused_where_receive_is(broker: FakeBroker) -> None:
    context = context_of(broker)
    consumer, other = context.create_consumer(QUEUE), context.create_consumer(OTHER)
    task = Task(consumer.receive)
    broker.clock.until_waiting()
    with pytest.raises(IllegalStateError, match="another thread receives"):
        other.receive_body(str, 0)
    broker.put(text("a"))
    task.end()
    consumer.message_listener = print
    with pytest.raises(IllegalStateError, match="has a message listener"):
        other.receive_body(str, 0)
    other.close()
    with pytest.raises(IllegalStateError, match="consumer is closed"):
        other.receive_body(str, 0)
    assert consumer._consumer._gate.occupant is None


# ---- its producers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "kind", "content"),
    [
        ("a", "text", "a"),
        (None, "text", None),
        (b"a", "bytes", b"a"),
        (bytearray(b"a"), "bytes", b"a"),
        (memoryview(b"a"), "bytes", b"a"),
        ({"n": 1}, "map", {"n": 1}),
        ([1, 2], "object", b"[1,2]"),
    ],
)
def test_a_body_makes_its_message(broker: FakeBroker, body: Any, kind: str, content: object) -> None:
    producer = context_of(broker).create_producer()
    assert producer.send(QUEUE, body) is producer
    assert sent(broker).kind == kind
    assert sent(broker).body == content or kind == "object"
    assert sent(broker).destination == QUEUE


def test_a_message_is_sent_as_it_is(broker: FakeBroker) -> None:
    context = context_of(broker)
    message = context.create_stream_message()
    message.write_int(1)
    context.create_producer().send(QUEUE, message)
    assert sent(broker).body == (1,)
    assert message.message_id == sent(broker).id


@pytest.mark.parametrize("wrong", [None, "q"])
def test_a_producer_of_a_context_needs_a_destination(broker: FakeBroker, wrong: Any) -> None:
    with pytest.raises(InvalidDestinationError):
        context_of(broker).create_producer().send(wrong, "a")


def test_attributes_and_setters_do_the_same(broker: FakeBroker) -> None:
    values = {
        "delivery_mode": 1,
        "priority": 7,
        "time_to_live": 2.5,
        "delivery_delay": 1.5,
        "disable_message_id": True,
        "disable_message_timestamp": True,
        "correlation_id": "c",
        "reply_to": OTHER,
        "type": "t",
    }
    context = context_of(broker)
    chained, assigned = context.create_producer(), context.create_producer()
    for name, value in values.items():
        assert getattr(chained, f"set_{name}")(value) is chained
        setattr(assigned, name, value)
        assert getattr(chained, name) == getattr(assigned, name) == value
    for producer in (chained, assigned):
        producer.send(QUEUE, "a")
        envelope = sent(broker)
        assert (envelope.delivery_mode, envelope.priority) == (1, 7)
        assert (envelope.expiration, envelope.due) == (NOW + 2500, NOW + 1500)
        assert envelope.headers == ("c", OTHER, "t")


def test_the_defaults_of_a_context_producer(broker: FakeBroker) -> None:
    producer = context_of(broker).create_producer()
    names = ["delivery_mode", "priority", "time_to_live", "delivery_delay", "disable_message_id", "async_listener"]
    assert [getattr(producer, name) for name in names] == [2, 4, 0, 0, False, None]
    assert [producer.correlation_id, producer.reply_to, producer.type, producer.disable_message_timestamp] == [
        None,
        None,
        None,
        False,
    ]


def test_headers_of_the_producer_go_before_those_of_the_message(broker: FakeBroker) -> None:
    context = context_of(broker)
    message = context.create_text_message("a")
    message.correlation_id, message.type, message.reply_to = "mine", "mine", QUEUE
    context.create_producer().set_correlation_id("its").send(QUEUE, message)
    assert sent(broker).headers == ("its", QUEUE, "mine")
    producer = context.create_producer().set_correlation_id_as_bytes(b"its")
    assert producer.correlation_id_as_bytes == b"its"
    producer.send(QUEUE, message)
    assert sent(broker).headers.correlation_id == b"its"


def test_properties_of_the_producer_go_before_those_of_the_message(broker: FakeBroker) -> None:
    context = context_of(broker)
    producer = context.create_producer().set_property("n", 1).set_property("m", 2)
    assert producer.get_int_property("n") == 1
    assert producer.property_exists("m")
    message = context.create_text_message("a")
    message.set_int_property("n", 5)
    message.set_int_property("k", 5)
    producer.send(QUEUE, message)
    assert sent(broker).properties == {"n": 1, "m": 2, "k": 5}
    assert producer.clear_properties() is producer
    assert not producer.property_exists("n")
    producer.send(QUEUE, "b")
    assert sent(broker).properties == {}


def test_read_only_properties_are_not_written_over(broker: FakeBroker) -> None:
    context = context_of(broker)
    broker.put(text("a", OTHER))
    message = context.create_consumer(OTHER).receive(0)
    producer = context.create_producer()
    producer.send(QUEUE, message)
    producer.set_property("n", 1)
    with pytest.raises(MessageNotWriteableError):
        producer.send(QUEUE, message)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("delivery_mode", 3), ("priority", 10), ("time_to_live", -1), ("delivery_delay", "1"), ("async_listener", print)],
)
def test_settings_out_of_range_are_refused(broker: FakeBroker, name: str, wrong: Any) -> None:
    producer = context_of(broker).create_producer()
    before = getattr(producer, name)
    with pytest.raises((JMSError, ValueError)):
        setattr(producer, name, wrong)
    assert getattr(producer, name) == before


def test_asynchronous_sends_of_a_context(broker: FakeBroker) -> None:
    told: SimpleQueue[Message] = SimpleQueue()

    class Listener:
        def on_completion(self, message: Message) -> None:
            told.put(message)

        def on_exception(self, message: Message, exc: JMSError) -> None:
            raise AssertionError(exc)

    listener = Listener()
    producer = context_of(broker).create_producer().set_async(listener)
    assert producer.async_listener is listener
    producer.send(QUEUE, "a")
    assert told.get(timeout=PATIENCE).message_id == sent(broker).id
    producer.set_async(None).send(QUEUE, "b")
    assert told.empty()


def test_everything_of_a_producer_of_a_closed_context_is_refused(broker: FakeBroker) -> None:
    context = context_of(broker)
    producer = context.create_producer()
    context.close()
    members = {**vars(SendSettings), **vars(type(producer))}
    names = [name for name, found in members.items() if isinstance(found, property)]
    assert len(names) == 11
    for name in names:
        with pytest.raises(IllegalStateError, match="context is closed"):
            getattr(producer, name)
        with pytest.raises(IllegalStateError, match="context is closed"):
            setattr(producer, name, None)
    for call in (
        lambda: producer.set_property("n", 1),
        producer.clear_properties,
        lambda: producer.property_exists("n"),
    ):
        with pytest.raises(IllegalStateError, match="context is closed"):
            call()
