"""What receive asks of the transport in each session mode, and what it returns."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jmslike.constants import SessionMode
from jmslike.errors import IllegalStateError
from jmslike.message import Message, TextMessage
from jmslike.session import Session
from tests.unit.core.fake import QUEUE, FakeBroker, Task, text, texts

MODES = list(SessionMode)
MANUAL = [Session.SESSION_TRANSACTED, Session.CLIENT_ACKNOWLEDGE, Session.INDIVIDUAL_ACKNOWLEDGE]


@pytest.mark.parametrize("mode", MODES)
def test_only_auto_lets_the_transport_settle_at_hand_over(broker: FakeBroker, mode: int) -> None:
    consumer = broker.session(mode).create_consumer(QUEUE)
    broker.put(text("a"))
    message = consumer.receive_no_wait()
    assert isinstance(message, TextMessage)
    assert message.text == "a"
    assert message.message_id == "ID:a"
    assert not message.redelivered
    assert message.get_int_property("JMSXDeliveryCount") == 1
    assert broker.named("take", "settle") == [("take", 0, mode == Session.AUTO_ACKNOWLEDGE)]


def test_auto_settles_what_the_transport_did_not(broker: FakeBroker) -> None:
    broker.settle_at_hand_over = False
    consumer = broker.session().create_consumer(QUEUE)
    broker.put(*texts("ab"))
    assert consumer.receive_no_wait() is not None
    assert broker.named("settle") == [("settle", ["ID:a"], None)]
    assert consumer.receive(0) is not None
    assert broker.named("settle") == [("settle", ["ID:a"], None), ("settle", ["ID:b"], None)]


@pytest.mark.parametrize("settled", [True, False])
@pytest.mark.parametrize("expiration", [0, 10**15])
def test_nothing_is_left_to_acknowledge_in_auto(broker: FakeBroker, settled: bool, expiration: int) -> None:
    broker.settle_at_hand_over = settled
    session = broker.session()
    broker.put(text("a", expiration=expiration))
    message = session.create_consumer(QUEUE).receive(0)
    assert message is not None
    assert message._delivery == 0
    assert message._owner is session._state
    assert len(session._state.ledger) == 0


def test_auto_settles_a_message_that_failed_elsewhere(broker: FakeBroker) -> None:
    consumer = broker.session().create_consumer(QUEUE)
    broker.put(text("a"), attempts=2)
    message = consumer.receive(0)
    assert message is not None
    assert message.redelivered
    assert message.get_int_property("JMSXDeliveryCount") == 3
    assert broker.named("settle") == [("settle", ["ID:a"], None)]


@pytest.mark.parametrize("mode", MODES)
def test_what_is_expired_is_settled_and_passed_over_even_without_waiting(broker: FakeBroker, mode: int) -> None:
    broker.settle_at_hand_over = False
    consumer = broker.session(mode).create_consumer(QUEUE)
    now = int(broker.clock.now() * 1000)
    broker.put(text("old", expiration=now), text("older", expiration=now - 1), text("young", expiration=now + 1))
    message = consumer.receive_no_wait()
    assert message is not None
    assert message.message_id == "ID:young"
    assert broker.named("settle")[:2] == [("settle", ["ID:old"], None), ("settle", ["ID:older"], None)]


def test_what_expired_and_is_settled_already_is_passed_over(broker: FakeBroker) -> None:
    consumer = broker.session().create_consumer(QUEUE)
    broker.put(text("old", expiration=1), text("young"))
    message = consumer.receive(0)
    assert message is not None
    assert message.message_id == "ID:young"
    assert broker.named("settle") == []


def test_a_delayed_message_without_expiration_never_expires(broker: FakeBroker) -> None:
    consumer = broker.session().create_consumer(QUEUE)
    broker.put(text("a", delivery_time=1))
    assert consumer.receive_no_wait() is not None


@pytest.mark.parametrize("timeout", [3, 3.0, timedelta(seconds=3)])
def test_receive_waits_until_its_time_is_up(broker: FakeBroker, timeout: float) -> None:
    consumer = broker.session().create_consumer(QUEUE)
    task = Task(consumer.receive, timeout)
    broker.clock.until_waiting()
    assert broker.named("take") == [("take", 3.0, True)]
    broker.clock.advance(2.5)
    assert task.goes_on()
    broker.clock.advance(0.5)
    assert task.end() is None


def test_receive_waits_for_the_rest_of_its_time_after_a_message_that_it_may_not_return(broker: FakeBroker) -> None:
    consumer = broker.session().create_consumer(QUEUE)
    task = Task(consumer.receive, 10)
    broker.clock.until_waiting()
    broker.clock.advance(4)
    broker.put(text("old", expiration=1))
    broker.until(lambda: len(broker.named("take")) == 2)
    assert broker.named("take")[1] == ("take", 6.0, True)
    broker.clock.until_waiting()
    broker.put(text("new"))
    message = task.end()
    assert message is not None
    assert message.message_id == "ID:new"


@pytest.mark.parametrize("timeout", [None, 1e300, float("inf")])
def test_receive_waits_forever(broker: FakeBroker, timeout: float | None) -> None:
    consumer = broker.session().create_consumer(QUEUE)
    task = Task(consumer.receive, timeout)
    broker.clock.until_waiting()
    assert broker.named("take") == [("take", None, True)]
    broker.clock.advance(1e6)
    assert task.goes_on()
    broker.put(text("a"))
    assert task.end() is not None


@pytest.mark.parametrize("timeout", [-1, -0.001, float("nan"), "1", True, timedelta(-1)])
def test_bad_timeouts_are_refused_before_anything_is_taken(broker: FakeBroker, timeout: object) -> None:
    consumer = broker.session().create_consumer(QUEUE)
    with pytest.raises(ValueError, match="timeout"):
        consumer.receive(timeout)  # type: ignore[arg-type]
    broker.put(text("a"))
    assert broker.named("take") == []
    assert consumer.receive_no_wait() is not None


def test_receive_no_wait_asks_once(broker: FakeBroker) -> None:
    consumer = broker.session().create_consumer(QUEUE)
    assert consumer.receive_no_wait() is None
    assert broker.named("take") == [("take", 0, True)]


def test_the_transport_may_wait_a_little_short(broker: FakeBroker) -> None:
    consumer = broker.session().create_consumer(QUEUE)
    subscription = broker.subscriptions[0]
    subscription.interrupted = True  # as if a wait of the system ended early
    task = Task(consumer.receive, 2)
    broker.clock.until_waiting()
    assert broker.named("take") == [("take", 2.0, True), ("take", 2.0, True)]
    broker.put(text("a"))
    assert task.end() is not None


def test_iterating_receives_until_the_consumer_is_closed(broker: FakeBroker) -> None:
    consumer = broker.session().create_consumer(QUEUE)
    broker.put(*texts("abc"))
    seen = []
    for message in consumer:
        seen.append(message.message_id)
        if len(seen) == 2:
            consumer.close()
    assert seen == ["ID:a", "ID:b"]
    assert broker.bodies(QUEUE) == ["c"]
    with pytest.raises(IllegalStateError, match="consumer is closed"):
        iter(consumer)


def test_closing_the_session_ends_an_iteration(broker: FakeBroker) -> None:
    session = broker.session()
    consumer = session.create_consumer(QUEUE)
    task: Task[list[Message]] = Task(list, consumer)
    broker.clock.until_waiting()
    session.close()
    assert task.end() == []


def test_received_messages_know_their_session(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE)
    consumer = session.create_consumer(QUEUE)
    broker.put(*texts("ab"))
    first, second = consumer.receive(0), consumer.receive(0)
    assert first is not None
    assert second is not None
    assert first._owner is second._owner is session._state
    assert (first._delivery, second._delivery) == (1, 2)
    assert len(session._state.ledger) == 2


@pytest.mark.parametrize("name", ["message_listener", "message_selector", "no_local"])
def test_attributes_of_a_closed_consumer_are_refused(broker: FakeBroker, name: str) -> None:
    consumer = broker.session().create_consumer(QUEUE)
    assert not getattr(consumer, name)
    consumer.close()
    with pytest.raises(IllegalStateError, match="consumer is closed"):
        getattr(consumer, name)


@pytest.mark.parametrize("mode", MODES)
def test_a_closed_consumer_receives_nothing(broker: FakeBroker, mode: int) -> None:
    with broker.session(mode).create_consumer(QUEUE) as consumer:
        pass
    for timeout in (None, 0, 1):
        with pytest.raises(IllegalStateError, match="consumer is closed"):
            consumer.receive(timeout)
    with pytest.raises(IllegalStateError, match="consumer is closed"):
        consumer.message_listener = print
    assert broker.named("take") == []
    assert broker.named("close subscription") == [("close subscription", QUEUE)]
    consumer.close()
    assert broker.named("close subscription") == [("close subscription", QUEUE)]


def test_a_consumer_of_a_closed_session_is_closed(broker: FakeBroker) -> None:
    session = broker.session()
    consumer = session.create_consumer(QUEUE)
    session.close()
    with pytest.raises(IllegalStateError, match="consumer is closed"):
        consumer.receive(0)
