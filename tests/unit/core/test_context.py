"""JMSContext: its connection, its session and its end."""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

import pytest

from jmslike.constants import SessionMode
from jmslike.context import JMSContext
from jmslike.core.acknowledgement import ACKNOWLEDGEMENTS
from jmslike.errors import (
    IllegalStateError,
    JMSError,
)
from jmslike.factory import ConnectionFactory
from jmslike.message import Message
from tests.unit.core.contexts import context_of
from tests.unit.core.fake import PATIENCE, QUEUE, TOPIC, FakeBroker, Task, text, texts


@pytest.mark.parametrize("create", [JMSContext.create_consumer, JMSContext.create_browser])
def test_what_is_made_is_closed_if_the_connection_does_not_start(
    broker: FakeBroker, create: Callable[[JMSContext, Any], object]
) -> None:
    with context_of(broker) as context:
        context.auto_start = False
        context.create_consumer(QUEUE)
        context.auto_start = True
        broker.at("start subscription", JMSError("refused"))
        with pytest.raises(JMSError, match="refused"):
            create(context, QUEUE)
        assert context._session_or_none is not None
        assert len(context._session_or_none._parts) == 1


def test_the_connection_closes_though_the_session_fails_to(broker: FakeBroker) -> None:
    context = context_of(broker)
    context.create_producer()
    broker.at("close link", JMSError("gone"))
    with pytest.raises(JMSError, match="gone"):
        context.close()
    assert broker.transports[0].closed
    context.close()


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
    assert [call[1] for call in broker.named("session")] == [ACKNOWLEDGEMENTS[SessionMode.CLIENT_ACKNOWLEDGE].needs]


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
    context.create_durable_consumer(TOPIC, "d", "n = 2", True).close()
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
        ACKNOWLEDGEMENTS[mode].needs for mode in (SessionMode(1), SessionMode(0), SessionMode(2))
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


@pytest.mark.parametrize("act", ["close", "stop"])
def test_an_error_names_what_the_listener_called(broker: FakeBroker, act: str) -> None:
    refused: SimpleQueue[str] = SimpleQueue()
    context = context_of(broker)

    def listener(message: Message) -> None:
        try:
            getattr(context, act)()
        except IllegalStateError as error:
            refused.put(str(error))

    context.create_consumer(QUEUE).message_listener = listener
    broker.put(text("a"))
    assert refused.get(timeout=PATIENCE).startswith(f"JMSContext.{act} must not be called by a message listener")


def test_a_session_mode_in_the_place_of_the_user_names_its_keyword() -> None:
    """Java's createContext(int) is an overload, which Python does not have."""
    mode: Any = JMSContext.CLIENT_ACKNOWLEDGE
    with pytest.raises(JMSError, match=r"create_context\(session_mode="):
        ConnectionFactory("native://").create_context(mode)
