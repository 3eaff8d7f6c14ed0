"""Measured values in words, with three digits: more of them would pretend to know what no repeat has shown.

What was counted is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10
from statistics import median
from typing import Final

_SECONDS: Final = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
_STEPS: Final = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
_DIGITS: Final = 3
_FRACTION: Final = 0.1
"""Ratios below it are easier to read as a fraction."""


def is_time(unit: str) -> bool:
    """Whether the unit is one of time, which the text of a quantity names itself."""
    return unit in _SECONDS


def seconds(value: float, unit: str) -> float:
    """Return a time in seconds."""
    return value * _SECONDS[unit]


def quantity(value: float, unit: str) -> str:
    """Return a value in words: a time with the unit that suits it, any other without its unit."""
    if not is_time(unit):
        return _rounded(value) if unit.endswith("/s") else number(value)
    found = seconds(value, unit)
    size, name = next((step for step in _STEPS if abs(found) >= step[0]), _STEPS[-1] if found else _STEPS[0])
    return f"{number(found / size)} {name}"


def number(value: float) -> str:
    """Return a whole number as it is, any other with three digits."""
    return f"{value:,.0f}" if value == int(value) else _rounded(value)


def _rounded(value: float) -> str:
    if not value:
        return "0"
    places = _DIGITS - 1 - floor(log10(abs(value)))
    rounded = round(value, places)
    return f"{rounded:,.0f}" if rounded == value == int(value) else f"{rounded:,.{max(0, places)}f}"


def factor(ratio: float) -> str:
    """Return how many times as much something is, as a fraction if that is less than a tenth."""
    return f"1/{number(1 / ratio)}" if 0 < ratio < _FRACTION else number(ratio)


def present(values: Sequence[float | None]) -> list[float]:
    """Return the values of the repeats that have one."""
    return [value for value in values if value is not None]


def middle(values: Sequence[float | None]) -> float | None:
    """Return the median of the repeats that have a value, or None if none has one."""
    there = present(values)
    return median(there) if there else None


def spread(values: Sequence[float | None]) -> float | None:
    """Return half of the range of the repeats, as a part of the median; None where that says nothing."""
    there = present(values)
    if len(there) < 2 or median(there) <= 0:
        return None
    return (max(there) - min(there)) / 2 / median(there)
