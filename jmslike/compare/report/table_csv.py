"""The numbers of a comparison as CSV in the long form: a row for each check, and for each repeat of a measure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

from jmslike.compare.report.played import played
from jmslike.compare.results import Comparison

HEADER: Final = ("scenario", "provider", "column", "case", "name", "unit", "repeat", "value", "expected")
ACTING: Final = "=+-@"
"""What makes a spreadsheet run a text as a formula, if the text begins with it."""


def table(comparison: Comparison) -> str:
    """Return all numbers, unrounded. A text that a spreadsheet would run begins with an apostrophe."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows([_cell(value) for value in row] for row in _rows(comparison))
    return file.getvalue()


def _rows(comparison: Comparison) -> Iterator[tuple[str | float | None, ...]]:
    for scenario in played(comparison):
        for side in scenario.sides:
            for column in side.result.columns:
                place = (side.result.name, side.name, column.title)
                for check in column.checks:
                    yield (*place, "", check.label.strip(), "messages", None, check.value, check.expected)
                for measure in column.measures:
                    for repeat, value in enumerate(measure.values, 1):
                        yield (*place, measure.case, measure.name, measure.unit, repeat, value, None)


def _cell(value: str | float | None) -> str | float | None:
    return f"'{value}" if isinstance(value, str) and value.startswith(tuple(ACTING)) else value
