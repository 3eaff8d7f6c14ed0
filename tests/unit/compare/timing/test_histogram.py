from __future__ import annotations

from random import Random

import pytest

from jmslike.compare.timing.histogram import HOUR, Distribution, encode

PRECISION = 0.001


def times(count: int, seed: int = 1) -> list[int]:
    random = Random(seed)
    return [round(random.lognormvariate(14, 1)) for _ in range(count)]


def distribution(*series: list[int]) -> Distribution:
    return Distribution([encode(values)[0] for values in series])


def test_values_are_there_after_a_journey_as_text() -> None:
    values = sorted(times(10_000))
    found = distribution(values)
    assert found.count == len(values)
    assert found.mean == pytest.approx(sum(values) / len(values), rel=PRECISION)
    assert found.maximum == pytest.approx(values[-1], rel=PRECISION)
    for percent in (1, 50, 90, 99, 99.9):
        assert found.percentile(percent) == pytest.approx(values[round(len(values) * percent / 100) - 1], rel=0.002)


def test_repeats_are_added_up() -> None:
    first, second = times(500, seed=1), times(700, seed=2)
    both, together = distribution(first, second), distribution(first + second)
    assert (both.count, both.curve(), both.bins()) == (1200, together.curve(), together.bins())


def test_same_values_same_text() -> None:
    assert encode(times(100)) == encode(times(100))


def test_what_takes_more_than_an_hour_is_counted_apart() -> None:
    text, beyond = encode([5, HOUR, HOUR + 1, 30 * HOUR])
    assert (beyond, Distribution([text]).count) == (2, 2)
    assert Distribution([text]).maximum == pytest.approx(HOUR, rel=PRECISION)


def test_no_time_is_negative() -> None:
    with pytest.raises(ValueError, match="a time of -1 ns: the clocks of sender and receiver differ"):
        encode([5, -1])


def test_the_curve_says_how_rare_a_value_is_up_to_the_largest() -> None:
    assert distribution([10, 20, 20, 40]).curve() == [(1, 10), (4 / 3, 20), (4, 40)]


def test_the_curve_has_no_more_points_than_were_asked_for_and_only_rises() -> None:
    found = distribution(times(50_000))
    curve = found.curve(300)
    assert 100 < len(curve) <= 300
    assert curve == sorted(curve)
    assert curve[0][0] == 1
    assert curve[-1][0] == 50_000
    assert curve[-1][1] == pytest.approx(found.maximum, rel=PRECISION)
    assert distribution([7] * 100).curve() == [(1, 7)]


@pytest.mark.parametrize("values", [[0], [1], [5, 5, 5], [0, HOUR], list(range(100)), times(5000)])
def test_bins_hold_every_value_once(values: list[int]) -> None:
    bins = distribution(values).bins(60)
    assert sum(count for _, _, count in bins) == len(values)
    assert len(bins) <= 61
    assert all(low < high for low, high, _ in bins)
    assert [high for _, high, _ in bins[:-1]] == [low for low, _, _ in bins[1:]]
    assert bins[0][0] == pytest.approx(max(1, min(values)), rel=PRECISION)
    assert bins[-1][1] == pytest.approx(max(values) + 1, rel=PRECISION, abs=1)


def test_no_values() -> None:
    found = distribution([])
    assert (found.count, found.mean, found.maximum, found.percentile(99)) == (0, 0, 0, 0)
    assert [*found.curve(), *found.bins()] == []


@pytest.mark.parametrize("text", ["", "?", "HISTFAAAA", encode([5])[0][:-8], "SElTVEZBQUFBQg==", "ä" * 40])
def test_a_text_that_is_no_histogram_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no histogram of HdrHistogram"):
        Distribution([text])
