from __future__ import annotations

from itertools import pairwise

import pytest

from jmslike.compare.timing.schedule import SECOND, burst, poisson, steady


def test_steady_messages_are_equally_far_apart() -> None:
    assert list(steady(4, 1)) == [0, SECOND // 4, SECOND // 2, 3 * SECOND // 4]
    assert list(steady(3, 1)) == [0, 333_333_333, 666_666_667]
    assert len(steady(200, 30)) == 6000


def test_independent_messages_come_at_the_rate_that_was_asked_for() -> None:
    """10,000 are expected, with a standard deviation of 100; the gaps of a Poisson process have that of their mean."""
    due = poisson(1000, 10, seed=1)
    gaps = [later - earlier for earlier, later in pairwise(due)]
    mean = sum(gaps) / len(gaps)
    deviation = (sum((gap - mean) ** 2 for gap in gaps) / len(gaps)) ** 0.5
    assert len(due) == pytest.approx(10_000, abs=400)
    assert mean == pytest.approx(SECOND / 1000, rel=0.04)
    assert deviation == pytest.approx(mean, rel=0.05)
    assert 0 <= min(due) <= max(due) < 10 * SECOND


def test_a_burst_has_its_number_and_its_seconds_and_is_busiest_at_the_start() -> None:
    due = burst(10_000, 0.4, seed=1)
    tenths = [sum(tenth * SECOND // 25 <= moment < (tenth + 1) * SECOND // 25 for moment in due) for tenth in range(10)]
    assert (len(due), sum(tenths)) == (10_000, 10_000)
    assert tenths[5] / tenths[0] == pytest.approx(1 / 2, abs=0.07)
    assert tenths[9] / tenths[0] == pytest.approx(1 / 3, abs=0.07)


@pytest.mark.parametrize("schedule", [poisson, burst])
def test_same_seed_same_schedule_in_its_order(schedule: type) -> None:
    first = list(schedule(100, 2.0, 1))
    assert first == list(schedule(100, 2.0, 1)) == sorted(first)
    assert first != list(schedule(100, 2.0, 2))


def test_no_messages() -> None:
    assert [len(steady(1, 0)), len(poisson(1, 0, 1)), len(burst(0, 1, 1))] == [0, 0, 0]
