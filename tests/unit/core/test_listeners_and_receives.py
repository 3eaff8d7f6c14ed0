"""A session with a message listener refuses to receive (section 8.7), and receives again without it."""

from __future__ import annotations

import pytest

from jmslike.constants import SessionMode
from jmslike.errors import IllegalStateError
from tests.unit.core.fake import OTHER, QUEUE, FakeBroker, Task, text, texts
from tests.unit.core.listeners import Pause, Seen, idle


def test_a_session_with_a_listener_does_not_receive(broker: FakeBroker) -> None:
    session = broker.session()
    consumer, other = session.create_consumer(QUEUE), session.create_consumer(OTHER)
    seen = Seen()
    consumer.message_listener = seen
    for blocked in (consumer, other):
        for timeout in (None, 0, 1):
            with pytest.raises(IllegalStateError, match="has a message listener"):
                blocked.receive(timeout)
    broker.put(text("a"))
    assert seen.bodies(1) == ["a"]


def test_without_its_listener_the_session_receives_again(broker: FakeBroker) -> None:
    session = broker.session()
    consumer = session.create_consumer(QUEUE)
    consumer.message_listener = Seen()
    dispatcher = session._listeners._dispatcher
    assert dispatcher is not None
    consumer.message_listener = None
    assert not dispatcher.thread.is_alive()
    broker.put(text("a"))
    assert broker.subscriptions[0].callback is None
    assert consumer.receive_no_wait() is not None
    assert consumer._intake.fast_take is not None
    consumer.message_listener = None
    seen = Seen()
    consumer.message_listener = seen
    broker.put(text("b"))
    assert seen.bodies(1) == ["b"]


def test_one_listener_less_leaves_the_others(broker: FakeBroker) -> None:
    session = broker.session()
    consumer, other = session.create_consumer(QUEUE), session.create_consumer(OTHER)
    seen = Seen()
    consumer.message_listener = Seen()
    other.message_listener = seen
    consumer.message_listener = None
    broker.put(text("a"), text("x", OTHER))
    assert seen.bodies(1) == ["x"]
    assert broker.bodies(QUEUE) == ["a"]
    with pytest.raises(IllegalStateError, match="has a message listener"):
        consumer.receive(0)


def test_closing_the_only_consumer_with_a_listener_lets_the_session_receive(broker: FakeBroker) -> None:
    session = broker.session()
    consumer, other = session.create_consumer(QUEUE), session.create_consumer(OTHER)
    consumer.message_listener = Seen()
    consumer.close()
    broker.put(text("x", OTHER))
    assert other.receive_no_wait() is not None


def test_taking_a_listener_away_waits_for_it(broker: FakeBroker) -> None:
    pause = Pause()
    consumer = broker.session().create_consumer(QUEUE)
    consumer.message_listener = Seen(pause)
    broker.put(*texts("ab"))
    pause.until_begun()
    task = Task(setattr, consumer, "message_listener", None)
    assert task.goes_on()
    pause.over.set()
    task.end()
    assert broker.named("settle") == [("settle", ["ID:a"], None)]
    message = consumer.receive_no_wait()
    assert message is not None
    assert message.message_id == "ID:b"


@pytest.mark.parametrize("mode", list(SessionMode))
def test_a_delivery_whose_listener_is_taken_away_meanwhile_was_not_delivered(broker: FakeBroker, mode: int) -> None:
    session = broker.session(mode)
    consumer = session.create_consumer(QUEUE)
    consumer.message_listener = Seen()
    idle(session)
    pause = Pause()
    broker.at("take", pause)
    broker.put(text("a"))
    pause.until_begun()
    task = Task(setattr, consumer, "message_listener", None)
    broker.until(lambda: broker.named("ready")[-1] == ("ready", False))
    pause.over.set()
    task.end()
    assert len(session._state.ledger) == 0
    message = consumer.receive_no_wait()
    assert message is not None
    assert message.message_id == "ID:a"
    assert not message.redelivered
