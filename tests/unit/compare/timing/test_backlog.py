from __future__ import annotations

from array import array

import pytest

from jmslike.compare.results import Series
from jmslike.compare.timing.backlog import backlog
from jmslike.compare.timing.schedule import SECOND, steady


def seconds(*times: float) -> array[int]:
    return array("q", (100 * SECOND + round(each * SECOND) for each in times))


def test_what_is_sent_and_not_yet_settled() -> None:
    found = backlog(seconds(0, 1, 2, 3), [seconds(2.5, 4), seconds(3.5, 6)])
    assert found == Series("backlog", [0, 1, 2, 2.5, 3, 3.5, 4, 6], [1, 2, 3, 2, 3, 2, 1, 0])


def test_what_is_lost_stays() -> None:
    assert backlog(seconds(0, 1), [seconds(3)]).y == [1, 2, 1]


def test_a_known_series_keeps_its_peak_and_its_end_in_few_points() -> None:
    """2,000 messages in a second, settled at half of that rate: 1,000 wait at the end of the second."""
    sent, settled = steady(2000, 1), array("q", (due + SECOND // 1000 for due in steady(1000, 2)))
    found = backlog(sent, [settled])
    assert len(found.x) == len(found.y) <= 400
    assert max(found.y) == pytest.approx(1000, abs=2)
    assert found.x[found.y.index(max(found.y))] == pytest.approx(1, abs=0.01)
    assert found.x[-1] == pytest.approx(2)
    assert found.y[-1] == 0
    assert found.x == sorted(found.x)


@pytest.mark.parametrize("points", [2, 3, 7, 400])
@pytest.mark.parametrize("count", [1, 2, 3, 100, 399, 400, 401])
def test_never_more_points_than_asked_for(count: int, points: int) -> None:
    found = backlog(seconds(*range(count)), [seconds(*range(1, count))], points)
    assert len(found.x) <= points


def test_nothing_was_sent() -> None:
    assert backlog(array("q"), []) == Series("backlog", [], [])
