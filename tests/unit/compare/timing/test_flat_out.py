"""The closed loop with a time of its own."""

from __future__ import annotations

import pytest

from jmslike.compare.plan import Plan
from jmslike.compare.timing.flat_out import PAUSE, Flow, flat_out, settle
from jmslike.compare.timing.schedule import SECOND
from tests.unit.compare.timing.virtual_time import VirtualTime


class Receivers:
    """Receivers that settle `rate` messages a second of those that were sent, and no more than `most`."""

    def __init__(self, time: VirtualTime, rate: float, most: int = 1_000_000) -> None:
        self.time = time
        self.start = time.now()
        self.rate = rate
        self.most = most
        self.sent = 0
        self.on_their_way: list[int] = []

    def send(self, key: int) -> None:
        assert key == self.sent + 1
        self.sent = key
        self.time.spend(0.0001)
        self.on_their_way.append(key - self.settled())

    def settled(self) -> int:
        return min(self.sent, self.most, int((self.time.now() - self.start) * self.rate / SECOND))


def test_the_rate_is_that_of_the_receivers_and_the_window_is_kept() -> None:
    time = VirtualTime()
    receivers = Receivers(time, rate=1000)
    flow = flat_out(receivers.send, receivers.settled, Plan(run=2, warm_up=0.5, window=50), time)
    assert flow.rate == pytest.approx(1000, rel=0.01)
    assert flow.sent == receivers.sent == pytest.approx(2550, abs=10)
    assert max(receivers.on_their_way) == 50
    assert time.now() - receivers.start == pytest.approx(2.5 * SECOND, abs=PAUSE)


def test_a_slow_sender_is_the_limit() -> None:
    time = VirtualTime()
    receivers = Receivers(time, rate=100_000)
    assert flat_out(receivers.send, receivers.settled, Plan(run=1), time).rate == pytest.approx(10_000, rel=0.01)


def test_the_warm_up_does_not_count() -> None:
    """In its 0.5 s nothing is settled; from then on 1000 a second are."""
    time = VirtualTime()
    receivers = Receivers(time, rate=1000)
    receivers.start += SECOND // 2
    flow = flat_out(receivers.send, lambda: max(0, receivers.settled()), Plan(run=1, warm_up=0.5, window=50), time)
    assert flow.rate == pytest.approx(1000, rel=0.05)


def test_a_short_run_goes_on_until_there_are_enough_for_a_rate() -> None:
    """Ten a second, and a run of 10 ms, in which none is settled."""
    time = VirtualTime()
    receivers = Receivers(time, rate=10)
    plan = Plan(run=0.01, warm_up=0.01, window=5, patience=1)
    assert flat_out(receivers.send, receivers.settled, plan, time).rate == pytest.approx(10, rel=0.1)
    assert time.now() - receivers.start >= 2 * SECOND


def test_a_sender_that_never_fills_the_window_is_not_out_of_patience() -> None:
    time = VirtualTime()
    receivers = Receivers(time, rate=100_000)
    assert flat_out(receivers.send, receivers.settled, Plan(run=3, patience=1), time).sent > 25_000


def test_the_loop_ends_when_receivers_settle_no_more() -> None:
    time = VirtualTime()
    receivers = Receivers(time, rate=1000, most=100)
    plan = Plan(run=60, warm_up=5, window=50, patience=1)
    assert flat_out(receivers.send, receivers.settled, plan, time) == Flow(150, 0.0)
    assert time.now() - receivers.start < 2 * SECOND


def test_what_is_on_its_way_is_waited_for() -> None:
    time = VirtualTime()
    receivers = Receivers(time, rate=100)
    receivers.sent = 300
    assert settle(receivers.settled, 300, 0.5, time)
    assert time.now() - receivers.start == pytest.approx(3 * SECOND, abs=2 * PAUSE)


def test_what_is_lost_is_waited_for_with_patience() -> None:
    time = VirtualTime()
    receivers = Receivers(time, rate=100, most=200)
    receivers.sent = 300
    assert not settle(receivers.settled, 300, 0.5, time)
    assert time.now() - receivers.start == pytest.approx(2.5 * SECOND, abs=2 * PAUSE)
