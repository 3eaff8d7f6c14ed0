"""What was measured, as tables: on a terminal and in Markdown."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from jmslike.compare.report import markdown, show
from jmslike.compare.report.measures import label, said, value
from jmslike.compare.results import Better, Comparison, Judgement, Measure, Says, Side, Verdict
from tests.unit.compare.report.golden import golden, shown


def rows(text: str, label: str) -> list[list[str]]:
    """The rows of the tables whose label begins like this, each as its cells."""
    lines = [re.split(r" *│ *", line.strip("│ ")) for line in text.splitlines() if line.startswith("│")]
    return [line for line in lines if line[0].startswith(label)]


@pytest.mark.parametrize("width", [80, 120, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(len, shown(golden(), width).splitlines())) <= width


def test_values_stand_under_their_column_with_their_spread() -> None:
    text = shown(golden(), 200)
    assert rows(text, "caller waits, p50")[0] == [
        "caller waits, p50",
        "29.4 µs ±6%",
        "31.1 µs ±5%",
        "936 µs ±7%",
        "n/a",
        "138 ms ±8%",
        "4.11 ms ±3%",
    ]
    assert rows(text, "refused (calls)") == [["refused (calls)", "", "", "", "n/a", "9 ±11%", "0"]]
    assert "median of 6 repeats" in text


def test_every_table_of_values_says_where_messages_are_kept() -> None:
    """Unlike durability is marked in every table."""
    text = shown(golden(), 200)
    assert rows(text, "messages are kept") == [
        ["messages are kept", "in memory", "in memory", "on disk", "n/a", "nowhere", "on disk"],
        ["messages are kept", "in memory", "in memory", "on disk", "on disk"],
    ]


def test_columns_without_a_provider_have_no_line_among_the_providers() -> None:
    text = shown(golden(), 120)
    head, _, declared = text.partition("What the providers declare")
    assert "no broker" not in head
    assert "no broker" not in declared.partition("Delivery")[0]
    assert "no broker  6 of 6 ✓" in text


def test_a_repeat_without_a_value_is_told() -> None:
    assert value(Measure("rate", "messages/s", Better.MORE, [10.0, None, 10.0])) == "10 (2 of 3)"
    assert value(Measure("rate", "messages/s", Better.MORE, [None])) == "none"


def test_the_unit_stands_in_the_label_unless_the_values_name_it() -> None:
    assert label("caller waits", "p50", "ms") == "caller waits, p50"
    assert label("rate", "1 KiB", "messages/s") == "rate, 1 KiB (messages/s)"
    assert label("refused orders", "", "orders") == "refused orders"


def test_each_pair_has_a_verdict_for_each_measure() -> None:
    text = shown(golden(), 300)
    assert rows(text, "native: ")[:3] == [
        ["native: topic, three services against queue", "no difference shown: 1.03 times (0.940 to 1.13)"],
        ["native: queue against direct call", "shorter: 1/4,762 times (1/5,263 to 1/4,167) *"],
        ["native: topic, three services against direct call", "shorter: 1/4,545 times (1/5,000 to 1/4,000) *"],
    ]
    assert rows(text, "Artemis: queue against queue on native")[0][1] == "longer: 30 times (26.2 to 34.4) *"
    assert rows(text, "no broker: table")[0][1:] == [
        "shorter: 1/34.5 times (1/38.5 to 1/30.3) *",
        "too few repeats",
    ]


def test_a_measure_is_a_row_where_there_are_more_of_them_than_pairs() -> None:
    found = golden()
    verdict = Verdict("", Side(0, "queue"), Side(0, "topic"), "no difference shown")
    judgements = [Judgement("throughput", name, [verdict]) for name in ("one", "two")]
    text = shown(replace(found, judgements=judgements), 120)
    assert rows(text, "one") == [["one", "no difference shown"]]
    assert rows(text, "two") == [["two", "no difference shown"]]


def test_what_is_unlike_and_what_could_not_be_seen_stand_below() -> None:
    text = shown(golden(), 200)
    assert "caller waits, p50: differences below 13% could stay unseen here; one of 5% is shown with" in text
    assert "* not alike: on disk against in memory; in memory against nowhere; on disk against nowhere." in text


@pytest.mark.parametrize(
    ("says", "unit", "better", "words"),
    [
        ("better", "ms", Better.LESS, "shorter: 2 times (1.50 to 3)"),
        ("worse", "s", Better.LESS, "longer: 2 times (1.50 to 3)"),
        ("better", "messages/s", Better.MORE, "faster: 2 times (1.50 to 3)"),
        ("worse", "messages/s", Better.MORE, "slower: 2 times (1.50 to 3)"),
        ("better", "orders", Better.LESS, "fewer: 2 times (1.50 to 3)"),
        ("worse", "bytes", Better.LESS, "larger: 2 times (1.50 to 3)"),
        ("better", "points", Better.MORE, "more: 2 times (1.50 to 3)"),
        ("no difference shown", "ms", Better.LESS, "no difference shown: 2 times (1.50 to 3)"),
    ],
)
def test_a_verdict_names_the_difference(says: Says, unit: str, better: Better, words: str) -> None:
    sides = Side(0, "queue"), Side(0, "topic")
    assert said(Verdict("", *sides, says, 2.0, 1.5, 3.0), unit, better) == words
    assert said(Verdict("", *sides, says), unit, better) == words.partition(":")[0]


def test_an_exact_difference_has_no_interval() -> None:
    verdict = Verdict("", Side(0, "JSON"), Side(0, "CSV"), "better", 0.5, 0.5, 0.5)
    assert said(verdict, "bytes", Better.LESS) == "smaller: 0.500 times"


def test_what_is_unseen_on_a_restless_machine_is_a_factor() -> None:
    found = golden()
    judgements = [replace(each, unseen=4.0, power=0.0) for each in found.judgements]
    assert "differences of less than a factor of 5 could stay unseen here; one of 5% is" in shown(
        replace(found, judgements=judgements), 200
    )


def test_a_comparison_without_measures_has_no_table_of_them() -> None:
    found = golden()
    only = replace(found, reports=[replace(each, scenarios=each.scenarios[:1]) for each in found.reports[:2]])
    text = shown(replace(only, judgements=[]), 120)
    assert "median" not in text
    assert "against each other" not in text


def test_a_verdict_on_what_no_column_has_is_shown_without_direction() -> None:
    found = golden()
    verdict = Verdict("", Side(0, "queue"), Side(0, "topic"), "no difference shown")
    changed: Comparison = replace(found, judgements=[Judgement("delivery", "gone", [verdict])])
    assert rows(shown(changed, 120), "gone") == [["gone", "no difference shown"]]


def test_a_terminal_that_lacks_letters_gets_others() -> None:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding="ascii", newline="")
    show(golden(), Console(file=file, width=200))
    file.flush()
    assert b" 29.4 us +-6% " in raw.getvalue()
    assert b"; +- is half of" in raw.getvalue()


def test_markdown_has_the_same_tables() -> None:
    text = markdown(golden())
    assert "| caller waits, p50 | 29.4 µs ±6% | 31.1 µs ±5% | 936 µs ±7% | n/a | 138 ms ±8% | 4.11 ms ±3% |" in text
    assert r"| Artemis: queue against queue on native | longer: 30 times (26.2 to 34.4) \* |  |" in text
    assert "- Measured: medians of the repeats;" in text
