"""Message listeners (sections 6.2.13 and 8.7): one thread per session, one message at a time."""

from __future__ import annotations

import threading

import pytest

from jmslike.destinations import Queue
from jmslike.errors import JMSError
from jmslike.message import Message
from jmslike.session import Session
from tests.unit.core.fake import OTHER, PATIENCE, QUEUE, FakeBroker, connection_of, text, texts
from tests.unit.core.listeners import MANUAL, Pause, Seen, idle


def test_a_listener_gets_what_waits_and_what_comes(broker: FakeBroker) -> None:
    broker.put(*texts("ab"))
    session = broker.session()
    consumer = session.create_consumer(QUEUE)
    seen = Seen()
    consumer.message_listener = seen
    assert consumer.message_listener is seen
    assert seen.bodies(2) == ["a", "b"]
    idle(session)
    broker.put(text("c"))
    assert seen.bodies(1) == ["c"]
    assert len(seen.threads) == 1
    assert session._listeners._thread is not None
    assert session._listeners._thread.daemon
    assert seen.threads.pop() == f"jmslike-listener-{session._state.name}"


def test_a_listeners_message_is_never_settled_at_hand_over(broker: FakeBroker) -> None:
    session = broker.session()
    seen = Seen()
    session.create_consumer(QUEUE).message_listener = seen
    broker.put(text("a"))
    message = seen.next()
    assert message._owner is session._state
    assert not message.redelivered
    broker.until(lambda: broker.named("settle"))
    assert broker.named("settle") == [("settle", ["ID:a"], None)]
    assert set(broker.named("take")) == {("take", 0.0, False)}


def test_auto_settles_after_the_listener_returned(broker: FakeBroker) -> None:
    pause = Pause()
    session = broker.session()
    session.create_consumer(QUEUE).message_listener = Seen(pause)
    broker.put(text("a"))
    pause.until_begun()
    assert broker.named("settle") == []
    pause.over.set()
    broker.until(lambda: broker.named("settle") == [("settle", ["ID:a"], None)])
    idle(session)
    assert len(session._state.ledger) == 0


def test_dups_ok_settles_in_batches_and_when_nothing_comes(broker: FakeBroker) -> None:
    pause = Pause()
    session = broker.session(Session.DUPS_OK_ACKNOWLEDGE, window=4)
    broker.put(*texts("abc"))
    session.create_consumer(QUEUE).message_listener = Seen(lambda: None, lambda: None, pause)
    pause.until_begun()
    assert broker.named("settle") == [("settle", ["ID:a", "ID:b"], None)]
    pause.over.set()
    broker.until(lambda: broker.named("settle")[1:] == [("settle", ["ID:c"], None)])


@pytest.mark.parametrize("mode", MANUAL)
def test_the_other_modes_leave_acknowledging_to_the_listener(broker: FakeBroker, mode: int) -> None:
    session = broker.session(mode)
    seen = Seen()
    session.create_consumer(QUEUE).message_listener = seen
    broker.put(*texts("ab"))
    first = seen.next()
    seen.next()
    idle(session)
    assert broker.named("settle") == []
    assert len(session._state.ledger) == 2
    if mode == Session.CLIENT_ACKNOWLEDGE:
        first.acknowledge()
        assert broker.named("settle") == [("settle", ["ID:a", "ID:b"], None)]


def test_an_acknowledgement_that_fails_does_not_stop_the_listener(
    broker: FakeBroker, caplog: pytest.LogCaptureFixture
) -> None:
    seen = Seen()
    broker.session().create_consumer(QUEUE).message_listener = seen
    broker.at("settle", JMSError("not now"))
    broker.put(*texts("ab"))
    assert seen.bodies(2) == ["a", "b"]
    broker.until(lambda: len(broker.named("settle")) == 2)
    handled = "a message that a listener of queue://q handled could not be acknowledged; it may be redelivered: not now"
    assert handled in caplog.messages


def test_listeners_of_a_session_are_called_one_at_a_time_and_in_turn(broker: FakeBroker) -> None:
    session = broker.session()
    order: list[str] = []
    inside: list[int] = []
    done = threading.Event()

    def listener(message: Message) -> None:
        inside.append(1)
        assert len(inside) == 1
        order.append(message._body)
        inside.pop()
        if len(order) == 9:
            done.set()

    third = Queue("third")
    connection_of(session).stop()
    for queue in (QUEUE, OTHER, third):
        broker.put(*(text(f"{queue.name}{number}", queue) for number in range(3)))
        session.create_consumer(queue).message_listener = listener
    connection_of(session).start()
    assert done.wait(PATIENCE)
    assert sorted(order[:3]) == ["other0", "q0", "third0"]
    assert sorted(order[3:6]) == ["other1", "q1", "third1"]
    assert sorted(order[6:]) == ["other2", "q2", "third2"]


def test_while_a_listener_runs_messages_are_offered_to_others(broker: FakeBroker) -> None:
    pause = Pause()
    broker.session().create_consumer(QUEUE).message_listener = Seen(pause)
    seen = Seen()
    broker.put(text("a"))
    pause.until_begun()
    broker.session().create_consumer(QUEUE).message_listener = seen
    broker.put(text("b"))
    assert seen.bodies(1) == ["b"]
    pause.over.set()


def test_the_thread_looks_again_by_itself_for_what_it_refused(broker: FakeBroker) -> None:
    pause = Pause()
    seen = Seen(pause)
    session = broker.session()
    session.create_consumer(QUEUE).message_listener = seen
    session.create_consumer(OTHER).message_listener = seen
    broker.put(text("a"))
    pause.until_begun()
    broker.put(text("b"), text("x", OTHER))
    pause.over.set()
    assert sorted(seen.bodies(3)) == ["a", "b", "x"]


def test_the_consumer_that_was_called_is_served_first(broker: FakeBroker) -> None:
    session = broker.session()
    seen = Seen()
    session.create_consumer(QUEUE).message_listener = seen
    session.create_consumer(OTHER).message_listener = seen
    idle(session)
    pause = Pause()
    broker.at("take", pause)
    broker.put(text("x", OTHER))
    pause.until_begun()
    broker.put(text("a"))
    pause.over.set()
    assert seen.bodies(2) == ["x", "a"]


def test_a_listener_may_be_replaced(broker: FakeBroker) -> None:
    session = broker.session()
    consumer = session.create_consumer(QUEUE)
    first, second = Seen(), Seen()
    consumer.message_listener = first
    broker.put(text("a"))
    assert first.bodies(1) == ["a"]
    idle(session)
    consumer.message_listener = second
    broker.put(text("b"))
    assert second.bodies(1) == ["b"]
    assert session._listeners._dispatcher is not None
    assert len(session._listeners._dispatcher._intakes) == 1


@pytest.mark.parametrize("listener", ["text", 5, object()])
def test_a_listener_is_callable(broker: FakeBroker, listener: object) -> None:
    consumer = broker.session().create_consumer(QUEUE)
    with pytest.raises(ValueError, match="a message listener is a callable"):
        consumer.message_listener = listener  # type: ignore[assignment]
    assert consumer.message_listener is None
    assert consumer.receive(0) is None


def test_a_listener_is_no_coroutine_function(broker: FakeBroker) -> None:
    async def listen(message: Message) -> None: ...

    consumer = broker.session().create_consumer(QUEUE)
    with pytest.raises(ValueError, match="a message listener is a plain function, not the coroutine function"):
        consumer.message_listener = listen
    assert consumer.message_listener is None
    assert consumer.receive(0) is None
