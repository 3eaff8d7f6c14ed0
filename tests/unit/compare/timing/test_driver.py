"""The driver with a time of its own: what an open loop must show of a stall, and that it leaves no message out."""

from __future__ import annotations

from array import array

import pytest

from jmslike import JMSError
from jmslike.compare.timing.driver import LEAD, SYSTEM_TIME, drive
from jmslike.compare.timing.log import ArrivalLog, latencies
from jmslike.compare.timing.schedule import SECOND, steady
from tests.unit.compare.timing.virtual_time import VirtualTime

RATE = 200
CALL = 0.0001
"""Seconds that each call takes, apart from the one that stalls."""


class StallingService:
    """A service that answers each call at once, only not for 15 seconds from the fifth second on."""

    def __init__(self, time: VirtualTime) -> None:
        self.time = time
        self.log = ArrivalLog()
        self._stall = range(time.now() + LEAD + 5 * SECOND, time.now() + LEAD + 20 * SECOND)

    def call(self, key: int) -> None:
        if self.time.now() in self._stall:
            self.time.moment = self._stall.stop
        self.time.spend(CALL)
        self.log.note(key, self.time.now(), False)


def mean(values: array[int]) -> float:
    """The mean in seconds."""
    return sum(values) / len(values) / SECOND


def test_a_stall_of_15_seconds_in_30_has_the_mean_that_arithmetic_gives() -> None:
    """Half of the calls are due in the stall and wait 7.5 s in the mean; the queue behind it drains at once."""
    time = VirtualTime()
    service = StallingService(time)
    departures = drive(steady(RATE, 30), service.call, time)
    found = latencies(departures, [service.log])
    due_in_stall = found[5 * RATE : 20 * RATE]
    assert mean(found) == pytest.approx(3.75, rel=0.03)
    assert mean(due_in_stall) == pytest.approx(7.5, rel=0.03)
    assert max(found) / SECOND == pytest.approx(15, rel=0.01)


def test_a_closed_loop_hides_the_stall() -> None:
    """The same number of calls from a caller that waits for each answer: one of 6,000 tells of the 15 s."""
    time = VirtualTime()
    service = StallingService(time)
    begun = array("q")
    for key in range(1, 30 * RATE + 1):
        begun.append(time.now())
        service.call(key)
        time.spend(1 / RATE - CALL)
    found = array("q", (at - start for at, start in zip(service.log.times, begun, strict=True)))
    assert mean(found) < 0.004
    assert sorted(found)[-2] == CALL * SECOND


def test_each_message_is_due_when_the_schedule_says() -> None:
    time = VirtualTime()
    first = time.now() + LEAD
    sent: list[tuple[int, int]] = []
    departures = drive(array("q", [0, 10, 50]), lambda key: sent.append((key, time.now())), time)
    assert list(departures.intended) == [first, first + 10, first + 50]
    assert sent == [(1, first), (2, first + 10), (3, first + 50)]
    assert departures.begun == departures.returned == departures.intended


def test_a_late_message_makes_none_due_later() -> None:
    time = VirtualTime()
    departures = drive(steady(10, 1), lambda key: time.spend(0.25 if key == 1 else 0.01), time)
    late = [round(value / SECOND, 3) for value in departures.late]
    assert late == [0, 0.15, 0.06, 0, 0, 0, 0, 0, 0, 0]
    assert [each - departures.intended[0] for each in time.waits] == list(steady(10, 1))


def test_asked_and_achieved_rate_stand_side_by_side() -> None:
    time = VirtualTime()
    departures = drive(steady(100, 1), lambda key: time.spend(0.02), time)
    assert departures.asked == pytest.approx(100)
    assert departures.achieved == pytest.approx(50)
    relaxed = drive(steady(100, 1), lambda key: time.spend(0.002), time)
    assert relaxed.achieved == pytest.approx(100)


def test_a_failed_send_is_noted_and_does_not_count_as_achieved() -> None:
    def send(key: int) -> None:
        if key % 2:
            raise JMSError(f"no room for {key}")

    departures = drive(steady(100, 1), send, VirtualTime())
    assert departures.failed == {key: f"no room for {key}" for key in range(1, 101, 2)}
    assert departures.achieved == pytest.approx(departures.asked / 2, rel=0.02)
    assert len(departures.returned) == 100


def test_another_error_ends_the_run() -> None:
    with pytest.raises(ZeroDivisionError):
        drive(steady(10, 1), lambda key: 1 // 0, VirtualTime())


@pytest.mark.parametrize("schedule", [array("q"), array("q", [0])])
def test_fewer_than_two_messages_have_no_rate(schedule: array[int]) -> None:
    departures = drive(schedule, lambda key: None, VirtualTime())
    assert (departures.asked, departures.achieved) == (0, 0)


def test_the_time_of_the_system_is_never_early() -> None:
    departures = drive(steady(1000, 0.02), lambda key: None)
    assert len(departures.late) == 20
    assert min(departures.late) >= 0
    assert SYSTEM_TIME.now() >= departures.returned[-1]
