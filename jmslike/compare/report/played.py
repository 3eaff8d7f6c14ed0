"""The scenarios of a comparison, each with what all reports have of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jmslike.compare.report.names import names
from jmslike.compare.results import Comparison, Report, ScenarioResult, Side


@dataclass(frozen=True, slots=True)
class Part:
    """The part of one report in a scenario; `number` is the index of the report, `name` its short name."""

    number: int
    name: str
    report: Report
    result: ScenarioResult


@dataclass(frozen=True, slots=True)
class Played:
    """One scenario. The columns without a provider are the last of its sides, if it has any."""

    sides: Sequence[Part]

    @property
    def result(self) -> ScenarioResult:
        """What the first report has of it: title, story and note are the same in all."""
        return self.sides[0].result


def played(comparison: Comparison) -> list[Played]:
    """Return the scenarios in their order."""
    titles = names(comparison.reports)
    order = dict.fromkeys(result.name for report in comparison.reports for result in report.scenarios)
    return [
        Played(
            [
                Part(number, titles[number], report, result)
                for number, report in enumerate(comparison.reports)
                for result in report.scenarios
                if result.name == name
            ]
        )
        for name in order
    ]


def named(comparison: Comparison, side: Side) -> str:
    """Return the words for a column: with its provider, if there are several."""
    providers = sum(bool(report.url) for report in comparison.reports)
    if providers == 1 or not comparison.reports[side.report].url:
        return side.column
    return f"{side.column} on {names(comparison.reports)[side.report]}"
