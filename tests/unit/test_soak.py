"""The soak test, bounded: traffic of every kind leaves no object behind. `make soak` is the long one."""

from __future__ import annotations

import gc

from tests.traffic import Traffic

MESSAGES = 50_000


def test_traffic_leaves_nothing_behind() -> None:
    with Traffic("native://bounded-soak") as traffic:
        traffic.flow(5_000)  # caches and pools fill
        gc.collect()
        before = len(gc.get_objects())
        traffic.flow(MESSAGES)
        gc.collect()
        grown = len(gc.get_objects()) - before
    assert grown < MESSAGES / 100, f"{grown} objects more after {MESSAGES} messages"
