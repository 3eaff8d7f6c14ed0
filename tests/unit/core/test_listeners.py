"""Message listeners (sections 6.2.13 and 8.7): one thread per session, one message at a time."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

import pytest

from jmslike.clock import SystemClock
from jmslike.constants import SessionMode
from jmslike.destinations import Queue
from jmslike.errors import IllegalStateError, JMSError, ResourceAllocationError
from jmslike.message import Message
from jmslike.session import Session
from tests.unit.core.conftest import shut
from tests.unit.core.fake import OTHER, PATIENCE, QUEUE, SILENCE, FakeBroker, Task, text, texts

AUTOMATIC = [Session.AUTO_ACKNOWLEDGE, Session.DUPS_OK_ACKNOWLEDGE]
MANUAL = [Session.CLIENT_ACKNOWLEDGE, Session.INDIVIDUAL_ACKNOWLEDGE, Session.SESSION_TRANSACTED]


class Seen:
    """A listener that keeps what it is given, and first does what a test says."""

    def __init__(self, *acts: Callable[[], object]) -> None:
        self._acts = list(acts)
        self._messages: SimpleQueue[Message] = SimpleQueue()
        self.threads: set[str] = set()

    def __call__(self, message: Message) -> None:
        self.threads.add(threading.current_thread().name)
        self._messages.put(message)
        if self._acts:
            self._acts.pop(0)()

    def next(self) -> Message:
        return self._messages.get(timeout=PATIENCE)

    def bodies(self, number: int) -> list[Any]:
        return [self.next()._body for _ in range(number)]

    def nothing_more(self) -> bool:
        threading.Event().wait(SILENCE)
        return self._messages.empty()


class Pause:
    """Something to do that takes until the test lets it end."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.over = threading.Event()

    def __call__(self) -> None:
        self.begun.set()
        assert self.over.wait(PATIENCE)

    def until_begun(self) -> None:
        assert self.begun.wait(PATIENCE)


def fail() -> None:
    raise RuntimeError("the listener's own trouble")


def idle(session: Session) -> None:
    """Wait until the thread of the session's listeners sleeps."""
    assert session._dispatcher is not None
    assert session._dispatcher._idle.acquire(timeout=PATIENCE)
    session._dispatcher._idle.release()


# ---- delivery -------------------------------------------------------------------------------------------------------


def test_a_listener_gets_what_waits_and_what_comes(broker: FakeBroker) -> None:
    broker.put(*texts("ab"))
    consumer = broker.session().create_consumer(QUEUE)
    seen = Seen()
    consumer.message_listener = seen
    assert consumer.message_listener is seen
    assert seen.bodies(2) == ["a", "b"]
    idle(consumer._session)
    broker.put(text("c"))
    assert seen.bodies(1) == ["c"]
    assert len(seen.threads) == 1
    assert consumer._session._listener_thread is not None
    assert consumer._session._listener_thread.daemon
    assert seen.threads.pop() == f"jmslike-listener-{consumer._session._name}"


def test_listeners_never_let_the_transport_settle_at_hand_over(broker: FakeBroker) -> None:
    session = broker.session()
    seen = Seen()
    session.create_consumer(QUEUE).message_listener = seen
    broker.put(text("a"))
    message = seen.next()
    assert message._session is session
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
    assert len(session._ledger) == 0


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
    assert len(session._ledger) == 2
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
    assert "what a listener of queue://q has handled could not be acknowledged: not now" in caplog.messages


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
    session._connection.stop()
    for queue in (QUEUE, OTHER, third):
        broker.put(*(text(f"{queue.name}{number}", queue) for number in range(3)))
        session.create_consumer(queue).message_listener = listener
    session._connection.start()
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


def test_the_one_who_was_called_is_served_first(broker: FakeBroker) -> None:
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
    assert session._dispatcher is not None
    assert len(session._dispatcher._consumers) == 1


