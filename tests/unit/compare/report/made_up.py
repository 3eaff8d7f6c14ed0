"""Comparisons that are made up, for what a report says of them."""

from __future__ import annotations

from dataclasses import replace

from jmslike.compare.results import (
    Better,
    Check,
    Column,
    Comparison,
    Judgement,
    Kept,
    Measure,
    Report,
    Says,
    ScenarioResult,
    Side,
    Verdict,
    exactly,
)
from tests.unit.compare.report.golden import golden


def column(title: str, *checks: Check, kept: Kept = "in memory", **medians: float) -> Column:
    """A column with these checks; the medians are of a peak's measures, times in ms."""
    measures = [
        Measure(name, unit, Better.LESS, [medians[key]] * 3, case)
        for key, name, unit, case in (
            ("p50", "caller's wait", "ms", "p50"),
            ("p99", "caller's wait", "ms", "p99"),
            ("backlog", "largest backlog", "orders", ""),
            ("last", "last order served", "ms", ""),
            ("refused", "refused", "orders", ""),
            ("given_up", "given up", "orders", ""),
        )
        if key in medians
    ]
    return Column(title, checks, measures, kept)


def comparison(
    name: str, providers: dict[str, list[Column]], baselines: list[Column], *judgements: Judgement
) -> Comparison:
    """A comparison in which one scenario was played."""
    found = golden()

    def result(columns: list[Column]) -> ScenarioResult:
        return ScenarioResult(name, f"{name.title()}: a title", "A story.", "", [], "lost", columns)

    reports = [
        Report(f"{product}://", product, "1", [], False, {}, {}, [result(columns)])
        for product, columns in providers.items()
    ]
    if baselines:
        reports.append(Report("", "no broker", "", [], False, {}, {}, [result(baselines)]))
    return replace(found, reports=reports, judgements=list(judgements), overhead=None)


def burst(*, turned_away: float = 40, given_up: float = 2, lost: int = 0, says: Says = "better") -> Comparison:
    """A burst on one provider, beside a direct call."""
    queue = column("queue", exactly("lost", lost, 0), p50=0.1, p99=0.5, backlog=170, last=610, refused=0)
    call = column("direct call", kept="nowhere", p50=300, p99=800, last=640, refused=turned_away, given_up=given_up)
    verdict = Verdict(
        "p50", Side(1, "direct call"), Side(0, "queue"), says, 0.01, 0.008, 0.012, "in memory against nowhere"
    )
    return comparison("peak", {"native": [queue]}, [call], Judgement("peak", "caller's wait", [verdict]))
