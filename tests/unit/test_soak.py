"""The soak test, bounded: traffic of every kind leaves no object behind. `make soak` is the long one."""

from __future__ import annotations

import gc
from collections import Counter

import pytest

from tests.traffic import Traffic

pytestmark = pytest.mark.slow

MESSAGES = 50_000
ROUNDS = 40


def fewest_objects(traffic: Traffic) -> Counter[str]:
    """Return the fewest objects by type after any of some rounds of traffic: some are freed in batches.

    There are enough rounds to see the end of a batch.
    """
    return min((objects_after_a_round(traffic) for _ in range(ROUNDS)), key=Counter.total)


def objects_after_a_round(traffic: Traffic) -> Counter[str]:
    traffic.flow(1)
    gc.collect()
    return Counter(type(thing).__name__ for thing in gc.get_objects())


def test_traffic_leaves_nothing_behind() -> None:
    with Traffic("native://bounded-soak") as traffic:
        traffic.flow(MESSAGES // 10)  # caches fill
        before = fewest_objects(traffic)
        traffic.flow(MESSAGES)
        after = fewest_objects(traffic)
    grown = after.total() - before.total()
    assert grown < MESSAGES / 1000, f"{grown} objects more after {MESSAGES} messages: {(after - before).most_common(9)}"
