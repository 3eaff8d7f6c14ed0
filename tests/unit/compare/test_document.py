"""The JSON of a comparison: written, read again, and refused where it is no comparison that can be read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jmslike.compare import Plan, compare
from jmslike.compare.document import BadDocumentError, dumps, loads
from jmslike.compare.orders import Orders
from jmslike.compare.results import Better, Comparison, Measure, Side

GOLDEN = Path(__file__).parent / "golden" / "comparison-2.json"
"""A made-up comparison with all that version 2 can hold; every later version reads it."""


def golden() -> Comparison:
    return loads(GOLDEN.read_text(encoding="utf-8"))


def changed(change: Callable[[Any], None]) -> str:
    document = json.loads(GOLDEN.read_text(encoding="utf-8"))
    change(document)
    return json.dumps(document)


def test_what_version_2_wrote_is_read() -> None:
    found = golden()
    assert (found.source, found.messages, found.run.plan.repeats) == (
        "orders.csv (CSV, 240 messages below a header)",
        240,
        6,
    )
    assert [report.product for report in found.reports] == ["native engine", "ActiveMQ Artemis", "no broker"]
    assert (found.passed, found.durability_differs) == (False, True)
    assert [check.value for check in found.checks if not check.ok] == [239, 719, 1]
    direct, table = found.reports[2].scenarios[0].columns
    wait = direct.measures[0]
    assert (wait.name, wait.unit, wait.better, wait.beyond) == (
        "caller waits, p50",
        "s",
        Better.LESS,
        [0, 0, 1, 0, 0, 0],
    )
    assert len(wait.values) == len(wait.histograms) == 6
    assert (direct.kept, table.kept) == ("nowhere", "on disk")
    assert table.measures[3].series[0].name == "backlog"
    assert found.reports[1].scenarios[2].columns[0].measures[2].values[3] is None
    assert found.reports[1].scenarios[1].columns[1].refused == "no shared durable subscriptions here; use a queue"
    assert {verdict.says for judgement in found.judgements for verdict in judgement.verdicts} == {
        "better",
        "worse",
        "no difference shown",
        "too few repeats",
    }
    assert found.judgements[0].verdicts[1].second == Side(1, "queue")
    assert found.overhead is not None


def test_what_is_written_is_read_again_in_the_same_words() -> None:
    text = dumps(golden())
    assert loads(text) == golden()
    assert dumps(loads(text)) == text


def test_a_run_is_written_and_read(url: str) -> None:
    found = compare([url], Orders(5), plan=Plan(receivers=2, seed=7), scenarios=["delivery", "death"])
    assert loads(dumps(found)) == found
    document = json.loads(dumps(found))
    assert (document["format"], document["version"], document["passed"]) == ("jmslike.comparison", 2, True)
    assert document["durability_differs"] is False
    assert document["run"]["plan"]["seed"] == 7
    delivery, death = document["reports"][0]["scenarios"]
    assert delivery["columns"][0]["checks"][0] == {"label": "sent", "value": 5, "expected": 5, "ok": True}
    assert [column["measures"] for column in delivery["columns"]] == [[], []]
    assert (delivery["columns"][0]["refused"], death["columns"][0]["checks"]) == (None, [])


def test_a_number_that_json_does_not_have_is_refused() -> None:
    found = golden()
    column = found.reports[0].scenarios[0].columns[0]
    wrong = replace(column, measures=[Measure("rate", "messages/s", Better.MORE, [float("nan")])])
    found.reports[0].scenarios[0].columns[0] = wrong
    with pytest.raises(ValueError, match="not JSON compliant"):
        dumps(found)


def test_fields_of_a_newer_program_are_ignored() -> None:
    text = changed(lambda document: document["reports"][0].update(weather="fine"))
    assert loads(text) == golden()


def test_fields_that_an_older_program_did_not_have_are_filled_in() -> None:
    def shorten(document: Any) -> None:
        del document["judgements"], document["overhead"], document["reports"][0]["scenarios"][1]["figures"]

    found = loads(changed(shorten))
    assert (found.judgements, found.overhead, found.reports[0].scenarios[1].figures) == ([], None, [])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "this is no JSON"),
        ("[" * 100_000, "this is no JSON"),
        ("[]", "its format is not 'jmslike.comparison'"),
        ('{"format": "soup", "version": 2}', "its format is not 'jmslike.comparison'"),
        ('{"source": "a.csv", "reports": []}', "as older programs wrote it; make it again: jmslike compare --json"),
        ('{"format": "jmslike.comparison", "version": "2"}', "no comparison with a format and a version"),
        ('{"format": "jmslike.comparison", "version": 3}', "its version is 3, and this jmslike reads 2 at most"),
        ('{"format": "jmslike.comparison", "version": 2}', "^source is missing$"),
    ],
)
def test_what_is_no_comparison_is_refused(text: str, reason: str) -> None:
    with pytest.raises(BadDocumentError, match=reason):
        loads(text)


def measured(document: Any) -> Any:
    """The first measure."""
    return document["reports"][0]["scenarios"][1]["columns"][0]["measures"][0]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda document: document.update(reports={}), "^reports: list is expected, not dict$"),
        (lambda document: document.update(messages=True), "^messages: int is expected, not bool$"),
        (lambda document: document["run"]["plan"].update(repeats=0), "^run.plan: .* at least one of its repeats"),
        (
            lambda document: document["reports"][0]["scenarios"][0]["columns"][1].update(kept="in a safe"),
            r"^reports\[0\].scenarios\[0\].columns\[1\].kept: 'in a safe' is none of on disk, in memory, nowhere$",
        ),
        (
            lambda document: document["reports"][0]["scenarios"][1]["columns"][0]["measures"][0].update(values=["a"]),
            r"columns\[0\].measures\[0\].values\[0\]: float is expected, not str$",
        ),
        (
            lambda document: document["judgements"][0]["verdicts"][0]["second"].update(report=3),
            "^judgements: there is no report 3$",
        ),
        (lambda document: document["overhead"].update(per_message_ns=[]), "^overhead: per_message_ns needs at least"),
        (lambda document: document.update(reports=[]), "^reports: none of them has a url$"),
        (
            lambda document: document["reports"][0]["scenarios"][0].update(columns=[]),
            r"^reports\[0\].scenarios\[0\].columns: there is none$",
        ),
        (
            lambda document: measured(document).update(values=[]),
            r"measures\[0\]: a measure needs the value of at least",
        ),
        (
            lambda document: measured(document).update(histograms=[None]),
            "histograms needs one item for each of the 6 values, not 1$",
        ),
        (
            lambda document: measured(document).update(beyond=[0]),
            "beyond needs one item for each of the 6 values, not 1$",
        ),
        (
            lambda document: measured(document).update(series=[{"name": "a", "x": [1.0], "y": []}]),
            r"series\[0\]: a series needs as many y as x, not 0 and 1$",
        ),
        (lambda document: measured(document).update(values=[10**400] * 6), "a number of at most 1e\\+100 is expected$"),
        (lambda document: document.update(messages=10**400), "^messages: a number of at most 1e\\+100 is expected$"),
        (lambda document: document["run"].update(seconds=float("inf")), "^this is no JSON: JSON has no Infinity$"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(change: Callable[[Any], None], reason: str) -> None:
    with pytest.raises(BadDocumentError, match=reason):
        loads(changed(change))
