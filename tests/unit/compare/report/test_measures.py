"""What was measured, as tables: on a terminal and in Markdown."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from jmslike.compare.report import markdown, show
from jmslike.compare.report.limits import limits
from jmslike.compare.report.measures import label, said, value
from jmslike.compare.results import Better, Column, Comparison, Judgement, Measure, Overhead, Says, Side, Verdict
from tests.unit.compare.report.golden import golden, shown
from tests.unit.compare.report.made_up import comparison


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
        ["native: topic, three services against queue", "no difference shown"],
        ["native: queue against direct call", "shorter *"],
        ["native: topic, three services against direct call", "shorter *"],
    ]
    assert rows(text, "Artemis: queue against queue on native")[0][1] == "longer *"
    assert rows(text, "no broker: table")[0][1:] == [
        "shorter *",
        "too few repeats to tell",
    ]
    for interval in ("1.03 times (0.940 to 1.13)", "1/4,760 times (1/5,260 to 1/4,170)", "30 times (26.2 to 34.4)"):
        assert re.search(rf"│ +│ +{re.escape(interval)} +│", text), "below the word"


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


def test_each_way_in_which_columns_are_unlike_stands_once() -> None:
    ways = ("order: partial against native", "in memory against nowhere; order: partial against native")
    verdicts = [Verdict("", Side(0, "queue"), Side(1, "queue"), "worse", 2, 2, 3, unlike=way) for way in ways]
    found = replace(golden(), judgements=[Judgement("throughput", "one", verdicts)])
    assert "* not alike: order: partial against native; in memory against nowhere." in shown(found, 200)


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
    word, _, interval = words.partition(": ")
    assert said(Verdict("", *sides, says, 2.0, 1.5, 3.0), unit, better) == (word, interval)
    assert said(Verdict("", *sides, says), unit, better) == (word, "")


def test_an_exact_difference_has_no_interval() -> None:
    verdict = Verdict("", Side(0, "JSON"), Side(0, "CSV"), "better", 0.5, 0.5, 0.5)
    assert said(verdict, "bytes", Better.LESS) == ("smaller", "0.500 times")


def test_an_interval_that_tells_nothing_is_not_shown() -> None:
    verdict = Verdict("", Side(0, "queue"), Side(0, "topic"), "too few repeats", 1.0, 1e-7, 1e7)
    assert said(verdict, "ms", Better.LESS) == ("too few repeats to tell", "")
    found = golden()
    judgements = [Judgement("peak", "caller waits", [verdict], unseen=1e7, power=0.0)]
    text = " ".join(shown(replace(found, judgements=judgements), 200).split())
    assert "could stay unseen" not in text
    assert "Too few repeats to tell: fewer than six, or their intervals span more than a factor of 100." in text


def test_numbers_that_the_measuring_explains_are_marked() -> None:
    """Of two latencies, the shorter is less than twice what the sender was late by itself."""
    columns = [
        Column(title, measures=[Measure("latency", "ms", Better.LESS, [value] * 3, "p50")], kept="in memory")
        for title, value in (("queue", 0.19), ("topic", 0.21))
    ]
    made_up = comparison("latency", {"native": columns}, [])
    text = shown(replace(made_up, overhead=Overhead([500.0], "", {"p50": 100_000.0})), 120)
    assert rows(text, "latency, p50") == [["latency, p50", "190 µs †", "210 µs"]]
    assert "† at the harness's limit: half of it or more is what the measuring costs by itself." in text
    assert "†" not in shown(replace(made_up, overhead=None), 120)


@pytest.mark.parametrize(("rate", "explained"), [(1_000_000.0, True), (999_000.0, False)])
def test_a_rate_is_at_the_limit_where_the_measuring_takes_half_of_each_message(rate: float, explained: bool) -> None:
    found = limits(Overhead([400.0, 500.0, 600.0], ""))
    assert found.explain(Measure("rate by size", "messages/s", Better.MORE, [rate] * 3)) == explained
    assert not found.explain(Measure("rate", "messages/s", Better.NEITHER, [rate] * 3)), "the rate asked for"
    assert not found.explain(Measure("rate", "messages/s", Better.MORE, [None]))


def test_what_is_unseen_on_a_restless_machine_is_a_factor() -> None:
    found = golden()
    judgements = [replace(each, unseen=4.0, power=0.0) for each in found.judgements]
    assert "differences of less than a factor of 5 could stay unseen here." in shown(
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
    assert r"| Artemis: queue against queue on native | longer \*: 30 times (26.2 to 34.4) |  |" in text
    assert "- Measured: medians of the repeats;" in text