@pytest.mark.parametrize("listener", ["text", 5, object()])
def test_a_listener_is_callable(broker: FakeBroker, listener: object) -> None:
    consumer = broker.session().create_consumer(QUEUE)
    with pytest.raises(ValueError, match="a message listener is a callable"):
        consumer.message_listener = listener  # type: ignore[assignment]
    assert consumer.message_listener is None
    assert consumer.receive(0) is None


# ---- receiving beside listeners -------------------------------------------------------------------------------------


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
    dispatcher = session._dispatcher
    assert dispatcher is not None
    consumer.message_listener = None
    assert not dispatcher.thread.is_alive()
    broker.put(text("a"))
    assert broker.subscriptions[0].callback is None
    assert consumer.receive_no_wait() is not None
    assert consumer._take is not None
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
    assert len(session._ledger) == 0
    message = consumer.receive_no_wait()
    assert message is not None
    assert message.message_id == "ID:a"
    assert not message.redelivered


# ---- start, stop, close ---------------------------------------------------------------------------------------------


def test_a_listener_set_while_stopped_is_called_after_start(broker: FakeBroker) -> None:
    connection = broker.connect(start=False)
    seen = Seen()
    broker.put(text("a"))
    connection.create_session().create_consumer(QUEUE).message_listener = seen
    assert broker.subscriptions[0].callback is None
    assert seen.nothing_more()
    connection.start()
    assert seen.bodies(1) == ["a"]


def test_stop_waits_for_the_listener_and_disarms_it(broker: FakeBroker) -> None:
    pause = Pause()
    seen = Seen(pause)
    session = broker.session()
    session.create_consumer(QUEUE).message_listener = seen
    broker.put(*texts("ab"))
    pause.until_begun()
    order: list[str] = []

    def stop() -> None:
        session._connection.stop()
        order.append("stopped")

    task = Task(stop)
    assert task.goes_on()
    order.append("returned")
    pause.over.set()
    task.end()
    assert order == ["returned", "stopped"]
    assert broker.subscriptions[0].callback is None
    assert broker.bodies(QUEUE) == ["b"]
    assert seen.bodies(1) == ["a"]
    session._connection.start()
    assert seen.bodies(1) == ["b"]


def test_nothing_is_lost_over_many_stops_and_starts(broker: FakeBroker) -> None:
    session = broker.session()
    seen = Seen()
    session.create_consumer(QUEUE).message_listener = seen
    for number in range(30):
        session._connection.stop()
        if number % 2:
            broker.put(text(str(number)))
        session._connection.start()
        if not number % 2:
            broker.put(text(str(number)))
        assert seen.bodies(1) == [str(number)]


@pytest.mark.parametrize("what", ["consumer", "session", "connection"])
def test_close_waits_for_the_listener(broker: FakeBroker, what: str) -> None:
    pause = Pause()
    session = broker.session()
    consumer = session.create_consumer(QUEUE)
    consumer.message_listener = Seen(pause)
    broker.put(*texts("ab"))
    pause.until_begun()
    part: Any = {"consumer": consumer, "session": session, "connection": session._connection}[what]
    task = Task(part.close)
    assert task.goes_on()
    assert broker.named("close subscription") == []
    pause.over.set()
    task.end()
    assert broker.named("settle", "close subscription") == [
        ("settle", ["ID:a"], None),
        ("close subscription", QUEUE),
    ]
    assert broker.bodies(QUEUE) == ["b"]


def test_close_of_one_consumer_does_not_wait_for_the_listener_of_another(broker: FakeBroker) -> None:
    pause = Pause()
    session = broker.session()
    session.create_consumer(QUEUE).message_listener = Seen(pause)
    other = session.create_consumer(OTHER)
    other.message_listener = Seen()
    broker.put(text("a"))
    pause.until_begun()
    Task(other.close).end()
    assert broker.named("close subscription") == [("close subscription", OTHER)]
    pause.over.set()


