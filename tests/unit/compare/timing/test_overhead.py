from __future__ import annotations

from jmslike.compare.plan import Plan
from jmslike.compare.timing.histogram import Distribution
from jmslike.compare.timing.overhead import overhead


def test_the_harness_says_what_it_costs() -> None:
    """Numbers are there, of as many messages as a run has; how large they are is the machine's affair."""
    found = overhead(Plan(rate=5000, samples=100))
    late = Distribution([found.late])
    assert min(found.per_message_ns) > 0
    assert len(found.per_message_ns) == 10
    assert late.count == 100
    assert late.maximum > 0
