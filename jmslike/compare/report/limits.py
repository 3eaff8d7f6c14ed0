"""The harness's limit: numbers of which half or more is the measuring itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Final

from jmslike.compare.report.quantities import middle, seconds
from jmslike.compare.results import Better, Measure, Overhead

AT_LIMIT: Final = "†"
SAYS: Final = f"{AT_LIMIT} at the harness's limit: half of it or more is what the measuring costs by itself."
SHARE: Final = 0.5
LATE: Final = frozenset({"latency", "caller's wait"})
"""Measures that count from when a message was due, and so hold how late the sender began."""
_NANOSECOND: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Limits:
    """What the measuring costs in seconds: for each message, and by being late, in the median or another case."""

    cost: float
    late: Mapping[str, float]

    def explain(self, measure: Measure) -> bool:
        """Whether the measuring takes half of a latency, or of the time between two messages, or more."""
        found = middle(measure.values)
        if not found:
            return False
        if measure.name in LATE and measure.case in self.late:
            return self.late[measure.case] >= SHARE * seconds(found, measure.unit)
        if measure.unit == "messages/s" and measure.better is Better.MORE:
            return self.cost >= SHARE / found
        return False


def limits(overhead: Overhead | None) -> Limits:
    """Return the limits; where nothing was measured of them, they explain nothing."""
    if overhead is None:
        return Limits(0, {})
    late = {case: value * _NANOSECOND for case, value in overhead.late_ns.items()}
    return Limits(median(overhead.per_message_ns) * _NANOSECOND, late)