@pytest.mark.parametrize("last", [True, False])
def test_a_listener_may_close_its_own_consumer(broker: FakeBroker, last: bool) -> None:
    session = broker.session()
    consumer = session.create_consumer(QUEUE)
    if not last:
        session.create_consumer(OTHER).message_listener = Seen()
    seen = Seen(consumer.close)
    consumer.message_listener = seen
    broker.put(*texts("ab"))
    assert seen.bodies(1) == ["a"]
    broker.until(lambda: broker.named("settle"))
    assert broker.named("settle", "close subscription") == [
        ("close subscription", QUEUE),
        ("settle", ["ID:a"], None),
    ]
    assert broker.bodies(QUEUE) == ["b"]
    session.close()


def test_what_a_listener_fails_on_after_it_closed_its_consumer_is_released(broker: FakeBroker) -> None:
    session = broker.session()
    consumer = session.create_consumer(QUEUE)

    def close_and_fail() -> None:
        consumer.close()
        fail()

    consumer.message_listener = Seen(close_and_fail)
    broker.put(text("a"))
    broker.until(lambda: broker.named("settle"))
    assert broker.named("settle") == [("settle", ["ID:a"], 1)]


@pytest.mark.parametrize("unset", [False, True])
@pytest.mark.parametrize("what", ["Session.close", "Connection.close", "Connection.stop"])
def test_a_listener_may_not_wait_for_itself(broker: FakeBroker, what: str, unset: bool) -> None:
    """Not even one that was the last, and has just taken itself away."""
    session = broker.session()
    consumer = session.create_consumer(QUEUE)
    refused: SimpleQueue[str] = SimpleQueue()
    kind, act = what.split(".")

    def listener(message: Message) -> None:
        if unset:
            consumer.message_listener = None
        try:
            getattr(session if kind == "Session" else session._connection, act)()
        except IllegalStateError as error:
            refused.put(str(error))

    consumer.message_listener = listener
    broker.put(text("a"))
    assert refused.get(timeout=PATIENCE).startswith(f"{what} must not be called by a message listener")
    if not unset:
        broker.put(text("b"))
        assert refused.get(timeout=PATIENCE)


def test_a_listener_may_take_itself_away_and_close_its_consumer(broker: FakeBroker) -> None:
    session = broker.session()
    consumer, other = session.create_consumer(QUEUE), session.create_consumer(OTHER)

    def leave() -> None:
        consumer.message_listener = None
        consumer.close()

    consumer.message_listener = Seen(leave)
    broker.put(text("a"))
    broker.until(lambda: broker.named("settle"))
    assert broker.named("close subscription") == [("close subscription", QUEUE)]
    assert session._listener_thread is not None
    session._listener_thread.join(PATIENCE)
    assert not session._listener_thread.is_alive()
    broker.put(text("x", OTHER))
    assert other.receive(0) is not None


def test_a_listener_may_stop_another_connection_and_start_its_own(broker: FakeBroker) -> None:
    session, other = broker.session(), broker.connect()
    seen = Seen(other.stop, session._connection.start, other.close)
    session.create_consumer(QUEUE).message_listener = seen
    broker.put(*texts("abc"))
    assert seen.bodies(3) == ["a", "b", "c"]
    broker.until(lambda: len(broker.named("settle")) == 3)
    assert not other._open


def test_a_listener_may_start_its_connection_while_another_thread_stops_it(broker: FakeBroker) -> None:
    session = broker.session()
    connection = session._connection
    stopping: list[Task[None]] = []

    def cross() -> None:
        stopping.append(Task(connection.stop))
        broker.until(lambda: broker.named("interrupt"))
        connection.start()

    seen = Seen(cross)
    session.create_consumer(QUEUE).message_listener = seen
    broker.put(*texts("ab"))
    assert seen.bodies(2) == ["a", "b"]
    stopping[0].end()


def test_closing_while_messages_pour_in_loses_none(broker: FakeBroker) -> None:
    for _ in range(20):
        session = broker.session()
        seen = Seen()
        session.create_consumer(QUEUE).message_listener = seen
        pouring = Task(broker.put, *texts("abcdefghij"))
        seen.next()
        session.close()
        pouring.end()
        rest = []
        while not seen._messages.empty():
            rest.append(seen.next())
        assert 1 + len(rest) + len(broker.bodies(QUEUE)) == 10
        broker.waiting.clear()


