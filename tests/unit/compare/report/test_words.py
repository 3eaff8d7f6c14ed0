"""The sentences on a comparison come from its numbers, and only from them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jmslike.compare.report.words import summary
from jmslike.compare.results import Judgement, Says, Side, Verdict, exactly
from tests.unit.compare.report.golden import golden, shown
from tests.unit.compare.report.made_up import column, comparison

QUEUE, TOPIC = Side(0, "queue"), Side(0, "topic")


def test_who_is_lost_in_a_crash_and_while_away() -> None:
    columns = {"native": [column("queue", exactly("lost", 0, 0)), column("topic", exactly("lost, as it must", 80, 80))]}
    (crash,) = summary(comparison("crash", columns, [column("direct call", exactly("lost, unless", 96, 96))]))
    assert crash.endswith("orders were lost: queue 0, topic 80, direct call 96.")
    (away,) = summary(comparison("offline", columns, []))
    assert away == "While a receiver was away, these messages were lost to it: queue 0, topic 80."


def test_what_the_models_are() -> None:
    (line,) = [line for line in summary(golden()) if line.startswith("A queue gives each message to one")]
    assert "queue on native 240 of 240, topic on native 720 of 240, " in line


@pytest.mark.parametrize(
    ("says", "line"),
    [
        ("better", "Rates, p99: topic takes less time than queue, 0.500 times (0.400 to 0.600)."),
        ("worse", "Rates, p99: topic takes longer than queue, 0.500 times (0.400 to 0.600)."),
        ("no difference shown", "Rates: no difference is shown between columns that are alike, in p99."),
        ("too few repeats", None),
    ],
)
def test_each_answer_of_a_pair(says: Says, line: str | None) -> None:
    verdict = Verdict("", QUEUE, TOPIC, says, 0.5, 0.4, 0.6)
    found = comparison("rates", {"native": [column("queue", p99=1), column("topic", p99=1)]}, [])
    renamed = replace(found.reports[0].scenarios[0].columns[0].measures[0], name="p99", case="")
    found.reports[0].scenarios[0].columns[0] = replace(found.reports[0].scenarios[0].columns[0], measures=[renamed])
    told = summary(replace(found, judgements=[Judgement("rates", "p99", [verdict])]))
    assert told == ([line] if line else [])


def test_pairs_that_are_unlike_are_no_ranking() -> None:
    """A difference between memory and disk is told by the places, and not as a result."""
    told = summary(golden())
    assert not any("on Artemis takes longer" in line or "on Artemis is slower" in line for line in told)
    assert any(line.startswith("Columns that keep messages in different places do different work") for line in told)


def test_what_is_wrong_is_named() -> None:
    (wrong,) = [line for line in summary(golden()) if line.startswith("Not as expected")]
    assert "Delivery, topic on Artemis, lost: 1 instead of 0" in wrong
    many = column("queue", *(exactly(f"row {number}", 1, 0) for number in range(7)))
    assert summary(comparison("other", {"native": [many]}, []))[-1].endswith("; and 2 more numbers.")


def test_the_sentences_end_the_output_of_the_terminal() -> None:
    assert "Throughput, rate by size: topic on Artemis is faster than queue" in shown(golden(), 300)[-2500:]
