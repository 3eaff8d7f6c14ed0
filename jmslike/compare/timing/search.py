"""The search for the highest rate that is sustained."""

from __future__ import annotations

from collections.abc import Callable
from math import floor, log
from typing import Final

LEAST: Final = 10.0
MOST: Final = 1_000_000.0
"""Messages a second: the bounds of a search."""


def highest(sustains: Callable[[float], bool], start: float, step: float = 1.05) -> float:
    """Return the highest rate that is sustained, of `start` times the powers of `step`; 0.0 if not even the lowest is.

    The first strides are of one step, then of two, four and so on. When one of them leads past the answer, each next
    trial halves what is left. A rate counts as not sustained when two trials in a row fail: what else happens on a
    machine makes a trial fail, and none succeed.

    Raises ValueError if `start` is out of bounds.
    """
    if not LEAST <= start <= MOST:
        raise ValueError(f"a search starts between {LEAST:g} and {MOST:g} messages a second, not at {start:g}")

    lowest = -floor(log(start / LEAST, step))
    highest = floor(log(MOST / start, step))

    def holds(power: int) -> bool:
        if not lowest <= power <= highest:
            return power < lowest
        rate = start * step**power
        return sustains(rate) or sustains(rate)

    up = holds(0)
    power, stride = 0, 1
    while holds(power + stride if up else power - stride) is up:
        power += stride if up else -stride
        stride *= 2
    low, high = (power, power + stride) if up else (power - stride, power)
    while high - low > 1:
        middle = (low + high) // 2
        if holds(middle):
            low = middle
        else:
            high = middle
    return start * step**low if low >= lowest else 0.0
