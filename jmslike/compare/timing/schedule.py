"""Schedules: when each message of a run is due, in nanoseconds from the start of the run.

A schedule is fixed before its run. Nothing that happens in the run changes it.
"""

from __future__ import annotations

from array import array
from itertools import accumulate, takewhile
from random import Random
from typing import Final

SECOND: Final = 1_000_000_000
"""Nanoseconds."""
FALL: Final = 3.0
"""How many times busier a burst is at its start than at its end."""


def steady(rate: float, seconds: float) -> array[int]:
    """Return a schedule of `rate` messages a second, all equally far apart."""
    return array("q", (round(number * SECOND / rate) for number in range(round(rate * seconds))))


def poisson(rate: float, seconds: float, seed: int) -> array[int]:
    """Return a schedule of independent messages, `rate` a second in the mean."""
    random = Random(seed)
    gaps = iter(lambda: random.expovariate(rate), None)
    return array("q", (round(due * SECOND) for due in takewhile(lambda due: due < seconds, accumulate(gaps))))


def burst(count: int, seconds: float, seed: int) -> array[int]:
    """Return a schedule of `count` independent messages in `seconds`, such as the orders when a sale opens.

    They are most frequent at the start: after half of the time half as frequent, and a third at the end.
    """
    random = Random(seed)
    calming = seconds / (FALL - 1)
    moments = sorted(random.random() for _ in range(count))
    return array("q", (round(calming * (FALL**moment - 1) * SECOND) for moment in moments))
