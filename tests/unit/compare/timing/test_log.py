from __future__ import annotations

from array import array

import pytest

from jmslike.compare.measure import Tally, count
from jmslike.compare.timing.driver import Departures
from jmslike.compare.timing.log import ArrivalLog, latencies, percentile


def log(*entries: tuple[int, int] | tuple[int, int, bool]) -> ArrivalLog:
    """A log with these keys and times; the third says that the message was marked as redelivered."""
    result = ArrivalLog()
    for key, at, *again in entries:
        result.note(key, at, bool(again and again[0]))
    return result


def departures(*intended: int) -> Departures:
    """Messages that were due at these times, and sent later: only the former counts."""
    later = array("q", (due + 7 for due in intended))
    return Departures(array("q", intended), later, later, {})


def test_latency_counts_from_when_a_message_was_due() -> None:
    assert list(latencies(departures(100, 200, 300), [log((1, 150), (3, 330)), log((2, 290))])) == [50, 30, 90]


def test_each_subscriber_has_a_latency_of_its_own() -> None:
    assert list(latencies(departures(100), [log((1, 150)), log((1, 170))])) == [50, 70]


def test_redelivered_and_strange_messages_have_no_latency() -> None:
    assert list(latencies(departures(100, 200), [log((1, 150), (1, 999, True), (3, 999), (0, 999), (-1, 999))])) == [50]


def test_timed_logs_are_counted_as_exactly_as_journals() -> None:
    """One is lost, one comes twice, two are swapped, one is marked as redelivered, one has a strange key."""
    first = log((1, 1), (4, 2), (3, 3), (3, 4))
    second = log((5, 1), (1, 2, True), (9, 3))
    assert count(6, [first, second]) == Tally(received=7, lost=2, duplicated=1, redelivered=1, reordered=2, damaged=1)


@pytest.mark.parametrize(("percent", "value"), [(0, 1), (1, 1), (50, 50), (99, 99), (99.1, 100), (100, 100)])
def test_a_percentile_is_one_of_the_values(percent: float, value: int) -> None:
    assert percentile(range(100, 0, -1), percent) == value
    assert percentile([7], percent) == 7
