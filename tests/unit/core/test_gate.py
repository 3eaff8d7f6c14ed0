"""Start, stop and close beside receives (sections 6.1.4, 6.1.5, 6.2.5 and 6.2.15)."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from jmslike.clock import SystemClock
from jmslike.core.gate import Gate
from jmslike.errors import IllegalStateError
from jmslike.session import Session
from tests.unit.core.fake import OTHER, QUEUE, FakeBroker, FakeClock, Task, text, texts

# ---- the gate itself ------------------------------------------------------------------------------------------------


def test_a_gate_has_one_occupant() -> None:
    gate = Gate(SystemClock())
    gate.enter("first")
    with pytest.raises(IllegalStateError, match="one session per thread"):
        gate.enter("second")
    assert gate.occupant == "first"
    gate.leave()
    gate.enter("second")


def test_a_closed_gate_stays_shut() -> None:
    gate = Gate(SystemClock())
    assert not gate.running
    gate.set_running(True)
    assert gate.running
    gate.set_running(False)
    assert not gate.running
    gate.set_running(True)
    assert gate.close() is True
    assert gate.closed
    assert not gate.running
    gate.set_running(True)
    assert not gate.running
    assert gate.close() is False


def test_nobody_is_waited_for_in_an_empty_gate() -> None:
    gate = Gate(SystemClock())
    gate.wait_quiet()
    gate.wait_vacant()
    gate.wait_vacant("me")


def test_waiting_for_an_empty_gate_ends_when_the_occupant_leaves() -> None:
    gate = Gate(SystemClock())
    gate.enter("me")
    waits = [Task(gate.wait_quiet), Task(gate.wait_vacant), Task(gate.wait_vacant, "me")]
    gate.wait_vacant("somebody else")
    assert all(task.goes_on() for task in waits)
    gate.leave()
    for task in waits:
        task.end()
    assert gate._awaited == 0


def test_a_parked_occupant_is_quiet_but_inside() -> None:
    clock = FakeClock()
    gate = Gate(clock)
    gate.enter("me")
    awake = threading.Event()
    parked = Task(gate.park, clock.monotonic() + 5, awake.is_set)
    clock.until_waiting()
    gate.wait_quiet()
    vacant = Task(gate.wait_vacant)
    assert vacant.goes_on()
    clock.advance(4)
    assert parked.goes_on()
    clock.advance(1)
    parked.end()
    quiet = Task(gate.wait_quiet)
    assert quiet.goes_on()
    gate.leave()
    quiet.end()
    vacant.end()


def test_somebody_who_waits_for_quiet_is_told_of_parking() -> None:
    clock = FakeClock()
    gate = Gate(clock)
    gate.enter("me")
    quiet = Task(gate.wait_quiet)
    assert quiet.goes_on()
    parked = Task(gate.park, None, lambda: False)
    quiet.end()
    gate.close()
    parked.end()


def test_nobody_waits_for_quiet_in_a_session_that_was_started_again() -> None:
    gate = Gate(SystemClock())
    gate.enter("me")
    quiet = Task(gate.wait_quiet)
    assert quiet.goes_on()
    gate.set_running(True)
    quiet.end()
    assert gate.occupant == "me"


def test_parking_ends_at_once_when_there_is_nothing_to_wait_for() -> None:
    clock = FakeClock()
    gate = Gate(clock)
    gate.park(None, lambda: True)
    gate.park(clock.monotonic(), lambda: False)
    gate.park(clock.monotonic() - 1, lambda: False)
    gate.close()
    gate.park(None, lambda: False)


# ---- stop and start -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [Session.AUTO_ACKNOWLEDGE, Session.DUPS_OK_ACKNOWLEDGE, Session.SESSION_TRANSACTED])
def test_nothing_is_taken_while_stopped(broker: FakeBroker, mode: int) -> None:
    connection = broker.connect(start=False)
    consumer = connection._open_session(mode).create_consumer(QUEUE)  # type: ignore[arg-type]
    broker.put(text("a"))
    assert consumer.receive_no_wait() is None
    assert broker.named("take") == []
    connection.start()
    assert consumer.receive_no_wait() is not None


def test_a_session_made_after_start_runs(broker: FakeBroker) -> None:
    connection = broker.connect(start=False)
    connection.start()
    connection.start()
    consumer = connection.create_session().create_consumer(QUEUE)
    broker.put(text("a"))
    assert consumer.receive_no_wait() is not None
    connection.stop()
    connection.stop()
    broker.put(text("b"))
    assert consumer.receive_no_wait() is None
    assert connection.create_session().create_consumer(QUEUE).receive_no_wait() is None


def test_a_receive_goes_on_when_the_connection_is_started(broker: FakeBroker) -> None:
    connection = broker.connect(start=False)
    consumer = connection.create_session().create_consumer(QUEUE)
    broker.put(text("a"))
    task = Task(consumer.receive)
    broker.clock.until_waiting()
    assert broker.named("take") == []
    connection.start()
    assert task.end() is not None


def test_stop_parks_a_blocked_receive_which_start_lets_go_on(broker: FakeBroker) -> None:
    connection = broker.connect()
    consumer = connection.create_session().create_consumer(QUEUE)
    task = Task(consumer.receive, 60)
    broker.clock.until_waiting()
    connection.stop()
    broker.put(text("a"))
    assert task.goes_on()
    assert broker.bodies(QUEUE) == ["a"]
    connection.start()
    message = task.end()
    assert message is not None
    assert message.message_id == "ID:a"


def test_the_time_of_a_receive_runs_while_the_connection_is_stopped(broker: FakeBroker) -> None:
    connection = broker.connect()
    consumer = connection.create_session().create_consumer(QUEUE)
    task = Task(consumer.receive, 10)
    broker.clock.until_waiting()
    broker.clock.advance(4)
    connection.stop()
    broker.clock.until_waiting()
    broker.clock.advance(5)
    assert task.goes_on()
    broker.clock.advance(1)
    assert task.end() is None
    assert broker.named("take") == [("take", 10.0, True)]


def test_stop_and_start_again_and_again_costs_a_blocked_receive_nothing(broker: FakeBroker) -> None:
    connection = broker.connect()
    consumer = connection.create_session().create_consumer(QUEUE)
    task = Task(consumer.receive)
    for _ in range(20):
        broker.clock.until_waiting()
        connection.stop()
        connection.start()
    broker.put(text("a"))
    assert task.end() is not None


def test_stop_waits_for_a_receive_that_was_given_a_message(broker: FakeBroker) -> None:
    """A delivery that crosses stop() is handed over before stop() returns, or after start()."""
    connection = broker.connect()
    consumer = connection.create_session(False, Session.CLIENT_ACKNOWLEDGE).create_consumer(QUEUE)
    broker.put(*texts("ab"))
    order: list[str] = []
    stopping: list[Task[None]] = []

    def stop() -> None:
        connection.stop()
        order.append("stopped")

    def cross() -> None:
        stopping.append(Task(stop))
        broker.until(lambda: broker.named("interrupt"))
        assert stopping[0].goes_on()
        broker.subscriptions[0].interrupted = False  # the message was there before the interrupt

    broker.at("take", cross)
    message = consumer.receive()
    order.append("received")
    assert message is not None
    stopping[0].end()
    assert consumer.receive(0) is None
    connection.start()
    message = consumer.receive(0)
    assert message is not None
    assert message.message_id == "ID:b"


@pytest.mark.parametrize("mode", [Session.AUTO_ACKNOWLEDGE, Session.CLIENT_ACKNOWLEDGE, Session.DUPS_OK_ACKNOWLEDGE])
@pytest.mark.parametrize("receives_while_stopped", [0, 1, 2])
def test_receive_no_wait_misses_nothing_after_stop_and_start(
    broker: FakeBroker, mode: int, receives_while_stopped: int
) -> None:
    """An interrupt that met no take is pending in the transport, and ends the next take early (C2 of the SPI)."""
    connection = broker.connect()
    consumer = connection.create_session(False, mode).create_consumer(QUEUE)
    broker.put(*texts("abc"))
    for letter in "abc":
        connection.stop()
        for _ in range(receives_while_stopped):
            assert consumer.receive_no_wait() is None
        connection.start()
        message = consumer.receive_no_wait()
        assert message is not None
        assert message.message_id == f"ID:{letter}"


def test_an_interrupt_is_noted_after_it_was_given(broker: FakeBroker) -> None:
    """Else a receive that ends between the two would use up the note, and the interrupt would end a later one early."""
    connection = broker.connect()
    consumer = connection.create_session().create_consumer(QUEUE)
    noted = []
    broker.at("interrupt", lambda: noted.append(consumer._interrupted))
    connection.stop()
    assert noted == [False]
    assert consumer._interrupted


def test_stop_is_not_held_up_by_a_dups_ok_receive_that_settles_before_it_waits(broker: FakeBroker) -> None:
    connection = broker.connect()
    consumer = connection.create_session(False, Session.DUPS_OK_ACKNOWLEDGE).create_consumer(QUEUE)
    broker.put(text("a"))
    assert consumer.receive(0) is not None
    stopping: list[Task[None]] = []

    def cross() -> None:
        stopping.append(Task(connection.stop))
        broker.until(lambda: broker.named("interrupt"))

    broker.at("take", cross)
    task = Task(consumer.receive)
    broker.until(lambda: len(stopping) == 1)
    stopping[0].end()
    assert task.goes_on()
    consumer.close()
    assert task.end() is None


def test_a_consumer_made_while_stop_is_under_way_is_stopped(broker: FakeBroker) -> None:
    connection = broker.connect()
    session = connection.create_session()

    class Consumers(set):  # type: ignore[type-arg]
        def add(self, consumer: object) -> None:
            connection.stop()  # as another thread does, at the worst moment
            super().add(consumer)

    session._consumers = Consumers()
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"))
    assert consumer.receive(0) is None
    assert broker.named("take") == []


def test_start_and_stop_by_two_threads_leave_sessions_as_the_connection_is(
    broker: FakeBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = broker.connect(start=False)
    session = connection.create_session()
    session.create_consumer(QUEUE)
    stopping: list[Task[None]] = []
    start = Session._start

    def slow_start(session: Session) -> None:
        stopping.append(Task(connection.stop))
        assert stopping[0].goes_on()
        start(session)

    monkeypatch.setattr(Session, "_start", slow_start)
    connection.start()
    stopping[0].end()
    assert not connection._started
    assert not session._gate.running


def test_stop_is_refused_on_a_closed_connection(broker: FakeBroker) -> None:
    connection = broker.connect()
    connection.close()
    for act in (connection.start, connection.stop):
        with pytest.raises(IllegalStateError, match="connection is closed"):
            act()


# ---- one thread per session -----------------------------------------------------------------------------------------


def test_a_second_thread_may_not_receive(broker: FakeBroker) -> None:
    session = broker.session()
    consumer, other = session.create_consumer(QUEUE), session.create_consumer(OTHER)
    task = Task(consumer.receive)
    broker.clock.until_waiting()
    for blocked in (consumer, other):
        for timeout in (None, 0, 5):
            with pytest.raises(IllegalStateError, match="another thread receives"):
                blocked.receive(timeout)
    with pytest.raises(IllegalStateError, match="another thread receives"):
        other.message_listener = print
    assert other.message_listener is None
    broker.put(text("a"))
    assert task.end() is not None
    assert other.receive_no_wait() is None


def test_a_failing_receive_leaves_the_session(broker: FakeBroker) -> None:
    consumer = broker.session().create_consumer(QUEUE)
    broker.transports[0].lost = error = IllegalStateError("broken")
    with pytest.raises(Exception, match="the link is gone"):
        consumer.receive(0)
    assert consumer._gate.occupant is None
    assert error is not None


# ---- close ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["consumer", "session", "connection"])
@pytest.mark.parametrize("timeout", [None, 60])
def test_close_ends_a_blocked_receive(broker: FakeBroker, what: str, timeout: float | None) -> None:
    session = broker.session()
    consumer = session.create_consumer(QUEUE)
    task = Task(consumer.receive, timeout)
    broker.clock.until_waiting()
    parts: dict[str, Any] = {"consumer": consumer, "session": session, "connection": session._connection}
    parts[what].close()
    assert task.done()
    assert task.end() is None


@pytest.mark.parametrize("what", ["consumer", "session", "connection"])
@pytest.mark.parametrize("timeout", [None, 60])
def test_close_ends_a_receive_that_waits_for_start(broker: FakeBroker, what: str, timeout: float | None) -> None:
    connection = broker.connect(start=False)
    session = connection.create_session()
    consumer = session.create_consumer(QUEUE)
    task = Task(consumer.receive, timeout)
    broker.clock.until_waiting()
    parts: dict[str, Any] = {"consumer": consumer, "session": session, "connection": connection}
    parts[what].close()
    assert task.end() is None
    assert broker.named("take") == []


def test_close_of_another_consumer_leaves_a_receive_alone(broker: FakeBroker) -> None:
    session = broker.session()
    consumer, other = session.create_consumer(QUEUE), session.create_consumer(OTHER)
    task = Task(consumer.receive)
    broker.clock.until_waiting()
    other.close()
    assert task.goes_on()
    broker.put(text("a"))
    assert task.end() is not None


@pytest.mark.parametrize("mode", [Session.AUTO_ACKNOWLEDGE, Session.CLIENT_ACKNOWLEDGE])
def test_a_delivery_that_crosses_the_close_of_its_consumer_is_received_or_comes_back(
    broker: FakeBroker, mode: int
) -> None:
    session = broker.session(mode)
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"))
    closing: list[Task[None]] = []

    def cross() -> None:
        closing.append(Task(consumer.close))
        broker.until(lambda: broker.named("interrupt"))
        assert closing[0].goes_on()
        broker.subscriptions[0].interrupted = False

    broker.at("take", cross)
    message = consumer.receive()
    closing[0].end()
    assert message is not None
    assert message.message_id == "ID:a"
    session.close()
    assert broker.attempts(QUEUE) == ([("a", 1)] if mode == Session.CLIENT_ACKNOWLEDGE else [])


def test_session_close_does_its_work_in_order(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE)
    producer = session.create_producer(OTHER)
    consumer = session.create_consumer(QUEUE)
    browser = session.create_browser(QUEUE)
    broker.put(text("a"))
    assert consumer.receive(0)
    broker.calls.clear()
    session.close()
    assert broker.calls == [
        ("interrupt", QUEUE),
        ("settle", ["ID:a"], 1),
        ("close sender", OTHER),
        ("close subscription", QUEUE),
        ("close link",),
    ]
    session.close()
    assert len(broker.calls) == 5
    for close in (producer.close, consumer.close, browser.close):
        close()
    assert len(broker.calls) == 5


def test_connection_close_closes_its_sessions_and_then_the_transport(broker: FakeBroker) -> None:
    with broker.connect() as connection:
        first, second = connection.create_session(), connection.create_session(True)
        first.close()
        broker.calls.clear()
    assert broker.calls == [("close link",), ("close transport",)]
    with pytest.raises(IllegalStateError, match="session is closed"):
        second.create_message()
    connection.close()
    assert len(broker.calls) == 2


def test_a_second_closer_waits_for_the_receive_that_the_first_waits_for(broker: FakeBroker) -> None:
    session = broker.session()
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"))
    order: list[str] = []
    closing: list[Task[None]] = []

    def close(what: Session) -> None:
        what.close()
        order.append("closed")

    def cross() -> None:
        closing.append(Task(close, session))
        broker.until(lambda: broker.named("interrupt"))
        closing.append(Task(close, session._connection))
        assert closing[1].goes_on()
        assert closing[0].goes_on()
        order.append("taken")
        broker.subscriptions[0].interrupted = False

    broker.at("take", cross)
    assert consumer.receive() is not None
    for task in closing:
        task.end()
    assert order == ["taken", "closed", "closed"]
    assert len(broker.named("close link")) == 1
    assert len(broker.named("close transport")) == 1


def test_concurrent_closes_close_once(broker: FakeBroker) -> None:
    connection = broker.connect()
    sessions = [connection.create_session() for _ in range(3)]
    consumers = [session.create_consumer(QUEUE) for session in sessions]
    blocked = [Task(consumer.receive) for consumer in consumers]
    broker.clock.until_waiting(3)
    parts: list[Any] = [*consumers, *sessions, *sessions, connection, connection]
    closers = [Task(part.close) for part in parts]
    for task in closers:
        task.end()
    assert [task.end() for task in blocked] == [None, None, None]
    assert len(broker.named("close link")) == 3
    assert len(broker.named("close transport")) == 1
    assert len(broker.named("close subscription")) == 3


def test_no_session_is_made_while_the_connection_closes(broker: FakeBroker) -> None:
    connection = broker.connect()
    session = connection.create_session()
    session.create_consumer(QUEUE)
    refused: list[bool] = []

    def late() -> None:
        with pytest.raises(IllegalStateError, match="being closed"):
            connection.create_session()
        refused.append(True)

    broker.at("interrupt", late)
    connection.close()
    assert refused == [True]


def test_a_session_may_be_closed_while_another_thread_sends(broker: FakeBroker) -> None:
    session = broker.session()
    producer = session.create_producer(QUEUE)
    message = session.create_text_message("a")
    sending: list[Task[None]] = []

    def close() -> None:
        sending.append(Task(session.close))
        sending[0].end()

    broker.at("send", close)
    producer.send(message)
    assert broker.bodies(QUEUE) == ["a"]
    with pytest.raises(IllegalStateError, match="producer is closed"):
        producer.send(message)