def test_arming_beside_stop_does_not_leave_a_stopped_session_armed(broker: FakeBroker) -> None:
    session = broker.session()
    consumer = session.create_consumer(QUEUE)
    stopping: list[Task[None]] = []

    def cross() -> None:
        stopping.append(Task(session._connection.stop))
        assert stopping[0].goes_on()

    broker.at("ready", cross)
    consumer.message_listener = Seen()
    stopping[0].end()
    assert broker.subscriptions[0].callback is None


def test_a_consumer_that_closes_while_the_thread_falls_asleep_does_not_disturb_it(broker: FakeBroker) -> None:
    session = broker.session(redelivery_delay=60)
    consumer, other = session.create_consumer(QUEUE), session.create_consumer(OTHER)
    seen = Seen()
    other.message_listener = seen
    consumer.message_listener = Seen(fail)
    broker.put(text("a"))
    broker.until(lambda: consumer._again)
    consumer.close()
    broker.put(text("x", OTHER))
    assert seen.bodies(1) == ["x"]
    assert broker.attempts(QUEUE) == [("a", 1)]


# ---- failing listeners ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", AUTOMATIC)
def test_a_message_whose_listener_failed_comes_again_at_once(
    broker: FakeBroker, mode: int, caplog: pytest.LogCaptureFixture
) -> None:
    session = broker.session(mode)
    seen = Seen(fail, fail)
    broker.put(*texts("ab"))
    session.create_consumer(QUEUE).message_listener = seen
    got = [seen.next() for _ in range(4)]
    assert [message._body for message in got] == ["a", "a", "a", "b"]
    assert [message.get_int_property("JMSXDeliveryCount") for message in got] == [1, 2, 3, 1]
    assert [message.redelivered for message in got] == [False, True, True, False]
    assert caplog.messages.count("a message listener of queue://q raised an exception at ID:a") == 2
    assert "the listener's own trouble" in caplog.text
    session.close()
    settled = [body for call in broker.named("settle") for body in call[1]]
    assert settled == ["ID:a", "ID:b"]
    assert {call[2] for call in broker.named("settle")} == {None}


@pytest.mark.parametrize("mode", MANUAL)
def test_elsewhere_a_failed_message_stays_unacknowledged(broker: FakeBroker, mode: int) -> None:
    session = broker.session(mode)
    seen = Seen(fail)
    broker.put(*texts("ab"))
    session.create_consumer(QUEUE).message_listener = seen
    assert seen.bodies(2) == ["a", "b"]
    assert seen.nothing_more()
    session.close()
    assert sorted(broker.named("settle")) == [("settle", ["ID:a"], 1), ("settle", ["ID:b"], 1)]


def test_a_listener_that_always_fails_sends_its_message_to_the_dead_letter_queue(broker: FakeBroker) -> None:
    session = broker.session(max_redeliveries=2)
    seen = Seen(fail, fail, fail)
    session.create_consumer(QUEUE).message_listener = seen
    broker.put(*texts("ab"))
    assert seen.bodies(4) == ["a", "a", "a", "b"]
    assert broker.bodies(Queue("DLQ.q")) == ["a"]


def test_the_redelivery_delay_holds_for_listeners(broker: FakeBroker) -> None:
    session = broker.session(redelivery_delay=60)
    seen, elsewhere = Seen(fail), Seen()
    session.create_consumer(QUEUE).message_listener = seen
    session.create_consumer(OTHER).message_listener = elsewhere
    broker.put(*texts("ab"))
    assert seen.bodies(1) == ["a"]
    broker.put(text("x", OTHER))
    assert elsewhere.bodies(1) == ["x"]
    assert seen.nothing_more()
    broker.clock.advance(60)
    broker.put(text("y", OTHER))
    assert seen.bodies(2) == ["a", "b"]
    assert elsewhere.bodies(1) == ["y"]


