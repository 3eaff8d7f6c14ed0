"""The criterion on made-up trials: receivers that take so long for each message, one after the other."""

from __future__ import annotations

from array import array
from dataclasses import replace
from random import Random

import pytest

from jmslike.compare.timing.driver import Departures
from jmslike.compare.timing.log import ArrivalLog
from jmslike.compare.timing.schedule import SECOND, steady
from jmslike.compare.timing.sustained import is_sustained

CAPACITY = 1000
"""Messages a second that a receiver can take."""


def trial(
    rate: float, delay: float = 0.001, seconds: float = 0.5, noise: float = 0, seed: int = 1
) -> tuple[Departures, ArrivalLog]:
    """Messages that are sent in time; each takes its turn, `delay` later. `noise` is the mean of what comes on top."""
    random = Random(seed)
    due = steady(rate, seconds)
    log = ArrivalLog()
    free = 0.0
    for key, at in enumerate(due, 1):
        free = max(free, at) + SECOND / CAPACITY
        log.note(key, round(free + (delay + random.expovariate(1) * noise) * SECOND), False)
    return Departures(due, due, due, {}), log


@pytest.mark.parametrize("delay", [0.001, 0.01, 0.09])
@pytest.mark.parametrize("seconds", [0.2, 0.5, 2])
def test_five_percent_above_what_is_possible_is_too_much(delay: float, seconds: float) -> None:
    """However long a message takes by itself, and however long the trial is."""

    def holds(rate: float) -> bool:
        departures, log = trial(rate, delay, seconds)
        return is_sustained(departures, [[log]])

    assert holds(0.5 * CAPACITY)
    assert holds(0.99 * CAPACITY)
    assert not holds(1.06 * CAPACITY)
    assert not holds(2 * CAPACITY)


def test_noise_decides_seldom() -> None:
    found = [is_sustained(run[0], [[run[1]]]) for seed in range(100) for run in [trial(900, noise=0.005, seed=seed)]]
    assert sum(found) >= 99


def test_long_waits_are_not_sustained() -> None:
    departures, log = trial(500, delay=0.11)
    assert not is_sustained(departures, [[log]])


def test_one_slow_subscriber_is_enough() -> None:
    departures, log = trial(900)
    _, slow = trial(900, delay=0.2)
    assert is_sustained(departures, [[log], [log]])
    assert not is_sustained(departures, [[log], [slow]])


def test_receivers_of_a_queue_share_a_stream() -> None:
    departures, log = trial(900)
    halves = [ArrivalLog(), ArrivalLog()]
    for key, at in zip(log.keys, log.times, strict=True):
        halves[key % 2].note(key, at, False)
    assert is_sustained(departures, [halves])


def test_a_sender_that_is_behind_or_fails_sustains_nothing() -> None:
    departures, log = trial(500)
    late = array("q", (begun + index * SECOND // 10_000 for index, begun in enumerate(departures.begun)))
    assert not is_sustained(replace(departures, begun=late), [[log]])
    assert not is_sustained(replace(departures, failed={7: "no room"}), [[log]])
