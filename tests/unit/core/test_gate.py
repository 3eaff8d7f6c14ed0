"""The gate of a session: one occupant, and threads that wait for it to leave."""

from __future__ import annotations

import threading

import pytest

from jmslike.clock import SystemClock
from jmslike.core.gate import Gate
from jmslike.errors import IllegalStateError
from tests.unit.core.fake import OTHER, QUEUE, FakeBroker, FakeClock, Task, text


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


def test_waiting_for_an_empty_gate_returns_at_once() -> None:
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
    assert gate.awaited == 0


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


def test_parking_wakes_a_thread_that_waits_for_quiet() -> None:
    clock = FakeClock()
    gate = Gate(clock)
    gate.enter("me")
    quiet = Task(gate.wait_quiet)
    assert quiet.goes_on()
    parked = Task(gate.park, None, lambda: False)
    quiet.end()
    gate.close()
    parked.end()


def test_a_restart_ends_the_wait_for_quiet() -> None:
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
