"""The backlog over time, by the harness's own count, which is the same one on every transport."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import accumulate, groupby

from jmslike.compare.results import Series
from jmslike.compare.timing.schedule import SECOND


def backlog(began: array[int], settled: Sequence[array[int]], points: int = 400) -> Series:
    """Return how many messages were sent and not yet settled, from the first send until the last was settled.

    `began` has when each message was sent. `settled` has when messages were, at each of the receivers of one stream:
    all receivers of a queue, or one subscriber. Of neighbours the largest backlog is kept, and the last point.
    """
    sent, done = ((at, 1) for at in began), ((at, -1) for times in settled for at in times)
    changes = sorted([*sent, *done], key=lambda change: (change[0], -change[1]))
    if not changes:
        return Series("backlog", [], [])
    start = changes[0][0]
    levels = accumulate(change for _, change in changes)
    steps = [((at - start) / SECOND, level) for (at, _), level in zip(changes, levels, strict=True)]
    width = -(-(len(steps) - 1) // (points - 1)) or 1
    parts = groupby(enumerate(steps[:-1]), lambda numbered: numbered[0] // width)
    kept = [*(max((step for _, step in part), key=lambda step: step[1]) for _, part in parts), steps[-1]]
    return Series("backlog", [at for at, _ in kept], [float(level) for _, level in kept])
