"""E1 under stress: whenever no call is running, no available record has an idle receiver that may take it.

JMSLIKE_STRESS_SECONDS makes each test run longer, JMSLIKE_STRESS_SEED repeats the choices of a failure.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.unit.engine.amplifier import Amplifier
from tests.unit.engine.stress import Traffic, World

pytestmark = pytest.mark.slow

SECONDS = float(os.environ.get("JMSLIKE_STRESS_SECONDS", "1.5"))
TRAFFIC = {
    "without constraints": Traffic(),
    "a few constraints": Traffic(selective=0.03, grouped=0.002),
    "many constraints": Traffic(selective=0.5, grouped=0.2),
    "bounded": Traffic(selective=0.1, grouped=0.01, max_depth=8),
    "written": Traffic(selective=0.03, grouped=0.002, written=True),
    "written and bounded": Traffic(selective=0.03, grouped=0.002, max_depth=8, written=True),
}
if hasattr(os, "fork"):
    TRAFFIC["in a folder"] = Traffic(selective=0.03, grouped=0.002, folder=True)
    TRAFFIC["in a folder and bounded"] = Traffic(selective=0.03, grouped=0.002, max_depth=8, folder=True)


@pytest.fixture
def seed() -> Iterator[int]:
    chosen = int(os.environ.get("JMSLIKE_STRESS_SEED", random.randrange(1 << 30)))
    print(f"JMSLIKE_STRESS_SEED={chosen}")
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield chosen
    sys.setswitchinterval(interval)


def lasting(seconds: float) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() < end


@pytest.mark.parametrize("amplified", [False, True], ids=["plain", "amplified"])
@pytest.mark.parametrize("traffic", TRAFFIC.values(), ids=TRAFFIC.keys())
def test_no_idle_receiver_is_neglected(seed: int, traffic: Traffic, amplified: bool, tmp_path: Path) -> None:
    """E1: random sends, takes, listeners, selectors, groups, interrupts, time-outs, closes, releases and commits."""
    with Amplifier(seed) if amplified else nullcontext():
        World(seed, traffic, tmp_path / "folder").run(lasting(SECONDS))
