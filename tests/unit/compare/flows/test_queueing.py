"""The simulation of a waiting line agrees with queueing theory, within the interval of its own means."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from itertools import accumulate
from math import exp, factorial, lgamma, log, sqrt
from random import Random
from statistics import fmean, stdev

import pytest

from jmslike.compare.flows.queueing import waits

SECOND = 1_000_000_000
SERVICE = 0.01
"""Seconds, in the mean."""
ARRIVALS = 200_000
BATCHES = 20
QUANTILE = 3.883
"""Of Student's t with 19 degrees of freedom: 99.9 % lie between it and its negative."""


def pollaczek_khinchine(load: float) -> float:
    """The mean wait of M/D/1, in service times."""
    return load / (2 * (1 - load))


def crommelin(load: float, servers: int) -> float:
    """The mean wait of M/D/k, in service times, by Crommelin's series."""
    offered = load * servers
    total = 0.0
    for each in range(1, 2000):
        tail = poisson_tail(each * offered, each * servers)
        beyond = tail - exp(log_poisson(each * offered, each * servers))
        total += tail - beyond / load
    return total


def log_poisson(mean: float, count: int) -> float:
    return count * log(mean) - mean - lgamma(count + 1)


def poisson_tail(mean: float, least: int) -> float:
    """The probability of `least` or more, for a `least` above the mean."""
    term = exp(log_poisson(mean, least))
    total = 0.0
    count = least
    while term > 1e-18 * (total or 1):
        total += term
        count += 1
        term *= mean / count
        if count > least + 20_000:
            break
    return total


def erlang_c(load: float, servers: int) -> float:
    """The mean wait of M/M/k, in service times."""
    offered = load * servers
    top = offered**servers / factorial(servers) / (1 - load)
    return top / (sum(offered**each / factorial(each) for each in range(servers)) + top) / (servers * (1 - load))


def simulated(load: float, servers: int, service: Callable[[Random], float], seed: int) -> list[float]:
    """The waits of a simulation, in service times, without those of its start."""
    random = Random(seed)
    rate = load * servers / SERVICE
    moments = accumulate(random.expovariate(rate) for _ in range(ARRIVALS))
    arrivals = array("q", (round(at * SECOND) for at in moments))
    services = array("q", (round(service(random) * SERVICE * SECOND) for _ in range(ARRIVALS)))
    found = waits(arrivals, services, servers)
    return [wait / SECOND / SERVICE for wait in found[ARRIVALS // 20 :]]


def fixed(random: Random) -> float:
    return 1.0


def exponential(random: Random) -> float:
    return random.expovariate(1.0)


@pytest.mark.parametrize(
    ("load", "servers", "service", "expected"),
    [
        pytest.param(0.5, 1, fixed, pollaczek_khinchine(0.5), id="M/D/1"),
        pytest.param(0.8, 1, fixed, pollaczek_khinchine(0.8), id="M/D/1 under load"),
        pytest.param(0.7, 2, fixed, crommelin(0.7, 2), id="M/D/2"),
        pytest.param(0.8, 4, fixed, crommelin(0.8, 4), id="M/D/4"),
        pytest.param(0.5, 1, exponential, erlang_c(0.5, 1), id="M/M/1"),
        pytest.param(0.7, 2, exponential, erlang_c(0.7, 2), id="M/M/2"),
        pytest.param(0.8, 4, exponential, erlang_c(0.8, 4), id="M/M/4"),
    ],
)
def test_the_mean_wait_is_that_of_the_theory(
    load: float, servers: int, service: Callable[[Random], float], expected: float
) -> None:
    found = simulated(load, servers, service, seed=1)
    size = len(found) // BATCHES
    means = [fmean(found[start : start + size]) for start in range(0, BATCHES * size, size)]
    half = QUANTILE * stdev(means) / sqrt(BATCHES)
    assert fmean(means) == pytest.approx(expected, abs=half)
    assert half < 0.15 * expected


def test_the_formulas_agree_where_they_meet() -> None:
    assert crommelin(0.5, 1) == pytest.approx(pollaczek_khinchine(0.5))
    assert crommelin(0.8, 1) == pytest.approx(pollaczek_khinchine(0.8))
    assert erlang_c(0.8, 1) == pytest.approx(0.8 / 0.2)


def test_an_order_waits_for_the_first_server_that_is_free() -> None:
    arrivals = array("q", [0, 1, 2, 3, 50])
    assert list(waits(arrivals, array("q", [10, 4, 2, 1, 1]), 2)) == [0, 0, 3, 4, 0]
    assert list(waits(arrivals, array("q", [10, 4, 2, 1, 1]), 1)) == [0, 9, 12, 13, 0]


def test_without_orders_there_are_no_waits() -> None:
    assert list(waits(array("q"), array("q"), 3)) == []
