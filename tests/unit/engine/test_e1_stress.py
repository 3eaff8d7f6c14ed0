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

import pytest

from tests.unit.engine.amplifier import Amplifier
from tests.unit.engine.stress import World

SECONDS = float(os.environ.get("JMSLIKE_STRESS_SECONDS", "2"))


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
def test_no_idle_receiver_is_neglected(seed: int, amplified: bool) -> None:
    """E1: random sends, takes, listeners, selectors, groups, interrupts, time-outs, closes, releases and commits."""
    with Amplifier(seed) if amplified else nullcontext():
        World(seed).run(lasting(SECONDS))
