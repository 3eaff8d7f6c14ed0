"""The criterion of a rate that is sustained, which a trial of less than a second can decide."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Final

from jmslike.compare.timing.driver import Departures
from jmslike.compare.timing.log import ArrivalLog, latencies, percentile
from jmslike.compare.timing.schedule import SECOND

KEPT_PACE: Final = 0.99
"""The part of the rate that the sender must achieve."""
GROWTH: Final = 0.04
"""The part of the trial's time by which messages may wait longer at its end than at its start.

At a rate 5 % above what receivers can take, that is how much longer the last fifth of the messages waits than the
first. A limit on the backlog alone would not do: in half a second, one of 0.1 s lets 25 % too much pass.
"""
LONGEST: Final = SECOND // 10
"""Nanoseconds that 99 % of the messages may take at most."""


def is_sustained(departures: Departures, streams: Sequence[Sequence[ArrivalLog]]) -> bool:
    """Whether the rate of a trial could go on: sent in time, no long waits, and none that grow.

    A stream is what all receivers of a queue got, or one subscriber. That nothing is lost is for the caller to count.
    """
    if departures.failed or departures.achieved < KEPT_PACE * departures.asked:
        return False
    time = departures.intended[-1] - departures.intended[0]
    return all(
        percentile(latencies(departures, stream), 99) <= LONGEST and _growth(departures, stream) <= GROWTH * time
        for stream in streams
    )


def _growth(departures: Departures, stream: Sequence[ArrivalLog]) -> float:
    """Return how much longer the last fifth of the messages took than the first: the median of each, in nanoseconds."""
    fifth = max(1, len(departures.intended) // 5)
    first, last = range(1, fifth + 1), range(len(departures.intended) - fifth + 1, len(departures.intended) + 1)
    waits: dict[range, list[int]] = {first: [], last: []}
    for log in stream:
        for key, at in zip(log.keys, log.times, strict=True):
            for part, found in waits.items():
                if key in part:
                    found.append(at - departures.intended[key - 1])
    return median(waits[last]) - median(waits[first])
