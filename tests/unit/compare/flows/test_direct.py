"""Direct calls: the line of their callers is that of the theory, and none is left without an answer."""

from __future__ import annotations

from array import array
from threading import Event

from jmslike.compare.flows.direct import Answer, DirectService
from jmslike.compare.flows.queueing import waits
from jmslike.compare.flows.service import Service, service_times
from jmslike.compare.timing.driver import drive
from jmslike.compare.timing.schedule import burst
from tests.unit.compare.timing.virtual_time import VirtualTime


class Gate(VirtualTime):
    """Work lasts until the gate is open."""

    def __init__(self) -> None:
        super().__init__()
        self.open = Event()

    def wait_until(self, due: int) -> None:
        self.open.wait()


class Busy:
    """A direct service with one worker, which works on order 1 until the end."""

    def __init__(self, line: int = 10, give_up: float = 60.0) -> None:
        self.gate = Gate()
        self.direct = DirectService(Service(array("q", [1] * 10), self.gate), 1, line=line, give_up=give_up)
        self.direct.start_call(1)

    def finish(self) -> list[Answer | None]:
        self.gate.open.set()
        self.direct.finish()
        return [call.answer for call in self.direct.calls]


def test_the_waits_are_exactly_those_of_the_theory() -> None:
    """What came, and how long each was served, decides how long each waited, however busy the machine is."""
    direct = DirectService(Service(service_times(100, 0.001, 1)), 2, line=100, give_up=60.0)
    drive(burst(100, 0.05, 1), direct.start_call)
    direct.finish()
    calls = direct.calls
    assert [call.answer for call in calls] == [Answer.SERVED] * 100
    arrivals = array("q", (call.arrived for call in calls))
    services = array("q", (call.ended - call.begun for call in calls))
    found = array("q", (call.begun - call.arrived for call in calls))
    assert found == waits(arrivals, services, 2)
    assert max(found) > 0
    assert all(call.left >= call.ended for call in calls)


def test_no_service_is_shorter_than_its_order_takes() -> None:
    times = service_times(20, 0.001, 1)
    direct = DirectService(Service(times), 2, line=20, give_up=60.0)
    drive(burst(20, 0.01, 1), direct.start_call)
    direct.finish()
    assert all(call.ended - call.begun >= times[call.key - 1] for call in direct.calls)


def test_a_caller_who_finds_the_line_full_is_refused() -> None:
    busy = Busy(line=1)
    busy.direct.start_call(2)
    busy.direct.start_call(3)
    assert busy.finish() == [Answer.SERVED, Answer.SERVED, Answer.REFUSED]


def test_a_caller_gives_up_and_leaves_the_line() -> None:
    busy = Busy(give_up=0.0)
    busy.direct.start_call(2)
    busy.direct.start_call(3)
    for call in busy.direct.calls[1:]:
        call.turn.wait()
    assert busy.finish() == [Answer.SERVED, Answer.GIVEN_UP, Answer.GIVEN_UP]


def test_a_crash_fails_those_who_wait_and_are_served_and_come() -> None:
    busy = Busy()
    busy.direct.start_call(2)
    busy.direct.crash()
    busy.direct.start_call(3)
    assert busy.finish() == [Answer.FAILED] * 3


def test_after_the_restart_calls_are_served_as_before() -> None:
    """The worker of before the crash, which ends late, is no worker of the new life."""
    busy = Busy()
    busy.direct.crash()
    busy.direct.restart()
    busy.direct.start_call(2)
    busy.direct.start_call(3)
    assert [call.begun > 0 for call in busy.direct.calls] == [True, True, False]
    assert busy.finish() == [Answer.FAILED, Answer.SERVED, Answer.SERVED]
