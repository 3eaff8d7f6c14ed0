"""The method behind a verdict, held on simulated values: how often it errs, and what it can see."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, log

import numpy as np
import pytest
from numpy.random import Generator
from numpy.typing import NDArray

from jmslike.compare.judgement.bootstrap import Intervals, chance, paired, power, unpaired

Noise = Callable[[Generator, tuple[int, ...]], NDArray[np.float64]]

NOISES: dict[str, Noise] = {
    "normal": lambda random, shape: random.normal(0, 0.03, shape),
    "heavy tails": lambda random, shape: 0.03 * random.standard_t(3, shape),
    "skewed": lambda random, shape: random.exponential(0.03, shape),
    "spikes": lambda random, shape: random.normal(0, 0.01, shape) + (random.random(shape) < 0.1) * 0.3,
}
"""Noise of the logarithm of a value."""


def against_first(values: NDArray[np.float64]) -> list[list[float]]:
    """The differences of the columns behind the first, for values[column, round]."""
    differences: list[list[float]] = (values[1:] - values[0]).tolist()
    return differences


def shows(found: Intervals) -> bool:
    return any(each.low > 0 or each.high < 0 for each in found.intervals)


def false_alarms(noise: Noise, rounds: int, pairs: int, tables: int) -> float:
    random = np.random.default_rng(13)
    alarms = (shows(paired(against_first(noise(random, (pairs + 1, rounds))), seed)) for seed in range(tables))
    return sum(alarms) / tables


@pytest.mark.slow
@pytest.mark.parametrize("noise", list(NOISES))
def test_of_10000_tables_of_equals_at_most_5_percent_show_a_difference(noise: str) -> None:
    """With the default number of rounds, and three pairs in a table: any difference in the table counts."""
    assert false_alarms(NOISES[noise], rounds=10, pairs=3, tables=10_000) <= 0.05


@pytest.mark.parametrize(("rounds", "pairs"), [(6, 1), (6, 3), (10, 1), (10, 18)])
def test_equals_differ_rarely_in_tables_of_any_size(rounds: int, pairs: int) -> None:
    """Of 400 tables 5 % are 20; more than 33 are that by chance once in a thousand times."""
    assert false_alarms(NOISES["normal"], rounds, pairs, tables=400) <= 33 / 400


@pytest.mark.slow
def test_runs_of_equals_differ_in_at_most_5_percent_of_10000_diffs() -> None:
    """Two runs with ten rounds each, of three measures that have nothing to do with each other."""
    random = np.random.default_rng(13)
    runs = (random.normal(0, 0.03, (2, 3, 10)).tolist() for _ in range(10_000))
    assert sum(shows(unpaired(before, after, seed)) for seed, (before, after) in enumerate(runs)) <= 500


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rounds", "pairs", "noise", "least"),
    [(10, 1, 0.02, 0.97), (10, 1, 0.03, 0.77), (10, 3, 0.02, 0.90), (6, 1, 0.02, 0.65), (15, 1, 0.03, 0.94)],
)
def test_power_to_find_5_percent(rounds: int, pairs: int, noise: float, least: float) -> None:
    """What docs/comparison.md states, within what 1,000 tables can show; and the formula of a report agrees."""
    found = power(rounds, pairs, noise, 0.05, seed=7)
    assert found >= least
    random = np.random.default_rng(3)
    q = float(np.mean([paired(against_first(random.normal(0, noise, (pairs + 1, rounds))), 1).q for _ in range(200)]))
    assert chance(0.05, noise * (2 / rounds) ** 0.5, q, rounds) == pytest.approx(found, abs=0.06)


def test_a_difference_is_shown_where_drift_hides_it_from_a_comparison_of_means() -> None:
    """The machine becomes half as fast over the run; the second column is 5 % faster in each round."""
    drift = np.linspace(0, log(2), 10)
    noise = np.random.default_rng(1).normal(0, 0.01, (2, 10))
    first, second = noise[0] - drift, noise[1] - drift + log(1.05)
    (interval,) = paired([(second - first).tolist()], seed=1).intervals
    assert 0 < interval.low < log(1.05) < interval.high < 0.1
    (unrelated,) = unpaired([first.tolist()], [second.tolist()], seed=1).intervals
    assert unrelated.low < 0 < unrelated.high


def test_the_same_seed_gives_the_same_intervals() -> None:
    differences = against_first(np.random.default_rng(2).normal(0, 0.05, (4, 10)))
    assert paired(differences, 5) == paired(differences, 5)
    assert paired(differences, 5) != paired(differences, 6)


def test_more_pairs_make_every_interval_wider() -> None:
    differences = against_first(np.random.default_rng(2).normal(0, 0.05, (7, 10)))
    assert paired(differences[:1], 1).q < paired(differences, 1).q


def test_differences_without_spread_are_exact() -> None:
    random = np.random.default_rng(2).normal(0, 0.05, 10).tolist()
    exact, equal, noisy = paired([[0.1] * 10, [0.0] * 10, random], seed=1).intervals
    assert [exact.low, exact.mean, exact.high, exact.error] == pytest.approx([0.1, 0.1, 0.1, 0])
    assert (equal.low, equal.high) == (0, 0)
    assert noisy.high == pytest.approx(paired([random], seed=1).intervals[0].high), "they cost the others nothing"


def test_coarse_differences_have_no_bounds_and_cost_the_others_nothing() -> None:
    """A third of all resamples has none of the one round that differs, and so no spread."""
    random = np.random.default_rng(2).normal(0, 0.05, 10).tolist()
    coarse, noisy = paired([[0.0] * 9 + [0.5], random], seed=1).intervals
    assert (coarse.low, coarse.high) == (-inf, inf)
    assert noisy.high == pytest.approx(paired([random], seed=1).intervals[0].high)


def test_the_widest_interval() -> None:
    random = np.random.default_rng(2)
    narrow, wide = (random.normal(0, noise, 10).tolist() for noise in (0.01, 0.1))
    found = paired([narrow, wide, [0.0] * 9 + [5], [9.0] * 10], seed=1)
    assert found.widest == found.intervals[1]
    assert paired([[0.0] * 10], seed=1).widest is None


def test_runs_may_have_different_numbers_of_rounds() -> None:
    random = np.random.default_rng(4)
    before, after = random.normal(0, 0.02, 6), random.normal(log(1.3), 0.02, 12)
    (interval,) = unpaired([before.tolist()], [after.tolist()], seed=1).intervals
    assert log(1.2) < interval.low < interval.mean < interval.high < log(1.4)


def test_fewer_than_six_rounds_are_refused() -> None:
    with pytest.raises(ValueError, match="needs 6 rounds, not 5"):
        paired([[0.1, 0.2, 0.3, 0.4, 0.5]], seed=1)
