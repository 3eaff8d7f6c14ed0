"""The soak test, bounded: traffic of every kind leaves no object behind. `make soak` is the long one."""

from __future__ import annotations

import gc

from tests.traffic import Traffic

MESSAGES = 50_000
ROUNDS = 8


def fewest_objects(traffic: Traffic) -> int:
    """Give the fewest objects after any of some rounds of traffic, because some things are cleared away in lots."""
    return min(objects_after_a_round(traffic) for _ in range(ROUNDS))


def objects_after_a_round(traffic: Traffic) -> int:
    traffic.flow(1)
    gc.collect()
    return len(gc.get_objects())


def test_traffic_leaves_nothing_behind() -> None:
    with Traffic("native://bounded-soak") as traffic:
        traffic.flow(MESSAGES // 10)  # caches fill
        before = fewest_objects(traffic)
        traffic.flow(MESSAGES)
        grown = fewest_objects(traffic) - before
    assert grown < MESSAGES / 1000, f"{grown} objects more after {MESSAGES} messages"