def test_the_thread_wakes_by_itself_when_a_redelivery_is_due() -> None:
    broker = FakeBroker(SystemClock())
    session = broker.session(redelivery_delay=0.02)
    seen, elsewhere = Seen(fail, fail), Seen(fail)
    session.create_consumer(OTHER).message_listener = elsewhere
    session.create_consumer(QUEUE).message_listener = seen
    broker.put(*texts("ab"), text("x", OTHER))
    assert seen.bodies(4) == ["a", "a", "a", "b"]
    assert elsewhere.bodies(2) == ["x", "x"]
    shut(broker)


def test_a_redelivery_that_is_due_while_stopped_waits_for_start() -> None:
    broker = FakeBroker(SystemClock())
    session = broker.session(redelivery_delay=0.02)
    seen = Seen(fail)
    session.create_consumer(QUEUE).message_listener = seen
    broker.put(text("a"))
    assert seen.bodies(1) == ["a"]
    idle(session)
    session._connection.stop()
    assert seen.nothing_more()
    assert seen.nothing_more()
    session._connection.start()
    assert seen.bodies(1) == ["a"]
    shut(broker)


@pytest.mark.parametrize("mode", [mode for mode in SessionMode if mode != Session.SESSION_TRANSACTED])
def test_a_listener_may_recover(broker: FakeBroker, mode: int) -> None:
    session = broker.session(mode)
    seen = Seen(session.recover)
    broker.put(*texts("ab"))
    session.create_consumer(QUEUE).message_listener = seen
    got = [seen.next() for _ in range(3)]
    assert [message._body for message in got] == ["a", "a", "b"]
    assert got[1].get_int_property("JMSXDeliveryCount") == 2


def test_recover_by_the_sessions_thread_wakes_the_listener(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE)
    seen = Seen()
    session.create_consumer(QUEUE).message_listener = seen
    broker.put(text("a"))
    assert seen.bodies(1) == ["a"]
    idle(session)
    session.recover()
    assert seen.bodies(1) == ["a"]


def test_a_stale_redelivery_does_not_hide_the_next_message_from_a_listener(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE)
    seen = Seen()
    session.create_consumer(QUEUE).message_listener = seen
    broker.put(text("a"))
    assert seen.bodies(1) == ["a"]
    idle(session)
    subscription = broker.subscriptions[0]
    subscription.stale = {"ID:a"}
    subscription.callback = None  # the message comes without a call: it is there when the thread looks
    broker.put(text("b"))
    session.recover()
    assert seen.bodies(1) == ["b"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("mode", AUTOMATIC)
def test_sys_exit_ends_the_thread_but_neither_loses_the_message_nor_blocks_close(broker: FakeBroker, mode: int) -> None:
    session = broker.session(mode)
    consumer = session.create_consumer(QUEUE)
    consumer.message_listener = Seen(sys.exit)
    broker.put(*texts("ab"))
    assert session._listener_thread is not None
    session._listener_thread.join(PATIENCE)
    assert not session._listener_thread.is_alive()
    assert broker.subscriptions[0].callback is None
    assert session._gate.occupant is None
    session._connection.stop()
    session._connection.start()
    assert broker.subscriptions[0].callback is None
    task = Task(session.close)
    task.end()
    assert broker.attempts(QUEUE) == [("a", 1), ("b", 0)]


def test_an_error_of_the_transport_ends_delivery_and_is_reported(
    broker: FakeBroker, caplog: pytest.LogCaptureFixture
) -> None:
    reported: SimpleQueue[JMSError] = SimpleQueue()
    session = broker.session()
    session._connection.exception_listener = reported.put
    seen = Seen()
    consumer = session.create_consumer(QUEUE)
    consumer.message_listener = seen
    idle(session)
    error = ResourceAllocationError("no room for dead letters")
    broker.at("take", error)
    broker.put(text("a"))
    assert reported.get(timeout=PATIENCE) is error
    assert seen.nothing_more()
    assert caplog.messages == [
        f"jmslike-listener-{session._name} can deliver no more to its listeners: no room for dead letters"
    ]
    session.close()
