"""The numbers of a comparison as CSV in the long form: a row for each check, each repeat of a measure, each verdict."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final, TypeAlias

from jmslike.compare.report.measures import kinds_of
from jmslike.compare.report.names import names
from jmslike.compare.report.played import Played, played
from jmslike.compare.results import Comparison

HEADER: Final = (
    *("scenario", "provider", "column", "case", "name", "unit", "repeat", "value", "expected"),
    *("against_provider", "against_column", "verdict", "ratio", "low", "high", "unlike"),
)
"""What is kept: a new column goes to the end."""
Row: TypeAlias = tuple[str | float | None, ...]
ACTING: Final = "=+-@"
"""What makes a spreadsheet run a text as a formula, if the text begins with it."""


def table(comparison: Comparison) -> str:
    """Return all numbers, unrounded. A text that a spreadsheet would run begins with an apostrophe."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(HEADER)
    for scenario in played(comparison):
        for row in (*_numbers(scenario), *_verdicts(comparison, scenario)):
            writer.writerow([*map(_cell, row), *[None] * (len(HEADER) - len(row))])
    return file.getvalue()


def _numbers(scenario: Played) -> Iterator[Row]:
    for side in scenario.sides:
        for column in side.result.columns:
            place = (side.result.name, side.name, column.title)
            for check in column.checks:
                yield (*place, "", check.label.strip(), "messages", None, check.value, check.expected)
            for measure in column.measures:
                for repeat, value in enumerate(measure.values, 1):
                    yield (*place, measure.case, measure.name, measure.unit, repeat, value, None)


def _verdicts(comparison: Comparison, scenario: Played) -> Iterator[Row]:
    """Yield a row for each verdict, under the second column, which is judged against the first."""
    providers = names(comparison.reports)
    units = kinds_of(scenario)
    for judgement in comparison.judgements:
        if judgement.scenario != scenario.result.name:
            continue
        for each in judgement.verdicts:
            unit, _ = units.get((judgement.measure, each.case), ("", None))
            yield (
                *(judgement.scenario, providers[each.second.report], each.second.column),
                *(each.case, judgement.measure, unit, None, None, None),
                *(providers[each.first.report], each.first.column),
                *(each.says, each.ratio, each.low, each.high, each.unlike),
            )


def _cell(value: str | float | None) -> str | float | None:
    return f"'{value}" if isinstance(value, str) and value.startswith(tuple(ACTING)) else value
