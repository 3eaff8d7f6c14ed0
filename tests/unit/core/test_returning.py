"""C15: a provider whose sessions settle all or nothing redelivers by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from jmslike.consumer import MessageConsumer
from jmslike.context import JMSContext
from jmslike.destinations import Queue
from jmslike.errors import TransactionRolledBackError, UnsupportedFeatureError
from jmslike.message import TextMessage
from jmslike.session import Session
from tests.unit.core.conftest import shut
from tests.unit.core.fake import OTHER, PATIENCE, QUEUE, FakeBroker, ReturningBroker, connection_of, text, texts

DEAD = Queue("DLQ.q")
MODES = [Session.CLIENT_ACKNOWLEDGE, Session.SESSION_TRANSACTED]
REASON = "JMS_jmslike_reason"


@pytest.fixture
def broker() -> Iterator[FakeBroker]:
    """Return a broker with returning subscriptions; its connections are closed at the end of the test."""
    broker = ReturningBroker()
    yield broker
    shut(broker)


def received(consumer: MessageConsumer) -> Any:
    """Return the body that a receive finds, which does not wait."""
    message = consumer.receive_no_wait()
    return None if message is None else message._body


def undo(session: Session) -> None:
    """Roll back, or recover."""
    if session.transacted:
        session.rollback()
    else:
        session.recover()


def finish(session: Session) -> None:
    """Settle all that was delivered."""
    if session.transacted:
        session.commit()
    else:
        session._state.acknowledge(None)


def reasons(broker: FakeBroker, queue: Queue = DEAD) -> list[object]:
    return [envelope.properties[REASON] for envelope, _ in broker.queue(queue).messages]


@pytest.mark.parametrize("mode", MODES)
def test_each_failure_is_released_at_once(broker: FakeBroker, mode: int) -> None:
    """RED-05: one call for those with the same attempts; then they come first, in order, counted by the provider."""
    session = broker.session(mode)
    consumer = session.create_consumer(QUEUE)
    broker.put(*texts("ab"))
    broker.put(text("c"), attempts=2)
    broker.put(*texts("de"))
    assert [received(consumer) for _ in range(4)] == ["a", "b", "c", "d"]
    undo(session)
    settled = [("settle", ["ID:a", "ID:b"], 1), ("settle", ["ID:c"], 3), ("settle", ["ID:d"], 1)]
    assert broker.named("settle", "postpone") == settled
    assert not consumer._intake.is_redelivering
    assert broker.attempts(QUEUE) == [("a", 1), ("b", 1), ("c", 3), ("d", 1), ("e", 0)]
    assert [received(consumer) for _ in range(5)] == ["a", "b", "c", "d", "e"]
    finish(session)
    assert broker.bodies(QUEUE) == []


def test_a_failing_listener_gets_the_message_again_from_the_provider(broker: FakeBroker) -> None:
    """RED-08: without the reason being lost: the dead letter has it."""
    session = broker.session(max_redeliveries=2)
    counts = []

    def fail(message: Any) -> None:
        counts.append(message.get_int_property("JMSXDeliveryCount"))
        raise ValueError(f"failure {len(counts)}")

    session.create_consumer(QUEUE).message_listener = fail
    broker.put(text("a"))
    broker.until(lambda: broker.bodies(DEAD))
    assert counts == [1, 2, 3]
    assert reasons(broker) == ["ValueError: failure 3"]


@pytest.mark.parametrize("delay", [0, 5])
def test_a_delay_is_left_to_the_provider(broker: FakeBroker, delay: int) -> None:
    """RED-09: also the pause that grows where no delay is set."""
    session = broker.session(Session.CLIENT_ACKNOWLEDGE, max_redeliveries=-1, redelivery_delay=delay)
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"), attempts=20)
    assert received(consumer) == "a"
    session.recover()
    pause = delay or 0.001
    assert broker.named("postpone", "settle") == [("postpone", ["ID:a"], 21, pause)]
    assert consumer._intake.due is None
    assert received(consumer) is None
    broker.clock.advance(pause)
    assert received(consumer) == "a"


@pytest.mark.parametrize("mode", MODES)
def test_what_fails_after_its_consumer_closed_is_released(broker: FakeBroker, mode: int) -> None:
    session = broker.session(mode)
    consumer = session.create_consumer(QUEUE)
    broker.put(*texts("ab"))
    assert [received(consumer), received(consumer)] == ["a", "b"]
    consumer.close()
    undo(session)
    assert broker.attempts(QUEUE) == [("a", 1), ("b", 1)]


@pytest.mark.parametrize("mode", MODES)
def test_what_was_received_alone_and_failed_too_often_is_a_dead_letter_at_once(broker: FakeBroker, mode: int) -> None:
    """RED-06"""
    session = broker.session(mode, max_redeliveries=0)
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"))
    assert received(consumer) == "a"
    try:
        raise KeyError("stock")
    except KeyError:
        undo(session)
    assert (broker.bodies(QUEUE), broker.bodies(DEAD)) == ([], ["a"])
    assert reasons(broker) == ["KeyError: 'stock'"]


@pytest.mark.parametrize("mode", MODES)
def test_all_that_have_failed_too_often_are_dead_letters_at_once(broker: FakeBroker, mode: int) -> None:
    """RED-06"""
    session = broker.session(mode, max_redeliveries=0)
    consumers = [session.create_consumer(queue) for queue in (QUEUE, OTHER)]
    broker.put(*texts("ab"), text("c", OTHER))
    assert [received(consumers[0]), received(consumers[0]), received(consumers[1])] == ["a", "b", "c"]
    undo(session)
    assert (broker.bodies(DEAD), broker.bodies(Queue("DLQ.other"))) == (["a", "b"], ["c"])
    assert broker.bodies(QUEUE) == broker.bodies(OTHER) == []


@pytest.mark.parametrize("mode", MODES)
def test_a_dead_letter_is_buried_when_it_comes_again_without_the_others(broker: FakeBroker, mode: int) -> None:
    """RED-06: what was released undoes the move; the reason is kept until then."""
    session = broker.session(mode, max_redeliveries=2)
    consumer = session.create_consumer(QUEUE)
    broker.put(text("bad"), attempts=2)
    broker.put(text("good"))
    assert [received(consumer), received(consumer)] == ["bad", "good"]
    try:
        raise ValueError("no such order")
    except ValueError:
        undo(session)
    assert broker.bodies(DEAD) == []
    assert broker.attempts(QUEUE) == [("bad", 3), ("good", 1)]
    assert received(consumer) == "good"
    assert broker.bodies(DEAD) == ["bad"]
    assert reasons(broker) == ["ValueError: no such order"]
    finish(session)
    assert broker.bodies(QUEUE) == []


def test_the_rollback_of_one_consumer_gives_back_what_others_received(broker: FakeBroker) -> None:
    """RED-06: receipts may be stale by the time that their source is told."""
    session = broker.session(Session.SESSION_TRANSACTED, max_redeliveries=2)
    first, second = session.create_consumer(QUEUE), session.create_consumer(OTHER)
    broker.put(text("a"))
    broker.put(text("b", OTHER), attempts=2)
    assert [received(first), received(second)] == ["a", "b"]
    broker.at("settle", broker.subscriptions[0].session.roll_back)  # type: ignore[attr-defined]
    try:
        raise ValueError("no such order")
    except ValueError:
        session.rollback()
    assert broker.attempts(OTHER) == [("b", 3)]
    assert received(second) is None
    assert reasons(broker, Queue("DLQ.other")) == ["ValueError: no such order"]
    assert received(first) == "a"
    session.commit()
    assert broker.bodies(QUEUE) == []


def test_a_reason_is_that_of_the_last_attempt(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE, max_redeliveries=1)
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"))
    assert received(consumer) == "a"
    try:
        raise ValueError("first")
    except ValueError:
        session.recover()
    assert received(consumer) == "a"
    session.recover()
    assert reasons(broker) == ["delivered 2 times without being acknowledged"]


def test_so_many_reasons_are_kept(broker: FakeBroker) -> None:
    """The oldest are forgotten."""
    session = broker.session(Session.CLIENT_ACKNOWLEDGE, max_redeliveries=1000)
    consumer = session.create_consumer(QUEUE)
    for number in range(1001):
        broker.put(text(str(number)))
        assert received(consumer) is not None
    try:
        raise ValueError("failed")
    except ValueError:
        session.recover()
    returns = consumer._intake._returns
    assert returns is not None
    assert [returns.reason(f"ID:{number}") for number in (0, 1, 1000)] == [
        "",
        "ValueError: failed",
        "ValueError: failed",
    ]


def test_a_commit_that_rolled_back_is_redelivered_by_the_provider(broker: FakeBroker) -> None:
    session = broker.session(Session.SESSION_TRANSACTED)
    consumer = session.create_consumer(QUEUE)
    broker.put(*texts("ab"))
    assert [received(consumer), received(consumer)] == ["a", "b"]
    broker.at("commit", TransactionRolledBackError("not now"))
    with pytest.raises(TransactionRolledBackError):
        session.commit()
    assert [received(consumer), received(consumer)] == ["a", "b"]
    session.commit()
    assert broker.bodies(QUEUE) == []


@pytest.mark.parametrize("mode", MODES)
def test_what_was_not_handed_over_keeps_nothing_back(broker: FakeBroker, mode: int) -> None:
    """RED-05: it is released with the failures, and in a transaction also that of other consumers."""
    session = broker.session(mode)
    consumer, other = session.create_consumer(QUEUE), session.create_consumer(OTHER)
    broker.put(*texts("ab"), text("c", OTHER))
    assert received(consumer) == "a"
    put_back = consumer._intake.next()
    assert put_back is not None
    consumer._intake.put_back(put_back)
    if session.transacted:
        elsewhere = other._intake.next()
        assert elsewhere is not None
        other._intake.put_back(elsewhere)
    undo(session)
    assert broker.attempts(QUEUE) == [("a", 1), ("b", 1)]
    assert [received(consumer) for _ in range(3)] == ["a", "b", None]
    assert received(other) == "c"
    finish(session)
    assert broker.bodies(QUEUE) == broker.bodies(OTHER) == []


def test_a_dead_letter_that_the_provider_gives_back_is_not_tried_at_once(broker: FakeBroker) -> None:
    """RED-06: where the failed move undid the whole session."""
    consumer = broker.session(max_redeliveries=0).create_consumer(QUEUE)
    broker.put(text("a"), attempts=1)
    broker.put(text("b"))
    subscription: Any = broker.subscriptions[0]

    def refuse() -> None:
        subscription.session.roll_back()
        raise TransactionRolledBackError("the queue is full")

    broker.at("commit", refuse)
    assert received(consumer) == "b"
    assert broker.named("postpone") == [("postpone", ["ID:a"], 2, 1.0)]
    broker.clock.advance(1)
    assert received(consumer) is None
    assert broker.bodies(DEAD) == ["a"]


def test_individual_sessions_keep_their_failures(broker: FakeBroker) -> None:
    """Nothing is given back while the application may acknowledge what came later."""
    session = broker.session(Session.INDIVIDUAL_ACKNOWLEDGE)
    consumer = session.create_consumer(QUEUE)
    broker.put(*texts("ab"))
    assert [received(consumer), received(consumer)] == ["a", "b"]
    session.recover()
    assert broker.named("settle") == []
    assert consumer._intake.is_redelivering


def test_a_provider_may_refuse_individual_sessions(broker: FakeBroker) -> None:
    """The connection stays usable."""
    broker.individual = False
    session = broker.session()
    connection = connection_of(session)
    for _ in range(2):
        with pytest.raises(UnsupportedFeatureError, match="CLIENT_ACKNOWLEDGE"):
            connection.create_session(False, Session.INDIVIDUAL_ACKNOWLEDGE)
    message: TextMessage = session.create_text_message("a")
    session.create_producer(QUEUE).send(message)
    received_message = session.create_consumer(QUEUE).receive(PATIENCE)
    assert received_message is not None
    connection.close()


def test_a_context_whose_session_the_provider_refuses(broker: FakeBroker) -> None:
    """CTX-02: it says so at its first use; other contexts of the connection go on."""
    broker.individual = False
    context = JMSContext(broker.connect(), Session.AUTO_ACKNOWLEDGE)
    refused = context.create_context(Session.INDIVIDUAL_ACKNOWLEDGE)
    for _ in range(2):
        with pytest.raises(UnsupportedFeatureError, match="CLIENT_ACKNOWLEDGE"):
            refused.create_consumer(QUEUE)
    refused.close()
    context.create_producer().send(QUEUE, "a")
    assert context.create_consumer(QUEUE).receive_body(str, PATIENCE) == "a"
    context.close()
