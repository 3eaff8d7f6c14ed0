"""All numbers as CSV, which a spreadsheet reads without running any of its texts."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from jmslike.compare.report.table_csv import HEADER, table
from jmslike.compare.results import Column, Comparison, exactly
from tests.unit.compare.report.golden import golden
from tests.unit.compare.report.made_up import comparison


def read(found: Comparison) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table(found))))


def test_every_check_and_every_repeat_has_a_row() -> None:
    rows = read(golden())
    assert tuple(rows[0]) == HEADER
    assert rows[0] == {
        "scenario": "delivery",
        "provider": "native",
        "column": "queue",
        "case": "",
        "name": "sent",
        "unit": "messages",
        "repeat": "",
        "value": "240",
        "expected": "240",
        **dict.fromkeys(HEADER[9:], ""),
    }
    columns = [column for each in golden().reports for result in each.scenarios for column in result.columns]
    checks = sum(len(column.checks) for column in columns)
    values = [
        value for column in columns for measure in column.measures for value in measure.values if value is not None
    ]
    verdicts = sum(len(judgement.verdicts) for judgement in golden().judgements)
    assert len(rows) == checks + len(values) + 1 + verdicts, "one repeat has none"
    assert sorted(float(row["value"]) for row in rows if row["repeat"] and row["value"]) == sorted(values), "unrounded"


def test_every_verdict_has_a_row_under_the_column_that_is_judged() -> None:
    rows = [row for row in read(golden()) if row["verdict"]]
    assert rows[2] == {
        "scenario": "peak",
        "provider": "native",
        "column": "queue",
        "case": "",
        "name": "caller waits, p50",
        "unit": "s",
        "repeat": "",
        "value": "",
        "expected": "",
        "against_provider": "no broker",
        "against_column": "direct call",
        "verdict": "better",
        "ratio": "0.00021",
        "low": "0.00019",
        "high": "0.00024",
        "unlike": "in memory against nowhere",
    }
    assert {row["verdict"] for row in rows} >= {"better", "worse", "no difference shown", "too few repeats"}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum"])
def test_a_text_that_a_spreadsheet_would_run_is_quoted(text: str) -> None:
    found = comparison("s", {"native": [Column(text, [exactly("sent", -1, 1)])]}, [])
    (row,) = read(replace(found))
    assert row["column"] == f"'{text}"
    assert row["value"] == "-1", "a number is none"


def test_a_text_with_what_csv_knows_is_one_cell() -> None:
    found = comparison("s", {"native": [Column('a,"b"\nc', [exactly("sent", 1, 1)])]}, [])
    assert read(found)[0]["column"] == 'a,"b"\nc'
