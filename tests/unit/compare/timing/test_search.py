from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from jmslike.compare.timing.search import MOST, highest

STEP = 1.05


def up_to(limit: float, tried: list[float]) -> Callable[[float], bool]:
    """What sustains every rate up to a limit, and notes the rates that it was asked for."""

    def sustains(rate: float) -> bool:
        tried.append(rate)
        return rate <= limit

    return sustains


@pytest.mark.parametrize("limit", [10.7, 17.3, 199.9, 200, 200.1, 777, 54_321, 999_999])
def test_the_answer_is_the_last_step_below_the_limit(limit: float) -> None:
    found = highest(up_to(limit, []), 200, STEP)
    assert found <= limit < found * STEP * 1.0001


@pytest.mark.parametrize(("limit", "trials"), [(100, 3), (96, 3), (106, 6), (400, 14), (25, 18)])
def test_a_good_start_needs_few_trials(limit: float, trials: int) -> None:
    """One that holds and two that fail, at the least."""
    tried: list[float] = []
    highest(up_to(limit, tried), 100, STEP)
    assert len(tried) <= trials, tried


def test_nothing_and_everything_is_sustained() -> None:
    assert highest(lambda rate: False, 200) == 0
    assert MOST / 1.05 < highest(lambda rate: True, 200) <= MOST


def test_a_trial_that_is_disturbed_is_tried_again() -> None:
    """Of the trials that would hold, one in ten fails: nine of ten answers are within three steps, none is too high."""
    random = Random(1)
    answers = [
        highest(lambda rate: rate <= 1000 and random.random() > 0.1, 1000 / STEP**number, STEP)
        for _ in range(50)
        for number in (2, 5, 10, 20)
    ]
    assert max(answers) <= 1000.001
    assert sum(answer >= 1000 / STEP**3 for answer in answers) >= 0.9 * len(answers)


def test_a_start_out_of_bounds_is_refused() -> None:
    with pytest.raises(ValueError, match="between 10 and 1e\\+06 messages a second, not at 0"):
        highest(lambda rate: True, 0)
