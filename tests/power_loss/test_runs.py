"""Power losses and kills at any moment: what a call has promised when it returned is there, nothing false is."""

from __future__ import annotations

import itertools

import pytest

from tests.power_loss.run import run

pytestmark = pytest.mark.slow

BLOCKS = 20
SEEDS = 100
"""In each of the blocks."""


@pytest.mark.parametrize("block", range(BLOCKS))
def test_what_was_promised_is_there_after_any_crash(block: int) -> None:
    for seed in range(block * SEEDS, (block + 1) * SEEDS):
        try:
            run(seed)
        except Exception as error:
            error.add_note(f"again: python -m tests.power_loss --seed {seed}")
            raise


@pytest.mark.parametrize("seed", range(10))
def test_what_was_promised_is_there_after_a_crash_between_any_two_calls(seed: int) -> None:
    for cut in itertools.count(1):
        try:
            if not run(seed, cut):
                return
        except Exception as error:
            error.add_note(f"again: python -m tests.power_loss --seed {seed} --cut {cut}")
            raise
