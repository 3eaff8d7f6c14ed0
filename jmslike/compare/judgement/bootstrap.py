"""Intervals of differences, by a studentised bootstrap over rounds; all intervals of a table hold together.

Values are logarithms, so a difference is a ratio. The interval of a pair is its mean difference and q standard errors
to both sides. q is the quantile of the largest |t| of all pairs over resamples of the rounds: so the chance that any
interval of the table misses its true difference is the level, however many pairs there are, and however they depend on
each other. A pair whose differences are so coarse that resamples have no spread gets no bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite, log
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

LEVEL: Final = 0.05
RESAMPLES: Final = 1000
LEAST_ROUNDS: Final = 6
"""With fewer, too many resamples hold one round only."""
WIDE: Final = log(100)
"""An interval that is wider than this tells nothing: of a few rounds, one was stalled."""
NO_SPREAD: Final = 1e-12
"""A standard deviation of logarithms below this is an error of rounding."""
DRAWS: Final = 20_000

_Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean difference of logarithms, and its bounds; `error` is its standard error, 0 if there is no spread."""

    mean: float
    low: float
    high: float
    error: float


@dataclass(frozen=True, slots=True)
class Intervals:
    """The intervals of a table in the order of its pairs; q, by which their errors are multiplied, is common to all."""

    intervals: list[Interval]
    q: float

    @property
    def widest(self) -> Interval | None:
        """The widest interval that has bounds, if any pair has a spread."""
        bounded = [each for each in self.intervals if each.error and isfinite(each.high)]
        return max(bounded, key=lambda each: each.error, default=None)


def paired(logs: Sequence[Sequence[float]], seed: int, level: float = LEVEL, resamples: int = RESAMPLES) -> Intervals:
    """Return the intervals of differences that were taken within rounds: `logs[pair][round]`.

    Raises ValueError for fewer rounds than LEAST_ROUNDS.
    """
    differences = _table(logs)
    weights = _weights(len(differences), seed, resamples)
    mean, error = differences.mean(axis=0), _error(differences)
    return _intervals(mean, error, *_resampled(differences - mean, weights), level)


def unpaired(
    before: Sequence[Sequence[float]],
    after: Sequence[Sequence[float]],
    seed: int,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
) -> Intervals:
    """Return the intervals of the change between two runs, whose rounds have nothing to do with each other.

    `before[item][round]` and `after[item][round]` may have different numbers of rounds. Raises ValueError for fewer
    rounds than LEAST_ROUNDS.
    """
    old, new = _table(before), _table(after)
    mean = new.mean(axis=0) - old.mean(axis=0)
    old_means, old_errors = _resampled(old - old.mean(axis=0), _weights(len(old), seed, resamples))
    new_means, new_errors = _resampled(new - new.mean(axis=0), _weights(len(new), seed + 1, resamples))
    error = np.hypot(_error(old), _error(new))
    return _intervals(mean, error, new_means - old_means, np.hypot(old_errors, new_errors), level)


def chance(effect: float, error: float, q: float, rounds: int) -> float:
    """Return the chance that a true ratio of 1 + `effect` is shown, for normal noise with this standard error."""
    random = np.random.default_rng(1)
    spread = np.sqrt(random.chisquare(rounds - 1, DRAWS) / (rounds - 1))
    return float(np.mean((random.standard_normal(DRAWS) + log(1 + effect) / error) / spread > q))


def power(rounds: int, pairs: int, noise: float, effect: float, seed: int, tables: int = 1000) -> float:
    """Return the part of simulated tables that show an effect in their first pair.

    A table has one more column than pairs, and all pairs are against its first column. `noise` is the standard
    deviation of the logarithm of one value, and normal.
    """
    random = np.random.default_rng(seed)
    shown = 0
    for table in range(tables):
        values = random.normal(0, noise, (pairs + 1, rounds))
        values[1] += log(1 + effect)
        shown += paired((values[1:] - values[0]).tolist(), table).intervals[0].low > 0
    return shown / tables


def _table(logs: Sequence[Sequence[float]]) -> _Floats:
    table = np.asarray(logs, dtype=np.float64).T
    if len(table) < LEAST_ROUNDS:
        raise ValueError(f"an interval needs {LEAST_ROUNDS} rounds, not {len(table)}")
    return table


def _weights(rounds: int, seed: int, resamples: int) -> _Floats:
    """Return how often each resample has each round."""
    counts = np.random.default_rng(seed).multinomial(rounds, [1 / rounds] * rounds, resamples)
    return np.asarray(counts, dtype=np.float64)


def _error(table: _Floats) -> _Floats:
    deviation: _Floats = table.std(axis=0, ddof=1)
    deviation[deviation < NO_SPREAD] = 0
    error: _Floats = deviation / np.sqrt(len(table))
    return error


def _resampled(centred: _Floats, weights: _Floats) -> tuple[_Floats, _Floats]:
    """Return the mean of each resample and its standard error, for each column of values around 0."""
    rounds = len(centred)
    means = weights @ centred / rounds
    variances = np.maximum(weights @ centred**2 / rounds - means**2, 0) * rounds / (rounds - 1)
    variances[variances < NO_SPREAD * centred.var(axis=0)] = 0
    return means, np.sqrt(variances / rounds)


def _intervals(mean: _Floats, error: _Floats, means: _Floats, errors: _Floats, level: float) -> Intervals:
    with np.errstate(divide="ignore", invalid="ignore"):
        studentised = np.nan_to_num(np.abs(means) / errors, nan=0.0, posinf=inf)
    studentised[:, error == 0] = 0
    coarse = np.isinf(studentised).mean(axis=0) > level
    largest = studentised[:, ~coarse].max(axis=1, initial=0.0)
    q = float(np.quantile(largest, 1 - level, method="higher"))
    return Intervals(
        [
            Interval(float(middle), -inf, inf, float(each))
            if is_coarse
            else Interval(float(middle), float(middle - q * each), float(middle + q * each), float(each))
            for middle, each, is_coarse in zip(mean, error, coarse, strict=True)
        ],
        q,
    )
